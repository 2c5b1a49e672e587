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
from local.sheets.calc import Calc, Fault
from local.sheets.changes.dimensions import DEFAULT_SIZE
from local.sheets.formats import show
from local.sheets.locales import Locale, locale_of
from local.sheets.masks import Mask, below, select
from local.sheets.protection import may_edit
from local.sheets.ranges import Area
from local.sheets.values import plain
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Tab, Workbook

URL = "https://docs.google.com/spreadsheets/d/{}/edit"
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
        return select(mask, {name: part for name, part in made.items() if part})

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
        return sheet

    def _protection(self, item: Json) -> Json:
        """Only who may edit a protection sees its editors."""
        shown = thin({name: value for name, value in item.items() if name != "editors"})
        if item.get("warningOnly"):
            return shown
        if may_edit(self.book, item, self.caller):
            shown |= {"requestingUserCanEdit": True, "editors": item.get("editors", {"domainUsersCanEdit": False})}
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
        return {name: value for name, value in data.items() if value}

    def _rows(self, tab: Tab, rect: Rect, mask: Mask) -> list[Json]:
        cells = CellView(self.calc, locale_of(self.book.head["properties"].get("locale", "en_US")), mask)
        bottom = min(rect.bottom, max(self.calc.height(tab), len(tab.rows)))
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


class CellView:
    """Makes CellData messages, and in them only what a mask names."""

    def __init__(self, calc: Calc, locale: Locale, mask: Mask) -> None:
        self._calc = calc
        self._locale = locale
        self._place: tuple[Tab, int, int]
        made = {
            "userEnteredValue": self._entered,
            "effectiveValue": self._effective,
            "formattedValue": self._formatted,
            "userEnteredFormat": lambda cell, value: cell.format,
            "effectiveFormat": self._effective_format,
            "hyperlink": self._hyperlink,
            "note": lambda cell, value: cell.note,
            "textFormatRuns": lambda cell, value: list(cell.runs) if cell.runs else None,
            "dataValidation": lambda cell, value: cell.validation,
        }
        self._parts = [(name, make, below(mask, name)) for name, make in made.items() if below(mask, name) is not None]

    def render(self, tab: Tab, row: int, column: int) -> Json:
        cell = tab.cell(row, column)
        value = self._calc.value(tab, row, column)
        if cell is EMPTY and value is None:
            return {}
        self._place = (tab, row, column)
        made = ((name, make(cell, value), branch) for name, make, branch in self._parts)
        return {name: select(branch or {}, part) for name, part, branch in made if part is not None}

    def _entered(self, cell: Cell, value: Any) -> Json | None:
        if isinstance(cell.value, Formula):
            return {"formulaValue": cell.value.text}
        return _extended(cell.value)

    def _effective(self, cell: Cell, value: Any) -> Json | None:
        return _extended(value)

    def _formatted(self, cell: Cell, value: Any) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(value, Fault):
            return value.code
        return value if isinstance(value, str) else show(value, self._calc.looks(*self._place), self._locale)

    def _effective_format(self, cell: Cell, value: Any) -> Json | None:
        if cell.format is None and value is None:
            return None
        merged = copy.deepcopy(DEFAULT_FORMAT)
        if isinstance(value, int | float) and not isinstance(value, bool):
            merged["horizontalAlignment"] = "RIGHT"
        elif value is not None:
            merged["horizontalAlignment"] = "CENTER" if isinstance(value, bool) else "LEFT"
        merged["hyperlinkDisplayType"] = "PLAIN_TEXT"
        return _merge(merged, cell.format or {})

    def _hyperlink(self, cell: Cell, value: Any) -> str | None:
        return self._calc.link(*self._place)


def _merge(target: Json, source: Any) -> Json:
    for name, value in source.items():
        target[name] = (
            _merge(target.get(name, {}), value) if isinstance(value, dict) and name == "textFormat" else value
        )
    return target


def _extended(value: Any) -> Json | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, Fault):
        return {"errorValue": {"type": FAULT_TYPES.get(value.code, "ERROR"), "message": value.message}}
    return {"numberValue": plain(value)}


def _lines(tab: Tab, name: str, dimension: str, span: range) -> list[Json]:
    known = tab.head.get(name, {})
    return [{"pixelSize": DEFAULT_SIZE[dimension], **known.get(str(index), {})} for index in span]


def thin(thing: Any) -> Any:
    """A message without the zero sheetIds that JSON leaves out of ranges."""
    if isinstance(thing, list):
        return [thin(item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    return {name: thin(value) for name, value in thing.items() if not (name == "sheetId" and value == 0)}


def _metadata(book: Workbook) -> Any:
    return book.head.get("developerMetadata")
