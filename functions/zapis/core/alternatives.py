"""What a party whose visit will not take place could visit instead.

Only what it could have for the asking: registration is open, all of the party fit by age and number, and there are
seats for all of them. The same tour on another day comes first, then the same enterprise, then the same kind of
visit, then whatever is left; within each the nearest date.
"""

from __future__ import annotations

from datetime import datetime
from heapq import nsmallest

from msgspec import Struct

from zapis.core import rules
from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.model import Registration, SlotId, Terms
from zapis.core.rules import SlotLedger

MOST = 3


class Alternative(Struct, frozen=True):
    """A slot with room for the party, on these terms."""

    slot: SlotId
    terms: Terms
    seats_left: int


def alternatives(
    state: State, catalogue: Catalogue, registration: Registration, now: datetime, most: int = MOST
) -> tuple[Alternative, ...]:
    """At most `most` slots that the party could register for at `now`, the likest first."""
    if registration.slot not in catalogue.slots:
        return ()
    fitting = (slot for slot in state.slots.values() if _fits(state, catalogue, slot, registration, now))
    likest = nsmallest(most, fitting, key=lambda slot: _unlikeness(catalogue, slot, registration.slot))
    return tuple(Alternative(slot.id, slot.terms, rules.seats_left(slot)) for slot in likest)


def _fits(state: State, catalogue: Catalogue, slot: SlotLedger, registration: Registration, now: datetime) -> bool:
    ages = tuple(registration.ages[member] for member in registration.members)
    return (
        slot.id in catalogue.slots
        and slot.id != registration.slot
        and rules.closed_to_requests(slot.terms, now) is None
        and rules.party_fits_the_terms(slot.terms, ages) is None
        and len(ages) <= rules.seats_left(slot)
        and not rules.passes_the_line(slot, now)
        and not _is_in(state, slot, registration)
    )


def _is_in(state: State, slot: SlotLedger, registration: Registration) -> bool:
    return any(slot.id in state.active.get(person, {}).values() for person in registration.persons)


def _unlikeness(catalogue: Catalogue, slot: SlotLedger, wanted: SlotId) -> tuple[bool, bool, bool, datetime, SlotId]:
    tour, other = catalogue.tour_of(wanted), catalogue.tour_of(slot.id)
    return (
        other.id != tour.id,
        other.enterprise != tour.enterprise,
        other.kind != tour.kind,
        slot.terms.starts,
        slot.id,
    )
