"""Numbers, days and hours as people write them in the visitor's language.

A message may have gaps, and a number takes its word's form by the catalogue (see `tongue`). All moments are shown
in Moscow time, because that is where the gate is.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from zapis.core.catalogue import MOSCOW
from zapis.core.russian import NBSP
from zapis.voice.tongue import N_, _, ngettext

ANY_AGE = 120
"""An upper limit that keeps nobody out."""
MONTHS = (
    N_("января"),
    N_("февраля"),
    N_("марта"),
    N_("апреля"),
    N_("мая"),
    N_("июня"),
    N_("июля"),
    N_("августа"),
    N_("сентября"),
    N_("октября"),
    N_("ноября"),
    N_("декабря"),
)
MONTH_NAMES = (
    N_("Январь"),
    N_("Февраль"),
    N_("Март"),
    N_("Апрель"),
    N_("Май"),
    N_("Июнь"),
    N_("Июль"),
    N_("Август"),
    N_("Сентябрь"),
    N_("Октябрь"),
    N_("Ноябрь"),
    N_("Декабрь"),
)
WEEKDAYS = (
    N_("понедельник"),
    N_("вторник"),
    N_("среда"),
    N_("четверг"),
    N_("пятница"),
    N_("суббота"),
    N_("воскресенье"),
)
ON_WEEKDAYS = (
    N_("в понедельник"),
    N_("во вторник"),
    N_("в среду"),
    N_("в четверг"),
    N_("в пятницу"),
    N_("в субботу"),
    N_("в воскресенье"),
)
SHORT_WEEKDAYS = (N_("пн"), N_("вт"), N_("ср"), N_("чт"), N_("пт"), N_("сб"), N_("вс"))
_SHORT_WORD = re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}|\d+) +(?=[\w«])")
_DASH = re.compile(r" +([—–])")


@lru_cache(maxsize=4096)
def typeset(text: str) -> str:
    """A text with the spaces at which a line must not end made non-breaking."""
    return _DASH.sub(rf"{NBSP}\1", _SHORT_WORD.sub(rf"\1{NBSP}", text))


def counted(one: str, many: str, number: int) -> str:
    """A message with its number (`%d`), in the form that goes with it: 1 место, 2 места, 5 мест."""
    return typeset(ngettext(one, many, number) % number)


def years(age: int) -> str:
    """An age: 21 год, 34 года, 12 лет."""
    return counted("%d год", "%d лет", age)


def people(number: int) -> str:
    """A head count: 1 человек, 3 человека."""
    return counted("%d человек", "%d человека", number)


def years_genitive(age: int) -> str:
    """An age after «с» and «до»: с 12 лет, до 21 года."""
    return counted("%d года", "%d лет", age)


def people_genitive(number: int) -> str:
    """A head count after «до» and «не больше»: до 4 человек, до 21 человека."""
    return counted("%d человека", "%d человек", number)


def visits(number: int) -> str:
    """How many visits: 2 визита."""
    return counted("%d визит", "%d визитов", number)


def day_of(moment: datetime) -> date:
    """The calendar day on which a moment falls in Moscow."""
    return moment.astimezone(MOSCOW).date()


def day(value: date) -> str:
    """A day: 12 декабря."""
    return f"{value.day}{NBSP}{month(value)}"


def month(value: date) -> str:
    """The month's name as it stands after a day: декабря."""
    return _(MONTHS[value.month - 1])


def month_name(value: date) -> str:
    """The month's name by itself: Декабрь."""
    return _(MONTH_NAMES[value.month - 1])


def weekday(value: date) -> str:
    """The weekday's name."""
    return _(WEEKDAYS[value.weekday()])


def weekdays() -> list[tuple[str, str]]:
    """A calendar's columns, Monday first: short and in full."""
    return [(_(short), _(name)) for short, name in zip(SHORT_WEEKDAYS, WEEKDAYS, strict=True)]


def short_weekday(value: date) -> str:
    """The weekday in two or three letters, as on a calendar."""
    return _(SHORT_WEEKDAYS[value.weekday()])


def near_day(value: date, today: date) -> str:
    """«сегодня» or «завтра» where that is so, the weekday otherwise."""
    if value == today:
        return _("сегодня")
    return _("завтра") if value == today + timedelta(days=1) else weekday(value)


def time(moment: datetime) -> str:
    """The time of day: 11:00."""
    return moment.astimezone(MOSCOW).strftime("%H:%M")


def moment(value: datetime) -> str:
    """A moment as a heading or in a list: суббота, 12 декабря, 11:00."""
    return f"{weekday(day_of(value))}, {day(day_of(value))}, {time(value)}"


def on(value: datetime) -> str:
    """A moment to come at, within a sentence: в субботу, 12 декабря, в 11:00."""
    said = _("%(on_weekday)s, %(day)s, в %(time)s")
    weekday = _(ON_WEEKDAYS[day_of(value).weekday()])
    return typeset(said % {"on_weekday": weekday, "day": day(day_of(value)), "time": time(value)})


def deadline(value: datetime) -> str:
    """A moment until or from which something holds: 12 декабря в 11:00."""
    return typeset(_("%(day)s в %(time)s") % {"day": day(day_of(value)), "time": time(value)})


def local(value: datetime) -> str:
    """A moment for machines, in Moscow time."""
    return value.astimezone(MOSCOW).isoformat(timespec="minutes")


def duration(minutes: int) -> str:
    """How long something takes: 1 ч 30 мин."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%d ч") % hours] if hours else []
    parts += [_("%d мин") % rest] if rest or not hours else []
    return " ".join(parts).replace(" ", NBSP)
