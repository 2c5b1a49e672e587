"""Declared charts -> the requests that add them: real charts of Google's, which people may move and restyle.

A chart is known by an id that follows from its key, so laying out again adds only what somebody deleted.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from zapis.publish.changes import Change
from zapis.publish.places import Place
from zapis.schema import Chart
from zapis.sheets import Json

WIDTH, HEIGHT, GAP = 600, 371, 20
ROWS_APART = 19
"""So many rows of 21 pixels are as high as a chart and its gap."""
IN_A_ROW = 2
DRAWN_ROWS = 100
"""Rows of the numbers that are drawn, the header among them: as many as a new tab has."""


def lacking(here: Place, places: Mapping[str, Place]) -> Iterator[Change]:
    """The changes that add the charts which `here` does not have."""
    by_key = {place.tab.key: place for place in places.values()}
    for number, chart in enumerate(here.tab.charts):
        if _id(chart) not in here.charts:
            drawn = {"chartId": _id(chart), "spec": _spec(chart, by_key), "position": _position(here, number)}
            what = f"«{here.tab.title}»: the chart «{chart.title}» is missing"
            yield Change(what, {"addChart": {"chart": drawn}})


def _id(chart: Chart) -> int:
    return zlib.crc32(f"chart {chart.key}".encode()) & 0x7FFFFFFF


def _position(here: Place, number: int) -> Json:
    down, across = divmod(number, IN_A_ROW)
    anchor = {
        "sheetId": here.sheet,
        "rowIndex": 1 + down * ROWS_APART,
        "columnIndex": here.columns[here.tab.columns[-1].key],
    }
    offset = {"offsetXPixels": GAP + across * (WIDTH + GAP), "offsetYPixels": GAP}
    return {"overlayPosition": {"anchorCell": anchor, **offset, "widthPixels": WIDTH, "heightPixels": HEIGHT}}


def _spec(chart: Chart, by_key: Mapping[str, Place]) -> Json:
    if chart.kind == "PIE":
        pie = {
            "legendPosition": "LABELED_LEGEND",
            "domain": _data(chart.domain, by_key, 1),
            "series": _data(chart.series[0], by_key, 1),
        }
        return {"title": chart.title, "pieChart": pie}
    axis = "BOTTOM_AXIS" if chart.kind == "BAR" else "LEFT_AXIS"
    basic = {
        "chartType": chart.kind,
        "legendPosition": "BOTTOM_LEGEND",
        "headerCount": 1,
        "domains": [{"domain": _data(chart.domain, by_key, 0)}],
        "series": [{"series": _data(column, by_key, 0), "targetAxis": axis} for column in chart.series],
        **({"stackedType": "STACKED"} if chart.stacked else {}),
    }
    return {"title": chart.title, "basicChart": basic}


def _data(reference: str, by_key: Mapping[str, Place], first_row: int) -> Json:
    tab, key = reference.split(".")
    there = by_key[tab]
    column = there.columns[key]
    source = {
        "sheetId": there.sheet,
        "startRowIndex": first_row,
        "endRowIndex": DRAWN_ROWS,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    return {"sourceRange": {"sources": [source]}}
