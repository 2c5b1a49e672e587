"""How people of a locale write numbers and dates; only what reading and showing a cell needs."""

from __future__ import annotations

from dataclasses import dataclass

MONTHS_EN = (
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
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_RU = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
DAYS_RU = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
DAYS_SHORT_RU = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


@dataclass(frozen=True, slots=True)
class Locale:
    """`group` separates thousands, `day_first` tells 1/2 as the first of February."""

    decimal: str
    group: str
    day_first: bool
    date: str
    currency: str
    months: tuple[str, ...]
    days: tuple[str, ...]
    days_short: tuple[str, ...]


EN_US = Locale(".", ",", False, "m/d/yyyy", '"$"#,##0.00', MONTHS_EN, DAYS_EN, tuple(d[:3] for d in DAYS_EN))
EN_GB = Locale(".", ",", True, "dd/mm/yyyy", '"£"#,##0.00', MONTHS_EN, DAYS_EN, tuple(d[:3] for d in DAYS_EN))
RU_RU = Locale(",", "\u00a0", True, "dd.mm.yyyy", '#,##0.00\u00a0"₽"', MONTHS_RU, DAYS_RU, DAYS_SHORT_RU)
DE_DE = Locale(",", ".", True, "dd.mm.yyyy", '#,##0.00\u00a0"€"', MONTHS_EN, DAYS_EN, tuple(d[:3] for d in DAYS_EN))
KNOWN = {"en_US": EN_US, "en_GB": EN_GB, "ru_RU": RU_RU, "ru": RU_RU, "de_DE": DE_DE, "fr_FR": RU_RU, "es_ES": DE_DE}


def locale_of(name: str) -> Locale:
    """The locale by Google's name; one that is not known writes as en_US does."""
    return KNOWN.get(name, EN_US)
