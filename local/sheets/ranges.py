"""Which cells of which tab: A1 texts and GridRange messages, settled against a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sheets import a1
from local.sheets.a1 import Box, NotARange, Rect, range_name
from local.sheets.errors import ApiError, invalid
from local.sheets.workbook import Tab, Workbook

Area = tuple[Tab, Rect]


def resolve(book: Workbook, text: str) -> Area:
    """The cells an A1 text names: clamped to the grid at its end, refused if it starts outside.

    Raises ApiError in Google's words ("Unable to parse range", "exceeds grid limits").
    """
    tab, box = locate(book, text)
    return tab, within(tab, box)


def locate(book: Workbook, text: str) -> tuple[Tab, Box]:
    """The tab and the rectangle as written, its open ends still open."""
    try:
        title, cells = a1.split_title(text)
    except NotARange:
        raise _unparsed(text) from None
    if title is None:
        return _bare(book, str(cells), text)
    tab = book.tab_by_title(title)
    if tab is None:
        raise _unparsed(text)
    return _on_tab(book, tab, cells, text)


def _bare(book: Workbook, word: str, text: str) -> tuple[Tab, Box]:
    """A cell of the first visible tab, or a named range, or a title: in that order."""
    try:
        return book.first_visible, a1.parse_cells(word)
    except NotARange:
        pass
    if named := named_range(book, word):
        return named[0], _box(named[1])
    tab = book.tab_by_title(word)
    if tab is None:
        raise _unparsed(text)
    return tab, Box()


def _on_tab(book: Workbook, tab: Tab, cells: str | None, text: str) -> tuple[Tab, Box]:
    if not cells:
        if cells == "":
            raise _unparsed(text)
        return tab, Box()
    try:
        return tab, a1.parse_cells(cells)
    except NotARange:
        named = named_range(book, cells)
        if named is None or named[0] is not tab:
            raise _unparsed(text) from None
        return tab, _box(named[1])


def _unparsed(text: str) -> ApiError:
    return invalid(f"Unable to parse range: {text}")


def _box(rect: Rect) -> Box:
    return Box(rect.top, rect.left, rect.bottom, rect.right)


def within(tab: Tab, box: Box) -> Rect:
    """Close the open ends at the grid's edge. Raises ApiError if nothing of it lies inside."""
    rect = Rect(
        box.top or 0,
        box.left or 0,
        tab.row_count if box.bottom is None else min(box.bottom, tab.row_count),
        tab.column_count if box.right is None else min(box.right, tab.column_count),
    )
    if rect.top >= tab.row_count or rect.left >= tab.column_count:
        raise beyond(tab, box)
    return rect


def beyond(tab: Tab, box: Box) -> ApiError:
    """Google's refusal of cells that the grid does not have."""
    top, left = box.top or 0, box.left or 0
    rect = Rect(top, left, box.bottom or max(tab.row_count, top + 1), box.right or max(tab.column_count, left + 1))
    where = f"Range ({range_name(tab.title, rect)}) exceeds grid limits."
    return invalid(f"{where} Max rows: {tab.row_count}, max columns: {tab.column_count}")


def named_range(book: Workbook, name: str) -> Area | None:
    for named in book.head.get("namedRanges", ()):
        if named["name"].casefold() == name.casefold():
            return from_grid_range(book, named["range"])
    return None


def tab_of(book: Workbook, sheet_id: Any, what: str = "grid") -> Tab:
    """The tab with this id (absent means 0, as zeros are left out of JSON). Raises ApiError."""
    tab = book.tab_by_id(sheet_id or 0)
    if tab is None:
        raise invalid(f"No {what} with id: {sheet_id or 0}")
    return tab


def from_grid_range(book: Workbook, message: Mapping[str, Any]) -> Area:
    """The cells of a GridRange. Raises ApiError if the tab or the cells are not there."""
    tab = tab_of(book, message.get("sheetId"))
    box = Box(*(message.get(k) for k in ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")))
    for first, last, name in ((box.top, box.bottom, "Row"), (box.left, box.right, "Column")):
        if last is not None and last <= (first or 0):
            raise invalid(f"range.end{name}Index ({last}) must be greater than range.start{name}Index ({first or 0})")
    if (box.bottom or 0) > tab.row_count or (box.right or 0) > tab.column_count:
        raise beyond(tab, box)
    return tab, within(tab, box)


def to_grid_range(tab: Tab, rect: Rect) -> dict[str, int]:
    return {
        "sheetId": tab.sheet_id,
        "startRowIndex": rect.top,
        "endRowIndex": rect.bottom,
        "startColumnIndex": rect.left,
        "endColumnIndex": rect.right,
    }
