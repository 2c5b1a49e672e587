"""One cell as the CellData message, and in it only what a mask names."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

from local.sheets.calc import Calc, Fault
from local.sheets.formats import show
from local.sheets.locales import Locale
from local.sheets.masks import Mask, below, select
from local.sheets.values import plain
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Tab

WHITE, BLACK = {"red": 1, "green": 1, "blue": 1}, {}
DEFAULT_FORMAT: Json = {
    "backgroundColor": WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": BLACK,
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": BLACK},
    },
    "backgroundColorStyle": {"rgbColor": WHITE},
}
FAULT_TYPES = {
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#N/A": "N_A",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#REF!": "REF",
    "#VALUE!": "VALUE",
    "#NULL!": "NULL_VALUE",
    "#ERROR!": "ERROR",
}


VALUES = ("userEnteredValue", "effectiveValue", "formattedValue")


class Spot(NamedTuple):
    """A cell with its place and its worked-out value."""

    tab: Tab
    row: int
    column: int
    cell: Cell
    value: Any


class CellView:
    """Makes CellData messages, and in them only what a mask names."""

    def __init__(self, calc: Calc, locale: Locale, mask: Mask) -> None:
        self._calc = calc
        self._locale = locale
        parts: dict[str, Callable[[Spot], Any]] = {
            "userEnteredValue": _entered,
            "effectiveValue": lambda spot: extended(spot.value),
            "formattedValue": self._formatted,
            "userEnteredFormat": lambda spot: spot.cell.format,
            "effectiveFormat": _effective_format,
            "hyperlink": lambda spot: calc.link(spot.tab, spot.row, spot.column),
            "note": lambda spot: spot.cell.note,
            "textFormatRuns": lambda spot: list(spot.cell.runs) if spot.cell.runs else None,
            "dataValidation": lambda spot: spot.cell.validation,
        }
        wanted = ((name, make, below(mask, name)) for name, make in parts.items())
        self._parts = [(name, make, branch) for name, make, branch in wanted if branch is not None]
        self.values_alone = all(name in VALUES for name, _make, _branch in self._parts)
        """Whether a cell without a value shows nothing, however it is dressed."""

    def render(self, tab: Tab, row: int, column: int) -> Json:
        cell, value = tab.cell(row, column), self._calc.value(tab, row, column)
        if value is None and (cell is EMPTY or (self.values_alone and cell.value is None)):
            return {}
        spot, message = Spot(tab, row, column, cell, value), {}
        for name, make, branch in self._parts:
            part = make(spot)
            if part is not None:
                message[name] = select(branch, part) if branch else part
        return message

    def _formatted(self, spot: Spot) -> str | None:
        value = spot.value
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return value
        if isinstance(value, Fault):
            return value.code
        return show(value, self._calc.looks(spot.tab, spot.row, spot.column), self._locale)


def _entered(spot: Spot) -> Json | None:
    if isinstance(spot.cell.value, Formula):
        return {"formulaValue": spot.cell.value.text}
    return extended(spot.cell.value)


def _effective_format(spot: Spot) -> Json | None:
    if spot.cell.format is None and spot.value is None:
        return None
    merged = copy.deepcopy(DEFAULT_FORMAT)
    if spot.value is not None:
        merged["horizontalAlignment"] = _usual_side(spot.value)
    merged["hyperlinkDisplayType"] = "PLAIN_TEXT"
    chosen = spot.cell.format or {}
    text = {**merged["textFormat"], **(chosen.get("textFormat") or {})}
    return {**merged, **chosen, "textFormat": text}


def _usual_side(value: Any) -> str:
    if isinstance(value, bool):
        return "CENTER"
    return "RIGHT" if isinstance(value, int | float) else "LEFT"


def extended(value: Any) -> Json | None:
    """A value as an ExtendedValue."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, Fault):
        return {"errorValue": {"type": FAULT_TYPES.get(value.code, "ERROR"), "message": value.message}}
    return {"numberValue": plain(value)}
