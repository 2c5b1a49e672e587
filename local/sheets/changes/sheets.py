"""Changes of whole tabs and of the spreadsheet's own properties."""

from __future__ import annotations

import copy
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.sheets import masks
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.colors import in_step, widen
from local.sheets.errors import invalid, not_imitated
from local.sheets.formula.references import orphaned, renamed
from local.sheets.grid import Shift, rewrite_formulas, shift_grid
from local.sheets.limits import MAX_COLUMNS, check_cells
from local.sheets.ranges import tab_of
from local.sheets.workbook import Json, Tab, Workbook

DEFAULT_ROWS, DEFAULT_COLUMNS = 1000, 26
ID_LISTS = {
    "protectedRanges": "protectedRangeId",
    "filterViews": "filterViewId",
    "bandedRanges": "bandedRangeId",
    "charts": "chartId",
    "slicers": "slicerId",
}


def new_head(properties: Message, sheet_id: int) -> Json:
    """The head of a fresh tab: given properties over Google's defaults."""
    grid = {"rowCount": DEFAULT_ROWS, "columnCount": DEFAULT_COLUMNS} | dict(properties.get("gridProperties") or {})
    known = {"sheetId": sheet_id, "title": properties.get("title"), "index": 0, "sheetType": "GRID"}
    rest = {name: value for name, value in properties.items() if name not in known}
    return {"properties": _tidy(in_step(known | rest | {"gridProperties": grid}))}


def _tidy(properties: Json) -> Json:
    """Properties without the values that JSON answers leave out because they are the default."""
    grid = properties["gridProperties"]
    required = ("rowCount", "columnCount")
    properties["gridProperties"] = {n: v for n, v in grid.items() if n in required or v not in (None, 0, False)}
    return {n: v for n, v in properties.items() if v not in (None, False) or n in ("index", "sheetId")}


def add_sheet(context: Context, request: Message) -> Json:
    book, properties = context.book, request.get("properties") or {}
    if properties.get("sheetType", "GRID") != "GRID":
        raise not_imitated(f"sheets of type {properties['sheetType']}")
    sheet_id = properties.get("sheetId")
    if sheet_id is not None and book.tab_by_id(sheet_id):
        raise invalid(f"A sheet with the id {sheet_id} already exists. Please enter another id.")
    title = properties.get("title") or _free_title(book, "Sheet")
    check_title(book, title)
    head = new_head({**properties, "title": title}, context.new_id() if sheet_id is None else sheet_id)
    grid = head["properties"]["gridProperties"]
    check_cells(book, _size(grid["rowCount"], grid["columnCount"]))
    index = properties.get("index")
    tab = book.add_tab(head, len(book.tabs) if index is None else min(index, len(book.tabs)))
    return {"properties": copy.deepcopy(tab.head["properties"])}


def _size(rows: int, columns: int) -> int:
    if rows < 1 or columns < 1:
        raise invalid(f"Invalid grid size: {rows} rows, {columns} columns. A sheet has at least one of each.")
    if columns > MAX_COLUMNS:
        raise invalid(f"Sheet cannot have more than {MAX_COLUMNS} columns.")
    return rows * columns


def _free_title(book: Workbook, stem: str) -> str:
    number = len(book.tabs) + 1
    while book.tab_by_title(f"{stem}{number}"):
        number += 1
    return f"{stem}{number}"


def check_title(book: Workbook, title: str, own: Tab | None = None) -> None:
    """Refuse a title that another tab has."""
    other = book.tab_by_title(title)
    if other is not None and other is not own:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    if not title or len(title) > 100:
        raise invalid(f'Invalid sheet name "{title}": it must have from 1 to 100 characters.')


def delete_sheet(context: Context, request: Message) -> Json:
    book = context.book
    tab = tab_of(book, request.get("sheetId"), "sheet")
    if len(book.tabs) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    if not any(not other.hidden for other in book.tabs if other is not tab):
        raise invalid("You can't remove all the visible sheets in a document.")
    title = tab.title
    book.remove_tab(tab)
    for other in book.tabs:
        rewrite_formulas(other, lambda text: orphaned(text, title))
    if any(named["range"].get("sheetId", 0) == tab.sheet_id for named in book.head.get("namedRanges", ())):
        head = book.edit_head()
        head["namedRanges"] = [n for n in head["namedRanges"] if n["range"].get("sheetId", 0) != tab.sheet_id]
    return {}


def duplicate_sheet(context: Context, request: Message) -> Json:
    book = context.book
    source = tab_of(book, request.get("sourceSheetId"), "sheet")
    title = request.get("newSheetName") or _copy_title(book, source.title)
    check_title(book, title)
    sheet_id = request.get("newSheetId") or context.new_id()
    if book.tab_by_id(sheet_id):
        raise invalid(f"A sheet with the id {sheet_id} already exists. Please enter another id.")
    check_cells(book, source.row_count * source.column_count)
    head = copied_head(source, sheet_id, title, context)
    head["properties"].pop("hidden", None)
    tab = book.add_tab(head, min(request.get("insertSheetIndex") or 0, len(book.tabs)), list(source.rows))
    return {"properties": copy.deepcopy(tab.head["properties"])}


def _copy_title(book: Workbook, title: str) -> str:
    name, number = f"Copy of {title}", 2
    while book.tab_by_title(name):
        name, number = f"Copy of {title} {number}", number + 1
    return name


def copied_head(source: Tab, sheet_id: int, title: str, context: Context) -> Json:
    """A tab's head for its copy: ranges point at the copy, and things have new ids."""
    head = _readdressed(copy.deepcopy(source.head), source.sheet_id, sheet_id)
    head["properties"].update(sheetId=sheet_id, title=title)
    for name, key in ID_LISTS.items():
        for item in head.get(name, ()):
            item[key] = context.new_id()
    return head


def _readdressed(thing: Any, old: int, new: int) -> Any:
    if isinstance(thing, list):
        return [_readdressed(item, old, new) for item in thing]
    if not isinstance(thing, dict):
        return thing
    done = {name: _readdressed(value, old, new) for name, value in thing.items()}
    if "startRowIndex" in done or "dimension" in done or done.get("sheetId") == old:
        done["sheetId"] = new if done.get("sheetId", 0) == old else done.get("sheetId", 0)
    return done


def update_sheet_properties(context: Context, request: Message) -> Json:
    book, given = context.book, dict(request.get("properties") or {})
    mask = widen(fields_mask(request))
    tab = tab_of(book, given.get("sheetId"), "sheet")
    if "*" in mask:
        mask = {name: {} for name in given if name != "sheetId"}
    if "title" in mask:
        _retitle(book, tab, given.get("title") or "")
    if "gridProperties" in mask:
        _resize(book, tab, dict(given.get("gridProperties") or {}), mask["gridProperties"])
    _set_rest(book, tab, given, mask)
    if "index" in mask:
        _reorder(book, tab, given.get("index", 0))
    return {}


def _retitle(book: Workbook, tab: Tab, title: str) -> None:
    check_title(book, title, tab)
    old = tab.title
    tab.edit_head()["properties"]["title"] = title
    for other in book.tabs:
        rewrite_formulas(other, lambda text: renamed(text, old, title))


def _resize(book: Workbook, tab: Tab, grid: Json, mask: masks.Mask) -> None:
    target = dict(tab.head["properties"]["gridProperties"])
    masks.update(target, grid, mask or {name: {} for name in grid})
    rows, columns = target.get("rowCount", 0), target.get("columnCount", 0)
    check_cells(book, _size(rows, columns) - tab.row_count * tab.column_count)
    if target.get("frozenRowCount", 0) >= rows:
        raise invalid("You can't freeze all visible rows on the sheet.")
    if target.get("frozenColumnCount", 0) >= columns:
        raise invalid("You can't freeze all visible columns on the sheet.")
    _cut(book, tab, "ROWS", rows - tab.row_count)
    _cut(book, tab, "COLUMNS", columns - tab.column_count)
    properties = tab.edit_head()["properties"]
    properties["gridProperties"] = target
    tab.head["properties"] = _tidy(properties)


def _cut(book: Workbook, tab: Tab, dimension: str, more: int) -> None:
    if more < 0:
        size = tab.row_count if dimension == "ROWS" else tab.column_count
        shift_grid(book, tab, Shift(dimension, size + more, more))


def _set_rest(book: Workbook, tab: Tab, given: Json, mask: masks.Mask) -> None:
    rest = {
        name: branch for name, branch in mask.items() if name not in ("title", "gridProperties", "index", "sheetId")
    }
    if not rest:
        return
    if given.get("hidden") and "hidden" in rest and all(other.hidden for other in book.tabs if other is not tab):
        raise invalid("You can't hide all the sheets in a document.")
    properties = tab.edit_head()["properties"]
    masks.update(properties, in_step(given), rest)
    tab.head["properties"] = _tidy(properties)


def _reorder(book: Workbook, tab: Tab, index: int) -> None:
    """The index counts before the tab itself is taken out."""
    place = book.tabs.index(tab)
    others = [other for other in book.tabs if other is not tab]
    at = min(index if index <= place else index - 1, len(others))
    book.arrange([*others[:at], tab, *others[at:]])


def update_spreadsheet_properties(context: Context, request: Message) -> Json:
    mask, given = fields_mask(request), dict(request.get("properties") or {})
    if "timeZone" in mask:
        _check_zone(given.get("timeZone", ""))
    if "title" in mask and not given.get("title"):
        raise invalid("Title must not be empty.")
    head = context.book.edit_head()
    masks.update(head["properties"], given, mask)
    return {}


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(f"Invalid time zone: {name}") from None
