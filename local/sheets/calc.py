"""What cells show: values as entered, and formulas' results. (Formulas follow.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.sheets.clock import Clock
from local.sheets.workbook import Cell, Formula, Tab, Workbook


@dataclass(frozen=True, slots=True)
class Fault:
    """An error value: "#N/A", with what Google would say on hover."""

    code: str
    message: str = ""


class Calc:
    def __init__(self, book: Workbook, clock: Clock) -> None:
        self.book = book

    def value(self, tab: Tab, row: int, column: int) -> Any:
        value = tab.cell(row, column).value
        return Fault("#NAME?") if isinstance(value, Formula) else value

    def height(self, tab: Tab) -> int:
        return tab.data_end

    def width(self, tab: Tab, row: int) -> int:
        return len(tab.row(row))

    def link(self, cell: Cell) -> str | None:
        return None
