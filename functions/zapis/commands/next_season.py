"""The next season's catalogue from the last one's: what lasts is copied, what was of that season is not.

Settings, enterprises and tours last. Dates, statuses, roster files (they hold people's names) and ids do not: a
new id makes last season's links and gate addresses lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zapis.core.tables import Cell, Table
from zapis.errors import SheetError
from zapis.publish.files import File, read_file
from zapis.schema import Tab, tab
from zapis.sheets import Json, Sheets

SEASON = tab("catalogue", "season")
LASTING = tuple(tab("catalogue", key) for key in ("enterprises", "tours"))
OF_THAT_SEASON = {"season": ("season", "opens", "rehearsal"), "enterprises": ("roster",)}
"""Rows of «Сезон» and columns of other tabs that begin empty."""


def copy(sheets: Sheets, old: str, new: str) -> Mapping[str, int]:
    """Copy what lasts into a laid-out, empty catalogue; how many rows of each tab. Raises SheetError."""
    last, fresh = (read_file(sheets, file, (SEASON, *LASTING)) for file in (old, new))
    taken = [of.title for of in LASTING if _rows(fresh.table(of))]
    if taken:
        raise SheetError(f"The new catalogue is not empty: there are rows in {', '.join(taken)}. Nothing was copied.")
    requests = [*_settings(last, fresh)]
    for of in LASTING:
        requests += _copied(of, last, fresh)
    if requests:
        sheets.batch_update(new, requests)
    return {of.title: len(_rows(last.table(of))) for of in LASTING}


def _rows(table: Table) -> list[Mapping[str, Cell]]:
    """The rows in which people typed something."""
    return [row.cells for row in table.rows if any(c.text.strip() for key, c in row.cells.items() if key != "id")]


def _settings(last: File, fresh: File) -> Iterator[Json]:
    """Settings by their row's id, wherever their rows were moved."""
    values = {row.text("id"): row.cells["value"] for row in last.table(SEASON).rows if "value" in row.cells}
    column = fresh.column(SEASON, "value")
    for row in fresh.table(SEASON).rows:
        key = row.text("id")
        if key in values and key not in OF_THAT_SEASON["season"]:
            yield _cells(fresh.ids[SEASON.key], row.number - 1, column, [_value(values[key])])


def _copied(of: Tab, last: File, fresh: File) -> Iterator[Json]:
    """One request a column: in the new file columns stand as declared."""
    rows = _rows(last.table(of))
    left_out = OF_THAT_SEASON.get(of.key, ())
    for column in of.columns:
        if column.owner != "people" or column.key in left_out or not rows:
            continue
        values = [_value(row.get(column.key, Cell())) for row in rows]
        yield _cells(fresh.ids[of.key], 1, fresh.column(of, column.key), values)


def _cells(sheet: int, row: int, column: int, values: list[Json]) -> Json:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [v]} for v in values], "fields": "userEnteredValue"}}


def _value(cell: Cell) -> Json:
    if cell.number is not None:
        return {"userEnteredValue": {"numberValue": cell.number}}
    return {"userEnteredValue": {"stringValue": cell.text}} if cell.text else {}
