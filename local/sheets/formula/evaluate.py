"""Formulas worked out. One Evaluation stands in one cell; ARRAYFORMULA makes a second, in which areas
are arrays and not the one cell of them that lies in the formula's own row or column.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Protocol

from local.sheets.a1 import Rect
from local.sheets.formula import syntax
from local.sheets.formula.aggregates import AGGREGATES
from local.sheets.formula.arrays import ARRAYS
from local.sheets.formula.data import (
    Area,
    Failed,
    Fault,
    Grid,
    Result,
    Scalar,
    alike,
    fail,
    grid_of,
    guarded,
    key,
    number,
    rank,
    spread,
    text,
    truth,
)
from local.sheets.formula.references import Ref
from local.sheets.formula.scalars import EACH, UNGUARDED
from local.sheets.workbook import Tab

WHOLE = {**AGGREGATES, **ARRAYS}
MAKES_ARRAYS = frozenset(
    {"ARRAYFORMULA", "FILTER", "SORT", "UNIQUE", "TRANSPOSE", "SPLIT", "SEQUENCE", "FLATTEN", "INDEX", "XLOOKUP"}
)
ONE_VALUE = frozenset({"SUM", "COUNTA", "COUNT", "MAX", "MIN", "AVERAGE", "ROW", "JOIN", "TEXTJOIN", "CONCATENATE"})
Finder = Callable[[Scalar], int | None]


class Cells(Protocol):
    """What an evaluation reads: cells' values, and indexes over columns that are kept for others."""

    def value(self, tab: Tab, row: int, column: int) -> Any: ...
    def column(self, tab: Tab, column: int, top: int, bottom: int) -> list[Any]: ...
    def end(self, tab: Tab, left: int, right: int) -> int: ...
    def finder(self, area: Area, column: int) -> Finder: ...
    def sorted_finder(self, area: Area, column: int) -> Finder: ...
    def tally(self, area: Area) -> dict[Any, int]: ...
    def resolve(self, ref: Ref, tab: Tab) -> Area: ...
    def named(self, name: str) -> Area: ...
    def now(self) -> float: ...


class Evaluation:
    """The meaning of a tree in a cell."""

    def __init__(self, cells: Cells, tab: Tab, row: int, column: int, arrays: bool = False) -> None:
        self._cells = cells
        self._tab, self._row, self._column = tab, row, column
        self._arrays = arrays

    def outcome(self, node: syntax.Node) -> Scalar | Grid:
        """The value of a whole formula: one, or a grid to be spilled."""
        try:
            result = self.of(node)
            if isinstance(result, Area):
                result = self._grid(result) if self._arrays else self._crossing(result)
        except Failed as failed:
            return failed.fault
        if isinstance(result, Grid) and len(result.cells) == 1:
            return result.cells[0]
        return result

    def of(self, node: syntax.Node) -> Result:
        """The value of a part. Raises Failed."""
        match node:
            case syntax.Literal(value):
                return value
            case syntax.Reference(ref):
                return self._cells.resolve(ref, self._tab)
            case syntax.Name(name):
                return self._cells.named(name)
            case syntax.Operation(sign, operands):
                return self._operation(sign, operands)
            case syntax.FunctionCall(name, arguments):
                return self._function(name, arguments)
            case syntax.Braces(rows):
                return self._braces(rows)

    def _operation(self, sign: str, operands: tuple[syntax.Node, ...]) -> Result:
        values = [self.laid_out(self.of(operand)) for operand in operands]
        return spread(UNARY[sign] if len(values) == 1 else BINARY[sign], values)

    def _function(self, name: str, arguments: tuple[syntax.Node, ...]) -> Result:
        if name in SPECIAL:
            return SPECIAL[name](self, arguments)
        try:
            if name in EACH:
                return spread(guarded(EACH[name]), self._each(arguments))
            if name in UNGUARDED:
                return spread(UNGUARDED[name], self._each(arguments))
            if name in WHOLE:
                return WHOLE[name](self, *self._whole(arguments))
        except TypeError as error:
            raise fail("#N/A", f"Wrong number of arguments to {name}. {error}") from error
        except (ValueError, IndexError, OverflowError) as error:
            raise fail("#NUM!", f"{name}: {error}") from error
        raise fail("#NAME?", f"Unknown function: '{name}'.")

    def _each(self, arguments: tuple[syntax.Node, ...]) -> list[Any]:
        return [self.laid_out(self.guarded(argument)) for argument in arguments]

    def _whole(self, arguments: tuple[syntax.Node, ...]) -> list[Result]:
        return [self.guarded(argument) for argument in arguments]

    def guarded(self, node: syntax.Node) -> Result:
        """A part's value, a failure as a fault."""
        try:
            return self.of(node)
        except Failed as failed:
            return failed.fault

    def _braces(self, rows: tuple[tuple[syntax.Node, ...], ...]) -> Result:
        lines: list[list[Any]] = []
        for row in rows:
            blocks = [self.block(self.of(node)) for node in row]
            height = max(block.height for block in blocks)
            if any(block.height != height for block in blocks):
                raise fail("#VALUE!", "In ARRAY_LITERAL, an Array Literal was missing values for one or more rows.")
            for line in zip(*(list(block.rows()) for block in blocks), strict=True):
                lines.append([value for part in line for value in part])
        if len({len(line) for line in lines}) > 1:
            raise fail("#VALUE!", "In ARRAY_LITERAL, an Array Literal was missing values for one or more rows.")
        return grid_of(lines)

    # What functions ask for

    def laid_out(self, result: Result) -> Scalar | Grid:
        """A scalar or a grid: outside ARRAYFORMULA an area is the one cell beside the formula."""
        if isinstance(result, Area):
            return self._grid(result) if self._arrays else self._crossing(result)
        return result

    def scalar(self, result: Result) -> Scalar:
        """One value: of more, the first. Raises Failed for a fault."""
        value = self._crossing(result) if isinstance(result, Area) else result
        value = value.cells[0] if isinstance(value, Grid) else value
        if isinstance(value, Fault):
            raise Failed(value)
        return value

    def block(self, result: Result) -> Any:
        """Anything as a block that answers height, width, at() and rows()."""
        if isinstance(result, Area):
            return _AreaBlock(self._cells, result)
        return result if isinstance(result, Grid) else Grid(1, 1, [result])

    def used_block(self, result: Result) -> Any:
        """As `block`, without the rows below the last one in use."""
        if isinstance(result, Area):
            rect = result.rect
            end = self._cells.end(result.tab, rect.left, rect.right)
            used = Rect(rect.top, rect.left, max(min(rect.bottom, end), rect.top + 1), rect.right)
            return _AreaBlock(self._cells, Area(result.tab, used))
        return self.block(result)

    def cells(self, result: Result) -> list[Any]:
        """All values in reading order, of an area down to the last row in use."""
        if isinstance(result, Area):
            return [value for row in self.used_block(result).rows() for value in row]
        return result.cells if isinstance(result, Grid) else [result]

    def numbered(self, result: Result) -> Any:
        return enumerate(self.cells(result))

    def spread(self, function: Callable[[Scalar], Scalar], wanted: Result) -> Result:
        return spread(function, [self.laid_out(wanted)])

    def finder(self, result: Result, column: int) -> Finder:
        """Finds the first row of a block whose cell in a column equals a value."""
        if isinstance(result, Area):
            return self._cells.finder(result, column)
        return exact_finder([row[column] for row in self.block(result).rows()])

    def sorted_finder(self, result: Result, column: int) -> Finder:
        """Finds the last row whose cell is not greater than a value, in a column sorted upwards."""
        if isinstance(result, Area):
            return self._cells.sorted_finder(result, column)
        return last_not_greater([row[column] for row in self.block(result).rows()])

    def tally(self, result: Result) -> dict[Any, int]:
        if isinstance(result, Area):
            return self._cells.tally(result)
        return counted(self.cells(result))

    def now(self) -> float:
        return self._cells.now()

    def place(self, area: Area | None, axis: str) -> Result:
        """ROW and COLUMN: of the formula's own cell, or of an area (each line of it, in arrays)."""
        if area is None:
            return (self._row if axis == "row" else self._column) + 1
        rect = area.rect
        start, end = (rect.top, rect.bottom) if axis == "row" else (rect.left, rect.right)
        if not self._arrays or end - start == 1:
            return start + 1
        numbers = list(range(start + 1, end + 1))
        return Grid(len(numbers), 1, numbers) if axis == "row" else Grid(1, len(numbers), numbers)

    def in_arrays(self) -> Evaluation:
        return Evaluation(self._cells, self._tab, self._row, self._column, arrays=True)

    def _crossing(self, area: Area) -> Scalar:
        """The cell of an area in the formula's own row or column."""
        rect = area.rect
        if rect.is_cell:
            row, column = rect.top, rect.left
        elif rect.width == 1 and rect.top <= self._row < rect.bottom:
            row, column = self._row, rect.left
        elif rect.height == 1 and rect.left <= self._column < rect.right:
            row, column = rect.top, self._column
        else:
            return Fault("#VALUE!", "An array value could not be found.")
        found: Scalar = self._cells.value(area.tab, row, column)
        return found

    def _grid(self, area: Area) -> Grid:
        rect = area.rect
        columns = [self._cells.column(area.tab, c, rect.top, rect.bottom) for c in range(rect.left, rect.right)]
        if len(columns) == 1:
            return Grid(rect.height, 1, columns[0])
        return Grid(rect.height, rect.width, [value for line in zip(*columns, strict=True) for value in line])


class _AreaBlock:
    """An area that is read cell by cell, as asked."""

    def __init__(self, cells: Cells, area: Area) -> None:
        self._cells = cells
        self._area = area
        self.height, self.width = area.rect.height, area.rect.width

    def at(self, row: int, column: int) -> Any:
        return self._cells.value(self._area.tab, self._area.rect.top + row, self._area.rect.left + column)

    def rows(self) -> Any:
        for row in range(self.height):
            yield [self.at(row, column) for column in range(self.width)]


def exact_finder(values: list[Any]) -> Finder:
    places: dict[Any, int] = {}
    for place, value in enumerate(values):
        if value is not None and not isinstance(value, Fault):
            places.setdefault(key(value), place)
    return lambda value: places.get(key(value))


def last_not_greater(values: list[Any]) -> Finder:
    def find(wanted: Scalar) -> int | None:
        goal, found = rank(wanted), None
        for place, value in enumerate(values):
            if value is None or isinstance(value, Fault) or rank(value)[0] != goal[0]:
                continue
            if rank(value)[1] > goal[1]:
                break
            found = place
        return found

    return find


def counted(values: list[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for value in values:
        counts[key(value)] = counts.get(key(value), 0) + 1
    return counts


# Operators


def _divide(left: Scalar, right: Scalar) -> Scalar:
    if number(right) == 0:
        raise fail("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
    return number(left) / number(right)


def _power(left: Scalar, right: Scalar) -> Scalar:
    result = number(left) ** number(right)
    if isinstance(result, complex):
        raise fail("#NUM!", "POWER has no real result.")
    return result


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Scalar, Scalar], Scalar]:
    def comparison(left: Scalar, right: Scalar) -> Scalar:
        if type(left) is Fault:
            return left
        if type(right) is Fault:
            return right
        left, right = alike(left, right)
        return compare(rank(left), rank(right))

    return comparison


BINARY: dict[str, Callable[..., Scalar]] = {
    "+": guarded(lambda a, b: number(a) + number(b)),
    "-": guarded(lambda a, b: number(a) - number(b)),
    "*": guarded(lambda a, b: number(a) * number(b)),
    "/": guarded(_divide),
    "^": guarded(_power),
    "&": guarded(lambda a, b: text(a) + text(b)),
    "=": _compared(operator.eq),
    "<>": _compared(operator.ne),
    "<": _compared(operator.lt),
    ">": _compared(operator.gt),
    "<=": _compared(operator.le),
    ">=": _compared(operator.ge),
}
UNARY: dict[str, Callable[..., Scalar]] = {
    "-": guarded(lambda a: -number(a)),
    "+": lambda a: a,
    "%": guarded(lambda a: number(a) / 100),
}


# Functions that do not want all their arguments worked out

Arguments = tuple[syntax.Node, ...]


def _argument(arguments: Arguments, place: int) -> syntax.Node:
    if place >= len(arguments):
        raise fail("#N/A", "Wrong number of arguments.")
    return arguments[place]


def _if(e: Evaluation, arguments: Arguments) -> Result:
    condition = e.laid_out(e.guarded(_argument(arguments, 0)))
    yes, no = _argument(arguments, 1), arguments[2] if len(arguments) > 2 else syntax.Literal(False)
    if isinstance(condition, Grid):
        branches = [e.laid_out(e.guarded(yes)), e.laid_out(e.guarded(no))]
        return spread(_choose, [condition, *branches])
    return e.of(yes if truth(condition) else no)


def _choose(condition: Scalar, yes: Scalar, no: Scalar) -> Scalar:
    if condition is True:
        return yes
    if condition is False:
        return no
    try:
        return yes if truth(condition) else no
    except Failed as failed:
        return failed.fault


def _if_fault(catches: Callable[[Fault], bool]) -> Callable[[Evaluation, Arguments], Result]:
    def function(e: Evaluation, arguments: Arguments) -> Result:
        value = e.laid_out(e.guarded(_argument(arguments, 0)))
        otherwise = arguments[1] if len(arguments) > 1 else syntax.BLANK
        if isinstance(value, Grid):
            instead = e.laid_out(e.guarded(otherwise))
            return spread(lambda v, other: other if type(v) is Fault and catches(v) else v, [value, instead])
        return e.of(otherwise) if isinstance(value, Fault) and catches(value) else value

    return function


def _ifs(e: Evaluation, arguments: Arguments) -> Result:
    for condition, value in zip(arguments[::2], arguments[1::2], strict=False):
        if truth(e.scalar(e.of(condition))):
            return e.of(value)
    raise fail("#N/A", "No match.")


def _switch(e: Evaluation, arguments: Arguments) -> Result:
    subject = e.scalar(e.of(_argument(arguments, 0)))
    cases = arguments[1:]
    for case, value in zip(cases[::2], cases[1::2], strict=False):
        if BINARY["="](subject, e.scalar(e.of(case))) is True:
            return e.of(value)
    if len(cases) % 2:
        return e.of(cases[-1])
    raise fail("#N/A", "No match.")


def _array_formula(e: Evaluation, arguments: Arguments) -> Result:
    return e.in_arrays().outcome(_argument(arguments, 0))


def _place(axis: str) -> Callable[[Evaluation, Arguments], Result]:
    def function(e: Evaluation, arguments: Arguments) -> Result:
        if not arguments:
            return e.place(None, axis)
        area = e.of(arguments[0])
        if not isinstance(area, Area):
            raise fail("#N/A", "Argument must be a range.")
        return e.place(area, axis)

    return function


def _extent(axis: str) -> Callable[[Evaluation, Arguments], Result]:
    def function(e: Evaluation, arguments: Arguments) -> Result:
        block = e.block(e.of(_argument(arguments, 0)))
        return int(block.height if axis == "row" else block.width)

    return function


SPECIAL: dict[str, Callable[[Evaluation, Arguments], Result]] = {
    "ARRAYFORMULA": _array_formula,
    "COLUMN": _place("column"),
    "COLUMNS": _extent("column"),
    "IF": _if,
    "IFERROR": _if_fault(lambda fault: True),
    "IFNA": _if_fault(lambda fault: fault.code == "#N/A"),
    "IFS": _ifs,
    "NOW": lambda e, arguments: e.now(),
    "ROW": _place("row"),
    "ROWS": _extent("row"),
    "SWITCH": _switch,
    "TODAY": lambda e, arguments: int(e.now()),
}


# What can be known of a formula without working it out


def spills(node: syntax.Node) -> bool:
    """Whether the result may be more than one value."""
    match node:
        case syntax.FunctionCall(name, arguments):
            return name in MAKES_ARRAYS or any(map(spills, arguments))
        case syntax.Operation(_, operands):
            return any(map(spills, operands))
        case syntax.Braces():
            return True
    return False


def columns(node: syntax.Node, width: Callable[[Ref], int]) -> int:
    """At most how many columns the result has: who reads a cell asks only formulas that may reach it."""
    match node:
        case syntax.Reference(ref):
            return width(ref)
        case syntax.Operation(_, operands):
            return max(columns(operand, width) for operand in operands)
        case syntax.Braces(rows):
            return max(sum(columns(node, width) for node in row) for row in rows)
        case syntax.FunctionCall(name, arguments):
            return _function_columns(name, arguments, width)
        case syntax.Name():
            return 1 << 15
    return 1


def _function_columns(name: str, arguments: Arguments, width: Callable[[Ref], int]) -> int:
    if name in ONE_VALUE or not arguments:
        return 1
    if name in ("TRANSPOSE", "SPLIT", "SEQUENCE"):
        return 1 << 15
    if name in ("VLOOKUP", "MATCH"):
        return columns(arguments[0], width)
    if name in ("COUNTIF", "SUMIF") and len(arguments) > 1:
        return columns(arguments[1], width)
    if name in ("FILTER", "SORT", "UNIQUE"):
        return columns(arguments[0], width)
    return max(columns(argument, width) for argument in arguments)


def is_volatile(node: syntax.Node) -> bool:
    """Whether the result changes with the clock."""
    match node:
        case syntax.FunctionCall(name, arguments):
            return name in ("NOW", "TODAY") or any(map(is_volatile, arguments))
        case syntax.Operation(_, operands):
            return any(map(is_volatile, operands))
    return False
