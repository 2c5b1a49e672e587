"""Changes of rows and columns as such: more, fewer, elsewhere, wider, hidden, grouped."""

from __future__ import annotations

from typing import Any

from local.sheets import masks
from local.sheets.a1 import Rect
from local.sheets.cells import fields_mask
from local.sheets.changes.context import Context, Message
from local.sheets.errors import invalid
from local.sheets.grid import GROUPS, METADATA, Move, Shift, dressed, shift_grid
from local.sheets.limits import MAX_COLUMNS, check_cells
from local.sheets.protection import check_writable
from local.sheets.ranges import tab_of
from local.sheets.values import grow
from local.sheets.workbook import EMPTY, Cell, Json, Tab, trimmed

DEFAULT_SIZE = {"ROWS": 21, "COLUMNS": 100}
WORDS = {"ROWS": "row", "COLUMNS": "column"}


def _span(context: Context, message: Message) -> tuple[Tab, str, int, int]:
    """The tab, dimension, start and end of a DimensionRange, open ends closed."""
    tab = tab_of(context.book, message.get("sheetId"))
    dimension = message.get("dimension")
    if dimension not in WORDS:
        raise invalid("dimension must be ROWS or COLUMNS.")
    start = message.get("startIndex") or 0
    end = message.get("endIndex")
    end = _size(tab, dimension) if end is None else end
    if end <= start:
        raise invalid(f"range.endIndex ({end}) must be greater than range.startIndex ({start}).")
    return tab, dimension, start, end


def _size(tab: Tab, dimension: str) -> int:
    return tab.row_count if dimension == "ROWS" else tab.column_count


def _stripe(tab: Tab, dimension: str, start: int, end: int) -> Rect:
    if dimension == "ROWS":
        return Rect(start, 0, end, tab.column_count)
    return Rect(0, start, tab.row_count, end)


def _check_room(context: Context, tab: Tab, dimension: str, count: int) -> None:
    if dimension == "COLUMNS" and tab.column_count + count > MAX_COLUMNS:
        raise invalid(f"Sheet cannot have more than {MAX_COLUMNS} columns.")
    check_cells(context.book, count * (tab.column_count if dimension == "ROWS" else tab.row_count))


def append_dimension(context: Context, request: Message) -> Json:
    tab = tab_of(context.book, request.get("sheetId"))
    dimension, length = request.get("dimension"), request.get("length") or 0
    if dimension not in WORDS:
        raise invalid("dimension must be ROWS or COLUMNS.")
    if length < 1:
        raise invalid("length must be greater than 0.")
    _check_room(context, tab, dimension, length)
    more_rows, more_columns = (length, 0) if dimension == "ROWS" else (0, length)
    grow(context.book, tab, tab.row_count + more_rows, tab.column_count + more_columns)
    return {}


def insert_dimension(context: Context, request: Message) -> Json:
    tab, dimension, start, end = _span(context, request.get("range") or {})
    before = bool(request.get("inheritFromBefore"))
    if start > _size(tab, dimension):
        raise invalid(
            f"range.startIndex ({start}) is beyond the {WORDS[dimension]}s of the sheet ({_size(tab, dimension)})."
        )
    if before and start == 0:
        raise invalid(f"inheritFromBefore cannot be true if inserting at the first {WORDS[dimension]}.")
    _check_room(context, tab, dimension, end - start)
    shift_grid(context.book, tab, Shift(dimension, start, end - start))
    _dress(tab, dimension, start, end, start - 1 if before else end)
    return {}


def _dress(tab: Tab, dimension: str, start: int, end: int, model: int) -> None:
    """Inserted lines take the looks of their neighbour."""
    if dimension == "ROWS":
        looks = dressed(tab.row(model))
        for row in range(start, end) if looks else ():
            tab.put_row(row, looks)
        return
    for index, line in enumerate(tab.rows):
        if model < len(line) and (line[model].format or line[model].validation):
            cells = list(line)
            cells.extend([EMPTY] * (end - len(cells)))
            cells[start:end] = [Cell(format=line[model].format, validation=line[model].validation)] * (end - start)
            tab.put_row(index, trimmed(cells))


def delete_dimension(context: Context, request: Message) -> Json:
    tab, dimension, start, end = _span(context, request.get("range") or {})
    size, word = _size(tab, dimension), WORDS[dimension]
    if end > size:
        raise invalid(
            f"Cannot delete a {word} that doesn't exist. "
            f"Tried to delete {word} index {end - 1} but there are only {size} {word}s."
        )
    frozen = tab.head["properties"]["gridProperties"].get(f"frozen{word.capitalize()}Count", 0)
    if start <= frozen and end >= size:
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {word}s.")
    check_writable(context.book, tab, _stripe(tab, dimension, start, end), context.editor)
    shift_grid(context.book, tab, Shift(dimension, start, start - end))
    return {}


def move_dimension(context: Context, request: Message) -> Json:
    tab, dimension, start, end = _span(context, request.get("source") or {})
    to = request.get("destinationIndex") or 0
    if end > _size(tab, dimension) or to > _size(tab, dimension):
        raise invalid(f"Cannot move {WORDS[dimension]}s that don't exist, or beyond the end of the sheet.")
    if start < to < end:
        raise invalid("The destination index must not lie within the source range.")
    check_writable(context.book, tab, _stripe(tab, dimension, start, end), context.editor)
    if to not in (start, end):
        shift_grid(context.book, tab, Move(dimension, start, end, to))
    return {}


def update_dimension_properties(context: Context, request: Message) -> Json:
    mask = fields_mask(request)
    tab, dimension, start, end = _span(context, request.get("range") or {})
    lines = tab.edit_head().setdefault(METADATA[dimension], {})
    for index in range(start, min(end, _size(tab, dimension))):
        properties = dict(lines.get(str(index), {}))
        masks.update(properties, dict(request.get("properties") or {}), mask)
        lines[str(index)] = {n: v for n, v in properties.items() if v not in (None, False)}
        if not lines[str(index)]:
            del lines[str(index)]
    return {}


def auto_resize_dimensions(context: Context, request: Message) -> Json:
    """Columns become as wide as their longest text, at seven pixels a letter; rows go back to one line."""
    tab, dimension, start, end = _span(context, request.get("dimensions") or {})
    lines = tab.edit_head().setdefault(METADATA[dimension], {})
    for index in range(start, min(end, _size(tab, dimension))):
        if dimension == "ROWS":
            lines.get(str(index), {}).pop("pixelSize", None)
        else:
            lines.setdefault(str(index), {})["pixelSize"] = _needed_width(context, tab, index)
    return {}


def _needed_width(context: Context, tab: Tab, column: int) -> int:
    texts = (str(context.calc.value(tab, row, column) or "") for row in range(context.calc.height(tab)))
    return max(21, max((len(text) for text in texts), default=0) * 7 + 6)


def add_dimension_group(context: Context, request: Message) -> Json:
    tab, dimension, start, end = _span(context, request.get("range") or {})
    groups = _regrouped(tab, dimension, start, end, 1)
    control = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    tab.edit_head()["properties"]["gridProperties"][control] = True
    return {"dimensionGroups": groups}


def delete_dimension_group(context: Context, request: Message) -> Json:
    tab, dimension, start, end = _span(context, request.get("range") or {})
    depths = _depths(tab, dimension)
    if not any(depths.get(index) for index in range(start, end)):
        raise invalid(f"No dimension group over the {WORDS[dimension]}s {start} to {end}.")
    groups = _regrouped(tab, dimension, start, end, -1)
    return {"dimensionGroups": groups} if groups else {}


def _depths(tab: Tab, dimension: str) -> dict[int, int]:
    depths: dict[int, int] = {}
    for group in tab.head.get(GROUPS[dimension], ()):
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[index] = depths.get(index, 0) + 1
    return depths


def _regrouped(tab: Tab, dimension: str, start: int, end: int, deeper: int) -> list[Json]:
    """The groups after a span went one level deeper (or came up one): runs of lines at each depth."""
    depths = _depths(tab, dimension)
    for index in range(start, end):
        depths[index] = max(depths.get(index, 0) + deeper, 0)
    old = {_group_key(g): g for g in tab.head.get(GROUPS[dimension], ())}
    groups = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        for first, last in _runs(sorted(i for i, d in depths.items() if d >= depth)):
            span = {"sheetId": tab.sheet_id, "dimension": dimension, "startIndex": first, "endIndex": last}
            group: Json = {"range": span, "depth": depth}
            groups.append(old.get(_group_key(group), group))
    groups.sort(key=lambda g: (g["range"]["startIndex"], g["depth"]))
    tab.edit_head()[GROUPS[dimension]] = groups
    return groups


def _group_key(group: Json) -> tuple[Any, ...]:
    return group["range"]["startIndex"], group["range"]["endIndex"], group["depth"]


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def update_dimension_group(context: Context, request: Message) -> Json:
    given, mask = request.get("dimensionGroup") or {}, fields_mask(request)
    tab, dimension, start, end = _span(context, given.get("range") or {})
    for group in tab.edit_head().get(GROUPS[dimension], ()):
        if _group_key(group) == (start, end, given.get("depth", 1)):
            masks.update(group, {"collapsed": given.get("collapsed") or None}, {"collapsed": mask})
            return {}
    raise invalid(f"No dimension group over the {WORDS[dimension]}s {start} to {end} at depth {given.get('depth', 1)}.")
