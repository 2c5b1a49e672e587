"""What a person sees of a workbook: tabs with their sizes and guards, and cells as shown texts.

The rule it guards: only the rows that are asked for are made, so a journal of 10,000 rows costs
what is in view. Nothing here changes a workbook.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from local.sheets import typed
from local.sheets.a1 import Rect
from local.sheets.calc import Calc, Fault
from local.sheets.call import World
from local.sheets.doors import ORGANISER
from local.sheets.drive import RANK
from local.sheets.formats import general, show
from local.sheets.locales import Locale, locale_of
from local.sheets.page.looks import Looks, css_colour
from local.sheets.page.shades import Shades
from local.sheets.protection import covered, may_edit
from local.sheets.ranges import from_grid_range, tab_of
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Tab, Workbook

TICKS = ("TRUE", "FALSE")
WEB = re.compile(r"https?://\S+\Z")
GOOGLE_FILE = re.compile(r"https://docs\.google\.com/spreadsheets/d/([\w-]+)")
LISTS = ("ONE_OF_LIST", "ONE_OF_RANGE")


def person(world: World, book: Workbook) -> str:
    """Whose hands the page lends: the organiser's; the owner's where the file is not shared with them."""
    may_write = world.drive.rank(book.file_id, ORGANISER) >= RANK["writer"]
    return ORGANISER if may_write else str(book.head.get("owner", ORGANISER))


def outline(world: World, file_id: str) -> Json:
    """The file without its cells: title, version, and each tab's sizes, merges and guards. Raises ApiError."""
    book = world.drive.book(file_id)
    calc = world.calc(book)
    tabs = [_tab(book, calc, tab, person(world, book)) for tab in book.tabs]
    return {"title": book.head["properties"]["title"], "version": book.version, "tabs": tabs}


def _tab(book: Workbook, calc: Calc, tab: Tab, editor: str) -> Json:
    properties = tab.head["properties"]
    grid = properties["gridProperties"]
    return {
        "id": tab.sheet_id,
        "title": tab.title,
        "hidden": tab.hidden,
        "colour": css_colour(properties, "tabColor"),
        "rows": tab.row_count,
        "columns": tab.column_count,
        "frozenRows": grid.get("frozenRowCount", 0),
        "frozenColumns": grid.get("frozenColumnCount", 0),
        "used": calc.height(tab),
        "widths": _sizes(tab, "columnMetadata"),
        "heights": _sizes(tab, "rowMetadata"),
        "merges": [_edges(from_grid_range(book, merged)[1]) for merged in tab.head.get("merges", ())],
        "guards": _guards(book, tab, editor),
        "charts": [_chart(chart) for chart in tab.head.get("charts", ())],
    }


def _chart(chart: Json) -> Json:
    overlay = chart["position"]["overlayPosition"]
    anchor = overlay.get("anchorCell", {})
    return {
        "id": chart["chartId"],
        "title": chart["spec"].get("title", ""),
        "row": anchor.get("rowIndex", 0),
        "column": anchor.get("columnIndex", 0),
        "left": overlay.get("offsetXPixels", 0),
        "top": overlay.get("offsetYPixels", 0),
        "width": overlay["widthPixels"],
        "height": overlay["heightPixels"],
    }


def _sizes(tab: Tab, name: str) -> dict[str, int]:
    """Pixels of the rows or columns that have a size of their own; 0 where hidden."""
    lines: Mapping[str, Json] = tab.head.get(name, {})
    known = {index: 0 if _is_hidden(line) else line.get("pixelSize") for index, line in lines.items()}
    return {index: size for index, size in known.items() if size is not None}


def _is_hidden(line: Json) -> bool:
    return bool(line.get("hiddenByUser") or line.get("hiddenByFilter"))


def _edges(rect: Rect) -> list[int]:
    return [rect.top, rect.left, rect.bottom, rect.right]


def _guards(book: Workbook, tab: Tab, editor: str) -> list[Json]:
    """The protected ranges that stop the editor ("hard") or ask them first."""
    items = tab.head.get("protectedRanges", ())
    return [_guard(book, tab, item) for item in items if item.get("warningOnly") or not may_edit(book, item, editor)]


def _guard(book: Workbook, tab: Tab, item: Json) -> Json:
    spared = [_edges(from_grid_range(book, message)[1]) for message in item.get("unprotectedRanges", ())]
    return {"area": _edges(covered(book, tab, item)), "spared": spared, "hard": not item.get("warningOnly")}


def rows(world: World, file_id: str, sheet_id: int, top: int, bottom: int) -> Json:
    """The cells of rows top..bottom (the end not included) and the looks that they refer to. Raises ApiError."""
    book = world.drive.book(file_id)
    tab = tab_of(book, sheet_id)
    line = _Line(book, world.calc(book), tab, world.drive.records)
    made = {row: line.cells(row) for row in range(max(top, 0), min(bottom, tab.row_count))}
    return {"version": book.version, "rows": made, "looks": line.looks.made}


class _Line:
    """Makes the cells of rows of one tab."""

    def __init__(self, book: Workbook, calc: Calc, tab: Tab, files: Container[str]) -> None:
        self.looks = Looks()
        self._shades = Shades(book, tab)
        self._files = files
        self._calc = calc
        self._tab = tab
        self._locale = locale_of(book.head["properties"].get("locale", "en_US"))

    def cells(self, row: int) -> list[Json]:
        """What is to be drawn in a row; cells that hold and look like nothing are left out."""
        width = min(self._calc.width(self._tab, row), self._tab.column_count)
        made = (self._cell(row, column) for column in range(width))
        return [cell for cell in made if cell]

    def _cell(self, row: int, column: int) -> Json | None:
        cell, value = self._tab.cell(row, column), self._calc.value(self._tab, row, column)
        if cell is EMPTY and value is None:
            return None
        text = self._shown(row, column, value)
        parts = {
            "column": column,
            "text": text,
            "typed": _typed(cell, text, self._locale),
            "look": self.looks.number(self._shades.format(row, column, text, cell.format)),
            "note": cell.note,
            "link": self._link(row, column, text),
            "kind": _kind(value),
            **_control(cell, value),
        }
        told = {name: part for name, part in parts.items() if part is not None and part != ""}
        return told if len(told) > 1 else None

    def _shown(self, row: int, column: int, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, Fault):
            return value.code
        return show(value, self._calc.looks(self._tab, row, column), self._locale)

    def _link(self, row: int, column: int, text: str) -> str | None:
        """Where the cell leads: a file that lies here is opened here, though its address names Google."""
        target = self._calc.link(self._tab, row, column) or text
        if not WEB.match(target):
            return None
        found = GOOGLE_FILE.match(target)
        return f"/spreadsheets/d/{found[1]}/edit" if found and found[1] in self._files else target


def _kind(value: Any) -> str | None:
    if isinstance(value, bool | Fault):
        return "middle"
    return "number" if isinstance(value, int | float) else None


def _control(cell: Cell, value: Any) -> Json:
    """What the cell is edited with: a dropdown or a tick, with what a tick's two states are typed as."""
    condition = (cell.validation or {}).get("condition", {})
    if condition.get("type") in LISTS:
        return {"control": "list"}
    if condition.get("type") != "BOOLEAN":
        return {}
    yes, no = [str(item.get("userEnteredValue", "")) for item in condition.get("values", ())][:2] or TICKS
    ticked = value is True or (value is not None and not isinstance(value, bool) and str(value) == yes)
    return {"control": "tick", "ticked": ticked, "other": no if ticked else yes}


def _typed(cell: Cell, text: str, locale: Locale) -> str | None:
    """What one would have typed to get this cell; None where that is the shown text."""
    entry = typed_text(cell, locale)
    return None if entry == text else entry


def typed_text(cell: Cell, locale: Locale) -> str:
    """The text that, typed into the cell, gives the value that it has."""
    value = cell.value
    if value is None or isinstance(value, Formula):
        return value.text if isinstance(value, Formula) else ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value if _means(value, value, cell, locale) else "'" + value
    shown = show(value, cell.format, locale)
    return shown if _means(shown, value, cell, locale) else general(value, locale)


def _means(text: str, value: Any, cell: Cell, locale: Locale) -> bool:
    return typed.enter(text, locale, cell.format)[0] == value
