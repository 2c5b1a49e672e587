"""What may stand in a cell: dropdowns, ticks, dates, times and counts, as Google's DataValidationRule.

Only what has an end (a list of states, a tick) refuses other input. A date, a time or a number that Google does not
understand is only marked: «12 дек» and «11-00» pasted from elsewhere are understood when the row is read.
"""

from __future__ import annotations

from collections.abc import Iterable

from zapis.publish.looks import CHECKBOX
from zapis.publish.places import Place, Places
from zapis.schema import Column, Tab
from zapis.sheets import Json

_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "date": ("DATE_IS_VALID", ()),
    "datetime": ("DATE_IS_VALID", ()),
    "time": ("NUMBER_BETWEEN", ("0", "1")),
    "number": ("NUMBER_GREATER_THAN_EQ", ("0",)),
}
"""A time of day is the fraction of a day that has gone by."""


def rule_of(tab: Tab, column: Column, places: Places) -> Json | None:
    """The rule for the cells below a column's header; None where anything may stand."""
    if column.choices:
        return _one_of("ONE_OF_LIST", column.choices, strict=True)
    if column.choices_from:
        # Not strict: the schedule may be typed before the tour that it names.
        return _one_of("ONE_OF_RANGE", [_cells_of(column.choices_from, places)], strict=False)
    if column.type == "checkbox":
        return CHECKBOX if typed(tab) or tab.rows else None
    if column.owner != "people" or column.type not in _KINDS:
        return None
    kind, values = _KINDS[column.type]
    condition: Json = {"type": kind}
    if values:
        condition["values"] = [{"userEnteredValue": value} for value in values]
    return {"condition": condition, "inputMessage": column.note}


def ruled(here: Place, column: Column) -> Json:
    """The cells for which the rule stands: ticks only beside declared rows, where there are such."""
    index = here.columns[column.key]
    below = {"sheetId": here.sheet, "startRowIndex": 1, "startColumnIndex": index, "endColumnIndex": index + 1}
    return below | {"endRowIndex": 1 + len(here.tab.rows)} if column.type == "checkbox" and here.tab.rows else below


def typed(tab: Tab) -> bool:
    """Whether people add rows here: then something in a row must be filled in by them."""
    return any(column.required for column in tab.columns)


def _one_of(kind: str, values: Iterable[str], strict: bool) -> Json:
    condition = {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
    return {"condition": condition, "strict": strict, "showCustomUi": True}


def _cells_of(reference: str, places: Places) -> str:
    """`enterprises.name` as the range below that column's header."""
    tab, key = reference.split(".")
    there = next(there for there in places.values() if there.tab.key == tab)
    return f"={there.title}!${there.letter(key)}$2:${there.letter(key)}"
