"""What a person's typing means: USER_ENTERED text -> a value and the format that it brings along.

The order of the tries is the order in which Sheets seems to try them; whatever none of them
takes is text, so typing never fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from local.sheets.locales import Locale
from local.sheets.workbook import Formula, Value

EPOCH = date(1899, 12, 30)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+\Z")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?\Z")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
LOCAL = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{2}|\d{4}))?\Z")
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(\.\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?\Z")
NAMED_MONTH = re.compile(r"(?:(\d{1,2})[ -])?([A-Za-z]{3,9})[ -.]*(\d{1,2})?(?:,?[ -](\d{4}))?\Z")
CURRENCIES = "$€£₽¥"

Typed = tuple[Value, dict[str, str] | None]


def read(text: str, locale: Locale) -> Typed:
    """The value of a typed text, and the number format it implies (None: leave the cell's)."""
    if text == "":
        return None, None
    if text.startswith("'"):
        return text[1:], None
    if text.startswith("=") and len(text) > 1:
        return Formula(text), None
    stripped = text.strip()
    for attempt in ATTEMPTS:
        found = attempt(stripped, locale)
        if found is not None:
            return found
    if re.match(r"\+[A-Za-z(]", stripped):
        return Formula("=" + stripped), None
    return text, None


def enter(text: Any, locale: Locale, current: Mapping[str, Any] | None) -> Typed:
    """As `read`, but JSON numbers and booleans pass, and a plain-text cell takes all as text."""
    if not isinstance(text, str):
        return text, None
    kind = (current or {}).get("numberFormat", {}).get("type")
    if kind == "TEXT" and text:
        return text.removeprefix("'"), None
    value, number_format = read(text, locale)
    if number_format and kind in ("DATE", "TIME", "DATE_TIME") and number_format["type"] == kind:
        return value, None
    return value, number_format


def serial(day: date) -> int:
    """A date as Sheets counts: days since 30 December 1899."""
    return (day - EPOCH).days


def _format(kind: str, pattern: str) -> dict[str, str]:
    return {"type": kind, "pattern": pattern}


def _boolean(text: str, locale: Locale) -> Typed | None:
    words = {"true": True, "false": False, "истина": True, "ложь": False}
    found = words.get(text.lower())
    return None if found is None else (found, None)


def _in_english(text: str, locale: Locale) -> str:
    if locale.decimal == ".":
        return text
    text = re.sub(r"(?<=\d)[\u00a0\u202f ](?=\d{3})", "\x00", text).replace(".", "\x01")
    text = text.replace(",", ".").replace("\x00", ",")
    return text.replace("\x01", "," if locale.group == "." else "\x01")


def _number(text: str, locale: Locale) -> Typed | None:
    text = _in_english(text, locale)
    if NUMBER.match(text):
        return _value(text), None
    if SCIENTIFIC.match(text):
        return float(text), _format("SCIENTIFIC", "0.00E+00")
    if GROUPED.match(text):
        return _value(text.replace(",", "")), _format("NUMBER", "#,##0.00" if "." in text else "#,##0")
    return None


def _value(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _percent(text: str, locale: Locale) -> Typed | None:
    if not text.endswith("%"):
        return None
    number = _number(text[:-1].strip(), locale)
    if number is None:
        return None
    decimals = "." in _in_english(text, locale)
    return float(number[0]) / 100, _format("PERCENT", "0.00%" if decimals else "0%")  # type: ignore[arg-type]


def _currency(text: str, locale: Locale) -> Typed | None:
    sign = next((c for c in CURRENCIES if c in text), None)
    if sign is None:
        return None
    bare = text.replace(sign, "").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    number = _number(bare.strip("()").strip(), locale)
    if number is None:
        return None
    digits = "#,##0.00" if "." in _in_english(bare, locale) else "#,##0"
    before = text.lstrip("-+(").startswith(sign)
    pattern = f'"{sign}"{digits}' if before else f'{digits} "{sign}"'
    return (-number[0] if negative else number[0]), _format("CURRENCY", pattern)  # type: ignore[operator]


def _date(text: str, locale: Locale) -> Typed | None:
    found = _day(text, locale)
    return None if found is None else (serial(found[0]), _format("DATE", found[1]))


def _day(text: str, locale: Locale) -> tuple[date, str] | None:
    try:
        if iso := ISO.match(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3])), _iso_pattern(text)
        if local := LOCAL.match(text):
            return _local_day(local, text, locale)
        return _named_day(text)
    except ValueError:
        return None


def _iso_pattern(text: str) -> str:
    return "yyyy-mm-dd" if "-" in text else f"yyyy{text[4]}mm{text[4]}dd"


def _local_day(found: re.Match[str], text: str, locale: Locale) -> tuple[date, str] | None:
    separator = re.findall(r"[-/.]", text)[0]
    if separator == "." and locale.decimal == ".":
        return None
    year = int(found[3]) if found[3] else datetime.now().astimezone().year
    year += (2000 if year < 30 else 1900) if year < 100 else 0
    first, second = int(found[1]), int(found[2])
    day, month = (first, second) if locale.day_first else (second, first)
    order = ["dd", "mm"] if locale.day_first else ["m", "d"]
    return date(year, month, day), separator.join(order + (["yyyy"] if found[3] else []))


def _named_day(text: str) -> tuple[date, str] | None:
    found = NAMED_MONTH.match(text)
    if found is None or bool(found[1]) == bool(found[3]) or not found[4]:
        return None
    month = datetime.strptime(found[2][:3], "%b").month  # noqa: DTZ007
    pattern = "d mmm yyyy" if found[1] else "mmmm d, yyyy"
    return date(int(found[4]), month, int(found[1] or found[3])), pattern


def _time(text: str, locale: Locale) -> Typed | None:
    found = _fraction(text)
    return None if found is None else (found[0], _format("TIME", found[1]))


def _fraction(text: str) -> tuple[float, str] | None:
    found = CLOCK.match(text)
    if found is None:
        return None
    hours, half = int(found[1]), (found[5] or "").lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    seconds = hours * 3600 + int(found[2]) * 60 + float((found[3] or "0") + (found[4] or ""))
    return seconds / 86400, ("h:mm:ss" if found[3] else "h:mm") + (" am/pm" if half else "")


def _moment(text: str, locale: Locale) -> Typed | None:
    day_text, gap, time_text = text.replace("T", " ", 1).partition(" ") if ISO.match(text[:10]) else text.partition(" ")
    if not gap:
        return None
    day, time = _day(day_text, locale), _fraction(time_text.strip())
    if day is None or time is None:
        return None
    return serial(day[0]) + time[0], _format("DATE_TIME", f"{day[1]} {time[1]}")


ATTEMPTS: tuple[Callable[[str, Locale], Typed | None], ...] = (
    _boolean,
    _number,
    _percent,
    _currency,
    _date,
    _time,
    _moment,
)
