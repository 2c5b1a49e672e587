"""The number format that a formula's result takes from its sources: =A1+7 of a date shows a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.sheets.formats import number_format
from local.sheets.formula import syntax
from local.sheets.formula.data import Area, Failed
from local.sheets.formula.references import Ref

OF_FUNCTIONS = {"DATE": "DATE", "TODAY": "DATE", "EDATE": "DATE", "NOW": "DATE_TIME", "TIME": "TIME"}
PASSING = ("IF", "IFERROR", "IFNA", "MAX", "MIN", "SUM", "AVERAGE", "ARRAYFORMULA")
Suggestion = Mapping[str, Any] | None


def suggested(node: syntax.Node, resolve: Callable[[Ref], Area]) -> Suggestion:
    """The format for a formula's tree; None where the automatic one will do."""
    match node:
        case syntax.FunctionCall(name, _) if name in OF_FUNCTIONS:
            return {"type": OF_FUNCTIONS[name]}
        case syntax.FunctionCall(name, arguments) if name in PASSING:
            parts = arguments[1:] if name == "IF" else arguments
            return next((found for part in parts if (found := suggested(part, resolve))), None)
        case syntax.Operation("+" | "-", (left, right)):
            one, other = suggested(left, resolve), suggested(right, resolve)
            return None if one and other else one or other
        case syntax.Reference(ref):
            return _source(ref, resolve)
    return None


def _source(ref: Ref, resolve: Callable[[Ref], Area]) -> Suggestion:
    try:
        area = resolve(ref)
    except Failed:
        return None
    found = number_format(area.tab.cell(area.rect.top, area.rect.left).format)
    return found if found and found.get("type") != "TEXT" else None
