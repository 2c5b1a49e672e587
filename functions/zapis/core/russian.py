"""Russian words that depend on numbers and moments: plurals, days, times. Moments are shown in Moscow's time."""

from __future__ import annotations

from datetime import datetime

from zapis.core.catalogue import MOSCOW

NBSP = "\u00a0"
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form that goes with `count`: 1 место, 2 места, 5 мест."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14:
        return few
    return many


def counted(count: int, one: str, few: str, many: str) -> str:
    """The number with its word, never parted by a line's end."""
    return f"{count}{NBSP}{plural(count, one, few, many)}"


def day_in_words(moment: datetime) -> str:
    """Such as «суббота, 12 декабря»."""
    local = moment.astimezone(MOSCOW)
    return f"{WEEKDAYS[local.weekday()]}, {local.day}{NBSP}{MONTHS[local.month - 1]}"


def day_in_figures(moment: datetime) -> str:
    """Such as 12.12.2026."""
    return f"{moment.astimezone(MOSCOW):%d.%m.%Y}"


def clock(moment: datetime) -> str:
    """Such as 11:00."""
    return f"{moment.astimezone(MOSCOW):%H:%M}"
