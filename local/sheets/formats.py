"""What a value looks like: number format patterns -> the text of FORMATTED_VALUE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from local.sheets.locales import Locale

ZERO_DAY = datetime(1899, 12, 30, tzinfo=UTC)
PIECES = re.compile(r'"([^"]*)"|\\(.)|\[([^\]]*)\]|(am/pm|a/p)|(y+|m+|d+|h+|s+)|(\.0+)|(.)', re.IGNORECASE)
DATE_KINDS = ("DATE", "TIME", "DATE_TIME")
GENERAL_DIGITS = 10


def number_format(cell_format: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (cell_format or {}).get("numberFormat") or {}


def is_date(cell_format: Mapping[str, Any] | None) -> bool:
    return number_format(cell_format).get("type") in DATE_KINDS


def show(value: str | float | bool, cell_format: Mapping[str, Any] | None, locale: Locale) -> str:
    """The text a person sees in a cell that holds this value."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    chosen = number_format(cell_format)
    pattern = chosen.get("pattern") or _usual_pattern(chosen.get("type"), locale)
    if not pattern or pattern == "@" or chosen.get("type") == "TEXT":
        return general(value, locale)
    return _by_pattern(value, pattern, chosen.get("type") or "", locale)


def general(value: float, locale: Locale) -> str:
    """A number in the automatic format: ten digits, and no more zeros than it has."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if abs(value) >= 1e15 or abs(value) < 1e-9:
        return _scientific(value, 5, trim=True).replace(".", locale.decimal)
    digits = f"{value:.{GENERAL_DIGITS}g}"
    if "e" in digits:
        digits = f"{value:.15f}".rstrip("0")
    return digits.replace(".", locale.decimal)


def _usual_pattern(kind: str | None, locale: Locale) -> str:
    return {
        "DATE": locale.date,
        "TIME": "h:mm:ss",
        "DATE_TIME": f"{locale.date} h:mm:ss",
        "PERCENT": "0.00%",
        "NUMBER": "#,##0.00",
        "CURRENCY": locale.currency,
        "SCIENTIFIC": "0.00E+00",
    }.get(kind or "", "")


def _by_pattern(value: float, pattern: str, kind: str, locale: Locale) -> str:
    sections = _sections(pattern)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if kind in DATE_KINDS or _is_date_pattern(section):
        return _show_date(value, section, locale)
    return _show_number(value, section, locale)


@lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(r'(?:"[^"]*"|\\.|[^;"])+', pattern)) or ("",)


@lru_cache(maxsize=512)
def _is_date_pattern(section: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]', "", section)
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE)) and not re.search(r"[0#]\.?[0#]*[eE%]", bare)


def _show_number(value: float, section: str, locale: Locale) -> str:
    section = re.sub(r"\[[^\]]*\]", "", section)
    found = re.search(r"[#0?][#0?,]*(\.[#0?]+)?([eE][+-]0+)?", _masked(section))
    if found is None:
        return _literal(section)
    before, after = section[: found.start()], section[found.end() :]
    value *= 100 ** _literal_percents(section)
    body = _digits(abs(value), found[0], locale)
    sign = "-" if value < 0 and re.search(r"[1-9]", body) else ""
    return sign + _literal(before) + body + _literal(after)


def _masked(section: str) -> str:
    """The section with what is quoted blotted out, places kept."""
    return re.sub(r'"[^"]*"|\\.', lambda m: "\x00" * len(m[0]), section)


def _literal_percents(section: str) -> int:
    return _masked(section).count("%")


def _literal(text: str) -> str:
    text = re.sub(r"[_*].", "", text)
    return re.sub(r'"([^"]*)"|\\(.)', lambda m: m[1] if m[1] is not None else m[2], text)


def _digits(value: float, pattern: str, locale: Locale) -> str:
    mantissa, exponent, power = re.match(r"([^eE]*)([eE]([+-]0+))?", pattern).group(1, 2, 3)  # type: ignore[union-attr]
    whole, _, fraction = mantissa.partition(".")
    if exponent:
        return _scientific(value, len(fraction), width=len(power) - 1).replace(".", locale.decimal)
    text = _rounded(value, len(fraction))
    left, _, right = text.partition(".")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    optional = len(fraction) - len(fraction.rstrip("#"))
    while optional and right.endswith("0"):
        right, optional = right[:-1], optional - 1
    if "," in whole:
        left = re.sub(r"(?<=\d)(?=(\d{3})+\Z)", locale.group, left)
    return left + (locale.decimal + right if right else "")


def _rounded(value: float, places: int) -> str:
    """Half away from zero, judged on the decimal digits that a person would see."""
    return f"{round(float(repr(value)) + 10 ** -(places + 9), places):.{places}f}"


def _scientific(value: float, places: int, *, width: int = 2, trim: bool = False) -> str:
    mantissa, _, power = f"{value:.{places}e}".partition("e")
    if trim and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{power[0]}{power[1:].lstrip('0').rjust(width, '0')}"


def _show_date(value: float, section: str, locale: Locale) -> str:
    moment = ZERO_DAY + timedelta(seconds=round(value * 86400, 3))
    if "." not in section:
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    pieces = list(PIECES.finditer(section))
    half_day = any(piece[4] for piece in pieces)
    return "".join(_piece(moment, value, pieces, at, half_day, locale) for at in range(len(pieces)))


def _piece(moment: datetime, value: float, pieces: list[re.Match[str]], at: int, half: bool, locale: Locale) -> str:
    quoted, escaped, bracket, meridiem, letters, fraction, other = pieces[at].groups()
    if quoted is not None or escaped is not None:
        return quoted if quoted is not None else escaped
    if bracket is not None:
        return _elapsed(value, bracket)
    if meridiem:
        return "AM" if moment.hour < 12 else "PM"
    if fraction:
        return "." + f"{moment.microsecond:06d}"[: len(fraction) - 1]
    if letters:
        return _field(moment, letters.lower(), _is_minute(pieces, at), half, locale)
    return other


def _is_minute(pieces: list[re.Match[str]], at: int) -> bool:
    """An "m" is minutes after an hour or before seconds; else it is a month."""
    before = next((p[5] or p[3] for p in reversed(pieces[:at]) if p[5] or p[3]), "")
    after = next((p[5] for p in pieces[at + 1 :] if p[5]), "")
    return before.lower().startswith("h") or after.lower().startswith("s")


def _elapsed(value: float, bracket: str) -> str:
    unit = {"h": 24, "m": 1440, "s": 86400}.get(bracket[:1].lower())
    return str(int(value * unit + 1e-9)).rjust(len(bracket), "0") if unit else ""


def _field(moment: datetime, letters: str, minute: bool, half: bool, locale: Locale) -> str:
    kind, width = letters[0], len(letters)
    if kind == "m" and not minute:
        return _month(moment, width, locale)
    if kind == "d" and width > 2:
        return (locale.days_short if width == 3 else locale.days)[moment.weekday()]
    if kind == "y":
        return f"{moment.year % 100:02d}" if width <= 2 else f"{moment.year:04d}"
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"d": moment.day, "h": hour, "m": moment.minute, "s": moment.second}[kind]
    return f"{number:02d}" if width > 1 else str(number)


def _month(moment: datetime, width: int, locale: Locale) -> str:
    name = locale.months[moment.month - 1]
    if width >= 5:
        return name[0]
    return {1: str(moment.month), 2: f"{moment.month:02d}", 3: name[:3], 4: name}[width]
