"""Changes of what floats over cells: charts and slicers."""

from __future__ import annotations

import copy
from typing import Any

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import find, remove
from local.sheets.colors import in_step
from local.sheets.errors import invalid, not_imitated
from local.sheets.ranges import tab_of
from local.sheets.workbook import Json, Tab

CHART_SIZE = {"widthPixels": 600, "heightPixels": 371}


def add_chart(context: Context, request: Message) -> Json:
    given = in_step(dict(request.get("chart") or {}))
    position = given.get("position") or {}
    if position.get("newSheet") or position.get("sheetId"):
        raise not_imitated("charts on sheets of their own")
    overlay = position.get("overlayPosition") or {}
    if given.get("chartId") in _charts(context):
        raise invalid(f"An embedded object with id {given['chartId']} already exists.")
    tab = tab_of(context.book, overlay.get("anchorCell", {}).get("sheetId"))
    entry = {
        "chartId": given.get("chartId") or context.new_id(),
        "spec": given.get("spec") or {},
        "position": {"overlayPosition": {"anchorCell": {}, **CHART_SIZE, **overlay}},
    }
    tab.edit_head().setdefault("charts", []).append(entry)
    return {"chart": copy.deepcopy(entry)}


def _charts(context: Context) -> set[Any]:
    return {chart["chartId"] for tab in context.book.tabs for chart in tab.head.get("charts", ())}


def update_chart_spec(context: Context, request: Message) -> Json:
    tab, index = find(context, "charts", "chartId", request.get("chartId"), "chart")
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
    tab, index = find(context, "slicers", "slicerId", request.get("slicerId"), "slicer")
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
        target.edit_head().setdefault(list_name, []).append(remove(tab, list_name, index))
    return {"position": {"overlayPosition": copy.deepcopy(overlay)}}


def delete_embedded_object(context: Context, request: Message) -> Json:
    remove(*_object(context, request.get("objectId")))
    return {}
