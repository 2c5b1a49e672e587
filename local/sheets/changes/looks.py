"""Changes of what colours cells by rule: conditional formats and bands.

Conditional formats are ordered by tab; the first match wins.
"""

from __future__ import annotations

import copy
from typing import Any

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.changes.lists import find, find_in, given_parts, remove
from local.sheets.colors import in_step, widen
from local.sheets.errors import invalid
from local.sheets.ranges import from_grid_range, tab_of, to_grid_range
from local.sheets.workbook import Json, Tab


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


def add_banding(context: Context, request: Message) -> Json:
    given = given_parts(request.get("bandedRange") or {})
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
    tab, index = find(context, "bandedRanges", "bandedRangeId", given.get("bandedRangeId"), "banded range")
    masks.update(tab.edit_head()["bandedRanges"][index], given_parts(given), mask)
    return {}


def delete_banding(context: Context, request: Message) -> Json:
    remove(*find_in(context, "bandedRanges", "bandedRangeId", request.get("bandedRangeId"), "banded range"))
    return {}
