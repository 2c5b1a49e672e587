"""What a guard sees: today's visits of one enterprise, while its gate is open.

Pure. The rule it guards: a gate link shows nothing but its own enterprise's confirmed parties of this day, from
some hours before the first of them until the day is over. A mark that was made in time and sent late still
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from zapis.core.catalogue import Enterprise, EnterpriseId
from zapis.core.model import Registration, RegistrationId, SlotStatus, Standing
from zapis.core.names import by_surname
from zapis.core.people import Person
from zapis.site.forms import PHOTO
from zapis.site.offers import Counter, Offer
from zapis.voice.speech import day_of

OPENS_BEFORE = timedelta(hours=3)
MARKS_KEPT = timedelta(days=3)
"""How long after its day a mark may still arrive: a phone may have been without network."""


class Guest(Struct, frozen=True):
    """One visitor. `position` is the place in the registration's ages."""

    position: int
    name: str
    age: int
    came: bool


class Party(Struct, frozen=True):
    """A registration as a guard sees it; who registered comes first, then those who were brought."""

    id: RegistrationId
    code: str
    number: int
    """Of its first visitor on the list."""
    guests: tuple[Guest, ...]
    photo: bool = False
    """Whether they may be photographed."""

    @property
    def all_came(self) -> bool:
        """Whether everybody of the party is in."""
        return all(guest.came for guest in self.guests)

    def answers_to(self, asked: str) -> bool:
        """Whether a name or the code has `asked` in it; nothing asked fits everybody."""
        wanted = plain(asked)
        return any(wanted in plain(text) for text in (self.code, *(guest.name for guest in self.guests)))


class Visit(Struct, frozen=True):
    """A visit of today and those who are to be let in."""

    offer: Offer
    parties: tuple[Party, ...]

    @property
    def expected(self) -> int:
        """How many people are expected."""
        return sum(len(party.guests) for party in self.parties)

    @property
    def came(self) -> int:
        """How many people are in."""
        return sum(guest.came for party in self.parties for guest in party.guests)


class Gate(Struct, frozen=True):
    """One enterprise's gate at this moment. `opens`: when it opens next; None if no visit is to come."""

    enterprise: Enterprise
    today: tuple[Offer, ...]
    """The visits that it lets in now; empty while it is shut."""
    opens: datetime | None


def gate(counter: Counter, id: EnterpriseId) -> Gate | None:
    """The gate of an enterprise; None for an unknown one."""
    enterprise = counter.catalogue.enterprises.get(id)
    if enterprise is None:
        return None
    days = _days(_visits(counter, id))
    today = days.pop(day_of(counter.now), ())
    if today and counter.now >= _opening(today):
        return Gate(enterprise, tuple(today), None)
    openings = [_opening(offers) for offers in (today, *days.values()) if offers]
    return Gate(enterprise, (), min((opens for opens in openings if opens > counter.now), default=None))


def registrations_of(counter: Counter, offers: Iterable[Offer]) -> list[Registration]:
    """Those who hold seats at these visits."""
    ids = {offer.id for offer in offers}
    registrations = counter.state.registrations.values()
    return [r for r in registrations if r.slot in ids and r.standing is Standing.CONFIRMED]


def expected_today(counter: Counter) -> list[Registration]:
    """Those who hold seats at any enterprise's visits of this day."""
    today = day_of(counter.now)
    return registrations_of(counter, [o for o in counter.public() if day_of(o.terms.starts) == today])


def visits(gate: Gate, registrations: list[Registration], people: Mapping[RegistrationId, Person]) -> list[Visit]:
    """Today's visits, each with its parties by the surname of the first of them."""
    by_name = sorted(registrations, key=lambda r: (by_surname(_name(people.get(r.id), r.members[0])), r.id))
    return [Visit(offer, tuple(_parties(offer, by_name, people))) for offer in gate.today]


def takes_marks(gate: Gate, counter: Counter, registration: Registration) -> bool:
    """Whether the gate may say who of this party came."""
    offer = counter.any_offer(registration.slot)
    if offer is None or offer.enterprise.id != gate.enterprise.id or registration.standing is not Standing.CONFIRMED:
        return False
    begun = offer.terms.starts <= counter.now < offer.terms.starts + MARKS_KEPT
    return begun or offer.id in {open_now.id for open_now in gate.today}


def plain(text: str) -> str:
    """A text as it is compared: case, ё and the code's hyphen do not matter."""
    return text.strip().casefold().replace("ё", "е").replace("-", "")


def _visits(counter: Counter, id: EnterpriseId) -> list[Offer]:
    offers = (offer for offer in counter.public() if offer.enterprise.id == id)
    return [offer for offer in offers if offer.terms.status is not SlotStatus.CANCELLED]


def _days(offers: Iterable[Offer]) -> dict[object, list[Offer]]:
    days: dict[object, list[Offer]] = {}
    for offer in offers:
        days.setdefault(day_of(offer.terms.starts), []).append(offer)
    return days


def _opening(offers: Iterable[Offer]) -> datetime:
    return min(offer.terms.starts for offer in offers) - OPENS_BEFORE


def _parties(offer: Offer, by_name: list[Registration], people: Mapping[RegistrationId, Person]) -> Iterator[Party]:
    number = 1
    for registration in by_name:
        if registration.slot == offer.id:
            guests = tuple(_guests(registration, people.get(registration.id)))
            photo = any(consent.startswith(f"{PHOTO}/") for consent in registration.consents)
            yield Party(registration.id, registration.code, number, guests, photo)
            number += len(guests)


def _guests(registration: Registration, person: Person | None) -> Iterator[Guest]:
    came = registration.attended or ()
    for position in registration.members:
        yield Guest(position, _name(person, position), registration.ages[position], position in came)


def _name(person: Person | None, position: int) -> str:
    return person.visitors[position] if person and position < len(person.visitors) else "—"
