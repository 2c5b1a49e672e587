"""What does not fit into a spreadsheet of Google's."""

from __future__ import annotations

from typing import Any

from local.sheets.errors import invalid
from local.sheets.workbook import Workbook

MAX_CELLS = 10_000_000
MAX_TEXT = 50_000
MAX_COLUMNS = 18_278


def check_cells(book: Workbook, more: int) -> None:
    """Refuse a grid that would take the workbook above ten million cells, empty ones counted."""
    if book.cells_in_grids + more > MAX_CELLS:
        raise invalid(
            f"This action would increase the number of cells in the workbook above the limit of {MAX_CELLS} cells."
        )


def check_text(value: Any) -> None:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise invalid(f"Your input contains more than the maximum of {MAX_TEXT} characters in a single cell.")
