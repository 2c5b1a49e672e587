"""Changes of protected ranges."""

from __future__ import annotations

import copy

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import find, given_parts, remove
from local.sheets.errors import invalid
from local.sheets.protection import REFUSAL, may_edit
from local.sheets.ranges import from_grid_range, tab_of
from local.sheets.workbook import Json, Tab

WHO_MAY = ("editors", "requestingUserCanEdit")


def add_protected_range(context: Context, request: Message) -> Json:
    given = request.get("protectedRange") or {}
    entry = given_parts(
        {name: value for name, value in given.items() if name not in ("editors", "requestingUserCanEdit")}
    )
    tab = _protected_tab(context, entry)
    _check_sheet_protection(tab, entry)
    entry = {"protectedRangeId": entry.get("protectedRangeId") or context.new_id(), **entry}
    editors = given_parts(given.get("editors") or {})
    if "editors" in given and not entry.get("warningOnly"):
        entry["editors"] = {**editors, "users": _with_caller(editors.get("users", []), context.editor)}
    tab.edit_head().setdefault("protectedRanges", []).append(entry)
    if entry.get("warningOnly"):
        return {"protectedRange": copy.deepcopy(entry)}
    return {"protectedRange": {**copy.deepcopy(entry), "requestingUserCanEdit": True, "editors": editors}}


def _with_caller(users: list[str], caller: str) -> list[str]:
    """Nobody locks himself out: the caller is always an editor."""
    return users if caller in users else [*users, caller]


def _protected_tab(context: Context, entry: Message) -> Tab:
    if "namedRangeId" in entry:
        for named in context.book.head.get("namedRanges", ()):
            if named["namedRangeId"] == entry["namedRangeId"]:
                return tab_of(context.book, named["range"].get("sheetId"))
        raise invalid(f"No named range with id: {entry['namedRangeId']}")
    if "range" not in entry:
        raise invalid("One of range, namedRangeId or tableId must be set.")
    return from_grid_range(context.book, entry["range"])[0]


def _check_sheet_protection(tab: Tab, entry: Message) -> None:
    whole = "range" in entry and not set(entry["range"]) - {"sheetId"}
    if whole and any(
        not set(other.get("range", {"x": 0})) - {"sheetId"} for other in tab.head.get("protectedRanges", ())
    ):
        raise invalid(f'Sheet "{tab.title}" already has sheet protection.')


def update_protected_range(context: Context, request: Message) -> Json:
    given, mask = request.get("protectedRange") or {}, fields_mask(request)
    tab, index = find(context, "protectedRanges", "protectedRangeId", given.get("protectedRangeId"), "protected range")
    _check_may_edit(context, tab.head["protectedRanges"][index])
    entry = tab.edit_head()["protectedRanges"][index]
    masks.update(entry, given_parts(given), mask)
    if entry.get("editors") is not None:
        entry["editors"]["users"] = _with_caller(entry["editors"].get("users", []), context.editor)
    return {}


def _check_may_edit(context: Context, entry: Message) -> None:
    if not may_edit(context.book, entry, context.editor):
        raise invalid(REFUSAL)


def delete_protected_range(context: Context, request: Message) -> Json:
    wanted = request.get("protectedRangeId")
    tab, index = find(context, "protectedRanges", "protectedRangeId", wanted, "protected range")
    _check_may_edit(context, tab.head["protectedRanges"][index])
    remove(tab, "protectedRanges", index)
    return {}
