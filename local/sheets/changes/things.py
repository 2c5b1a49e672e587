"""Changes of what lies over cells: names, protections, filters, rules, bands, charts, metadata."""

from __future__ import annotations

import copy
import re
from typing import Any

from local.sheets import masks
from local.sheets.a1 import NotARange, parse_cells
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.moving import sort_rows
from local.sheets.colors import in_step, widen
from local.sheets.errors import invalid, not_imitated
from local.sheets.protection import REFUSAL, check_writable, may_edit
from local.sheets.ranges import from_grid_range, tab_of, to_grid_range
from local.sheets.workbook import Json, Tab

CHART_SIZE = {"widthPixels": 600, "heightPixels": 371}


def _find(context: Context, list_name: str, key: str, wanted: Any, what: str) -> tuple[Tab, int]:
    """The tab that has a thing, and the thing's place in its list. Raises ApiError."""
    for tab in context.book.tabs:
        for index, item in enumerate(tab.head.get(list_name, ())):
            if str(item[key]) == str(wanted):
                return tab, index
    raise invalid(f"No {what} with id: {wanted}")


def _remove(tab: Tab, list_name: str, index: int) -> Json:
    head = tab.edit_head()
    removed: Json = head[list_name].pop(index)
    return removed


def _given(message: Message) -> Json:
    """A message without what JSON answers leave out."""
    return in_step({name: value for name, value in message.items() if value not in (None, False, "", [])})


# Named ranges


def add_named_range(context: Context, request: Message) -> Json:
    named = _given(request.get("namedRange") or {})
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


# Protections


def add_protected_range(context: Context, request: Message) -> Json:
    given = request.get("protectedRange") or {}
    entry = _given({name: value for name, value in given.items() if name not in ("editors", "requestingUserCanEdit")})
    tab = _protected_tab(context, entry)
    _check_sheet_protection(tab, entry)
    entry = {"protectedRangeId": entry.get("protectedRangeId") or context.new_id(), **entry}
    editors = _given(given.get("editors") or {})
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
    tab, index = _find(context, "protectedRanges", "protectedRangeId", given.get("protectedRangeId"), "protected range")
    _check_may_edit(context, tab.head["protectedRanges"][index])
    entry = tab.edit_head()["protectedRanges"][index]
    masks.update(entry, _given(given), mask)
    if entry.get("editors") is not None:
        entry["editors"]["users"] = _with_caller(entry["editors"].get("users", []), context.editor)
    return {}


def _check_may_edit(context: Context, entry: Message) -> None:
    if not may_edit(context.book, entry, context.editor):
        raise invalid(REFUSAL)


def delete_protected_range(context: Context, request: Message) -> Json:
    wanted = request.get("protectedRangeId")
    tab, index = _find(context, "protectedRanges", "protectedRangeId", wanted, "protected range")
    _check_may_edit(context, tab.head["protectedRanges"][index])
    _remove(tab, "protectedRanges", index)
    return {}


# Filters


def set_basic_filter(context: Context, request: Message) -> Json:
    given = _given(request.get("filter") or {})
    tab, rect = from_grid_range(context.book, given.get("range") or {})
    tab.edit_head()["basicFilter"] = {**given, "range": to_grid_range(tab, rect)}
    if given.get("sortSpecs"):
        check_writable(context.book, tab, rect, context.editor)
        body = type(rect)(rect.top + 1, rect.left, rect.bottom, rect.right)
        sort_rows(context, tab, body, given["sortSpecs"])
    return {}


def clear_basic_filter(context: Context, request: Message) -> Json:
    tab_of(context.book, request.get("sheetId")).edit_head().pop("basicFilter", None)
    return {}


def add_filter_view(context: Context, request: Message) -> Json:
    given = _given(request.get("filter") or {})
    tab, rect = from_grid_range(context.book, given.get("range") or {})
    views = tab.edit_head().setdefault("filterViews", [])
    entry = {
        "filterViewId": given.get("filterViewId") or context.new_id(),
        "title": given.get("title") or f"Filter {len(views) + 1}",
        **{name: value for name, value in given.items() if name not in ("filterViewId", "title")},
        "range": to_grid_range(tab, rect),
    }
    views.append(entry)
    return {"filter": copy.deepcopy(entry)}


def duplicate_filter_view(context: Context, request: Message) -> Json:
    tab, index = _find(context, "filterViews", "filterViewId", request.get("filterId"), "filter view")
    views = tab.edit_head()["filterViews"]
    views.append(
        {**copy.deepcopy(views[index]), "filterViewId": context.new_id(), "title": "Copy of " + views[index]["title"]}
    )
    return {"filter": copy.deepcopy(views[-1])}


def update_filter_view(context: Context, request: Message) -> Json:
    given, mask = request.get("filter") or {}, fields_mask(request)
    tab, index = _find(context, "filterViews", "filterViewId", given.get("filterViewId"), "filter view")
    masks.update(tab.edit_head()["filterViews"][index], _given(given), mask)
    return {}


def delete_filter_view(context: Context, request: Message) -> Json:
    _remove(*_find_in(context, "filterViews", "filterViewId", request.get("filterId"), "filter view"))
    return {}


def _find_in(context: Context, list_name: str, key: str, wanted: Any, what: str) -> tuple[Tab, str, int]:
    tab, index = _find(context, list_name, key, wanted, what)
    return tab, list_name, index


# Conditional formats: ordered by tab, the first match wins


def _rules(context: Context, sheet_id: Any) -> tuple[Tab, list[Json]]:
    tab = tab_of(context.book, sheet_id)
    return tab, tab.edit_head().setdefault("conditionalFormats", [])


def _rule(context: Context, message: Message) -> tuple[Json, int]:
    rule = in_step(dict(message))
    if not rule.get("ranges"):
        raise invalid("The rule must have at least one range.")
    areas = [from_grid_range(context.book, item) for item in rule["ranges"]]
    rule["ranges"] = [to_grid_range(*area) for area in areas]
    return rule, areas[0][0].sheet_id


def add_conditional_format_rule(context: Context, request: Message) -> Json:
    rule, sheet_id = _rule(context, request.get("rule") or {})
    _, rules = _rules(context, sheet_id)
    rules.insert(_rule_place(rules, request.get("index") or 0, len(rules)), rule)
    return {}


def _rule_place(rules: list[Json], index: int, last: int) -> int:
    if not 0 <= index <= last:
        raise invalid(f"No conditional format on sheet at index: {index}")
    return index


def update_conditional_format_rule(context: Context, request: Message) -> Json:
    rule, sheet_id = _rule(context, request["rule"]) if "rule" in request else (None, request.get("sheetId"))
    _, rules = _rules(context, sheet_id)
    index = _rule_place(rules, request.get("index") or 0, len(rules) - 1)
    old = rules[index]
    if rule is not None:
        rules[index] = rule
        return {"newRule": copy.deepcopy(rule), "newIndex": index, "oldRule": copy.deepcopy(old)}
    new_index = _rule_place(rules, request.get("newIndex") or 0, len(rules) - 1)
    rules.insert(new_index, rules.pop(index))
    return {"newRule": copy.deepcopy(old), "newIndex": new_index, "oldIndex": index}


def delete_conditional_format_rule(context: Context, request: Message) -> Json:
    _, rules = _rules(context, request.get("sheetId"))
    removed = rules.pop(_rule_place(rules, request.get("index") or 0, len(rules) - 1))
    return {"rule": removed}


# Bands


def add_banding(context: Context, request: Message) -> Json:
    given = _given(request.get("bandedRange") or {})
    tab, rect = from_grid_range(context.book, given.get("range") or {})
    for other in tab.head.get("bandedRanges", ()):
        if from_grid_range(context.book, other["range"])[1].meets(rect):
            raise invalid(
                "You cannot add alternating background colors to a range that already has "
                "alternating background colors."
            )
    entry = {
        "bandedRangeId": given.get("bandedRangeId") or context.new_id(),
        **given,
        "range": to_grid_range(tab, rect),
    }
    tab.edit_head().setdefault("bandedRanges", []).append(entry)
    return {"bandedRange": copy.deepcopy(entry)}


def update_banding(context: Context, request: Message) -> Json:
    given, mask = request.get("bandedRange") or {}, widen(fields_mask(request))
    tab, index = _find(context, "bandedRanges", "bandedRangeId", given.get("bandedRangeId"), "banded range")
    masks.update(tab.edit_head()["bandedRanges"][index], _given(given), mask)
    return {}


def delete_banding(context: Context, request: Message) -> Json:
    _remove(*_find_in(context, "bandedRanges", "bandedRangeId", request.get("bandedRangeId"), "banded range"))
    return {}


# Charts and slicers


def add_chart(context: Context, request: Message) -> Json:
    given = in_step(dict(request.get("chart") or {}))
    position = given.get("position") or {}
    if position.get("newSheet") or position.get("sheetId"):
        raise not_imitated("charts on sheets of their own")
    overlay = position.get("overlayPosition") or {}
    tab = tab_of(context.book, overlay.get("anchorCell", {}).get("sheetId"))
    entry = {
        "chartId": given.get("chartId") or context.new_id(),
        "spec": given.get("spec") or {},
        "position": {"overlayPosition": {"anchorCell": {}, **CHART_SIZE, **overlay}},
    }
    tab.edit_head().setdefault("charts", []).append(entry)
    return {"chart": copy.deepcopy(entry)}


def update_chart_spec(context: Context, request: Message) -> Json:
    tab, index = _find(context, "charts", "chartId", request.get("chartId"), "chart")
    tab.edit_head()["charts"][index]["spec"] = in_step(dict(request.get("spec") or {}))
    return {}


def add_slicer(context: Context, request: Message) -> Json:
    given = in_step(dict(request.get("slicer") or {}))
    anchor = given.get("position", {}).get("overlayPosition", {}).get("anchorCell", {})
    tab = tab_of(context.book, anchor.get("sheetId"))
    entry = {**given, "slicerId": given.get("slicerId") or context.new_id()}
    tab.edit_head().setdefault("slicers", []).append(entry)
    return {"slicer": copy.deepcopy(entry)}


def update_slicer_spec(context: Context, request: Message) -> Json:
    tab, index = _find(context, "slicers", "slicerId", request.get("slicerId"), "slicer")
    slicer = tab.edit_head()["slicers"][index]
    masks.update(slicer.setdefault("spec", {}), dict(request.get("spec") or {}), fields_mask(request))
    return {}


def _object(context: Context, object_id: Any) -> tuple[Tab, str, int]:
    for list_name, key in (("charts", "chartId"), ("slicers", "slicerId")):
        for tab in context.book.tabs:
            for index, item in enumerate(tab.head.get(list_name, ())):
                if item[key] == object_id:
                    return tab, list_name, index
    raise invalid(f"No embedded object with id: {object_id}")


def update_embedded_object_position(context: Context, request: Message) -> Json:
    tab, list_name, index = _object(context, request.get("objectId"))
    given = dict((request.get("newPosition") or {}).get("overlayPosition") or {})
    if not given:
        raise not_imitated("charts on sheets of their own")
    entry = tab.edit_head()[list_name][index]
    overlay = entry.setdefault("position", {}).setdefault("overlayPosition", {})
    masks.update(overlay, given, fields_mask(request))
    target = tab_of(context.book, overlay.get("anchorCell", {}).get("sheetId"))
    if target is not tab:
        target.edit_head().setdefault(list_name, []).append(_remove(tab, list_name, index))
    return {"position": {"overlayPosition": copy.deepcopy(overlay)}}


def delete_embedded_object(context: Context, request: Message) -> Json:
    _remove(*_object(context, request.get("objectId")))
    return {}


# Developer metadata


def create_developer_metadata(context: Context, request: Message) -> Json:
    given = _given(request.get("developerMetadata") or {})
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
