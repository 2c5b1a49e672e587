"""People's spreadsheets as `sync` reads them: one read a file, tabs found by title, columns by header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zapis.core.tables import Cell, Table, read_table
from zapis.errors import CallRefused, SheetError
from zapis.schema import Tab
from zapis.sheets import Json, Sheets

MASK = "sheets(properties(sheetId,title),data(startRow,rowData.values(formattedValue,effectiveValue)))"


@dataclass(frozen=True, slots=True)
class File:
    """One read of a spreadsheet: tabs by the schema's key."""

    spreadsheet: str
    ids: dict[str, int]
    grids: dict[str, list[list[Cell]]]

    def table(self, tab: Tab) -> Table:
        """The rows of a tab, by column key."""
        headers = {column.key: column.header for column in tab.columns if column.owner != "formula"}
        return read_table(tab.title, headers, self.grids[tab.key])

    def texts(self, tab: Tab) -> list[list[str]]:
        """The texts below a tab's header."""
        return [[cell.text for cell in row] for row in self.grids[tab.key][1:]]

    def column(self, tab: Tab, key: str) -> int:
        """Where a column is, from 0. Raises SheetError if its header is gone."""
        header = tab.column(key).header.casefold()
        for index, cell in enumerate(self.grids[tab.key][0] if self.grids[tab.key] else ()):
            if cell.text.strip().casefold() == header:
                return index
        raise SheetError(f"Во вкладке «{tab.title}» нет столбца «{tab.column(key).header}»: верните его.")


def read_file(sheets: Sheets, spreadsheet: str, whole: Sequence[Tab], headers: Sequence[Tab] = ()) -> File:
    """Tabs of a spreadsheet in one read, of some the header row only.

    Raises SheetError with a sentence if it is not laid out.
    """
    tabs = (*whole, *headers)
    ranges = [f"'{tab.title}'" for tab in whole] + [f"'{tab.title}'!1:1" for tab in headers]
    try:
        answer = sheets.get(spreadsheet, ranges, MASK)
    except CallRefused as error:
        titles = ", ".join(f"«{tab.title}»" for tab in tabs)
        raise SheetError(
            f"В таблице нет одной из вкладок {titles}: верните её или выполните `zapis sheet init`."
        ) from error
    by_title = {sheet["properties"]["title"]: sheet for sheet in answer["sheets"]}
    return File(
        spreadsheet,
        {tab.key: by_title[tab.title]["properties"]["sheetId"] for tab in tabs},
        {tab.key: _cells(by_title[tab.title]) for tab in tabs},
    )


def _cells(sheet: Json) -> list[list[Cell]]:
    data = (sheet.get("data") or [{}])[0]
    return [[_cell(cell) for cell in row.get("values", ())] for row in data.get("rowData", ())]


def _cell(cell: Json) -> Cell:
    value = cell.get("effectiveValue", {})
    number = value.get("numberValue")
    return Cell(
        cell.get("formattedValue", ""), float(number) if number is not None else None, value.get("boolValue", False)
    )
