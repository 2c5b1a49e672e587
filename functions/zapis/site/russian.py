"""Numbers, days and hours as Russian readers write them.

What the pages need beyond `core.russian`; replaced by gettext catalogues when the pages speak a second
language. All moments are shown in Moscow time, because that is where the gate is.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from zapis.core.catalogue import MOSCOW
from zapis.core.russian import MONTHS, NBSP, WEEKDAYS, counted, plural

ANY_AGE = 120
"""An upper limit that keeps nobody out."""
MONTH_NAMES = (
    "Январь",
    "Февраль",
    "Март",
    "Апрель",
    "Май",
    "Июнь",
    "Июль",
    "Август",
    "Сентябрь",
    "Октябрь",
    "Ноябрь",
    "Декабрь",
)
SHORT_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_SHORT_WORD = re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}|\d+) +(?=[\w«])")
_DASH = re.compile(r" +([—–])")


def years(age: int) -> str:
    """An age: 21 год, 34 года, 12 лет."""
    return counted(age, "год", "года", "лет")


def people(number: int) -> str:
    """A head count: 1 человек, 3 человека."""
    return counted(number, "человек", "человека", "человек")


def years_genitive(age: int) -> str:
    """An age after «с» and «до»: с 12 лет, до 21 года."""
    return f"{age}{NBSP}{plural(age, 'года', 'лет', 'лет')}"


def people_genitive(number: int) -> str:
    """A head count after «до» and «не больше»: до 4 человек, до 21 человека."""
    return f"{number}{NBSP}{plural(number, 'человека', 'человек', 'человек')}"


def day_of(moment: datetime) -> date:
    """The calendar day on which a moment falls in Moscow."""
    return moment.astimezone(MOSCOW).date()


def day(value: date, today: date | None = None) -> str:
    """A day: 12 декабря; with its year if that is not the year of `today`."""
    words = f"{value.day}{NBSP}{MONTHS[value.month - 1]}"
    return words if today is None or value.year == today.year else f"{words} {value.year}{NBSP}года"


def weekday(value: date) -> str:
    """The weekday's name."""
    return WEEKDAYS[value.weekday()]


def short_weekday(value: date) -> str:
    """The weekday in two letters, as on a calendar."""
    return SHORT_WEEKDAYS[value.weekday()]


def near_day(value: date, today: date) -> str:
    """«сегодня» or «завтра» where that is so, the weekday otherwise."""
    near = {today: "сегодня", today + timedelta(days=1): "завтра"}
    return near.get(value) or weekday(value)


def time(moment: datetime) -> str:
    """The time of day: 11:00."""
    return moment.astimezone(MOSCOW).strftime("%H:%M")


def moment(value: datetime) -> str:
    """A moment to come to: суббота, 12 декабря, 11:00."""
    return f"{weekday(day_of(value))}, {day(day_of(value))}, {time(value)}"


def deadline(value: datetime) -> str:
    """A moment until or from which something holds: 12 декабря, 11:00."""
    return f"{day(day_of(value))}, {time(value)}"


def local(value: datetime) -> str:
    """A moment for machines, in Moscow time."""
    return value.astimezone(MOSCOW).isoformat(timespec="minutes")


def duration(minutes: int) -> str:
    """How long something takes: 1 ч 30 мин."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours}{NBSP}ч"] if hours else []
    return NBSP.join(parts + ([f"{rest}{NBSP}мин"] if rest or not hours else []))


@lru_cache(maxsize=4096)
def typeset(text: str) -> str:
    """Text as an organiser typed it, with spaces that must not break made so."""
    return _DASH.sub(rf"{NBSP}\1", _SHORT_WORD.sub(rf"\1{NBSP}", text))
