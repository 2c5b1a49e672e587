"""The functions that the emulator works out: a table from name to what it does.

`EACH` are of scalars and are spread over arrays; `WHOLE` take their arguments as they are, areas
and grids included. Those that must not evaluate all their arguments are in evaluate.py.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local.sheets import typed
from local.sheets.formats import ZERO_DAY, show
from local.sheets.formula.data import Area, Fault, Grid, Result, Scalar, fail, grid_of, key, number, rank, text, truth
from local.sheets.locales import EN_US

if TYPE_CHECKING:
    from local.sheets.formula.evaluate import Evaluation

Each = Callable[..., Scalar]
Whole = Callable[..., Result]


def _half_away(value: float, places: float = 0) -> float | int:
    factor = 10 ** int(places)
    rounded = math.floor(abs(value) * factor + 0.5 + 1e-9) / factor
    return math.copysign(rounded, value) if rounded else 0


def _round(value: Scalar, places: Scalar = 0) -> Scalar:
    return _half_away(number(value), number(places))


def _round_up(value: Scalar, places: Scalar = 0) -> Scalar:
    factor = 10 ** int(number(places))
    return math.copysign(math.ceil(abs(number(value)) * factor - 1e-9) / factor, number(value))


def _round_down(value: Scalar, places: Scalar = 0) -> Scalar:
    factor = 10 ** int(number(places))
    return math.copysign(math.floor(abs(number(value)) * factor + 1e-9) / factor, number(value))


def _mod(value: Scalar, by: Scalar) -> Scalar:
    if not number(by):
        raise fail("#DIV/0!", "Function MOD parameter 2 cannot be zero.")
    return number(value) % number(by)


def _sqrt(value: Scalar) -> Scalar:
    if number(value) < 0:
        raise fail("#NUM!", "Function SQRT parameter 1 value is negative. It should be positive or zero.")
    return math.sqrt(number(value))


def _left(value: Scalar, count: Scalar = 1) -> Scalar:
    return text(value)[: int(number(count))]


def _right(value: Scalar, count: Scalar = 1) -> Scalar:
    return text(value)[-int(number(count)) :] if number(count) else ""


def _mid(value: Scalar, start: Scalar, count: Scalar) -> Scalar:
    first = int(number(start)) - 1
    return text(value)[first : first + int(number(count))]


def _find(part: Scalar, value: Scalar, start: Scalar = 1) -> Scalar:
    place = text(value).find(text(part), int(number(start)) - 1)
    if place < 0:
        raise fail("#VALUE!", f"In FIND evaluation, cannot find '{text(part)}' within '{text(value)}'.")
    return place + 1


def _search(part: Scalar, value: Scalar, start: Scalar = 1) -> Scalar:
    return _find(text(part).casefold(), text(value).casefold(), start)


def _substitute(value: Scalar, old: Scalar, new: Scalar, which: Scalar = None) -> Scalar:
    parts = text(value).split(text(old)) if text(old) else [text(value)]
    if which is None:
        return text(new).join(parts)
    at = int(number(which))
    return text(old).join([*parts[: at - 1], text(new).join(parts[at - 1 : at + 1]), *parts[at + 1 :]])


def _replace(value: Scalar, at: Scalar, count: Scalar, new: Scalar) -> Scalar:
    start = int(number(at)) - 1
    return text(value)[:start] + text(new) + text(value)[start + int(number(count)) :]


def _regex(pattern: Scalar) -> re.Pattern[str]:
    try:
        return re.compile(text(pattern))
    except re.error:
        raise fail("#REF!", f"Function parameter '{text(pattern)}' is not a valid regular expression.") from None


def _regex_extract(value: Scalar, pattern: Scalar) -> Scalar:
    found = _regex(pattern).search(text(value))
    if found is None:
        raise fail("#N/A", "REGEXEXTRACT did not find a match.")
    return found[1] if found.lastindex else found[0]


def _date(year: Scalar, month: Scalar, day: Scalar) -> Scalar:
    months = int(number(year)) * 12 + int(number(month)) - 1
    first = typed.date(months // 12, months % 12 + 1, 1)
    return typed.serial(first) + int(number(day)) - 1


def _day_of(value: Scalar) -> Any:
    return ZERO_DAY + timedelta(days=number(value))


def _weekday(value: Scalar, kind: Scalar = 1) -> Scalar:
    monday = _day_of(value).weekday()
    return {1: (monday + 1) % 7 + 1, 2: monday + 1, 3: monday}[int(number(kind))]


def _edate(value: Scalar, months: Scalar) -> Scalar:
    day = _day_of(value)
    count = day.year * 12 + day.month - 1 + int(number(months))
    last = (_date(count // 12, count % 12 + 2, 1), _date(count // 12, count % 12 + 1, 1))
    return min(last[1] + day.day - 1, last[0] - 1)  # type: ignore[operator]


def _text_as(value: Scalar, pattern: Scalar) -> Scalar:
    if isinstance(value, str):
        return value
    return show(number(value), {"numberFormat": {"pattern": text(pattern)}}, EN_US)


def _char(code: Scalar) -> Scalar:
    return chr(int(number(code)))


EACH: dict[str, Each] = {
    "ABS": lambda v: abs(number(v)),
    "CEILING": lambda v, by=1: math.ceil(number(v) / number(by) - 1e-9) * number(by),
    "CHAR": _char,
    "CODE": lambda v: ord(text(v)[0]),
    "DATE": _date,
    "DAY": lambda v: _day_of(v).day,
    "DAYS": lambda end, start: int(number(end)) - int(number(start)),
    "EDATE": _edate,
    "ENCODEURL": lambda v: quote(text(v), safe=""),
    "EXACT": lambda a, b: text(a) == text(b),
    "EXP": lambda v: math.exp(number(v)),
    "FIND": _find,
    "FLOOR": lambda v, by=1: math.floor(number(v) / number(by) + 1e-9) * number(by),
    "HOUR": lambda v: int(round(number(v) % 1 * 86400) // 3600),
    "HYPERLINK": lambda url, label=None: text(url) if label is None else label,
    "INT": lambda v: math.floor(number(v)),
    "LEFT": _left,
    "LEN": lambda v: len(text(v)),
    "LN": lambda v: math.log(number(v)),
    "LOG10": lambda v: math.log10(number(v)),
    "LOWER": lambda v: text(v).lower(),
    "MID": _mid,
    "MINUTE": lambda v: int(round(number(v) % 1 * 86400) % 3600 // 60),
    "MOD": _mod,
    "MONTH": lambda v: _day_of(v).month,
    "N": lambda v: number(v) if not isinstance(v, str) else 0,
    "NOT": lambda v: not truth(v),
    "POWER": lambda v, by: number(v) ** number(by),
    "PROPER": lambda v: text(v).title(),
    "QUOTIENT": lambda v, by: int(number(v) / number(by)),
    "REGEXEXTRACT": _regex_extract,
    "REGEXMATCH": lambda v, p: bool(_regex(p).search(text(v))),
    "REGEXREPLACE": lambda v, p, new: _regex(p).sub(re.sub(r"\$(\d)", r"\\\1", text(new)), text(v)),
    "REPLACE": _replace,
    "REPT": lambda v, n: text(v) * int(number(n)),
    "RIGHT": _right,
    "ROUND": _round,
    "ROUNDDOWN": _round_down,
    "ROUNDUP": _round_up,
    "SEARCH": _search,
    "SECOND": lambda v: round(number(v) % 1 * 86400) % 60,
    "SIGN": lambda v: (number(v) > 0) - (number(v) < 0),
    "SQRT": _sqrt,
    "SUBSTITUTE": _substitute,
    "T": lambda v: v if isinstance(v, str) else "",
    "TEXT": _text_as,
    "TIME": lambda h, m, s: (number(h) * 3600 + number(m) * 60 + number(s)) / 86400 % 1,
    "TRIM": lambda v: " ".join(text(v).split()),
    "TRUNC": _round_down,
    "UPPER": lambda v: text(v).upper(),
    "VALUE": number,
    "WEEKDAY": _weekday,
    "YEAR": lambda v: _day_of(v).year,
}

# These look at faults, so they are spread without the guard.
UNGUARDED: dict[str, Each] = {
    "ISBLANK": lambda v: v is None,
    "ISERR": lambda v: isinstance(v, Fault) and v.code != "#N/A",
    "ISERROR": lambda v: isinstance(v, Fault),
    "ISLOGICAL": lambda v: isinstance(v, bool),
    "ISNA": lambda v: isinstance(v, Fault) and v.code == "#N/A",
    "ISNONTEXT": lambda v: not isinstance(v, str),
    "ISNUMBER": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "ISTEXT": lambda v: isinstance(v, str),
}


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


def _split(e: Evaluation, value: Result, by: Result, each: Result = True, drop: Result = True) -> Result:
    marks = text(e.scalar(by))
    pattern = f"[{re.escape(marks)}]" if truth(e.scalar(each)) else re.escape(marks)
    parts = re.split(pattern, text(e.scalar(value)))
    return grid_of([[typed.read(part, EN_US)[0] for part in parts if part or not truth(e.scalar(drop))]])


def test_of(condition: Scalar) -> Callable[[Scalar], bool]:
    """A criterion as COUNTIF and its kin write it: a value, "<>x", ">=5", "a*"."""
    if not isinstance(condition, str):
        wanted = key(condition if condition is not None else 0)
        return lambda value: value is not None and key(value) == wanted
    sign, rest = re.match(r"(<>|<=|>=|<|>|=)?(.*)", condition, re.DOTALL).groups()  # type: ignore[union-attr]
    value, _ = typed.read(rest, EN_US)
    if sign in ("<", ">", "<=", ">="):
        return _ordered(sign, value if not isinstance(value, typed.Formula) else rest)
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


def _count_unique(e: Evaluation, *arguments: Result) -> Result:
    return len({key(value) for value, _ in _values(e, arguments) if value is not None})


def _sum_product(e: Evaluation, *areas: Result) -> Result:
    columns = [[v if isinstance(v, int | float) and not isinstance(v, bool) else 0 for v in e.cells(a)] for a in areas]
    return total(reduce(lambda a, b: a * b, line) for line in zip(*columns, strict=True))


def _large(e: Evaluation, area: Result, place: Result) -> Result:
    return sorted(_numbers(e, [area]), reverse=True)[int(number(e.scalar(place))) - 1]


WHOLE: dict[str, Whole] = {
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
    "FILTER": _filter,
    "FLATTEN": _flatten,
    "HLOOKUP": _hlookup,
    "INDEX": _index,
    "JOIN": _join,
    "LARGE": _large,
    "MATCH": _match,
    "MAX": lambda e, *a: max(_numbers(e, a), default=0),
    "MEDIAN": _median,
    "MIN": lambda e, *a: min(_numbers(e, a), default=0),
    "NA": lambda e: Fault("#N/A", "Error"),
    "OR": lambda e, *a: any(_truths(e, a)),
    "PI": lambda e: math.pi,
    "PRODUCT": lambda e, *a: math.prod(_numbers(e, a)),
    "SEQUENCE": _sequence,
    "SMALL": lambda e, area, place: sorted(_numbers(e, [area]))[int(number(e.scalar(place))) - 1],
    "SORT": _sort,
    "SPLIT": _split,
    "SUM": lambda e, *a: total(_numbers(e, a)),
    "SUMIF": _sum_if,
    "SUMIFS": _sum_ifs,
    "SUMPRODUCT": _sum_product,
    "TEXTJOIN": _text_join,
    "TRANSPOSE": _transpose,
    "TRUE": lambda e: True,
    "UNIQUE": _unique,
    "VLOOKUP": _vlookup,
    "XLOOKUP": _xlookup,
    "XOR": lambda e, *a: sum(_truths(e, a)) % 2 == 1,
}
