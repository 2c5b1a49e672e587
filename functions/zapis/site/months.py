"""Coming visits as months: weeks of days, each knowing how many visits it has and the best that one of them offers.

Pure. The weeks run without a gap from the first visit to the last.
"""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from zapis.site.offers import Availability, Offer
from zapis.voice import speech

_BEST_FIRST = (Availability.OPEN, Availability.WAITING, Availability.NOT_OPEN_YET)


class CalendarDay(Struct, frozen=True):
    """A day: how many visits take place, how many seats are free in all, what can be had at best (None: nothing)."""

    date: date
    visits: int
    free: int
    best: Availability | None


class Month(Struct, frozen=True):
    """A month's weeks, Monday first; None stands for a day of another month."""

    first: date
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


def months(offers: Iterable[Offer]) -> list[Month]:
    """The months that the offers fall into."""
    by_day: dict[date, list[Offer]] = {}
    for offer in offers:
        if offer.availability is not Availability.CANCELLED:
            by_day.setdefault(speech.day_of(offer.terms.starts), []).append(offer)
    return [_month(first, by_day) for first in _firsts(by_day)]


def _firsts(days: Iterable[date]) -> Iterator[date]:
    """The first of each month from the earliest day to the latest."""
    days = sorted(days)
    if not days:
        return
    month, last = days[0].replace(day=1), days[-1]
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month(first: date, by_day: Mapping[date, list[Offer]]) -> Month:
    weeks = [
        week
        for week in Calendar().monthdatescalendar(first.year, first.month)
        if week[-1] >= min(by_day) and week[0] <= max(by_day)
    ]
    return Month(
        first,
        tuple(tuple(_day(d, by_day.get(d, [])) if d.month == first.month else None for d in week) for week in weeks),
    )


def _day(day: date, offers: list[Offer]) -> CalendarDay:
    had = {offer.availability for offer in offers}
    free = sum(offer.free for offer in offers if offer.availability is Availability.OPEN)
    return CalendarDay(day, len(offers), free, next((best for best in _BEST_FIRST if best in had), None))
