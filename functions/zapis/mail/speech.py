"""Numbers, moments and spaces as a language writes them: the filters that letters are worded with.

Words stand in `templates/mail/<language>/`; here is only what a template cannot do. Moments are shown in
Moscow's time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from zapis.core import russian
from zapis.core.catalogue import MOSCOW

NBSP = "\u00a0"
_SHORT_WORD = re.compile(r"(?<![\w-])([аивокусяАИВОКУСЯ]|на|до|за|из|от|по|не|об|со|во|ко|На|До|За|Из|От|По|Не) (?=\S)")
_DASH = re.compile(r"(?<=\S) (?=[—–] )")
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Speech(Struct, frozen=True):
    """How one language says what letters need."""

    day: Callable[[datetime], str]
    """With the weekday and the year."""
    weekday: Callable[[datetime], str]
    date: Callable[[datetime], str]
    """The day and the month alone."""
    counted: Callable[..., str]
    """A number and its word, from the word's forms."""
    bind: Callable[[str], str]
    """Spaces where a line must not end become non-breaking."""


def clock(moment: datetime) -> str:
    """Such as 11:00."""
    return russian.clock(moment)


def year(moment: datetime) -> str:
    """Such as 2026."""
    return f"{moment.astimezone(MOSCOW):%Y}"


def _russian_day(moment: datetime) -> str:
    return f"{russian.day_in_words(moment)} {year(moment)}{NBSP}года"


def _russian_weekday(moment: datetime) -> str:
    return russian.day_in_words(moment).partition(", ")[0]


def _russian_date(moment: datetime) -> str:
    return russian.day_in_words(moment).partition(", ")[2]


def _bind_russian(text: str) -> str:
    return _DASH.sub(NBSP, _SHORT_WORD.sub(rf"\1{NBSP}", text))


def _english_day(moment: datetime) -> str:
    return f"{_english_weekday(moment)}, {_english_date(moment)} {year(moment)}"


def _english_weekday(moment: datetime) -> str:
    return _ENGLISH_DAYS[moment.astimezone(MOSCOW).weekday()]


def _english_date(moment: datetime) -> str:
    local = moment.astimezone(MOSCOW)
    return f"{local.day}{NBSP}{_ENGLISH_MONTHS[local.month - 1]}"


def _english_counted(count: int, one: str, many: str) -> str:
    return f"{count}{NBSP}{one if count == 1 else many}"


def _bind_english(text: str) -> str:
    return _DASH.sub(NBSP, text)


SPEECHES = {
    "ru": Speech(_russian_day, _russian_weekday, _russian_date, russian.counted, _bind_russian),
    "en": Speech(_english_day, _english_weekday, _english_date, _english_counted, _bind_english),
}
