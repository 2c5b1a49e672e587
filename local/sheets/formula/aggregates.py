"""Functions that make one value of many: sums, counts, criteria, joined texts."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import TYPE_CHECKING, Any

from local.sheets import typed
from local.sheets.formula.data import Area, Fault, Grid, Result, Scalar, fail, key, number, rank, text, truth
from local.sheets.locales import EN_US
from local.sheets.workbook import Formula

if TYPE_CHECKING:
    from local.sheets.formula.evaluate import Evaluation

Aggregate = Callable[..., Result]


def _values(e: Evaluation, arguments: Iterable[Result]) -> Iterator[tuple[Scalar, bool]]:
    """Every value of the arguments, and whether it stood in a cell. Raises Failed at a fault."""
    for argument in arguments:
        if isinstance(argument, Area | Grid):
            for value in e.cells(argument):
                if type(value) is Fault:
                    raise fail(value.code, value.message)
                yield value, True
        elif isinstance(argument, Fault):
            raise fail(argument.code, argument.message)
        else:
            yield argument, False


def _numbers(e: Evaluation, arguments: Iterable[Result]) -> list[float]:
    """Numbers only: texts and booleans in cells do not count, as arguments they must be numbers."""
    found = []
    for value, in_cell in _values(e, arguments):
        if not in_cell:
            found.append(number(value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(value)
    return found


def _average(e: Evaluation, *arguments: Result) -> Result:
    found = _numbers(e, arguments)
    if not found:
        raise fail("#DIV/0!", "Evaluation of function AVERAGE caused a divide by zero error.")
    return math.fsum(found) / len(found)


def _median(e: Evaluation, *arguments: Result) -> Result:
    found = sorted(_numbers(e, arguments))
    if not found:
        raise fail("#NUM!", "MEDIAN has no valid input data.")
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def total(found: Iterable[float]) -> float | int:
    """A sum without the crumbs that adding floats one by one leaves."""
    listed = list(found)
    return sum(listed) if all(isinstance(n, int) for n in listed) else math.fsum(listed)


def _truths(e: Evaluation, arguments: Iterable[Result]) -> list[bool]:
    return [truth(v) for v, in_cell in _values(e, arguments) if v is not None and not (in_cell and isinstance(v, str))]


def _all_text(e: Evaluation, *arguments: Result) -> Result:
    return "".join(text(value) for value, _ in _values(e, arguments))


def _text_join(e: Evaluation, by: Result, skip: Result, *arguments: Result) -> Result:
    skipping = truth(e.scalar(skip))
    texts = (text(value) for value, _ in _values(e, arguments))
    return text(e.scalar(by)).join(t for t in texts if t or not skipping)


def _join(e: Evaluation, by: Result, *arguments: Result) -> Result:
    return _text_join(e, by, False, *arguments)


def test_of(condition: Scalar) -> Callable[[Scalar], bool]:
    """A criterion as COUNTIF and its kin write it: a value, "<>x", ">=5", "a*"."""
    if not isinstance(condition, str):
        wanted = key(condition if condition is not None else 0)
        return lambda value: value is not None and key(value) == wanted
    sign, rest = re.match(r"(<>|<=|>=|<|>|=)?(.*)", condition, re.DOTALL).groups()  # type: ignore[union-attr]
    value, _ = typed.read(rest, EN_US)
    if sign in ("<", ">", "<=", ">="):
        return _ordered(sign, value if not isinstance(value, Formula) else rest)
    equal = _equal(rest, value)
    return (lambda v: not equal(v)) if sign == "<>" else equal


def _ordered(sign: str, bound: Any) -> Callable[[Scalar], bool]:
    compare = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}[sign]
    place = rank(bound)

    def test(value: Scalar) -> bool:
        if value is None or isinstance(value, Fault):
            return False
        own = rank(value)
        return own[0] == place[0] and compare(own[1], place[1])

    return test


def _equal(rest: str, value: Any) -> Callable[[Scalar], bool]:
    if rest == "":
        return lambda v: v is None or v == ""
    if isinstance(value, bool | int | float):
        wanted = key(value)
        return lambda v: key(v) == wanted
    pattern = re.compile(_wildcards(rest), re.IGNORECASE | re.DOTALL)
    return lambda v: isinstance(v, str) and bool(pattern.fullmatch(v))


def _wildcards(pattern: str) -> str:
    pieces = re.findall(r"~[*?~]|[*?]|[^*?~]+|~", pattern)
    return "".join({"*": ".*", "?": "."}.get(piece) or re.escape(piece.removeprefix("~")) for piece in pieces)


def _fitting(e: Evaluation, pairs: tuple[Result, ...]) -> list[int]:
    """The places at which every range fits the criterion behind it."""
    fitting: set[int] | None = None
    for area, condition in zip(pairs[::2], pairs[1::2], strict=True):
        test = test_of(e.scalar(condition))
        here = {place for place, value in e.numbered(area) if test(value)}
        fitting = here if fitting is None else fitting & here
    return sorted(fitting or ())


def _count_if(e: Evaluation, area: Result, condition: Result) -> Result:
    """A criterion for each cell of an array, inside ARRAYFORMULA; equal values are counted once for all."""
    if not isinstance(condition, Grid):
        return len(_fitting(e, (area, condition)))
    counts = e.tally(area)

    def count(wanted: Scalar) -> Scalar:
        if isinstance(wanted, str):
            test = test_of(wanted)
            plain = not re.search(r"[*?~<>=]", wanted) and isinstance(typed.read(wanted, EN_US)[0], str)
            return counts.get(wanted.casefold(), 0) if plain else sum(test(value) for value in e.cells(area))
        return counts.get(key(wanted), 0) if wanted is not None else 0

    return Grid(condition.height, condition.width, [count(wanted) for wanted in condition.cells])


def _picked(e: Evaluation, area: Result, places: Iterable[int]) -> list[float]:
    cells = e.cells(area)
    found = (cells[place] for place in places if place < len(cells))
    return [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]


def _sum_if(e: Evaluation, area: Result, condition: Result, sums: Result = None) -> Result:
    if isinstance(condition, Grid):
        return Grid(condition.height, condition.width, [_sum_if(e, area, wanted, sums) for wanted in condition.cells])
    return total(_picked(e, area if sums is None else sums, _fitting(e, (area, condition))))


def _sum_ifs(e: Evaluation, sums: Result, *pairs: Result) -> Result:
    return total(_picked(e, sums, _fitting(e, pairs)))


def _average_if(e: Evaluation, area: Result, condition: Result, values: Result = None) -> Result:
    found = _picked(e, area if values is None else values, _fitting(e, (area, condition)))
    if not found:
        raise fail("#DIV/0!", "Evaluation of function AVERAGEIF caused a divide by zero error.")
    return math.fsum(found) / len(found)


def _count_unique(e: Evaluation, *arguments: Result) -> Result:
    return len({key(value) for value, _ in _values(e, arguments) if value is not None})


def _sum_product(e: Evaluation, *areas: Result) -> Result:
    columns = [[v if isinstance(v, int | float) and not isinstance(v, bool) else 0 for v in e.cells(a)] for a in areas]
    return total(reduce(lambda a, b: a * b, line) for line in zip(*columns, strict=True))


def _large(e: Evaluation, area: Result, place: Result) -> Result:
    return sorted(_numbers(e, [area]), reverse=True)[int(number(e.scalar(place))) - 1]


AGGREGATES: dict[str, Aggregate] = {
    "AND": lambda e, *a: all(_truths(e, a)),
    "AVERAGE": _average,
    "AVERAGEIF": _average_if,
    "CONCAT": _all_text,
    "CONCATENATE": _all_text,
    "COUNT": lambda e, *a: sum(isinstance(v, int | float) and not isinstance(v, bool) for v, _ in _values(e, a)),
    "COUNTA": lambda e, *a: sum(value is not None for area in a for value in e.cells(area)),
    "COUNTBLANK": lambda e, *a: sum(value in (None, "") for area in a for value in e.cells(area)),
    "COUNTIF": _count_if,
    "COUNTIFS": lambda e, *a: len(_fitting(e, a)),
    "COUNTUNIQUE": _count_unique,
    "FALSE": lambda e: False,
    "JOIN": _join,
    "LARGE": _large,
    "MAX": lambda e, *a: max(_numbers(e, a), default=0),
    "MEDIAN": _median,
    "MIN": lambda e, *a: min(_numbers(e, a), default=0),
    "NA": lambda e: Fault("#N/A", "Error"),
    "OR": lambda e, *a: any(_truths(e, a)),
    "PI": lambda e: math.pi,
    "PRODUCT": lambda e, *a: math.prod(_numbers(e, a)),
    "SMALL": lambda e, area, place: sorted(_numbers(e, [area]))[int(number(e.scalar(place))) - 1],
    "SUM": lambda e, *a: total(_numbers(e, a)),
    "SUMIF": _sum_if,
    "SUMIFS": _sum_ifs,
    "SUMPRODUCT": _sum_product,
    "TEXTJOIN": _text_join,
    "TRUE": lambda e: True,
    "XOR": lambda e, *a: sum(_truths(e, a)) % 2 == 1,
}
