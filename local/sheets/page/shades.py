"""Conditional formats, as far as a person sees them on the page: the first rule that a cell's text meets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.sheets.ranges import from_grid_range
from local.sheets.workbook import Json, Tab, Workbook

MEETS: dict[str, Callable[[str, str], bool]] = {
    "TEXT_STARTS_WITH": lambda text, asked: text.casefold().startswith(asked.casefold()),
    "TEXT_EQ": lambda text, asked: text.casefold() == asked.casefold(),
    "TEXT_CONTAINS": lambda text, asked: asked.casefold() in text.casefold(),
    "NOT_BLANK": lambda text, asked: bool(text),
    "BLANK": lambda text, asked: not text,
}
"""What is understood; other conditions colour nothing here."""


class Shades:
    """The rules of one tab. A format and a rule give one mixed format, made once."""

    def __init__(self, book: Workbook, tab: Tab) -> None:
        rules = [rule for rule in tab.head.get("conditionalFormats", ()) if "booleanRule" in rule]
        self._rules = [([from_grid_range(book, part)[1] for part in rule["ranges"]], rule) for rule in rules]
        self._mixed: dict[tuple[int, int], Json] = {}
        self._kept: list[Any] = []

    def format(self, row: int, column: int, text: str, own: Json | None) -> Json | None:
        """The cell's own format with what the first rule that it meets puts over it."""
        for number, (areas, rule) in enumerate(self._rules):
            inside = any(a.top <= row < a.bottom and a.left <= column < a.right for a in areas)
            if inside and _meets(rule["booleanRule"].get("condition", {}), text):
                return self._mix(number, rule["booleanRule"].get("format", {}), own)
        return own

    def _mix(self, number: int, over: Json, own: Json | None) -> Json:
        key = (id(own), number)
        if key not in self._mixed:
            self._kept.append(own)  # an id stands for one format only while that lives
            self._mixed[key] = (own or {}) | over
        return self._mixed[key]


def _meets(condition: Json, text: str) -> bool:
    values = condition.get("values") or [{}]
    meets = MEETS.get(condition.get("type", ""))
    return meets is not None and meets(text, str(values[0].get("userEnteredValue", "")))
