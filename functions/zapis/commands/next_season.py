"""The next season's catalogue from the last one's: what lasts is copied, what was of that season is not.

Settings, texts, enterprises and tours last. Dates, statuses, roster files (they hold people's names) and ids do not: a
new id makes last season's links and gate addresses lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zapis.core.tables import Cell, Table
from zapis.errors import SheetError
from zapis.publish.files import File, read_file
from zapis.schema import Tab, tab
from zapis.sheets import Json, Sheets

DECLARED = tuple(tab("catalogue", key) for key in ("season", "texts"))
"""Tabs whose rows are known by their ids: only what people typed beside them is copied."""
LASTING = tuple(tab("catalogue", key) for key in ("enterprises", "tours"))
ROWS_OF_THAT_SEASON = ("season", "opens", "rehearsal")
COLUMNS_OF_THAT_SEASON = ("roster", "sample")


def copy(sheets: Sheets, old: str, new: str) -> Mapping[str, int]:
    """Copy what lasts into a laid-out, empty catalogue; how many rows of each tab. Raises SheetError."""
    last, fresh = (read_file(sheets, file, (*DECLARED, *LASTING)) for file in (old, new))
    taken = [of.title for of in LASTING if _rows(fresh.table(of))]
    if taken:
        raise SheetError(f"The new catalogue is not empty: there are rows in {', '.join(taken)}. Nothing was copied.")
    requests = [request for of in DECLARED for request in _beside(of, last, fresh)]
    requests += [request for of in LASTING for request in _below(of, last, fresh)]
    if requests:
        sheets.batch_update(new, requests)
    return {of.title: len(_rows(last.table(of))) for of in LASTING}


def _rows(table: Table) -> list[Mapping[str, Cell]]:
    """The rows in which people typed something."""
    return [row.cells for row in table.rows if any(c.text.strip() for key, c in row.cells.items() if key != "id")]


def _beside(of: Tab, last: File, fresh: File) -> Iterator[Json]:
    """What stands beside declared rows, wherever those were moved."""
    old = {row.text("id"): row.cells for row in last.table(of).rows if row.text("id") not in ROWS_OF_THAT_SEASON}
    for row in fresh.table(of).rows:
        for key in _copied(of):
            cell = old.get(row.text("id"), {}).get(key)
            if cell is not None and cell.text:
                yield _cells(fresh.ids[of.key], row.number - 1, fresh.column(of, key), [_value(cell)])


def _below(of: Tab, last: File, fresh: File) -> Iterator[Json]:
    """One request a column."""
    rows = _rows(last.table(of))
    for key in _copied(of) if rows else ():
        yield _cells(fresh.ids[of.key], 1, fresh.column(of, key), [_value(row.get(key, Cell())) for row in rows])


def _copied(of: Tab) -> list[str]:
    """The columns that people fill in and that last."""
    return [c.key for c in of.columns if c.owner == "people" and c.key not in COLUMNS_OF_THAT_SEASON]


def _cells(sheet: int, row: int, column: int, values: list[Json]) -> Json:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [v]} for v in values], "fields": "userEnteredValue"}}


def _value(cell: Cell) -> Json:
    if cell.number is not None:
        return {"userEnteredValue": {"numberValue": cell.number}}
    return {"userEnteredValue": {"stringValue": cell.text}} if cell.text else {}
