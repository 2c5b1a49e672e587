"""The rules that decide, each a named function of what the fold knows.

A rule sees one slot's arithmetic and the request, nothing else: no clock (only the entry's own `at`), no
catalogue, no settings. Changing a rule changes verdicts of old journals, so a change goes behind a new
rules version (`rules_raised`), never into a function that old rows were judged by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from zapis.core.entries import Requested
from zapis.core.model import Reason, RegistrationId, SlotId, SlotStatus, Standing, Terms

ADULT = 18
"""The age from which a visitor may lead children."""


class SlotLedger(Struct):
    """One slot as the fold keeps it: who has seats and who stands in line, in order. The fold's own."""

    id: SlotId
    terms: Terms
    version: int
    confirmed: dict[RegistrationId, int] = field(default_factory=dict)
    """Seats of each confirmed party within the capacity."""
    over: dict[RegistrationId, int] = field(default_factory=dict)
    """Seats of each party that an organiser seated above the capacity."""
    waiting: dict[RegistrationId, int] = field(default_factory=dict)
    """Seats that each waiting party needs, first in line first."""
    invited: dict[RegistrationId, int] = field(default_factory=dict)
    """Of `confirmed`, the parties that a code let in: they fill the held seats first."""
    released: int = 0
    """Held seats given to everybody so far."""
    taken: int = 0
    """The sum of `confirmed`."""
    cancellations: int = 0
    """How often the visit was called off; where that was once too often, an organiser opened it again."""


def seats_left(slot: SlotLedger) -> int:
    """Seats that the public may still take; never negative (a lowered capacity takes nobody's seat)."""
    return max(slot.terms.capacity - held_back(slot) - slot.taken, 0)


def still_held(slot: SlotLedger) -> int:
    """Seats that were held back and never given to everybody, whoever sits there now."""
    return max(slot.terms.held - slot.released, 0)


def held_back(slot: SlotLedger) -> int:
    """Held seats that nobody has taken by a code yet."""
    return max(still_held(slot) - sum(slot.invited.values()), 0) if slot.terms.held else 0


def is_invited(terms: Terms, code: str) -> bool:
    """Whether a code (its digest) opens the slot's held seats."""
    return bool(code) and code in terms.codes


def seats_for_the_invited(slot: SlotLedger, at: datetime) -> int:
    """Seats for a party with a code: the held ones, and the public's as far as nobody in line is passed."""
    held = min(held_back(slot), max(slot.terms.capacity - slot.taken, 0))
    return held + (0 if passes_the_line(slot, at) else seats_left(slot))


def is_past(terms: Terms, at: datetime) -> bool:
    """Whether the visit has begun."""
    return at >= terms.starts


def is_frozen(terms: Terms, at: datetime) -> bool:
    """Whether the enterprise has its list: nobody is promoted any more."""
    return at >= terms.freezes


def closed_to_requests(terms: Terms, at: datetime) -> Reason | None:
    """Why nobody can register at `at`, or None while registration is open."""
    if terms.status is SlotStatus.CANCELLED:
        return Reason.SLOT_CANCELLED
    if terms.status is SlotStatus.CLOSED or at >= terms.closes or is_past(terms, at):
        return Reason.CLOSED
    if at < terms.opens:
        return Reason.NOT_OPEN_YET
    return None


def is_another_visit(before: Terms, after: Terms, at: datetime) -> bool:
    """Whether whoever comes must be told: it is at another time, or at another place than was said until now."""
    elsewhere = bool(before.place) and before.place != after.place and not is_past(after, at)
    return after.starts != before.starts or elsewhere


def those_who_do_not_fit(terms: Terms, ages: Iterable[int]) -> tuple[int, ...]:
    """Positions of the visitors whose age on the day of the visit is outside the slot's limits."""
    return tuple(i for i, age in enumerate(ages) if not terms.min_age <= age <= terms.max_age)


def party_fits_the_terms(terms: Terms, ages: tuple[int, ...]) -> Reason | None:
    """Why the party cannot come whatever the seats, or None."""
    if not 1 <= len(ages) <= terms.max_party:
        return Reason.PARTY_SIZE
    if min(ages) < terms.min_age or max(ages) > terms.max_age:
        return Reason.AGE
    return Reason.ADULTS if too_few_adults(terms, ages) else None


def too_few_adults(terms: Terms, ages: Iterable[int]) -> bool:
    """Whether there are more children than the party's adults may lead; where no adult may come, nobody leads."""
    if not terms.children_per_adult or terms.max_age < ADULT:
        return False
    adult = [age >= ADULT for age in ages]
    return adult.count(False) > terms.children_per_adult * adult.count(True)


def passes_the_line(slot: SlotLedger, at: datetime) -> bool:
    """Whether a newcomer would be seated before people in line.

    Before the freeze a free seat means that nobody in line fits it; after it nobody is promoted, so a free
    seat may belong to someone who waits.
    """
    return bool(slot.waiting) and is_frozen(slot.terms, at)


def seat_for(slot: SlotLedger, request: Requested, at: datetime) -> tuple[Standing, Reason | None]:
    """Where a party that may come stands: a seat, a place in line, or refused for want of room."""
    if is_invited(slot.terms, request.code) and len(request.ages) <= seats_for_the_invited(slot, at):
        return Standing.CONFIRMED, None
    if len(request.ages) <= seats_left(slot) and not passes_the_line(slot, at):
        return Standing.CONFIRMED, None
    if request.waits and slot.terms.waiting_list and not is_frozen(slot.terms, at):
        return Standing.WAITING, None
    return Standing.REFUSED, Reason.FULL


def next_in_line(slot: SlotLedger) -> RegistrationId | None:
    """The first of those who wait whose whole party fits the seats left.

    Everybody in line is within the season's limit already: a place in line counts towards it.
    """
    left = seats_left(slot)
    if left == 0:
        return None
    return next((waiting for waiting, seats in slot.waiting.items() if seats <= left), None)


def may_promote(slot: SlotLedger, at: datetime) -> bool:
    """Whether seats that come free at `at` go to the line."""
    return slot.terms.status is not SlotStatus.CANCELLED and not is_frozen(slot.terms, at)
