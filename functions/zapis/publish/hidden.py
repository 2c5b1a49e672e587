"""Cells that people own are never written by position.

What Zapis shows beside people's rows comes from a hidden tab (first column `_id`), through an array formula in the
visible column's header cell. New lines are appended at the bottom of the visible tab as a bare `_id`, once, and
never moved; so people may sort, filter and remark as they like. A hidden tab is nobody's but ours: it is
rewritten whole, or, where it is known to be as it was left, only the lines that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from zapis.core import ids
from zapis.core.projections import CellValue, Lines
from zapis.publish.files import File
from zapis.publish.looks import CHECKBOX
from zapis.schema import Column, Tab, schema
from zapis.sheets import Json

STAMP = "_stamp"
"""The first line of a large hidden tab: a digest of what is below it, so that it need not be read to be known."""
HIDDEN_ROWS = 2
"""As far down such a tab is read: its header and its stamp."""
TORN = 200
"""More patches than this are dearer than the whole."""


def rewrite(sheet: int, lines: Lines) -> list[Json]:
    """The requests that make `lines` the whole of a hidden tab below its header."""
    below_header = {"sheetId": sheet, "startRowIndex": 1}
    cleared = {"updateCells": {"range": below_header, "fields": "userEnteredValue"}}
    if not lines:
        return [cleared]
    return [cleared, _append(sheet, lines, lines)]


def renew(file: File, tab: Tab, lines: Lines, before: Lines | None) -> list[Json]:
    """The requests that bring a large hidden tab to `lines` under their stamp; none where it says them already.

    `before`: what this instance believes to stand there.
    """
    digest, standing = _stamped(lines), stamp_of(file, tab)
    if digest == standing:
        return []
    sheet = file.ids[tab.key]
    stamp: Lines = {STAMP: (digest,)}
    known = before is not None and _stamped(before) == standing
    patches = _patches(sheet, before, lines) if before is not None and known else None
    if patches is None:
        return rewrite(sheet, stamp | lines)
    return [_write(sheet, 1, stamp, stamp), *patches]


def stamp_of(file: File, tab: Tab) -> str:
    """The stamp of a large hidden tab as it was read."""
    rows = file.texts(tab)[:1]
    return rows[0][1] if rows and len(rows[0]) > 1 and rows[0][0] == STAMP else ""


def _stamped(lines: Lines) -> str:
    return ids.digest(*(f"{line}\x01{cells!r}" for line, cells in lines.items()))


def _patches(sheet: int, before: Lines, after: Lines) -> list[Json] | None:
    """The requests that make `after` of `before`, which stands below the stamp; None if the whole is simpler."""
    old, new = list(before), list(after)
    if new[: len(old)] != old:
        return None
    changed = [row for row, line in enumerate(old) if before[line] != after[line]]
    runs = [[row for _, row in run] for _, run in groupby(enumerate(changed), lambda pair: pair[1] - pair[0])]
    if len(runs) > TORN:
        return None
    patches = [_write(sheet, 2 + run[0], after, new[run[0] : run[-1] + 1]) for run in runs]
    return patches + ([_append(sheet, after, new[len(old) :])] if len(new) > len(old) else [])


def _append(sheet: int, lines: Lines, which: Iterable[str]) -> Json:
    return {"appendCells": {"sheetId": sheet, "rows": _rows(lines, which), "fields": "userEnteredValue"}}


def _write(sheet: int, row: int, lines: Lines, which: Iterable[str]) -> Json:
    """Lines in place of those that stand from the row with index `row` on."""
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": _rows(lines, which), "fields": "userEnteredValue"}}


def _rows(lines: Lines, which: Iterable[str]) -> list[Json]:
    return [{"values": [_cell(value) for value in (line, *lines[line])]} for line in which]


def append_ids(sheet: int, column: int, ids: Iterable[str], rules: Mapping[int, Json] | None = None) -> Json:
    """The request that adds a line for each id, the id at `column` (from 0), `rules` where people fill in cells."""
    rules = rules or {}
    blank: list[Json] = [{} for _ in range(max([column, *rules]) + 1)]
    for place, rule in rules.items():
        blank[place] = {"dataValidation": rule}
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


def uncovered(file: File, tabs: Iterable[Tab]) -> list[Json]:
    """The requests that empty columns in which a formula of ours answers, where somebody typed or pasted into them.

    One such cell hides the whole column from everybody; whoever copies a row does that without knowing.
    """
    covered = [(tab, column) for tab in tabs for column in file.covered.get(tab.key, {}).values()]
    return [
        {
            "updateCells": {
                "range": {
                    "sheetId": file.ids[tab.key],
                    "startRowIndex": 1,
                    "startColumnIndex": column,
                    "endColumnIndex": column + 1,
                },
                "fields": "userEnteredValue",
            }
        }
        for tab, column in covered
    ]


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
    """The ids that have a line in a tab whose column of ids was read."""
    column = file.column(visible, "id")
    return {row[column].text for row in file.grids[visible.key][1:] if column < len(row) and row[column].text}


def append_new(file: File, visible: Tab, lines: Iterable[str], listed: set[str]) -> list[Json]:
    """The request that adds a line for each id that has none, with its checkboxes and lists to choose from."""
    new = [line_id for line_id in lines if line_id not in listed]
    if not new:
        return []
    rules = {column.key: rule for column in visible.columns if (rule := _rule(column)) is not None}
    places = {file.column(visible, key): rule for key, rule in rules.items() if file.has(visible, key)}
    return [append_ids(file.ids[visible.key], file.column(visible, "id"), new, places)]


def append_typed(file: File, visible: Tab, lines: Mapping[str, Mapping[str, str]]) -> list[Json]:
    """The requests that add lines by their ids with what somebody typed elsewhere, by column key."""
    return [
        _filled(append, {file.column(visible, key): text for key, text in typed.items() if file.has(visible, key)})
        for line_id, typed in lines.items()
        for append in append_new(file, visible, [line_id], set())
    ]


def _filled(append: Json, texts: Mapping[int, str]) -> Json:
    """The request with texts in its only row."""
    (row,) = append["appendCells"]["rows"]
    for place, text in texts.items():
        row["values"] += [{} for _ in range(place + 1 - len(row["values"]))]
        row["values"][place] = {**row["values"][place], **_cell(text)}
    return append


def _rule(column: Column) -> Json | None:
    """What may stand in a cell of a line that is appended."""
    if column.type == "checkbox":
        return CHECKBOX
    if column.choices:
        values = [{"userEnteredValue": choice} for choice in column.choices]
        return {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": True, "showCustomUi": True}
    if column.choices_from:
        values = [{"userEnteredValue": _hidden_column(column.choices_from)}]
        return {"condition": {"type": "ONE_OF_RANGE", "values": values}, "strict": False, "showCustomUi": True}
    return None


def _hidden_column(reference: str) -> str:
    """`visits.name` as the range below that column's header; nobody moves the columns of a hidden tab."""
    key, name = reference.split(".")
    there = next(tab for tabs in schema().values() for tab in tabs if tab.key == key)
    letter = chr(ord("A") + [column.key for column in there.columns].index(name))
    return f"='{there.title}'!${letter}$2:${letter}"


def _cell(value: CellValue) -> Json:
    kind = "numberValue" if isinstance(value, int | float) else "stringValue"
    return {"userEnteredValue": {kind: value}} if value != "" else {}
