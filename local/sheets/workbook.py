"""The pretended world: a spreadsheet of tabs of cells. No HTTP, no JSON bodies, no formulas' results.

The rule it guards: whatever happens inside `changing()` happens wholly or not at all. Rows and
cells are immutable and are replaced, never altered, so taking a change back is putting the old
row back; and what has changed is known row by row, so a commit costs what was written and not
what is stored.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.sheets.a1 import Rect

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Formula:
    """What stands in a cell after "=", with the sign."""

    text: str


Value = str | float | int | bool | Formula | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody put into a cell. What it shows is worked out elsewhere."""

    value: Value = None
    format: Mapping[str, Any] | None = None
    note: str | None = None
    validation: Mapping[str, Any] | None = None
    runs: tuple[Any, ...] | None = None


EMPTY = Cell()
Row = tuple[Cell, ...]


def trimmed(cells: list[Cell]) -> Row:
    """A row without the nothing at its end."""
    end = len(cells)
    while end and cells[end - 1] == EMPTY:
        end -= 1
    return tuple(cells[:end])


@dataclass(slots=True)
class Changes:
    """What a commit has to store: rows by position, or all rows from one on; heads; the file."""

    rows: dict[int, set[int]] = field(default_factory=dict)
    rows_from: dict[int, int] = field(default_factory=dict)
    heads: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)


class Tab:
    """One sheet of a spreadsheet: its head (properties, merges, protections, ...) and its rows."""

    def __init__(self, book: Workbook, head: Json, rows: list[Row] | None = None) -> None:
        self._book = book
        self.head = head
        self.rows: list[Row] = rows or []
        self._formulas: dict[int, tuple[int, ...]] = {}
        self._index_formulas()
        self._data_end = len(self.rows)
        self.known_table: Rect | None = None
        """The table that the last append found; forgotten when anything inside it changes."""

    @property
    def sheet_id(self) -> int:
        return self.head["properties"]["sheetId"]

    @property
    def title(self) -> str:
        return self.head["properties"]["title"]

    @property
    def hidden(self) -> bool:
        return bool(self.head["properties"].get("hidden"))

    @property
    def row_count(self) -> int:
        return self.head["properties"]["gridProperties"]["rowCount"]

    @property
    def column_count(self) -> int:
        return self.head["properties"]["gridProperties"]["columnCount"]

    @property
    def grid(self) -> Rect:
        return Rect(0, 0, self.row_count, self.column_count)

    @property
    def data_end(self) -> int:
        """One past the last row in which anything is entered."""
        end = min(self._data_end, len(self.rows))
        while end and all(cell.value is None for cell in self.rows[end - 1]):
            end -= 1
        self._data_end = end
        return end

    def row(self, index: int) -> Row:
        return self.rows[index] if index < len(self.rows) else ()

    def cell(self, row: int, column: int) -> Cell:
        cells = self.row(row)
        return cells[column] if column < len(cells) else EMPTY

    def edit_head(self) -> Json:
        """The head, to be altered within a change."""
        self._book.remember_head(self)
        return self.head

    def put_cell(self, row: int, column: int, cell: Cell) -> None:
        cells = list(self.row(row))
        cells.extend([EMPTY] * (column + 1 - len(cells)))
        cells[column] = cell
        self.put_row(row, trimmed(cells))

    def put_row(self, index: int, row: Row) -> None:
        """Replace a row; rows that were never touched come into being as empty ones."""
        old_length = len(self.rows)
        if index < old_length:
            old = self.rows[index]
            self.rows[index] = row
            self._book.undo(lambda: self._set_row(index, old))
        elif row:
            self.rows.extend([()] * (index - old_length))
            self.rows.append(row)
            self._book.undo(lambda: self._cut(old_length))
        else:
            return
        self._note_row(index, row)
        self._book.row_changed(self, index)

    def replace_rows(self, rows: list[Row]) -> None:
        """Rows were inserted, deleted, moved or sorted: take the new list whole."""
        old = self.rows
        first = next(
            (i for i, (a, b) in enumerate(zip(old, rows, strict=False)) if a is not b), min(len(old), len(rows))
        )
        self._book.undo(lambda: self._restore(old))
        self._restore(rows)
        self._book.rows_changed_from(self, first)

    def formula_cells(self) -> Iterator[tuple[int, int, Formula]]:
        """Every formula of the tab with its place, from the top."""
        for row in sorted(self._formulas):
            for column in self._formulas[row]:
                yield row, column, self.rows[row][column].value  # type: ignore[misc]

    @property
    def has_formulas(self) -> bool:
        return bool(self._formulas)

    def _set_row(self, index: int, row: Row) -> None:
        self.rows[index] = row
        self._note_row(index, row)

    def _cut(self, length: int) -> None:
        for index in range(length, len(self.rows)):
            self._formulas.pop(index, None)
        del self.rows[length:]
        self.known_table = None

    def _restore(self, rows: list[Row]) -> None:
        self.rows = rows
        self._index_formulas()
        self._data_end = len(rows)
        self.known_table = None

    def _note_row(self, index: int, row: Row) -> None:
        columns = tuple(c for c, cell in enumerate(row) if type(cell.value) is Formula)
        if columns:
            self._formulas[index] = columns
        else:
            self._formulas.pop(index, None)
        self._data_end = max(self._data_end, index + 1)
        if self.known_table and index < self.known_table.bottom:
            self.known_table = None

    def _index_formulas(self) -> None:
        self._formulas = {}
        for index, row in enumerate(self.rows):
            columns = tuple(c for c, cell in enumerate(row) if type(cell.value) is Formula)
            if columns:
                self._formulas[index] = columns


class Workbook:
    """A spreadsheet. `version` grows by one with each change that was kept."""

    def __init__(self, file_id: str, head: Json, version: int = 0) -> None:
        self.file_id = file_id
        self.head = head
        self.tabs: list[Tab] = []
        self.version = version
        self.save: Callable[[Workbook, Changes], None] = lambda book, changes: None
        self.edits = 0
        """Grows with every single alteration, kept or taken back: what is worked out from cells asks it."""
        self._undo: list[Callable[[], None]] | None = None
        self._remembered: set[int] = set()
        self._changes = Changes()

    def tab_by_id(self, sheet_id: int) -> Tab | None:
        return next((tab for tab in self.tabs if tab.sheet_id == sheet_id), None)

    def tab_by_title(self, title: str) -> Tab | None:
        """Titles differ by more than their case, as in Google's."""
        wanted = title.casefold()
        return next((tab for tab in self.tabs if tab.title.casefold() == wanted), None)

    @property
    def first_visible(self) -> Tab:
        return next((tab for tab in self.tabs if not tab.hidden), self.tabs[0])

    @property
    def cells_in_grids(self) -> int:
        return sum(tab.row_count * tab.column_count for tab in self.tabs)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All that is done inside is kept and stored together, or taken back together."""
        self._undo, self._remembered, self._changes = [], set(), Changes()
        try:
            yield
            self.version += 1
            self._undo.append(self._step_back)
            self.save(self, self._changes)
        except BaseException:
            for take_back in reversed(self._undo):
                take_back()
            self.edits += 1
            raise
        finally:
            self._undo = None

    def undo(self, take_back: Callable[[], None]) -> None:
        if self._undo is None:
            raise RuntimeError("a workbook is changed only inside changing()")
        self._undo.append(take_back)
        self.edits += 1

    def edit_head(self) -> Json:
        """The head of the file (properties, named ranges, metadata), to be altered within a change."""
        if 0 not in self._remembered:
            self._remembered.add(0)
            old = copy.deepcopy(self.head)
            self.undo(lambda: setattr(self, "head", old))
        return self.head

    def remember_head(self, tab: Tab) -> None:
        if id(tab) not in self._remembered:
            self._remembered.add(id(tab))
            old = copy.deepcopy(tab.head)
            self.undo(lambda: setattr(tab, "head", old))
        self._changes.heads.add(tab.sheet_id)

    def row_changed(self, tab: Tab, index: int) -> None:
        self._changes.rows.setdefault(tab.sheet_id, set()).add(index)

    def rows_changed_from(self, tab: Tab, index: int) -> None:
        known = self._changes.rows_from.get(tab.sheet_id, index)
        self._changes.rows_from[tab.sheet_id] = min(known, index)

    def add_tab(self, head: Json, index: int, rows: list[Row] | None = None) -> Tab:
        tab = Tab(self, head, rows)
        self.arrange([*self.tabs[:index], tab, *self.tabs[index:]])
        self._changes.heads.add(tab.sheet_id)
        self._changes.rows_from[tab.sheet_id] = 0
        self._changes.gone.discard(tab.sheet_id)
        return tab

    def remove_tab(self, tab: Tab) -> None:
        self.arrange([other for other in self.tabs if other is not tab])
        self._changes.gone.add(tab.sheet_id)

    def arrange(self, tabs: list[Tab]) -> None:
        """Put the tabs into this order, and write each one's index down."""
        old = self.tabs
        self.undo(lambda: setattr(self, "tabs", old))
        self.tabs = tabs
        for index, tab in enumerate(tabs):
            if tab.head["properties"].get("index") != index:
                tab.edit_head()["properties"]["index"] = index

    def load_tab(self, head: Json, rows: list[Row]) -> None:
        """Bring a stored tab back: no change, nothing to store."""
        self.tabs.append(Tab(self, head, rows))

    def snapshot(self) -> Workbook:
        """This workbook as it is now, for readers; rows are immutable, so only their lists are copied."""
        old = Workbook(self.file_id, copy.deepcopy(self.head), self.version)
        for tab in self.tabs:
            old.load_tab(copy.deepcopy(tab.head), list(tab.rows))
        return old

    def _step_back(self) -> None:
        self.version -= 1
