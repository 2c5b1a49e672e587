"""Changes of what stands in cells: writing, repeating, appending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.sheets.a1 import Rect
from local.sheets.cells import cell_mask, check_cell, entered, validation, with_data
from local.sheets.changes.context import Context, Message
from local.sheets.errors import invalid
from local.sheets.formula.references import moved
from local.sheets.limits import check_cells
from local.sheets.masks import Mask
from local.sheets.protection import check_writable
from local.sheets.ranges import from_grid_range, tab_of
from local.sheets.values import grow
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Row, Tab, trimmed

Rewrite = Callable[[Cell, int, int], Cell]


def update_cells(context: Context, request: Message) -> Json:
    mask = cell_mask(request)
    rows = request.get("rows") or []
    _check_rows(rows)
    tab, rect = _target(context, request, rows)
    check_writable(context.book, tab, rect, context.editor)
    blank: Json = {}
    for row in range(rect.top, rect.bottom):
        given = (rows[row - rect.top].get("values") or []) if row - rect.top < len(rows) else []
        rewrite_row(
            tab,
            row,
            rect,
            lambda cell, r, c, given=given: with_data(
                cell, given[c - rect.left] or blank if c - rect.left < len(given) else blank, mask
            ),
        )
    return {}


def _check_rows(rows: list[Any]) -> None:
    for index, row in enumerate(rows):
        for column, message in enumerate((row or {}).get("values") or ()):
            check_cell(message, f"requests[0].rows[{index}].values[{column}]")


def _target(context: Context, request: Message, rows: list[Any]) -> tuple[Tab, Rect]:
    """The cells to write: a range, which must hold the rows, or as many as there are from a start on."""
    height = len(rows)
    width = max((len(row.get("values") or ()) for row in rows), default=0)
    if "range" in request:
        tab, rect = from_grid_range(context.book, request["range"])
    else:
        start = request.get("start") or {}
        tab = tab_of(context.book, start.get("sheetId"))
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        rect = Rect(top, left, min(top + height, tab.row_count), min(left + width, tab.column_count))
    if height > rect.height:
        raise invalid(f"Attempting to write row: {rect.bottom}, beyond the last requested row of: {rect.bottom - 1}")
    if width > rect.width:
        raise invalid(
            f"Attempting to write column: {rect.right}, beyond the last requested column of: {rect.right - 1}"
        )
    return tab, rect


def rewrite_row(tab: Tab, row: int, rect: Rect, rewrite: Rewrite) -> None:
    """Replace the cells of one row within a rectangle by what `rewrite` makes of them."""
    old = tab.row(row)
    cells = list(old)
    cells.extend([EMPTY] * (rect.right - len(cells)))
    for column in range(rect.left, rect.right):
        cells[column] = rewrite(cells[column], row, column)
    new = trimmed(cells)
    if new != old:
        tab.put_row(row, new)


def repeat_cell(context: Context, request: Message) -> Json:
    mask, message = cell_mask(request), request.get("cell") or {}
    check_cell(message, "requests[0].repeat_cell.cell")
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    rewrite = _repeating(message, mask, rect)
    for row in range(rect.top, rect.bottom):
        rewrite_row(tab, row, rect, rewrite)
    return {}


def _repeating(message: Message, mask: Mask, rect: Rect) -> Rewrite:
    """Writes one CellData everywhere; a formula's references go along from the first cell."""
    made: dict[int, tuple[Cell, Cell]] = {}
    is_formula = "userEnteredValue" in mask and isinstance(entered(message.get("userEnteredValue")), Formula)

    def rewrite(cell: Cell, row: int, column: int) -> Cell:
        known = made.get(id(cell))
        if known is None:
            known = made[id(cell)] = (cell, with_data(cell, message, mask))
        new = known[1]
        if is_formula and isinstance(new.value, Formula):
            return replace(new, value=Formula(moved(new.value.text, row - rect.top, column - rect.left)))
        return new

    return rewrite


def append_cells(context: Context, request: Message) -> Json:
    """Put rows after the last row with data; the grid grows down, never to the right."""
    mask = cell_mask(request)
    if "tableId" in request:
        raise invalid("appendCells to a table is not imitated by the emulator")
    tab = tab_of(context.book, request.get("sheetId"))
    rows = request.get("rows") or []
    _check_rows(rows)
    width = max((len((row or {}).get("values") or ()) for row in rows), default=0)
    if width > tab.column_count:
        last = tab.column_count - 1
        raise invalid(f"Attempting to write column: {tab.column_count}, beyond the last requested column of: {last}")
    top = context.calc.height(tab)
    bottom = top + len(rows)
    if bottom > tab.row_count:
        check_cells(context.book, (bottom - tab.row_count) * tab.column_count)
        grow(context.book, tab, bottom, tab.column_count)
    check_writable(context.book, tab, Rect(top, 0, max(bottom, top + 1), max(width, 1)), context.editor)
    for offset, row in enumerate(rows):
        tab.put_row(top + offset, _appended(tab.row(top + offset), (row or {}).get("values") or (), mask))
    return {}


def _appended(old: Row, messages: list[Message], mask: Mask) -> Row:
    cells = list(old)
    cells.extend([EMPTY] * (len(messages) - len(cells)))
    for column, message in enumerate(messages):
        cells[column] = with_data(cells[column], message or {}, mask)
    return trimmed(cells)


def set_data_validation(context: Context, request: Message) -> Json:
    rule = validation(request.get("rule"))
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    for row in range(rect.top, rect.bottom):
        rewrite_row(tab, row, rect, lambda cell, r, c: replace(cell, validation=rule))
    return {}


def update_borders(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    for row in range(rect.top, rect.bottom):
        rewrite_row(tab, row, rect, lambda cell, r, c: _bordered(cell, r, c, rect, request))
    return {}


def _bordered(cell: Cell, row: int, column: int, rect: Rect, request: Message) -> Cell:
    sides = {
        "top": "top" if row == rect.top else "innerHorizontal",
        "bottom": "bottom" if row == rect.bottom - 1 else "innerHorizontal",
        "left": "left" if column == rect.left else "innerVertical",
        "right": "right" if column == rect.right - 1 else "innerVertical",
    }
    borders = dict((cell.format or {}).get("borders") or {})
    for side, name in sides.items():
        if request.get(name) is None:
            continue
        if request[name].get("style") == "NONE":
            borders.pop(side, None)
        else:
            borders[side] = dict(request[name])
    return replace(cell, format={**(cell.format or {}), "borders": borders})
