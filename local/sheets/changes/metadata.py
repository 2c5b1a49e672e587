"""Changes of developer metadata."""

from __future__ import annotations

import copy

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import given_parts
from local.sheets.errors import invalid
from local.sheets.ranges import tab_of
from local.sheets.workbook import Json


def create_developer_metadata(context: Context, request: Message) -> Json:
    given = given_parts(request.get("developerMetadata") or {})
    location = given.get("location") or {}
    if not given.get("metadataKey") or not location or not given.get("visibility"):
        raise invalid("Developer metadata must have a metadataKey, a location and a visibility.")
    entry = {
        "metadataId": given.get("metadataId") or context.new_id(),
        **given,
        "location": _location(context, location),
    }
    context.book.edit_head().setdefault("developerMetadata", []).append(entry)
    return {"developerMetadata": copy.deepcopy(entry)}


def _location(context: Context, given: Message) -> Json:
    if given.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "sheetId" in given:
        return {"locationType": "SHEET", "sheetId": tab_of(context.book, given["sheetId"]).sheet_id}
    span = dict(given.get("dimensionRange") or {})
    tab_of(context.book, span.get("sheetId"))
    if span.get("endIndex", 0) - span.get("startIndex", 0) != 1:
        raise invalid("Developer metadata can be attached to one row or one column only.")
    kind = "ROW" if span.get("dimension") == "ROWS" else "COLUMN"
    return {"locationType": kind, "dimensionRange": {"sheetId": 0, **span}}


def _matching(context: Context, request: Message) -> list[Json]:
    entries = context.book.edit_head().get("developerMetadata", [])
    return [entry for entry in entries if any(matches(entry, f) for f in request.get("dataFilters") or ())]


def matches(entry: Message, data_filter: Message) -> bool:
    """Whether a metadata entry is one that a DataFilter asks for."""
    wanted = data_filter.get("developerMetadataLookup") or {}
    keys = ("metadataId", "metadataKey", "metadataValue", "visibility")
    if any(key in wanted and wanted[key] != entry.get(key) for key in keys):
        return False
    kind = wanted.get("locationType")
    return not kind or entry["location"]["locationType"] == kind


def update_developer_metadata(context: Context, request: Message) -> Json:
    mask = fields_mask(request)
    found = _matching(context, request)
    for entry in found:
        masks.update(entry, dict(request.get("developerMetadata") or {}), mask)
    return {"developerMetadata": copy.deepcopy(found)}


def delete_developer_metadata(context: Context, request: Message) -> Json:
    found = _matching(context, {"dataFilters": [request.get("dataFilter") or {}]})
    head = context.book.edit_head()
    head["developerMetadata"] = [entry for entry in head.get("developerMetadata", []) if entry not in found]
    return {"deletedDeveloperMetadata": found}
