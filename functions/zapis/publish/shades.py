"""Colours for states, and filter views: what helps to look at a tab and changes nothing in it.

A filter view is known by an id that follows from its key, a colour by its column and its condition, so laying out
again adds only what is not there. People may add their own beside them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from zapis.publish.changes import Change
from zapis.publish.looks import colour
from zapis.publish.places import Place
from zapis.schema import Column, FilterView
from zapis.sheets import Json

ANY_OTHER = "*"


def lacking(here: Place) -> Iterator[Change]:
    """What the tab lacks of its declared colours and filter views."""
    for column in here.tab.columns:
        # Each goes before those that are there, so the last declared one is tried last.
        for begins, shade in reversed(column.colours):
            if not _is_there(here, column, begins):
                what = f"«{here.tab.title}»: the colour of «{begins}» in «{column.header}» is missing"
                rule = _rule(here, column, begins, shade)
                yield Change(what, {"addConditionalFormatRule": {"rule": rule, "index": 0}})
    for view in here.tab.views:
        if view_id(view) not in here.views:
            what = f"«{here.tab.title}»: the filter view «{view.title}» is missing"
            yield Change(what, {"addFilterView": {"filter": _filter(here, view)}})


def view_id(view: FilterView) -> int:
    """The id of a filter view of ours."""
    return zlib.crc32(f"view {view.key}".encode()) & 0x7FFFFFFF


def _is_there(here: Place, column: Column, begins: str) -> bool:
    kind, text = _condition(begins)
    index = here.columns[column.key]
    asked = json.dumps([text] if text else [], ensure_ascii=False)
    return any(first <= index < end and (standing, said) == (kind, asked) for first, end, standing, said in here.shades)


def _condition(begins: str) -> tuple[str, str]:
    return ("NOT_BLANK", "") if begins == ANY_OTHER else ("TEXT_STARTS_WITH", begins)


def _rule(here: Place, column: Column, begins: str, shade: str) -> Json:
    kind, text = _condition(begins)
    condition = {"type": kind} | ({"values": [{"userEnteredValue": text}]} if text else {})
    index = here.columns[column.key]
    below = {"sheetId": here.sheet, "startRowIndex": 1, "startColumnIndex": index, "endColumnIndex": index + 1}
    look = {"backgroundColorStyle": colour(shade)}
    return {"ranges": [below], "booleanRule": {"condition": condition, "format": look}}


def _filter(here: Place, view: FilterView) -> Json:
    order = "DESCENDING" if view.descending else "ASCENDING"
    made: Json = {
        "filterViewId": view_id(view),
        "title": view.title,
        "range": {"sheetId": here.sheet, "startRowIndex": 0},
        "sortSpecs": [{"dimensionIndex": here.columns[key], "sortOrder": order} for key in (view.sort, *view.then)],
    }
    if view.only:
        made["filterSpecs"] = [_only(here.columns[key], text) for key, text in view.only]
    return made


def _only(column: int, text: str) -> Json:
    condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": text}]}
    return {"columnIndex": column, "filterCriteria": {"condition": condition}}
