"""Data validation as a person meets it: why a typed value is refused, in their words.

Values written through the API are not refused; Sheets checks only what is typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from local.sheets import typed
from local.sheets.calc import Calc, Fault
from local.sheets.errors import ApiError
from local.sheets.formats import general, show
from local.sheets.locales import locale_of
from local.sheets.ranges import resolve
from local.sheets.workbook import Formula, Value, Workbook

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
URL = re.compile(r"(https?://)?[^\s/]+\.[^\s/]+(/\S*)?\Z")


def complaint(book: Workbook, calc: Calc, rule: Mapping[str, Any] | None, value: Value) -> str | None:
    """Why a strict rule refuses this value; None if it does not."""
    if not rule or not rule.get("strict") or value is None or isinstance(value, Formula):
        return None
    condition = rule.get("condition", {})
    check = CHECKS.get(condition.get("type", ""))
    wanted = [str(item.get("userEnteredValue", "")) for item in condition.get("values", ())]
    if check is None or check(value, wanted, book, calc):
        return None
    return str(rule.get("inputMessage") or _explained(condition.get("type", ""), wanted, book, calc))


def choices(book: Workbook, calc: Calc, rule: Mapping[str, Any] | None) -> list[str]:
    """What a dropdown offers; nothing if the rule is of another kind."""
    condition = (rule or {}).get("condition", {})
    wanted = [str(item.get("userEnteredValue", "")) for item in condition.get("values", ())]
    if condition.get("type") == "ONE_OF_LIST":
        return wanted
    return _range_texts(wanted, book, calc) if condition.get("type") == "ONE_OF_RANGE" else []


def _range_texts(wanted: list[str], book: Workbook, calc: Calc) -> list[str]:
    try:
        tab, rect = resolve(book, wanted[0].removeprefix("=").replace("$", ""))
    except (ApiError, IndexError):
        return []
    locale = locale_of(book.head["properties"].get("locale", "en_US"))
    texts = []
    for row in range(rect.top, min(rect.bottom, calc.height(tab))):
        for column in range(rect.left, min(rect.right, calc.width(tab, row))):
            value = calc.value(tab, row, column)
            if value not in (None, "") and not isinstance(value, Fault):
                texts.append(show(value, tab.cell(row, column).format, locale))
    return texts


def _text(value: Value, book: Workbook) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return general(value, locale_of(book.head["properties"].get("locale", "en_US")))
    return str(value)


def _one_of_list(value: Value, wanted: list[str], book: Workbook, calc: Calc) -> bool:
    return _text(value, book) in wanted


def _one_of_range(value: Value, wanted: list[str], book: Workbook, calc: Calc) -> bool:
    return _text(value, book) in _range_texts(wanted, book, calc)


def _boolean(value: Value, wanted: list[str], book: Workbook, calc: Calc) -> bool:
    return _text(value, book) in wanted if wanted else isinstance(value, bool)


def _numbers(compare: Callable[..., bool]) -> Callable[[Value, list[str], Workbook, Calc], bool]:
    def check(value: Value, wanted: list[str], book: Workbook, calc: Calc) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return compare(value, *(_number(text, book) for text in wanted))

    return check


def _number(text: str, book: Workbook) -> float:
    found, _ = typed.read(text, locale_of(book.head["properties"].get("locale", "en_US")))
    return found if isinstance(found, int | float) else 0.0


def _texts(compare: Callable[..., bool]) -> Callable[[Value, list[str], Workbook, Calc], bool]:
    return lambda value, wanted, book, calc: compare(_text(value, book), *wanted)


def _is_date(value: Value, wanted: list[str], book: Workbook, calc: Calc) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


CHECKS: dict[str, Callable[[Value, list[str], Workbook, Calc], bool]] = {
    "ONE_OF_LIST": _one_of_list,
    "ONE_OF_RANGE": _one_of_range,
    "BOOLEAN": _boolean,
    "NUMBER_GREATER": _numbers(lambda n, a: n > a),
    "NUMBER_GREATER_THAN_EQ": _numbers(lambda n, a: n >= a),
    "NUMBER_LESS": _numbers(lambda n, a: n < a),
    "NUMBER_LESS_THAN_EQ": _numbers(lambda n, a: n <= a),
    "NUMBER_EQ": _numbers(lambda n, a: n == a),
    "NUMBER_NOT_EQ": _numbers(lambda n, a: n != a),
    "NUMBER_BETWEEN": _numbers(lambda n, a, b: a <= n <= b),
    "NUMBER_NOT_BETWEEN": _numbers(lambda n, a, b: not a <= n <= b),
    "DATE_IS_VALID": _is_date,
    "DATE_EQ": _numbers(lambda n, a: int(n) == a),
    "DATE_BEFORE": _numbers(lambda n, a: n < a),
    "DATE_ON_OR_BEFORE": _numbers(lambda n, a: int(n) <= a),
    "DATE_AFTER": _numbers(lambda n, a: int(n) > a),
    "DATE_ON_OR_AFTER": _numbers(lambda n, a: n >= a),
    "DATE_BETWEEN": _numbers(lambda n, a, b: a <= n < b + 1),
    "TEXT_CONTAINS": _texts(lambda text, part: part.casefold() in text.casefold()),
    "TEXT_NOT_CONTAINS": _texts(lambda text, part: part.casefold() not in text.casefold()),
    "TEXT_EQ": _texts(lambda text, other: text.casefold() == other.casefold()),
    "TEXT_IS_EMAIL": _texts(lambda text: bool(EMAIL.match(text))),
    "TEXT_IS_URL": _texts(lambda text: bool(URL.match(text))),
}


def _explained(kind: str, wanted: list[str], book: Workbook, calc: Calc) -> str:
    if kind in ("ONE_OF_LIST", "ONE_OF_RANGE"):
        offered = wanted if kind == "ONE_OF_LIST" else _range_texts(wanted, book, calc)
        return "Такого значения нет в списке. Можно выбрать: " + ", ".join(f"«{text}»" for text in offered[:20]) + "."
    if kind == "BOOLEAN":
        return "Здесь только галочка: TRUE или FALSE."
    if kind.startswith("NUMBER_"):
        return "Здесь нужно число" + _bounds(kind, wanted) + "."
    if kind.startswith("DATE_"):
        return "Здесь нужна дата" + _bounds(kind, wanted) + ", например 25.05.2026."
    if kind == "TEXT_IS_EMAIL":
        return "Здесь нужен адрес электронной почты."
    return "Значение не подходит под правило этой ячейки."


def _bounds(kind: str, wanted: list[str]) -> str:
    words = {
        "BETWEEN": "от {} до {}",
        "NOT_BETWEEN": "не от {} до {}",
        "GREATER": "больше {}",
        "GREATER_THAN_EQ": "не меньше {}",
        "LESS": "меньше {}",
        "LESS_THAN_EQ": "не больше {}",
        "EQ": "{}",
        "NOT_EQ": "не {}",
        "BEFORE": "раньше {}",
        "AFTER": "позже {}",
        "ON_OR_BEFORE": "не позже {}",
        "ON_OR_AFTER": "не раньше {}",
    }
    phrase = words.get(kind.partition("_")[2])
    return " " + phrase.format(*wanted) if phrase and wanted else ""
