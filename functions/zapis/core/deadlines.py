"""Deadlines as organisers set them: a moment for all, or so long before each visit begins.

A lead is counted in hours or in working days. Working days are Monday to Friday without the season's holidays;
«за 2 рабочих дня» is the same time of day, two working days back, so that there are two of them in between.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

MOSCOW = ZoneInfo("Europe/Moscow")
SATURDAY = 5


class Lead(Struct, frozen=True):
    """How long before a visit begins: so many hours, or so many working days."""

    hours: int = 0
    working_days: int = 0


Moment = Annotated[datetime, Meta(tz=True)]
"""A moment that says its zone."""
Deadline = Moment | Lead


def resolved(deadline: Deadline, starts: datetime, holidays: Collection[date]) -> datetime:
    """The moment that `deadline` means for a visit that begins at `starts`, in the zone of what was given."""
    if isinstance(deadline, datetime):
        return deadline
    if deadline.working_days:
        return _working_days_before(starts, deadline.working_days, holidays)
    return starts - timedelta(hours=deadline.hours)


def is_working(day: date, holidays: Collection[date]) -> bool:
    """Whether people are at work on this day."""
    return day.weekday() < SATURDAY and day not in holidays


def _working_days_before(starts: datetime, days: int, holidays: Collection[date]) -> datetime:
    local = starts.astimezone(MOSCOW)
    while days:
        local -= timedelta(days=1)
        days -= is_working(local.date(), holidays)
    return local.astimezone(starts.tzinfo)
