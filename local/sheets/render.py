"""A workbook as the Spreadsheet message that spreadsheets.get answers.

The rule it guards: only what the mask lets through is made. A mask over one column of the last
ten rows costs ten cells, however many rows lie above.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local.sheets.a1 import Rect
from local.sheets.calc import Calc
from local.sheets.cellview import BLACK, DEFAULT_FORMAT, WHITE, CellView
from local.sheets.changes.dimensions import DEFAULT_SIZE
from local.sheets.locales import locale_of
from local.sheets.masks import Mask, below, select
from local.sheets.protection import may_edit
from local.sheets.ranges import Area
from local.sheets.workbook import Json, Tab, Workbook

URL = "https://docs.google.com/spreadsheets/d/{}/edit"
THEME_COLORS = {
    "TEXT": BLACK,
    "BACKGROUND": WHITE,
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}
THEME: Json = {
    "primaryFontFamily": "Arial",
    "themeColors": [{"colorType": name, "color": {"rgbColor": color}} for name, color in THEME_COLORS.items()],
}
SHEET_LISTS = (
    *("merges", "conditionalFormats", "filterViews", "charts", "bandedRanges"),
    *("rowGroups", "columnGroups", "slicers", "tables"),
)


def new_properties(title: str, locale: str = "en_US", time_zone: str = "Etc/GMT") -> Json:
    """The properties of a fresh spreadsheet. Format and theme are constants and are not stored."""
    return {"title": title, "locale": locale, "autoRecalc": "ON_CHANGE", "timeZone": time_zone}


@dataclass(frozen=True, slots=True)
class View:
    """What a caller wants to see of a workbook: ranges of it, cells or not, and parts by mask."""

    book: Workbook
    calc: Calc
    caller: str
    areas: Sequence[Area] = ()
    mask: Mask | None = None
    grid_data: bool = False

    def render(self) -> Json:
        """The Spreadsheet message."""
        mask = self.mask if self.mask is not None else {}
        parts: dict[str, Callable[[], Any]] = {
            "spreadsheetId": lambda: self.book.file_id,
            "properties": self._properties,
            "sheets": self._sheets,
            "namedRanges": lambda: thin(self.book.head.get("namedRanges")),
            "spreadsheetUrl": lambda: URL.format(self.book.file_id),
            "developerMetadata": lambda: _metadata(self.book),
        }
        made = {name: part() for name, part in parts.items() if below(mask, name) is not None}
        return _selected(mask, {name: part for name, part in made.items() if part}, ready="sheets")

    def _properties(self) -> Json:
        return {**self.book.head["properties"], "defaultFormat": DEFAULT_FORMAT, "spreadsheetTheme": THEME}

    def _sheets(self) -> list[Json]:
        shown = {id(tab) for tab, _ in self.areas}
        return [self._sheet(tab) for tab in self.book.tabs if not self.areas or id(tab) in shown]

    def _sheet(self, tab: Tab) -> Json:
        sheet: Json = {"properties": copy.deepcopy(tab.head["properties"])}
        sheet |= {name: thin(tab.head[name]) for name in SHEET_LISTS if tab.head.get(name)}
        if tab.head.get("basicFilter"):
            sheet["basicFilter"] = thin(tab.head["basicFilter"])
        if tab.head.get("protectedRanges"):
            sheet["protectedRanges"] = [self._protection(item) for item in tab.head["protectedRanges"]]
        data_mask = self._data_mask()
        if data_mask is not None:
            sheet["data"] = self._data(tab, data_mask)
        return _selected(below(self.mask or {}, "sheets") or {}, sheet, ready="data")

    def _protection(self, item: Json) -> Json:
        """Only who may edit a protection sees its editors."""
        shown = thin({name: value for name, value in item.items() if name != "editors"})
        if item.get("warningOnly"):
            return shown
        if may_edit(self.book, item, self.caller):
            shown |= {"requestingUserCanEdit": True} | ({"editors": item["editors"]} if "editors" in item else {})
        return shown

    def _data_mask(self) -> Mask | None:
        """Which parts of the cells are wanted; a mask decides alone, else includeGridData does."""
        if self.mask is not None:
            return below(self.mask, "sheets", "data")
        return {} if self.grid_data else None

    def _data(self, tab: Tab, mask: Mask) -> list[Json]:
        rects = [rect for other, rect in self.areas if other is tab] or [tab.grid]
        return [self._grid(tab, rect, mask) for rect in rects]

    def _grid(self, tab: Tab, rect: Rect, mask: Mask) -> Json:
        data: Json = {"startRow": rect.top, "startColumn": rect.left}
        values = below(mask, "rowData", "values")
        rows = [] if values is None else self._rows(tab, rect, values)
        data |= {"rowData": rows} if rows else {}
        if below(mask, "rowMetadata") is not None:
            data["rowMetadata"] = _lines(tab, "rowMetadata", "ROWS", range(rect.top, rect.bottom))
        if below(mask, "columnMetadata") is not None:
            data["columnMetadata"] = _lines(tab, "columnMetadata", "COLUMNS", range(rect.left, rect.right))
        return _selected(mask, {name: value for name, value in data.items() if value}, ready="rowData")

    def _rows(self, tab: Tab, rect: Rect, mask: Mask) -> list[Json]:
        cells = CellView(self.calc, locale_of(self.book.head["properties"].get("locale", "en_US")), mask)
        bottom = min(rect.bottom, max(self.calc.height(tab), 0 if cells.values_alone else len(tab.rows)))
        rows = []
        for row in range(rect.top, bottom):
            right = min(rect.right, self.calc.width(tab, row))
            values = [cells.render(tab, row, column) for column in range(rect.left, right)]
            while values and not values[-1]:
                values.pop()
            rows.append({"values": values} if values else {})
        while rows and not rows[-1]:
            rows.pop()
        return rows


def _lines(tab: Tab, name: str, dimension: str, span: range) -> list[Json]:
    known = tab.head.get(name, {})
    return [{"pixelSize": DEFAULT_SIZE[dimension], **known.get(str(index), {})} for index in span]


def _selected(mask: Mask, message: Json, ready: str) -> Json:
    """What the mask leaves of a message; the part `ready`, which may be long, was made by the mask already."""
    rest = select(mask, {name: part for name, part in message.items() if name != ready})
    return {**rest, ready: message[ready]} if ready in message else rest


def thin(thing: Any) -> Any:
    """A message without the zero sheetIds that JSON leaves out of ranges."""
    if isinstance(thing, list):
        return [thin(item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    return {name: thin(value) for name, value in thing.items() if not (name == "sheetId" and value == 0)}


def _metadata(book: Workbook) -> Any:
    return book.head.get("developerMetadata")
