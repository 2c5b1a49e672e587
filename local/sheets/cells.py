"""CellData messages <-> cells: what an updateCells writes into a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.sheets import masks
from local.sheets.colors import in_step, widen
from local.sheets.errors import invalid, unknown_name
from local.sheets.limits import check_text
from local.sheets.masks import Mask
from local.sheets.workbook import Cell, Formula, Value

WRITABLE = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns")
KNOWN = {
    *WRITABLE,
    *("effectiveValue", "formattedValue", "effectiveFormat", "hyperlink", "pivotTable"),
    *("dataSourceTable", "dataSourceFormula", "chipRuns"),
}


def fields_mask(request: Mapping[str, Any]) -> Mask:
    """The `fields` of a request that changes things, which must be there. Raises ApiError."""
    text = request.get("fields")
    if not text:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    try:
        return masks.parse(text)
    except masks.BadMask:
        raise invalid(f"Invalid field mask: {text}") from None


def cell_mask(request: Mapping[str, Any]) -> Mask:
    """The mask of a request that writes cells, with "*" spelled out."""
    mask = fields_mask(request)
    for name in mask:
        if name != "*" and name not in KNOWN:
            raise invalid(f"Invalid field: {name}")
    if "*" in mask:
        mask = {name: {} for name in WRITABLE}
    if "userEnteredFormat" in mask:
        mask = {**mask, "userEnteredFormat": widen(mask["userEnteredFormat"])}
    return mask


def check_cell(message: Any, where: str) -> None:
    for name in message or {}:
        if name not in KNOWN:
            raise unknown_name(name, where)


def with_data(cell: Cell, message: Mapping[str, Any], mask: Mask) -> Cell:
    """The cell after the masked parts of a CellData were written into it."""
    changed: dict[str, Any] = {}
    if "userEnteredValue" in mask:
        changed["value"] = entered(message.get("userEnteredValue"))
        if "textFormatRuns" not in mask:
            changed["runs"] = None
    if "userEnteredFormat" in mask:
        changed["format"] = _formatted(cell, message.get("userEnteredFormat"), mask["userEnteredFormat"])
    if "note" in mask:
        changed["note"] = message.get("note") or None
    if "dataValidation" in mask:
        changed["validation"] = validation(message.get("dataValidation"))
    if "textFormatRuns" in mask:
        runs = message.get("textFormatRuns")
        changed["runs"] = tuple(in_step(runs)) if runs else None
    return replace(cell, **changed) if changed else cell


def entered(message: Mapping[str, Any] | None) -> Value:
    """An ExtendedValue as a value. Raises ApiError if it is too long or of two kinds."""
    if not message:
        return None
    if len(message) > 1:
        raise invalid("oneof field 'value' is already set. Cannot set two kinds of value.")
    kind, value = next(iter(message.items()))
    check_text(value)
    if kind == "formulaValue":
        return Formula(value if value.startswith("=") else "=" + value)
    if kind == "numberValue":
        return float(value) if isinstance(value, str) else value
    if kind in ("stringValue", "boolValue"):
        return None if value == "" else value
    raise unknown_name(kind, "userEnteredValue")


def _formatted(cell: Cell, message: Mapping[str, Any] | None, mask: Mask) -> Mapping[str, Any] | None:
    wanted = in_step(dict(message or {}))
    if not mask or "*" in mask:
        return wanted or None
    target = dict(cell.format or {})
    masks.update(target, wanted, mask)
    return target or None


def validation(rule: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A data validation rule as it is kept: what is false or empty is left out."""
    if not rule:
        return None
    return {name: value for name, value in rule.items() if value not in (None, False, "")}
