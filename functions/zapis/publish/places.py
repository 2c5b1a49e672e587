"""Where the declared tabs and columns stand in a spreadsheet, or will stand once they are added.

The rule it guards: a column is known by its header, wherever people moved it. One of our formulas stands in
the header cell itself, so that column is known by the header that its formula names, even while it shows
#REF! because somebody typed below it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from zapis.core.tables import column_letter
from zapis.schema import Column, Tab
from zapis.sheets import Json

SHEET_MASK = (
    "sheets(properties(sheetId,title,gridProperties),protectedRanges(description),charts(chartId),"
    "filterViews(filterViewId),conditionalFormats(ranges,booleanRule(condition)))"
)
CELLS_MASK = (
    "sheets(properties(sheetId),data(rowData(values("
    "formattedValue,userEnteredValue,note,dataValidation,userEnteredFormat.numberFormat))))"
)
_HEADER_IN_FORMULA = re.compile(r'\(ROW\([^)]*\)=1[;,]\s*"((?:[^"]|"")*)"')

Item = TypeVar("Item")


class Place(Struct, frozen=True):
    """A declared tab in the spreadsheet. Rows and columns are counted from 0."""

    tab: Tab
    sheet: int
    exists: bool
    width: int
    """How many columns the grid has."""
    columns: Mapping[str, int]
    """Column key -> index; those to be added follow the last one that has a header."""
    missing: tuple[Column, ...]
    """The columns to be added, side by side."""
    broken: tuple[Column, ...]
    """Columns whose header is there but has lost its formula."""
    ids: frozenset[str]
    """The `_id`s in the rows that were read."""
    height: int
    """How many of the rows that were read have something in them."""
    guarded: frozenset[str]
    """Descriptions of the protections that are there."""
    charts: frozenset[int]
    """Ids of the charts that are there."""
    views: frozenset[int]
    """Ids of the filter views that are there."""
    shades: tuple[tuple[int, int, str, str], ...]
    """What colours cells: the first column, the one after the last, the kind of condition and its text."""
    notes: Mapping[str, str]
    """Column key -> the note on its header, of the columns that are there."""
    rules: Mapping[str, Json]
    """Column key -> what may stand in its first cell; empty where anything may."""
    formats: Mapping[str, Json]
    """Column key -> how its first cell shows numbers; empty where as Google thinks best."""
    standing: Mapping[str, tuple[int, Mapping[str, str]]]
    """`_id` -> the row's index and what its cells show, of the rows that were read."""

    @property
    def title(self) -> str:
        """The tab's title as A1 notation wants it."""
        return quoted(self.tab.title)

    def letter(self, key: str) -> str:
        """The letter of the column with this key, such as D."""
        return column_letter(self.columns[key])


Places = Mapping[str, Place]
"""Places by the titles of their tabs."""


def place(tab: Tab, sheet: Json | None, taken: Collection[int] = ()) -> Place:
    """Where `tab` stands in `sheet`: its properties, protections and cells, or None while there is none.

    A new sheet gets an id that is not among `taken`.
    """
    rows = entered(sheet or {})
    headers = rows[0] if rows else []
    index = {_plain(header_of(cell)): number for number, cell in reversed(list(enumerate(headers)))}
    found = {column.key: index[_plain(column.header)] for column in tab.columns if _plain(column.header) in index}
    missing = tuple(column for column in tab.columns if column.key not in found)
    return Place(
        tab=tab,
        sheet=sheet["properties"]["sheetId"] if sheet else _new_id(tab.title, taken),
        exists=sheet is not None,
        width=sheet["properties"]["gridProperties"]["columnCount"] if sheet else len(tab.columns),
        columns=found | {column.key: number for number, column in enumerate(missing, len(headers))},
        missing=missing,
        broken=tuple(c for c in tab.columns if _lost_formula(c, found, headers)),
        ids=_ids(rows[1:], found.get("id")),
        height=len(rows),
        guarded=frozenset(guard.get("description", "") for guard in (sheet or {}).get("protectedRanges", ())),
        charts=frozenset(chart["chartId"] for chart in (sheet or {}).get("charts", ())),
        views=frozenset(view["filterViewId"] for view in (sheet or {}).get("filterViews", ())),
        shades=tuple(shade for rule in (sheet or {}).get("conditionalFormats", ()) for shade in _shades(rule)),
        notes={key: str(headers[number].get("note", "")) for key, number in found.items()},
        rules={key: _first_below(sheet or {}, number).get("dataValidation", {}) for key, number in found.items()},
        formats={key: _first_below(sheet or {}, number).get("userEnteredFormat", {}) for key, number in found.items()},
        standing={row_id: shown for row_id, shown in _standing(rows, found) if row_id},
    )


def entered(sheet: Json) -> list[list[Json]]:
    """The cells of the first block that was read, without the rows and cells at the end that nobody filled."""
    blocks: Sequence[Json] = sheet.get("data") or ({},)
    rows = ([*row.get("values", ())] for row in blocks[0].get("rowData", ()))
    return _cut([_cut(row, lambda cell: "userEnteredValue" in cell) for row in rows], bool)


def condition_of(rule: Json) -> tuple[str, str]:
    """A condition's kind and what it asks for; ranges are written in many ways, so of them the kind only."""
    condition = rule.get("condition", {})
    kind = condition.get("type", "")
    values = [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]
    return kind, "" if kind == "ONE_OF_RANGE" else json.dumps(values, ensure_ascii=False)


def quoted(title: str) -> str:
    """A tab's title in A1 notation."""
    return "'" + title.replace("'", "''") + "'"


def _cut(items: list[Item], filled: Callable[[Item], bool]) -> list[Item]:
    end = len(items)
    while end and not filled(items[end - 1]):
        end -= 1
    return items[:end]


def header_of(cell: Json) -> str:
    """What a header cell is called: what its formula names it, whatever it shows, or what stands there."""
    named = _HEADER_IN_FORMULA.search(_formula(cell))
    return named[1].replace('""', '"') if named else str(cell.get("formattedValue", ""))


def _formula(cell: Json) -> str:
    return str(cell.get("userEnteredValue", {}).get("formulaValue", ""))


def _shades(rule: Json) -> list[tuple[int, int, str, str]]:
    kind, text = condition_of(rule.get("booleanRule", {}))
    spans = ((part.get("startColumnIndex", 0), part.get("endColumnIndex", 0)) for part in rule.get("ranges", ()))
    return [(first, end, kind, text) for first, end in spans]


def _first_below(sheet: Json, column: int) -> Json:
    """The first cell below a header, though nobody has typed into it."""
    blocks: Sequence[Json] = sheet.get("data") or ({},)
    rows = blocks[0].get("rowData", ())
    values = rows[1].get("values", ()) if len(rows) > 1 else ()
    return dict(values[column]) if column < len(values) else {}


def _standing(rows: Sequence[Sequence[Json]], found: Mapping[str, int]) -> Iterator[tuple[str, Any]]:
    for number, row in enumerate(rows[1:], 1):
        shown = {key: str(row[i].get("formattedValue", "")) for key, i in found.items() if i < len(row)}
        yield shown.get("id", ""), (number, shown)


def _lost_formula(column: Column, found: Mapping[str, int], headers: Sequence[Json]) -> bool:
    return column.owner == "formula" and column.key in found and not _formula(headers[found[column.key]])


def _ids(rows: Sequence[Sequence[Json]], column: int | None) -> frozenset[str]:
    if column is None:
        return frozenset()
    return frozenset(str(row[column].get("formattedValue", "")) for row in rows if column < len(row))


def _new_id(title: str, taken: Collection[int]) -> int:
    candidate = zlib.crc32(title.encode()) & 0x7FFFFFFF
    while candidate in taken:
        candidate += 1
    return candidate


def _plain(header: str) -> str:
    return " ".join(header.split()).casefold()
