"""Functions that look things up in blocks of cells, and that make blocks of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local.sheets import typed
from local.sheets.formula.data import Fault, Grid, Result, Scalar, fail, grid_of, key, number, rank, text, truth
from local.sheets.locales import EN_US

if TYPE_CHECKING:
    from local.sheets.formula.evaluate import Evaluation

OverArrays = Callable[..., Result]


def _split(e: Evaluation, value: Result, by: Result, each: Result = True, drop: Result = True) -> Result:
    marks = text(e.scalar(by))
    pattern = f"[{re.escape(marks)}]" if truth(e.scalar(each)) else re.escape(marks)
    parts = re.split(pattern, text(e.scalar(value)))
    return grid_of([[typed.read(part, EN_US)[0] for part in parts if part or not truth(e.scalar(drop))]])


def _vlookup(e: Evaluation, wanted: Result, area: Result, index: Result, is_sorted: Result = True) -> Result:
    column = int(number(e.scalar(index)))
    table = e.block(area)
    if not 1 <= column <= table.width:
        raise fail("#REF!", f"VLOOKUP evaluates to an out of bounds range ({column} of {table.width} columns).")
    find = e.sorted_finder(area, 0) if truth(e.scalar(is_sorted)) else e.finder(area, 0)

    def look(value: Scalar) -> Scalar:
        if isinstance(value, Fault):
            return value
        row = None if value is None else find(value)
        if row is None:
            return Fault("#N/A", f"Did not find value '{text(value)}' in VLOOKUP evaluation.")
        return table.at(row, column - 1)

    return e.spread(look, wanted)


def _hlookup(e: Evaluation, wanted: Result, area: Result, index: Result, is_sorted: Result = True) -> Result:
    return _vlookup(e, wanted, _transpose(e, area), index, is_sorted)


def _xlookup(
    e: Evaluation,
    wanted: Result,
    keys: Result,
    found: Result,
    missing: Result = None,
    match: Result = 0,
    order: Result = 1,
) -> Result:
    if number(e.scalar(match)) or number(e.scalar(order)) != 1:
        raise fail("#N/A", "The emulator looks up exact matches from the first to the last only.")
    key_block, table = e.block(keys), e.block(found)
    find = e.finder(keys if key_block.width == 1 else _transpose(e, keys), 0)
    if key_block.width > 1:
        table = _transpose(e, found)  # type: ignore[assignment]
    absent = e.scalar(missing)

    def look(value: Scalar, column: int = 0) -> Scalar:
        row = None if isinstance(value, Fault) else find("" if value is None else value)
        if row is None:
            return Fault("#N/A", f"Did not find value '{value}' in XLOOKUP evaluation.") if missing is None else absent
        return table.at(row, column)

    single = e.scalar(wanted) if not isinstance(e.laid_out(wanted), Grid) else None
    if table.width == 1 or single is None:
        return e.spread(look, wanted)
    return Grid(1, table.width, [look(single, column) for column in range(table.width)])


def _match(e: Evaluation, wanted: Result, area: Result, kind: Result = 1) -> Result:
    block = e.block(area)
    line = area if block.width == 1 else _transpose(e, area)
    find = e.finder(line, 0) if not number(e.scalar(kind)) else e.sorted_finder(line, 0)

    def look(value: Scalar) -> Scalar:
        row = None if isinstance(value, Fault) or value is None else find(value)
        return Fault("#N/A", f"Did not find value '{value}' in MATCH evaluation.") if row is None else row + 1

    return e.spread(look, wanted)


def _index(e: Evaluation, area: Result, row: Result = 0, column: Result = 0) -> Result:
    block = e.block(area)
    r, c = int(number(e.scalar(row))), int(number(e.scalar(column)))
    if block.height == 1 and not c and r:
        r, c = 1, r
    if r > block.height or c > block.width or r < 0 or c < 0:
        raise fail("#NUM!", f"INDEX evaluates to an out of bounds range ({r}, {c}).")
    rows = [line for i, line in enumerate(block.rows()) if not r or i == r - 1]
    picked = [[value for j, value in enumerate(line) if not c or j == c - 1] for line in rows]
    return picked[0][0] if len(picked) == 1 and len(picked[0]) == 1 else grid_of(picked)


def _transpose(e: Evaluation, area: Result) -> Result:
    return grid_of([list(column) for column in zip(*e.block(area).rows(), strict=True)])


def _unique(e: Evaluation, area: Result) -> Result:
    seen: dict[Any, list[Any]] = {}
    for line in e.used_block(area).rows():
        seen.setdefault(tuple(map(key, line)), line)
    return grid_of(list(seen.values()))


def _filter(e: Evaluation, area: Result, *conditions: Result) -> Result:
    rows = list(e.block(area).rows())
    kept = [True] * len(rows)
    for condition in conditions:
        cells = e.cells(condition)
        kept = [keep and _holds(cells, place) for place, keep in enumerate(kept)]
    found = [row for row, keep in zip(rows, kept, strict=True) if keep]
    if not found:
        raise fail("#N/A", "No matches are found in FILTER evaluation.")
    return grid_of(found)


def _holds(cells: list[Any], place: int) -> bool:
    return place < len(cells) and not isinstance(cells[place], Fault) and truth(cells[place])


def _sort(e: Evaluation, area: Result, *order: Result) -> Result:
    rows = list(e.used_block(area).rows())
    pairs = list(zip(order[::2], order[1::2], strict=False)) or [(1, True)]
    for column, ascending in reversed(pairs):
        at = int(number(e.scalar(column))) - 1
        rows.sort(key=lambda row: rank(row[at]), reverse=not truth(e.scalar(ascending)))
    return grid_of(rows)


def _sequence(e: Evaluation, rows: Result, columns: Result = 1, start: Result = 1, step: Result = 1) -> Result:
    height, width = int(number(e.scalar(rows))), int(number(e.scalar(columns)))
    first, more = number(e.scalar(start)), number(e.scalar(step))
    return Grid(height, width, [first + more * i for i in range(height * width)])


def _flatten(e: Evaluation, *areas: Result) -> Result:
    return grid_of([[value] for area in areas for value in e.cells(area)])


ARRAYS: dict[str, OverArrays] = {
    "FILTER": _filter,
    "FLATTEN": _flatten,
    "HLOOKUP": _hlookup,
    "INDEX": _index,
    "MATCH": _match,
    "SEQUENCE": _sequence,
    "SORT": _sort,
    "SPLIT": _split,
    "TRANSPOSE": _transpose,
    "UNIQUE": _unique,
    "VLOOKUP": _vlookup,
    "XLOOKUP": _xlookup,
}
