"""values.append: finding the table that lies at a range, and writing below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sheets.a1 import Rect
from local.sheets.calc import Calc
from local.sheets.grid import Shift, shift_grid
from local.sheets.limits import check_cells
from local.sheets.ranges import locate, within
from local.sheets.values import Pen, Written, as_rows, write_block
from local.sheets.workbook import Tab, Workbook


def append(
    book: Workbook, calc: Calc, text: str, body: Mapping[str, Any], pen: Pen, insert: bool
) -> tuple[Rect | None, Written]:
    """Write after the table that lies at a range. Answers the table, if there is one, and what was written."""
    tab, box = locate(book, text)
    start = within(tab, box)
    table = find_table(calc, tab, start)
    rows = as_rows(body)
    top, left = (table.bottom, table.left) if table else (start.top, start.left)
    rect = Rect(top, left, top + max(len(rows), 1), left + max(max(map(len, rows), default=0), 1))
    if insert and top < tab.row_count:
        _make_room(book, tab, top, len(rows))
    return table, write_block(book, tab, rect, rows, pen)


def _make_room(book: Workbook, tab: Tab, at: int, count: int) -> None:
    if count:
        check_cells(book, count * tab.column_count)
        shift_grid(book, tab, Shift("ROWS", at, count))


def find_table(calc: Calc, tab: Tab, rect: Rect) -> Rect | None:
    """The table at a range: the block of filled cells, without gaps, round its last filled cell.

    The last one, so a range with a gap in its row finds the block to the right of the gap: that
    is how Google comes to append there.
    """
    seed = _last_filled(calc, tab, rect)
    if seed is None:
        return None
    known = tab.known_table
    block = _grown(calc, tab, known, known.bottom) if known else None
    if block is None or not block.holds(*seed):
        row, column = seed
        block = _grown(calc, tab, Rect(row, column, row + 1, column + 1), row)
    tab.known_table = None if tab.has_formulas else block
    return block


def _last_filled(calc: Calc, tab: Tab, rect: Rect) -> tuple[int, int] | None:
    for row in range(min(rect.bottom, calc.height(tab)) - 1, rect.top - 1, -1):
        for column in range(min(rect.right, calc.width(tab, row)) - 1, rect.left - 1, -1):
            if calc.value(tab, row, column) is not None:
                return row, column
    return None


def _grown(calc: Calc, tab: Tab, block: Rect, fresh: int) -> Rect:
    """Grow a block while a filled cell touches its edge, corners counted.

    Rows above `fresh` were looked at before: an append costs the rows that it adds.
    """

    def any_filled(rows: range, columns: range) -> bool:
        return any(calc.value(tab, r, c) is not None for r in rows for c in columns)

    top, left, bottom, right = block.top, block.left, block.bottom, block.right
    while True:
        wide = range(max(left - 1, 0), min(right + 1, tab.column_count))
        while bottom < calc.height(tab) and any_filled(range(bottom, bottom + 1), wide):
            bottom += 1
        while top > 0 and any_filled(range(top - 1, top), wide):
            top, fresh = top - 1, min(fresh, top - 1)
        beside = range(max(min(fresh, top + 1) - 1, 0), min(bottom + 1, tab.row_count))
        if right < tab.column_count and any_filled(beside, range(right, right + 1)):
            right, fresh = right + 1, top
        elif left > 0 and any_filled(beside, range(left - 1, left)):
            left, fresh = left - 1, top
        else:
            return Rect(top, left, bottom, right)
