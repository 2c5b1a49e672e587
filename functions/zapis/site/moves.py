"""What a party is that wants to change, and to which other dates it may move: those that take it whole, now. Pure."""

from __future__ import annotations

from zapis.core import rules
from zapis.core.model import Reason, Registration, SlotId
from zapis.site.forms import AUTHORITY
from zapis.site.offers import Availability, Counter, Offer


def places_for(counter: Counter, held: Registration) -> list[Offer]:
    """The other dates of this visit to which the whole party may move now, the soonest first."""
    here = counter.any_offer(held.slot)
    if here is None or not held.active or rules.is_past(here.terms, counter.now):
        return []
    same_tour = (offer for offer in counter.coming() if offer.tour.id == here.tour.id and offer.id != here.id)
    return [offer for offer in same_tour if _takes(counter, offer, held)]


def why_not_there(counter: Counter, held: Registration, to: SlotId) -> Reason | None:
    """Why the party cannot move there now; None where it may try."""
    if any(offer.id == to for offer in places_for(counter, held)):
        return None
    offer = counter.offer(to)
    if offer is None:
        return Reason.UNKNOWN_SLOT
    closed = rules.closed_to_requests(offer.terms, counter.now)
    return closed or rules.party_fits_the_terms(offer.terms, ages_of(held)) or Reason.FULL


def _takes(counter: Counter, offer: Offer, held: Registration) -> bool:
    if offer.availability is not Availability.OPEN or offer.free < held.seats:
        return False
    elsewhere = any(offer.id in counter.state.active.get(person, {}).values() for person in held.persons)
    return not elsewhere and rules.party_fits_the_terms(offer.terms, ages_of(held)) is None


def may_grow(counter: Counter, held: Registration) -> bool:
    """Whether it is worth asking who else comes; there may be no seat for them all the same."""
    offer = counter.any_offer(held.slot)
    return bool(offer and held.seats < offer.terms.max_party and why_not_larger(counter, held) is None)


def why_not_larger(counter: Counter, held: Registration) -> Reason | None:
    """Why nobody can join whoever they are, so that no name is written down in vain."""
    offer = counter.any_offer(held.slot)
    if offer is None or not held.active:
        return Reason.NOT_ACTIVE
    return Reason.FULL if held.over else rules.closed_to_requests(offer.terms, counter.now)


def ages_of(held: Registration) -> tuple[int, ...]:
    """The ages of those who still come."""
    return tuple(held.ages[member] for member in held.members)


def has_authority(held: Registration) -> bool:
    """Whether somebody stated the right to bring the children of others."""
    return any(consent.startswith(f"{AUTHORITY}/") for consent in held.consents)
