"""Cells that people own are never written by position.

What Zapis shows beside people's rows comes from a hidden tab (first column `_id`), which it rewrites whole,
through an array formula in the visible column's header cell. New lines are appended at the bottom of the
visible tab as a bare `_id`, once, and never moved; so people may sort, filter and remark as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zapis.core.projections import CellValue, Lines
from zapis.publish.looks import CHECKBOX
from zapis.schema import Tab
from zapis.sheets import Json


def rewrite(sheet: int, lines: Lines) -> list[Json]:
    """The requests that make `lines` the whole of a hidden tab below its header."""
    below_header = {"sheetId": sheet, "startRowIndex": 1}
    cleared = {"updateCells": {"range": below_header, "fields": "userEnteredValue"}}
    if not lines:
        return [cleared]
    rows = [{"values": [_cell(value) for value in (line_id, *cells)]} for line_id, cells in lines.items()]
    return [cleared, {"appendCells": {"sheetId": sheet, "rows": rows, "fields": "userEnteredValue"}}]


def append_ids(sheet: int, column: int, ids: Iterable[str], ticks: Iterable[int] = ()) -> Json:
    """The request that adds a line for each id, the id at `column` (from 0), an empty checkbox at `ticks`."""
    blank: list[Json] = [{} for _ in range(max([column, *ticks]) + 1)]
    for tick in ticks:
        blank[tick] = {"dataValidation": CHECKBOX}
    rows = [{"values": [*blank[:column], _cell(line_id), *blank[column + 1 :]]} for line_id in ids]
    return {"appendCells": {"sheetId": sheet, "rows": rows, "fields": "userEnteredValue,dataValidation"}}


def write_id(sheet: int, row: int, column: int, row_id: str) -> Json:
    """The request that gives the row with number `row` (from 1, as people see it) its id."""
    return {
        "updateCells": {
            "start": {"sheetId": sheet, "rowIndex": row - 1, "columnIndex": column},
            "rows": [{"values": [_cell(row_id)]}],
            "fields": "userEnteredValue",
        }
    }


def read_lines(tab: Tab, rows: Iterable[list[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """The hidden tab's lines as they stand: id and cells by column key."""
    keys = [column.key for column in tab.columns]
    for row in rows:
        cells = dict(zip(keys, row, strict=False))
        if cells.get("id"):
            yield cells["id"], cells


def same(lines: Lines, found: dict[str, dict[str, str]], tab: Tab) -> bool:
    """Whether the hidden tab already says `lines`."""
    keys = [column.key for column in tab.columns[1:]]
    return list(lines) == list(found) and all(
        [str(value) for value in cells] == [found[line_id].get(key, "") for key in keys]
        for line_id, cells in lines.items()
    )


def _cell(value: CellValue) -> Json:
    kind = "numberValue" if isinstance(value, int) else "stringValue"
    return {"userEnteredValue": {kind: value}} if value != "" else {}
