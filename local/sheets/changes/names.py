"""Changes of named ranges."""

from __future__ import annotations

import copy
import re

from local.sheets import masks
from local.sheets.a1 import NotARange, parse_cells
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import given_parts
from local.sheets.errors import invalid
from local.sheets.ranges import from_grid_range, to_grid_range
from local.sheets.workbook import Json


def add_named_range(context: Context, request: Message) -> Json:
    named = given_parts(request.get("namedRange") or {})
    _check_name(context, named.get("name", ""))
    tab, rect = from_grid_range(context.book, named.get("range") or {})
    entry = {"namedRangeId": named.get("namedRangeId") or str(context.new_id()), "name": named["name"]}
    entry["range"] = to_grid_range(tab, rect)
    context.book.edit_head().setdefault("namedRanges", []).append(entry)
    return {"namedRange": copy.deepcopy(entry)}


def _check_name(context: Context, name: str) -> None:
    if not re.match(r"[^\W\d]\w{0,249}\Z", name) or _looks_like_cells(name):
        raise invalid(f"Invalid name: {name}")
    if any(other["name"].casefold() == name.casefold() for other in context.book.head.get("namedRanges", ())):
        raise invalid(f"A named range with the name {name} already exists.")


def _looks_like_cells(name: str) -> bool:
    try:
        parse_cells(name)
    except NotARange:
        return False
    return True


def update_named_range(context: Context, request: Message) -> Json:
    given, mask = dict(request.get("namedRange") or {}), fields_mask(request)
    head = context.book.edit_head()
    for entry in head.get("namedRanges", ()):
        if entry["namedRangeId"] == given.get("namedRangeId"):
            if "name" in mask and given.get("name") != entry["name"]:
                _check_name(context, given.get("name") or "")
            masks.update(entry, given, mask)
            entry["range"] = to_grid_range(*from_grid_range(context.book, entry["range"]))
            return {}
    raise invalid(f"No named range with id: {given.get('namedRangeId')}")


def delete_named_range(context: Context, request: Message) -> Json:
    wanted = request.get("namedRangeId")
    head = context.book.edit_head()
    kept = [entry for entry in head.get("namedRanges", ()) if entry["namedRangeId"] != wanted]
    if len(kept) == len(head.get("namedRanges", ())):
        raise invalid(f"No named range with id: {wanted}")
    head["namedRanges"] = kept
    return {}
