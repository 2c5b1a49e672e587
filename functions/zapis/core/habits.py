"""Numbers, dates and times in the many ways people type them into a cell.

Each function returns the value or raises `Unclear` with what was expected, in Russian, for the organiser.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from zapis.core.catalogue import MOSCOW
from zapis.core.tables import Cell

SHEETS_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone
MONTHS = ("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_DATE = re.compile(r"(\d{1,2})[.\-/ ](\d{1,2})(?:[.\-/ ](\d{2,4}))?(?:\s*г\.?)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE_IN_WORDS = re.compile(r"(\d{1,2})\s+([а-яё]{3,8})\.?(?:\s+(\d{4}))?(?:\s*г\.?)?")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.\-\s](\d{2}))?(?::\d{2})?(?:\s*ч\.?)?")


class Unclear(ValueError):
    """A cell that cannot be understood; the text says what was expected."""


def whole_number(cell: Cell, least: int = 0, most: int = 100_000) -> int:
    """A count between `least` and `most`."""
    text = cell.text.strip().replace("\u00a0", "").replace(" ", "")
    number = cell.number if cell.number is not None else (float(text) if re.fullmatch(r"-?\d+", text) else None)
    if number is None or number != int(number):
        raise Unclear(f"нужно целое число, а написано «{cell.text.strip()}»")
    if not least <= number <= most:
        raise Unclear(f"нужно число от {least} до {most}, а написано «{cell.text.strip()}»")
    return int(number)


def day(cell: Cell, today: date) -> date:
    """A calendar day; without a year, the nearest one that is not long past."""
    if cell.number is not None and cell.number >= 1:
        return (SHEETS_EPOCH + timedelta(days=int(cell.number))).date()
    text = cell.text.strip().casefold()
    parts = _day_parts(text)
    if parts is None:
        raise Unclear(f"нужна дата, например 12.12.{today.year}, а написано «{cell.text.strip()}»")
    year, month, number = parts
    try:
        if year is not None:
            return date(year, month, number)
        nearest = date(today.year, month, number)
        return nearest if nearest >= today - timedelta(days=60) else date(today.year + 1, month, number)
    except ValueError:
        raise Unclear(f"такого дня нет: «{cell.text.strip()}»") from None


def time_of_day(cell: Cell) -> time:
    """A time of day."""
    if cell.number is not None and 0 <= cell.number < 1:
        return (SHEETS_EPOCH + timedelta(minutes=round(cell.number * 1440))).time()
    found = _TIME.fullmatch(cell.text.strip().casefold())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise Unclear(f"нужно время, например 11:00, а написано «{cell.text.strip()}»")
    return time(int(found[1]), int(found[2] or 0))


def moment(cell: Cell, today: date) -> datetime:
    """A day and a time of Moscow, UTC."""
    if cell.number is not None and cell.number >= 1:
        whole, fraction = divmod(cell.number, 1)
        return in_moscow(day(Cell(number=whole), today), time_of_day(Cell(number=round(fraction * 1440) / 1440)))
    words = cell.text.strip().rsplit(maxsplit=1)
    if len(words) != 2:
        raise Unclear(f"нужны дата и время, например 01.12.{today.year} 10:00, а написано «{cell.text.strip()}»")
    return in_moscow(day(Cell(words[0].rstrip(",")), today), time_of_day(Cell(words[1])))


def in_moscow(day_: date, time_: time) -> datetime:
    """The moment, in UTC, when clocks in Moscow show it."""
    return datetime.combine(day_, time_, MOSCOW).astimezone(UTC)


def yes(cell: Cell, default: bool) -> bool:
    """да or нет; `default` for an empty cell."""
    text = cell.text.strip().casefold()
    if not text:
        return default
    if text in ("да", "есть", "yes", "true", "истина", "+"):
        return True
    if text in ("нет", "no", "false", "ложь", "-", "–"):
        return False
    raise Unclear(f"нужно «да» или «нет», а написано «{cell.text.strip()}»")


def address(cell: Cell) -> str:
    """A single e-mail address."""
    text = cell.text.strip()
    if not _ADDRESS.fullmatch(text):
        raise Unclear(f"нужен один адрес почты, а написано «{text}»")
    return text


def _day_parts(text: str) -> tuple[int | None, int, int] | None:
    if found := _ISO_DATE.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DATE.fullmatch(text):
        year = int(found[3]) if found[3] else None
        return (year + 2000 if year is not None and year < 100 else year), int(found[2]), int(found[1])
    found = _DATE_IN_WORDS.fullmatch(text)
    month = _month(found[2]) if found else None
    if found is None or month is None:
        return None
    return (int(found[3]) if found[3] else None), month, int(found[1])


def _month(word: str) -> int | None:
    stem = "мая" if word.startswith("ма") and word[:3] in ("май", "мая") else word[:3]
    return MONTHS.index(stem) + 1 if stem in MONTHS else None
