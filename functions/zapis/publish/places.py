"""Where the declared tabs and columns stand in a spreadsheet, or will stand once they are added.

The rule it guards: a column is known by its header, wherever people moved it. One of our formulas stands in
the header cell itself, so that column is known by the header that its formula names, even while it shows
#REF! because somebody typed below it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from zapis.core.tables import column_letter
from zapis.schema import Column, Tab
from zapis.sheets import Json

SHEET_MASK = "sheets(properties(sheetId,title,gridProperties),protectedRanges(description),charts(chartId))"
CELLS_MASK = "sheets(properties(sheetId),data(rowData(values(formattedValue,userEnteredValue))))"
_HEADER_IN_FORMULA = re.compile(r'\(ROW\([^)]*\)=1[;,]\s*"((?:[^"]|"")*)"')

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Place:
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

    @property
    def title(self) -> str:
        """The tab's title as A1 notation wants it."""
        return quoted(self.tab.title)

    def letter(self, key: str) -> str:
        """The letter of the column with this key, such as D."""
        return column_letter(self.columns[key])


def place(tab: Tab, sheet: Json | None, taken: Collection[int] = ()) -> Place:
    """Where `tab` stands in `sheet`: its properties, protections and cells, or None while there is none.

    A new sheet gets an id that is not among `taken`.
    """
    rows = entered(sheet or {})
    headers = rows[0] if rows else []
    index = {_plain(_header(cell)): number for number, cell in reversed(list(enumerate(headers)))}
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
    )


def entered(sheet: Json) -> list[list[Json]]:
    """The cells of the first block that was read, without the rows and cells at the end that nobody filled."""
    blocks: Sequence[Json] = sheet.get("data") or ({},)
    rows = ([*row.get("values", ())] for row in blocks[0].get("rowData", ()))
    return _cut([_cut(row, lambda cell: "userEnteredValue" in cell) for row in rows], bool)


def quoted(title: str) -> str:
    """A tab's title in A1 notation."""
    return "'" + title.replace("'", "''") + "'"


def _cut(items: list[Item], filled: Callable[[Item], bool]) -> list[Item]:
    end = len(items)
    while end and not filled(items[end - 1]):
        end -= 1
    return items[:end]


def _header(cell: Json) -> str:
    named = _HEADER_IN_FORMULA.search(_formula(cell))
    return named[1].replace('""', '"') if named else str(cell.get("formattedValue", ""))


def _formula(cell: Json) -> str:
    return str(cell.get("userEnteredValue", {}).get("formulaValue", ""))


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
