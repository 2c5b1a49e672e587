"""Functions of single values, which arrays are spread over: text, dates, rounding.

A fault among the arguments is the result, but for those that ask about faults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local.sheets import typed
from local.sheets.formats import ZERO_DAY, show
from local.sheets.formula.data import Fault, Scalar, fail, number, text, truth
from local.sheets.locales import EN_US

if TYPE_CHECKING:
    pass

Each = Callable[..., Scalar]


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
