"""Changes of filters and filter views."""

from __future__ import annotations

import copy

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import find, find_in, given_parts, remove
from local.sheets.changes.moving import sort_rows
from local.sheets.protection import check_writable
from local.sheets.ranges import from_grid_range, tab_of, to_grid_range
from local.sheets.workbook import Json


def set_basic_filter(context: Context, request: Message) -> Json:
    given = given_parts(request.get("filter") or {})
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
    given = given_parts(request.get("filter") or {})
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
    tab, index = find(context, "filterViews", "filterViewId", request.get("filterId"), "filter view")
    views = tab.edit_head()["filterViews"]
    views.append(
        {**copy.deepcopy(views[index]), "filterViewId": context.new_id(), "title": "Copy of " + views[index]["title"]}
    )
    return {"filter": copy.deepcopy(views[-1])}


def update_filter_view(context: Context, request: Message) -> Json:
    given, mask = request.get("filter") or {}, fields_mask(request)
    tab, index = find(context, "filterViews", "filterViewId", given.get("filterViewId"), "filter view")
    masks.update(tab.edit_head()["filterViews"][index], given_parts(given), mask)
    return {}


def delete_filter_view(context: Context, request: Message) -> Json:
    remove(*find_in(context, "filterViews", "filterViewId", request.get("filterId"), "filter view"))
    return {}
