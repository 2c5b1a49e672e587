"""Cells that people own are never written by position.

What Zapis shows beside people's rows comes from a hidden tab (first column `_id`), which it rewrites whole,
through an array formula in the visible column's header cell. New lines are appended at the bottom of the
visible tab as a bare `_id`, once, and never moved; so people may sort, filter and remark as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zapis.core.projections import CellValue, Lines
from zapis.publish.files import File
from zapis.publish.looks import CHECKBOX
from zapis.schema import Tab
from zapis.sheets import Json


@dataclass(slots=True)
class Shown:
    """What this instance knows of a spreadsheet because it wrote or read it: an unchanged one costs no call."""

    lines: dict[str, Lines] = field(default_factory=dict)
    """The hidden tab's key -> its lines, as far as they are known."""
    listed: set[str] = field(default_factory=set)
    """Ids that have a line in the visible tab."""


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


def lines_of(file: File, tab: Tab) -> Lines:
    """What a hidden tab that was read whole says."""
    width = len(tab.columns)
    rows = (row + [""] * (width - len(row)) for row in file.texts(tab))
    return {row[0]: tuple(row[1:width]) for row in rows if row[0]}


def same(lines: Lines, found: Lines) -> bool:
    """Whether a hidden tab already says `lines`, in their order; a number and its text are the same."""
    return list(lines) == list(found) and all(
        list(map(str, cells)) == list(map(str, found[line])) for line, cells in lines.items()
    )


def listed(file: File, visible: Tab) -> set[str]:
    """The ids that have a line in a tab that was read whole."""
    column = file.column(visible, "id")
    return {row[column].text for row in file.grids[visible.key][1:] if column < len(row) and row[column].text}


def append_new(file: File, visible: Tab, lines: Lines, listed: set[str]) -> list[Json]:
    """The request that adds a line for each id that has none, with its checkboxes."""
    new = [line_id for line_id in lines if line_id not in listed]
    ticks = [file.column(visible, column.key) for column in visible.columns if column.type == "checkbox"]
    return [append_ids(file.ids[visible.key], file.column(visible, "id"), new, ticks)] if new else []


def _cell(value: CellValue) -> Json:
    kind = "numberValue" if isinstance(value, int) else "stringValue"
    return {"userEnteredValue": {kind: value}} if value != "" else {}
