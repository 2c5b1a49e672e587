"""A grid of cells as a person left it -> rows with named cells, found by header wherever they were moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct


class Cell(Struct, frozen=True):
    """What a cell shows, and the number or tick behind it."""

    text: str = ""
    number: float | None = None
    """A typed number; a date is days since 1899-12-30, its fraction the time of day."""
    ticked: bool = False


EMPTY = Cell()
Grid = Sequence[Sequence[Cell]]


class TableRow(Struct, frozen=True):
    """One row below the header. `number` is what the person sees at its left (the header is 1)."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, key: str) -> str:
        """The cell's text without the spaces around it; empty where the column is missing."""
        return self.cells.get(key, EMPTY).text.strip()


class Table(Struct, frozen=True):
    """One tab: where its columns are and its rows that have anything in them."""

    title: str
    letters: Mapping[str, str]
    """Column key -> letter, such as D."""
    rows: tuple[TableRow, ...]
    missing: Mapping[str, str]
    """Column key -> header, of the columns that should be there and are not."""

    def address(self, row: TableRow, key: str) -> str:
        """The cell's address as people write it, such as D7."""
        return f"{self.letters.get(key, '?')}{row.number}"


def read_table(title: str, headers: Mapping[str, str], grid: Grid) -> Table:
    """The table in `grid`, whose first row holds headers. `headers`: column key -> header."""
    found = {_plain(cell.text): index for index, cell in reversed(list(enumerate(grid[0] if grid else ())))}
    columns = {key: found[_plain(header)] for key, header in headers.items() if _plain(header) in found}
    rows = (
        TableRow(number, {key: row[i] for key, i in columns.items() if i < len(row)})
        for number, row in enumerate(grid[1:], 2)
    )
    return Table(
        title=title,
        letters={key: column_letter(index) for key, index in columns.items()},
        rows=tuple(row for row in rows if any(cell.text.strip() for cell in row.cells.values())),
        missing={key: header for key, header in headers.items() if key not in columns},
    )


def column_letter(index: int) -> str:
    """The letter of the column at `index` (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
