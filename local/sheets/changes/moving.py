"""Changes that take cells elsewhere: paste, sort, merge, find and replace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from local.sheets.a1 import Rect
from local.sheets.calc import Fault
from local.sheets.changes.context import Context, Message
from local.sheets.changes.writing import rewrite_row
from local.sheets.errors import invalid
from local.sheets.formula.references import moved
from local.sheets.protection import check_writable
from local.sheets.ranges import Area, from_grid_range, tab_of, to_grid_range
from local.sheets.values import entered, grow
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Tab

PASTED = {
    "PASTE_NORMAL": ("value", "format", "note", "validation", "runs"),
    "PASTE_VALUES": ("value",),
    "PASTE_FORMAT": ("format",),
    "PASTE_NO_BORDERS": ("value", "format", "note", "validation", "runs"),
    "PASTE_FORMULA": ("value",),
    "PASTE_DATA_VALIDATION": ("validation",),
    "PASTE_CONDITIONAL_FORMATTING": (),
}
Block = list[list[Cell]]


def copy_paste(context: Context, request: Message) -> Json:
    kind = request.get("pasteType") or "PASTE_NORMAL"
    source_tab, source = from_grid_range(context.book, request.get("source") or {})
    tab, rect = _destination(context, request.get("destination") or {}, source, request.get("pasteOrientation"))
    check_writable(context.book, tab, rect, context.editor)
    block = _block(source_tab, source)
    if kind == "PASTE_VALUES":
        block = _values_only(context, source_tab, source, block)
    turned = request.get("pasteOrientation") == "TRANSPOSE"
    _paste(tab, rect, block, source, turned, PASTED[kind])
    return {}


def _destination(context: Context, message: Message, source: Rect, orientation: str | None) -> Area:
    """Where a paste lands: the given range, filled by whole copies, and at least one of them."""
    tab, rect = from_grid_range(context.book, message)
    height, width = (source.width, source.height) if orientation == "TRANSPOSE" else (source.height, source.width)
    tall = rect.height if rect.height % height == 0 else height
    wide = rect.width if rect.width % width == 0 else width
    grow(context.book, tab, rect.top + tall, rect.left + wide)
    return tab, Rect(rect.top, rect.left, rect.top + tall, rect.left + wide)


def _block(tab: Tab, rect: Rect) -> Block:
    return [[tab.cell(row, column) for column in range(rect.left, rect.right)] for row in range(rect.top, rect.bottom)]


def _values_only(context: Context, tab: Tab, rect: Rect, block: Block) -> Block:
    def worked_out(row: int, column: int) -> Any:
        value = context.calc.value(tab, row, column)
        return value.code if isinstance(value, Fault) else value

    return [
        [replace(cell, value=worked_out(rect.top + r, rect.left + c)) for c, cell in enumerate(line)]
        for r, line in enumerate(block)
    ]


def _paste(tab: Tab, rect: Rect, block: Block, source: Rect, turned: bool, parts: tuple[str, ...]) -> None:
    def rewrite(cell: Cell, row: int, column: int) -> Cell:
        r, c = row - rect.top, column - rect.left
        if turned:
            r, c = c, r
        r, c = r % len(block), c % len(block[0])
        pasted = block[r][c]
        if isinstance(pasted.value, Formula):
            text = moved(pasted.value.text, row - source.top - r, column - source.left - c)
            pasted = replace(pasted, value=Formula(text))
        return replace(cell, **{part: getattr(pasted, part) for part in parts})

    for row in range(rect.top, rect.bottom):
        rewrite_row(tab, row, rect, rewrite)


def cut_paste(context: Context, request: Message) -> Json:
    kind = request.get("pasteType") or "PASTE_NORMAL"
    source_tab, source = from_grid_range(context.book, request.get("source") or {})
    at = request.get("destination") or {}
    tab = tab_of(context.book, at.get("sheetId"))
    top, left = at.get("rowIndex", 0), at.get("columnIndex", 0)
    rect = Rect(top, left, top + source.height, left + source.width)
    grow(context.book, tab, rect.bottom, rect.right)
    check_writable(context.book, source_tab, source, context.editor)
    check_writable(context.book, tab, rect, context.editor)
    block = _block(source_tab, source)
    parts = PASTED[kind]
    emptied = {part: getattr(EMPTY, part) for part in parts}
    for row in range(source.top, source.bottom):
        rewrite_row(source_tab, row, source, lambda cell, r, c: replace(cell, **emptied))
    for row in range(rect.top, rect.bottom):
        rewrite_row(
            tab, row, rect, lambda cell, r, c: replace(cell, **{p: getattr(block[r - top][c - left], p) for p in parts})
        )
    return {}


def sort_range(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    sort_rows(context, tab, rect, request.get("sortSpecs") or [])
    return {}


def sort_rows(context: Context, tab: Tab, rect: Rect, specs: list[Message]) -> None:
    """Sort the lines of a rectangle: numbers, texts, booleans, errors; blanks last either way; stable."""
    bottom = min(rect.bottom, len(tab.rows))
    order = list(range(rect.top, bottom))
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", spec.get("columnReference", {}).get("columnIndex", 0))
        if not rect.left <= column < rect.right:
            raise invalid(f"sortSpecs dimensionIndex {column} is outside the range that is sorted.")
        order = _sorted(context, tab, order, column, spec.get("sortOrder") == "DESCENDING")
    block = _block(tab, Rect(rect.top, rect.left, bottom, rect.right))
    for row, came_from in zip(range(rect.top, bottom), order, strict=True):
        line = block[came_from - rect.top]
        rewrite_row(
            tab, row, rect, lambda cell, r, c, line=line, far=row - came_from: _carried(line[c - rect.left], far)
        )


def _carried(cell: Cell, rows: int) -> Cell:
    if isinstance(cell.value, Formula) and rows:
        return replace(cell, value=Formula(moved(cell.value.text, rows, 0)))
    return cell


def _sorted(context: Context, tab: Tab, rows: list[int], column: int, backwards: bool) -> list[int]:
    values = {row: context.calc.value(tab, row, column) for row in rows}
    filled = [row for row in rows if values[row] not in (None, "")]
    blank = [row for row in rows if values[row] in (None, "")]
    return [*sorted(filled, key=lambda row: sort_key(values[row]), reverse=backwards), *blank]


def sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, Fault):
        return 3, value.code
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def merge_cells(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    _split(context, tab, rect)
    head = tab.edit_head()
    for piece in _pieces(rect, request.get("mergeType") or "MERGE_ALL"):
        head.setdefault("merges", []).append(to_grid_range(tab, piece))
        _keep_first(tab, piece)
    return {}


def _pieces(rect: Rect, kind: str) -> Iterator[Rect]:
    if kind == "MERGE_ROWS":
        yield from (Rect(row, rect.left, row + 1, rect.right) for row in range(rect.top, rect.bottom))
    elif kind == "MERGE_COLUMNS":
        yield from (Rect(rect.top, column, rect.bottom, column + 1) for column in range(rect.left, rect.right))
    elif not rect.is_cell:
        yield rect


def _keep_first(tab: Tab, rect: Rect) -> None:
    for row in range(rect.top, min(rect.bottom, len(tab.rows))):
        rewrite_row(
            tab, row, rect, lambda cell, r, c: cell if (r, c) == (rect.top, rect.left) else replace(cell, value=None)
        )


def unmerge_cells(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    _split(context, tab, rect)
    return {}


def _split(context: Context, tab: Tab, rect: Rect) -> None:
    """Undo the merges inside a rectangle; one that sticks out of it is refused."""
    kept = []
    for message in tab.head.get("merges", ()):
        merged = from_grid_range(context.book, message)[1]
        if not merged.meets(rect):
            kept.append(message)
        elif not rect.contains(merged):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    if len(kept) != len(tab.head.get("merges", ())):
        tab.edit_head()["merges"] = kept


def find_replace(context: Context, request: Message) -> Json:
    pattern = _pattern(request)
    replacement = _replacement(request)
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    rows, tabs = set(), set()
    for tab, rect in _searched(context, request):
        for row in range(rect.top, min(rect.bottom, len(tab.rows))):
            changed = _replaced_in_row(context, tab, row, rect, pattern, replacement, request, counts)
            if changed:
                rows.add((tab.sheet_id, row))
                tabs.add(tab.sheet_id)
    counts |= {"rowsChanged": len(rows), "sheetsChanged": len(tabs)}
    return {name: count for name, count in counts.items() if count}


def _pattern(request: Message) -> re.Pattern[str]:
    find = request.get("find") or ""
    if not find:
        raise invalid("find must not be empty.")
    source = find if request.get("searchByRegex") else re.escape(find)
    if request.get("matchEntireCell"):
        source = rf"\A(?:{source})\Z"
    try:
        return re.compile(source, 0 if request.get("matchCase") else re.IGNORECASE)
    except re.error:
        raise invalid(f"Invalid regular expression: {find}") from None


def _replacement(request: Message) -> str:
    text = request.get("replacement") or ""
    if request.get("searchByRegex"):
        return re.sub(r"\$(\d)", r"\\g<\1>", text.replace("\\", "\\\\"))
    return str(text).replace("\\", "\\\\")


def _searched(context: Context, request: Message) -> Iterator[Area]:
    if "range" in request:
        yield from_grid_range(context.book, request["range"])
    elif request.get("allSheets"):
        yield from ((tab, tab.grid) for tab in context.book.tabs)
    elif "sheetId" in request:
        tab = tab_of(context.book, request["sheetId"])
        yield tab, tab.grid
    else:
        raise invalid("One of range, sheetId or allSheets must be set.")


def _replaced_in_row(
    context: Context,
    tab: Tab,
    row: int,
    rect: Rect,
    pattern: re.Pattern[str],
    replacement: str,
    request: Message,
    counts: dict[str, int],
) -> bool:
    cells, changed = tab.row(row), False
    for column in range(rect.left, min(rect.right, len(cells))):
        cell = cells[column]
        is_formula = isinstance(cell.value, Formula)
        if cell.value is None or isinstance(cell.value, bool) or (is_formula and not request.get("includeFormulas")):
            continue
        text = cell.value.text if isinstance(cell.value, Formula) else str(cell.value)
        new, times = pattern.subn(replacement, text)
        if times and new != text:
            check_writable(context.book, tab, Rect(row, column, row + 1, column + 1), context.editor)
            tab.put_cell(row, column, _retyped(context, cell, new))
            counts["formulasChanged" if is_formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += times
            changed = True
    return changed


def _retyped(context: Context, cell: Cell, text: str) -> Cell:
    """A replaced formula or number is read again; a text stays one."""
    if isinstance(cell.value, str):
        return replace(cell, value=text or None)
    return entered(context.book, cell, text, "USER_ENTERED")


def trim_whitespace(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    changed = 0
    for row in range(rect.top, min(rect.bottom, len(tab.rows))):
        for column in range(rect.left, min(rect.right, len(tab.row(row)))):
            cell = tab.cell(row, column)
            if isinstance(cell.value, str) and (text := re.sub(r"\s+", " ", cell.value).strip()) != cell.value:
                tab.put_cell(row, column, replace(cell, value=text or None))
                changed += 1
    return {"cellsChangedCount": changed} if changed else {}


def delete_duplicates(context: Context, request: Message) -> Json:
    tab, rect = from_grid_range(context.book, request.get("range") or {})
    check_writable(context.book, tab, rect, context.editor)
    columns = [
        c for span in request.get("comparisonColumns") or () for c in range(span["startIndex"], span["endIndex"])
    ]
    seen: set[Any] = set()
    kept: Block = []
    bottom = min(rect.bottom, len(tab.rows))
    for row in range(rect.top, bottom):
        key = tuple(sort_key(context.calc.value(tab, row, c) or "") for c in columns or range(rect.left, rect.right))
        if key not in seen:
            seen.add(key)
            kept.append([tab.cell(row, column) for column in range(rect.left, rect.right)])
    for row in range(rect.top, bottom):
        line = kept[row - rect.top] if row - rect.top < len(kept) else None
        rewrite_row(tab, row, rect, lambda cell, r, c, line=line: line[c - rect.left] if line else EMPTY)
    removed = bottom - rect.top - len(kept)
    return {"duplicatesRemovedCount": removed} if removed else {}
