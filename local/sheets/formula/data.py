"""What formulas compute with: scalars, areas of cells, grids of values, and faults among them.

Scalars are None (blank), bool, number, text and Fault. Coercions follow Sheets: a blank is zero
or the empty text, a text that reads as a number is one where a number is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from local.sheets.a1 import Rect
from local.sheets.formats import show
from local.sheets.locales import EN_US
from local.sheets.typed import read

if TYPE_CHECKING:
    from local.sheets.workbook import Tab


@dataclass(frozen=True, slots=True)
class Fault:
    """An error value: "#N/A", with what Sheets says on hover."""

    code: str
    message: str = ""


Scalar = bool | float | int | str | Fault | None


class Failed(Exception):
    """A function met something it cannot work with; the fault becomes its result."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def fail(code: str, message: str = "") -> Failed:
    return Failed(Fault(code, message))


@dataclass(frozen=True, slots=True)
class Area:
    """Cells of a tab, not yet read."""

    tab: Tab
    rect: Rect


@dataclass(frozen=True, slots=True)
class Grid:
    """Values in rows, flat: row after row."""

    height: int
    width: int
    cells: list[Any]

    def at(self, row: int, column: int) -> Scalar:
        return self.cells[row * self.width + column]

    def rows(self) -> Iterator[list[Any]]:
        for start in range(0, len(self.cells), self.width):
            yield self.cells[start : start + self.width]


Result = Scalar | Area | Grid


def grid_of(rows: list[list[Any]]) -> Grid:
    width = max(map(len, rows), default=0)
    if not width:
        raise fail("#N/A", "The array is empty.")
    return Grid(len(rows), width, [value for row in rows for value in [*row, *([None] * (width - len(row)))]])


def spread(function: Callable[..., Scalar], arguments: list[Any]) -> Any:
    """Apply a scalar function to scalars, or line by line to grids of one shape, or a mixture."""
    grids = [a for a in arguments if type(a) is Grid]
    if not grids:
        return function(*arguments)
    height, width = max(g.height for g in grids), max(g.width for g in grids)
    return Grid(height, width, list(map(function, *(_stretched(a, height, width) for a in arguments))))


def _stretched(argument: Any, height: int, width: int) -> Iterable[Any]:
    if type(argument) is not Grid:
        return repeat(argument, height * width)
    if (argument.height, argument.width) == (height, width):
        return argument.cells
    if argument.height == 1 and argument.width == width:
        return argument.cells * height
    if argument.width == 1 and argument.height == height:
        return [value for value in argument.cells for _ in range(width)]
    missing = Fault("#N/A", "Array arguments are of different size.")
    return [
        argument.at(row, column) if row < argument.height and column < argument.width else missing
        for row in range(height)
        for column in range(width)
    ]


def guarded(function: Callable[..., Scalar]) -> Callable[..., Scalar]:
    """The function with a fault among its arguments, or met inside, as its result."""

    def careful(*arguments: Scalar) -> Scalar:
        for argument in arguments:
            if type(argument) is Fault:
                return argument
        try:
            return function(*arguments)
        except Failed as failed:
            return failed.fault
        except ZeroDivisionError:
            return Fault("#DIV/0!", "A division by zero.")
        except (OverflowError, ValueError) as error:
            return Fault("#NUM!", str(error))

    return careful


def number(value: Scalar) -> float | int:
    """Raises Failed for a text that is no number."""
    if value is None:
        return 0
    if isinstance(value, str):
        return _read(value)
    if isinstance(value, Fault):
        raise Failed(value)
    return int(value) if value is True or value is False else value


def _read(text: str) -> float | int:
    value, _ = read(text, EN_US)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fail("#VALUE!", f"Expects number values. But '{text}' is a text and cannot be coerced to a number.")
    return value


def text(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, Fault):
        raise Failed(value)
    return value if isinstance(value, str) else show(value, None, EN_US)


def truth(value: Scalar) -> bool:
    if isinstance(value, Fault):
        raise Failed(value)
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise fail("#VALUE!", f"Expects boolean values. But '{value}' is a text and cannot be coerced to a boolean.")
    return bool(value)


def key(value: Scalar) -> Any:
    """What is equal to Sheets has an equal key: letters' case does not count, 1 and TRUE differ."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, bool):
        return ("bool", value)
    return value


def rank(value: Scalar) -> tuple[int, Any]:
    """The order of unlike things: numbers, texts, booleans."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, str):
        return 1, value.casefold()
    return 0, number(value)


def alike(left: Scalar, right: Scalar) -> tuple[Scalar, Scalar]:
    """Two values to compare: a blank becomes the nothing of the other's kind."""
    if left is None and right is not None:
        return _nothing_like(right), right
    if right is None and left is not None:
        return left, _nothing_like(left)
    return left, right


def _nothing_like(value: Scalar) -> Scalar:
    if isinstance(value, bool):
        return False
    return "" if isinstance(value, str) else 0
