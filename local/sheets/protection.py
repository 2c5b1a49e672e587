"""Who may write where: protected ranges, as they bind API callers and people alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sheets.a1 import Rect
from local.sheets.errors import ApiError, invalid
from local.sheets.ranges import from_grid_range, named_range
from local.sheets.workbook import Tab, Workbook

REFUSAL = (
    "You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)


def check_writable(book: Workbook, tab: Tab, rect: Rect, editor: str) -> None:
    """Refuse to write into what is protected from this editor. Raises ApiError 400."""
    if tab.head.get("protectedRanges") and not writable(book, tab, rect, editor):
        raise invalid(REFUSAL)


def writable(book: Workbook, tab: Tab, rect: Rect, editor: str) -> bool:
    return not any(
        covered(book, tab, item).meets(rect) and not _spared(book, item, rect) and not may_edit(book, item, editor)
        for item in tab.head.get("protectedRanges", ())
    )


def covered(book: Workbook, tab: Tab, item: Mapping[str, Any]) -> Rect:
    """The cells of a protected range; by name, by range, or the whole tab."""
    if "namedRangeId" in item:
        for named in book.head.get("namedRanges", ()):
            if named["namedRangeId"] == item["namedRangeId"]:
                found = named_range(book, named["name"])
                return found[1] if found else tab.grid
    try:
        return from_grid_range(book, item.get("range", {"sheetId": tab.sheet_id}))[1]
    except ApiError:
        return tab.grid


def _spared(book: Workbook, item: Mapping[str, Any], rect: Rect) -> bool:
    return any(from_grid_range(book, spared)[1].contains(rect) for spared in item.get("unprotectedRanges", ()))


def may_edit(book: Workbook, item: Mapping[str, Any], editor: str) -> bool:
    """A warning stops nobody, nor does a protection without a list; the owner is never stopped."""
    if item.get("warningOnly") or editor == book.head.get("owner") or "editors" not in item:
        return True
    users = item["editors"].get("users", [])
    return editor.casefold() in (user.casefold() for user in users)
