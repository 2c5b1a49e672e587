"""Numbers, dates and times in the many ways people type them into a cell.

Each function returns the value or raises `Unclear` with what was expected, in Russian, for the organiser.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from zapis.core.deadlines import MOSCOW, Deadline, Lead
from zapis.core.tables import Cell

SHEETS_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone
MONTHS = ("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_DATE = re.compile(r"(\d{1,2})[.\-/ ](\d{1,2})(?:[.\-/ ](\d{2,4}))?(?:\s*г\.?)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE_IN_WORDS = re.compile(r"(\d{1,2})\s+([а-яё]{3,8})\.?(?:\s+(\d{4}))?(?:\s*г\.?)?")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HOURS = re.compile(r"(\d{1,4})\s*(?:ч|час|часа|часов)?\.?")
_DAYS = re.compile(r"(\d{1,3})\s*(?:день|дня|дней|сутки|суток|дн)\.?")
_WORKING_DAYS = re.compile(r"(\d{1,2})\s*(?:раб[а-я]*\.?\s*(?:день|дня|дней|дн)|р\.?\s*д)\.?")
_RANGE = re.compile(r"\s*[–—-]\s*")
FIRST_DATE = 10_000
"""A number from here on is a date that Sheets understood; a smaller one counts hours."""
YEARS = range(2000, 2100)
LAST_NUMBER = 2_000_000
"""Days after which nobody reckons, and no calendar does."""
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
    found = _day(cell, today)
    if found.year not in YEARS:
        raise Unclear(f"нужен день этого сезона, а написано «{cell.text.strip()}»")
    return found


def _day(cell: Cell, today: date) -> date:
    if cell.number is not None and cell.number >= 1:
        return (SHEETS_EPOCH + timedelta(days=min(int(cell.number), LAST_NUMBER))).date()
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
        raise Unclear(f"такого дня нет: «{cell.text.strip()}», проверьте число и месяц") from None


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


def deadline(cell: Cell, today: date) -> Deadline:
    """A moment, or how long before each visit: hours, days, working days."""
    if cell.number is not None and 0 <= cell.number < FIRST_DATE:
        return Lead(whole_number(cell, 0, FIRST_DATE))
    text = cell.text.strip().casefold().replace("\u00a0", " ").removeprefix("за ").strip()
    for pattern, lead in ((_HOURS, _hours), (_DAYS, _days), (_WORKING_DAYS, _working_days)):
        if found := pattern.fullmatch(text):
            return lead(int(found[1]))
    try:
        return moment(cell, today)
    except Unclear:
        raise Unclear(
            "нужен срок до начала («48 часов», «2 рабочих дня») или дата и время, "
            f"например 01.12.{today.year} 10:00, а написано «{cell.text.strip()}»"
        ) from None


def days(cell: Cell, today: date) -> tuple[date, ...]:
    """Days and stretches of days, separated by commas, in their order."""
    if cell.number is not None:
        return (day(cell, today),)
    parts = (part.strip() for part in re.split(r"[,;\n]", cell.text))
    return tuple(sorted({found for part in parts if part for found in _stretch(part, today)}))


def codes(cell: Cell) -> tuple[str, ...]:
    """Words that open something, separated by commas."""
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", cell.text) if part.strip()))


def _hours(number: int) -> Lead:
    return Lead(hours=number)


def _days(number: int) -> Lead:
    return Lead(hours=24 * number)


def _working_days(number: int) -> Lead:
    return Lead(working_days=number)


def _stretch(text: str, today: date) -> list[date]:
    """One day, or all from the first to the last: «31.12–08.01», «1–8 января»."""
    ends = [text] if _day_parts(text.casefold()) else _RANGE.split(text)
    last = day(Cell(ends[-1]), today)
    if len(ends) == 1:
        return [last]
    if len(ends) > 2:
        raise Unclear(f"нужны дни через запятую, например 31.12, 01.01–08.01, а написано «{text}»")
    try:
        first = last.replace(day=int(ends[0])) if ends[0].isdecimal() else day(Cell(ends[0]), today)
    except ValueError:
        raise Unclear(f"такого дня нет: «{text}»") from None
    if not first <= last <= first + timedelta(days=60):
        raise Unclear(f"конец раньше начала или дней больше 60: «{text}»")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def in_moscow(day_: date, time_: time) -> datetime:
    """The moment, in UTC, when clocks in Moscow show it."""
    return datetime.combine(day_, time_, MOSCOW).astimezone(UTC)


def serial(moment_: datetime) -> float:
    """The moment as a sheet keeps it: days since 1899-12-30 by Moscow's clock, to the minute."""
    local = moment_.astimezone(MOSCOW).replace(tzinfo=None)
    return round((local - SHEETS_EPOCH) / timedelta(minutes=1)) / 1440


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
