"""People's spreadsheets as `sync` reads them: one read a file, tabs found by title, columns by header.

Of a tab with a line for every registration only the columns that people write in are read. Which letters these
have is known from the last read; the header comes along, and where it tells that somebody moved a column
meanwhile, the tab says nothing until the next read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from zapis.core.tables import EMPTY, Cell, Table, column_letter, read_table
from zapis.errors import CallRefused, SheetError
from zapis.publish.places import header_of
from zapis.schema import Tab
from zapis.sheets import Json, Sheets

MASK = (
    "sheets(properties(sheetId,title),"
    "data(startRow,rowData.values(formattedValue,effectiveValue,userEnteredValue.formulaValue)))"
)
COVERED = "#REF!"
"""What a header cell shows while something typed below it leaves its formula no room."""

Grid = list[list[Cell]]
Span = tuple[int, int]
"""The first column and the last one, from 0."""


class Strip(Struct, frozen=True):
    """The columns of a tab from the first to the last of `keys`, from the header down as far as `rows` (0: the end)."""

    tab: Tab
    keys: tuple[str, ...]
    rows: int = 0

    def span(self, headers: Sequence[str]) -> Span:
        """Where the columns are that have a header in this row; where they were declared if none has."""
        plain = [header.strip().casefold() for header in headers]
        wanted = [self.tab.column(key).header.casefold() for key in self.keys]
        places = [plain.index(header) for header in wanted if header in plain]
        return (min(places), max(places)) if places else self.declared

    @property
    def declared(self) -> Span:
        """Where they are while nobody moved them."""
        return self.span([column.header for column in self.tab.columns])


class File(Struct, frozen=True):
    """One read of a spreadsheet: tabs by the schema's key."""

    spreadsheet: str
    ids: dict[str, int]
    grids: dict[str, Grid]
    spans: Mapping[str, Span] = field(default_factory=dict)
    """Tab key -> where the columns are, of tabs of which only some are read."""
    moved: frozenset[str] = frozenset()
    """The tabs of which other columns were read than were wanted: they say nothing this time."""
    covered: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Tab key -> where the columns are in which our formula shows nothing, because somebody typed below it."""

    def table(self, tab: Tab) -> Table:
        """The rows of a tab, by column key."""
        headers = {column.key: column.header for column in tab.columns if column.owner != "formula"}
        return read_table(tab.title, headers, self.grids[tab.key])

    def texts(self, tab: Tab) -> list[list[str]]:
        """The texts below a tab's header."""
        return [[cell.text for cell in row] for row in self.grids[tab.key][1:]]

    def is_whole(self, tab: Tab) -> bool:
        """Whether all of the tab was read."""
        return tab.key in self.grids and tab.key not in self.spans

    def has(self, tab: Tab, key: str) -> bool:
        """Whether a column is there."""
        header = tab.column(key).header.casefold()
        return any(text.strip().casefold() == header for text in _headers(self.grids[tab.key]))

    def column(self, tab: Tab, key: str) -> int:
        """Where a column is, from 0. Raises SheetError if its header is gone."""
        header = tab.column(key).header.casefold()
        for index, text in enumerate(_headers(self.grids[tab.key])):
            if text.strip().casefold() == header:
                return index
        raise SheetError(f"Во вкладке «{tab.title}» нет столбца «{tab.column(key).header}»: верните его.")


def read_file(
    sheets: Sheets,
    spreadsheet: str,
    whole: Sequence[Tab],
    headers: Sequence[Tab] = (),
    strips: Sequence[Strip] = (),
    spans: Mapping[str, Span] | None = None,
) -> File:
    """Tabs of a spreadsheet in one read: of some the header row only, of some a few columns.

    `spans`: where these columns were at the last read. Raises SheetError with a sentence if the spreadsheet is not
    laid out.
    """
    tabs = (*whole, *headers, *(strip.tab for strip in strips))
    asked = {strip.tab.key: (spans or {}).get(strip.tab.key, strip.declared) for strip in strips}
    ranges = [f"'{tab.title}'" for tab in whole] + [f"'{tab.title}'!1:1" for tab in headers]
    ranges += [cells for strip in strips for cells in _ranges(strip, asked[strip.tab.key])]
    try:
        answer = sheets.get(spreadsheet, ranges, MASK)
    except CallRefused as error:
        titles = ", ".join(f"«{tab.title}»" for tab in tabs)
        raise SheetError(
            f"В таблице нет одной из вкладок {titles}: верните её или выполните `zapis sheet init`."
        ) from error
    by_title = {sheet["properties"]["title"]: sheet for sheet in answer["sheets"]}
    grids = {tab.key: _cells(*by_title[tab.title].get("data", ())[:1]) for tab in (*whole, *headers)}
    grids |= {strip.tab.key: _joined(by_title[strip.tab.title], asked[strip.tab.key][0]) for strip in strips}
    found = {strip.tab.key: strip.span(_headers(grids[strip.tab.key])) for strip in strips}
    return File(
        spreadsheet,
        {tab.key: by_title[tab.title]["properties"]["sheetId"] for tab in tabs},
        grids,
        found,
        frozenset(key for key, span in found.items() if span[0] < asked[key][0] or span[1] > asked[key][1]),
        {tab.key: columns for tab in tabs if (columns := dict(_covered(tab, by_title[tab.title])))},
    )


def brought_back(file: File, tabs: Sequence[Tab], answer: Json) -> File:
    """The whole of `tabs` of a file, as the answer to a write brings them back."""
    by_title = {sheet["properties"]["title"]: sheet for sheet in answer.get("sheets", ())}
    grids = {tab.key: _cells(*by_title[tab.title].get("data", ())[:1]) for tab in tabs if tab.title in by_title}
    return File(file.spreadsheet, file.ids, {tab.key: [] for tab in tabs} | grids)


def _ranges(strip: Strip, span: Span) -> Iterator[str]:
    """Beyond the grid's edge a range may end but not begin, so columns that are gone do no harm."""
    first, last = map(column_letter, span)
    yield f"'{strip.tab.title}'!1:1"
    yield f"'{strip.tab.title}'!{first}1:{last}{strip.rows or ''}"


def _covered(tab: Tab, sheet: Json) -> Iterator[tuple[str, int]]:
    ours = {column.header: column.key for column in tab.columns if column.owner == "formula"}
    rows = (sheet.get("data") or [{}])[0].get("rowData", ())
    for index, cell in enumerate(rows[0].get("values", ()) if rows else ()):
        if cell.get("formattedValue") == COVERED and header_of(cell) in ours:
            yield ours[header_of(cell)], index


def _headers(grid: Grid) -> list[str]:
    return [cell.text for cell in (grid[0] if grid else ())]


def _joined(sheet: Json, first: int) -> Grid:
    """The whole header, and below it the columns that were read, from `first` on."""
    header, *blocks = sheet.get("data") or [{}]
    below = _cells(*blocks[:1])[1:]
    return [*(_cells(header)[:1] or [[]]), *([EMPTY] * first + cells for cells in below)]


def _cells(block: Json | None = None) -> Grid:
    rows = (block or {}).get("rowData", ())
    return [[_cell(cell) if cell else EMPTY for cell in row.get("values", ())] for row in rows]


def _cell(cell: Json) -> Cell:
    value = cell.get("effectiveValue", {})
    number = value.get("numberValue")
    return Cell(
        cell.get("formattedValue", ""), float(number) if number is not None else None, value.get("boolValue", False)
    )
