"""Arrays that fill the cells below and beside their formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.sheets.a1 import cell_name
from local.sheets.formula.data import Fault, Grid
from local.sheets.workbook import Tab


@dataclass(slots=True)
class Spill:
    """A formula that may fill cells; `reach` is how many columns at most, known before it is worked out."""

    row: int
    column: int
    reach: int
    grid: Grid | None = None
    bottom: int = 0
    """One past the last row that it fills, empty texts included, blanks not."""
    done: bool = False

    def fill(self, grid: Grid) -> None:
        end = len(grid.cells)
        while end and grid.cells[end - 1] is None:
            end -= 1
        self.grid, self.bottom, self.done = grid, self.row + -(-end // grid.width), True

    def meets(self, left: int, right: int) -> bool:
        """Whether it may reach into these columns."""
        return self.column < right and left < self.column + self.reach

    def at(self, row: int, column: int) -> Any:
        if self.grid is None or row - self.row >= self.grid.height or column - self.column >= self.grid.width:
            return None
        return self.grid.at(row - self.row, column - self.column)

    def right(self, row: int) -> int:
        """One past the last column that it fills in a row."""
        if self.grid is None or not self.row <= row < self.row + self.grid.height:
            return 0
        return self.column + self.grid.width


def in_the_way(tab: Tab, row: int, column: int, grid: Grid) -> Fault | None:
    """The fault of an array that would overwrite what somebody entered; None if it has room."""
    for r in range(row, min(row + grid.height, len(tab.rows))):
        cells = tab.rows[r]
        for c in range(column, min(column + grid.width, len(cells))):
            if cells[c].value is not None and (r, c) != (row, column):
                where = cell_name(r, c)
                return Fault("#REF!", f"Array result was not expanded because it would overwrite data in {where}.")
    return None
