"""How the tabs look: colours, wrapping, how numbers are shown. Google's CellFormat values, nothing else.

A tab without a colour is not for people's eyes, so nothing below its header is dressed.
"""

from __future__ import annotations

from zapis.schema import Column, Tab
from zapis.sheets import Json

WHITE, SLATE, FAINT, PALE = "#ffffff", "#434343", "#999999", "#f3f3f3"
NUMBER_FORMATS = {
    "date": {"type": "DATE", "pattern": "dd.mm.yyyy"},
    "time": {"type": "TIME", "pattern": "hh:mm"},
    "datetime": {"type": "DATE_TIME", "pattern": "dd.mm.yyyy hh:mm"},
    "deadline": {"type": "DATE_TIME", "pattern": "dd.mm.yyyy hh:mm"},
}
# A phone that begins with + is otherwise taken for a formula, and 10-12 for a date.
PLAIN_TEXT = {"type": "TEXT", "pattern": "@"}
CHECKBOX: Json = {"condition": {"type": "BOOLEAN"}, "strict": True}
"""The rule for a cell with a tick; rows that are appended one by one bring it along."""


def header_look(tab: Tab) -> Json:
    """Bold white on the tab's colour."""
    return {
        "backgroundColorStyle": colour(tab.colour or SLATE),
        "textFormat": {"bold": True, "foregroundColorStyle": colour(WHITE)},
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def body_look(tab: Tab, column: Column) -> Json:
    """The cells below the header; pale where people have nothing to write."""
    if tab.colour is None:
        return {}
    clipped = column.clip or column.type in ("link", "id")
    look: Json = {"verticalAlignment": "TOP", "wrapStrategy": "CLIP" if clipped else "WRAP"}
    if column.owner != "people":
        look["backgroundColorStyle"] = colour(PALE)
    if column.type == "id":
        look["textFormat"] = {"foregroundColorStyle": colour(FAINT), "fontSize": 8}
    number_format = number_format_of(tab, column)
    return look | ({"numberFormat": number_format} if number_format else {})


def number_format_of(tab: Tab, column: Column) -> Json | None:
    """How a column shows numbers; None: as Google thinks best."""
    if column.type == "text" and column.owner == "people" and not tab.rows:
        return PLAIN_TEXT
    return NUMBER_FORMATS.get(column.type)


def colour(hexadecimal: str) -> Json:
    """`#rrggbb` as Google's ColorStyle."""
    channels = zip(("red", "green", "blue"), bytes.fromhex(hexadecimal[1:]), strict=True)
    return {"rgbColor": {name: round(value / 255, 4) for name, value in channels}}
