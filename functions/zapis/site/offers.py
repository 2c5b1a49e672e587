"""What stands on the counter: a slot with its tour and enterprise, and what can be asked of it at this moment.

Pure. The catalogue says what is offered, the fold's state on which terms and with how many seats; a slot is
public when both know it and an organiser has given it a status (a draft has none).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from zapis.core import rules
from zapis.core.catalogue import MOSCOW, Catalogue, Enterprise, Season, Slot, Tour, Wording, wording_of
from zapis.core.fold import State
from zapis.core.model import Reason, RegistrationId, SlotId, SlotStatus, Terms
from zapis.core.rules import SlotLedger
from zapis.core.texts import filled, text_for
from zapis.voice.tongue import RUSSIAN, _, tongue


def unnamed_season() -> Season:
    """What the pages say of a season that nobody has described yet."""
    return Season(
        title=_("Запись на визиты"),
        season="",
        opens=None,
        closes_hours=24,
        freezes_hours=24,
        season_limit=3,
        max_party=5,
        operator=_("Организатор программы"),
        email="",
        phone="",
    )


class Availability(StrEnum):
    """What a visitor can do about a slot now."""

    OPEN = "open"
    WAITING = "waiting"
    FULL = "full"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    PAST = "past"


class Offer(Struct, frozen=True):
    """One slot as the public sees it. `free` counts seats, `waiting` registrations in line."""

    slot: Slot
    tour: Tour
    enterprise: Enterprise
    terms: Terms
    free: int
    waiting: int
    availability: Availability

    @property
    def id(self) -> SlotId:
        """The slot's id."""
        return self.slot.id

    def is_over(self, now: datetime) -> bool:
        """Whether its day is past: until then somebody may still be at the gate."""
        return now.astimezone(MOSCOW).date() > self.terms.starts.astimezone(MOSCOW).date()

    @property
    def asks(self) -> bool:
        """Whether a request can be made: for a seat or for a place in line."""
        return self.availability in (Availability.OPEN, Availability.WAITING)


class Counter(Struct, frozen=True):
    """The catalogue and the state as they stood at `now`."""

    catalogue: Catalogue
    state: State
    now: datetime

    @property
    def season(self) -> Season:
        """The season in words; a plain one while there is none."""
        return self.catalogue.season or unnamed_season()

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """What texts of consent have said of the programme, the last now."""
        return self.catalogue.wordings or (wording_of(self.season),)

    def note(self, page: str) -> str:
        """What organisers have to say on a page (`home`, `slot` or `ticket`); empty if nothing.

        Who reads another language is better told in Russian than not at all.
        """
        texts, kind, season = self.catalogue.texts, f"page_{page}", self.season
        own = text_for(texts, kind, tongue().language) or text_for(texts, kind, RUSSIAN)
        values = {"programme": season.title, "organiser": season.operator, "phone": season.phone}
        return filled(own.body, values) if own else ""

    def offer(self, slot: SlotId) -> Offer | None:
        """The public slot with this id."""
        found = self.catalogue.slots.get(slot)
        return self.any_offer(slot) if found and found.status is not None else None

    def any_offer(self, slot: SlotId) -> Offer | None:
        """The slot with this id, though it may have gone back to being a draft: for those who hold a ticket."""
        found, ledger = self.catalogue.slots.get(slot), self.state.slots.get(slot)
        if found is None or ledger is None:
            return None
        return Offer(
            slot=found,
            tour=self.catalogue.tour_of(slot),
            enterprise=self.catalogue.enterprise_of(slot),
            terms=_public(ledger),
            free=_free(ledger, self.now),
            waiting=len(ledger.waiting),
            availability=_availability(ledger, self.now),
        )

    def coming(self) -> list[Offer]:
        """The public slots that have not begun, the soonest first."""
        return [offer for offer in self.public() if offer.availability is not Availability.PAST]

    def public(self) -> list[Offer]:
        """All public slots, the earliest first."""
        return sorted(self._public(), key=lambda offer: (offer.terms.starts, offer.tour.title, offer.id))

    def _public(self) -> Iterator[Offer]:
        for slot in self.catalogue.slots:
            offer = self.offer(slot)
            if offer:
                yield offer

    def place(self, registration: RegistrationId) -> int | None:
        """The place in line, the first being 1; None for who does not wait."""
        return self.state.place(registration)


def _public(ledger: SlotLedger) -> Terms:
    """The terms with the seats that are held back left out: nobody outside learns of them."""
    held = rules.still_held(ledger)
    return replace(ledger.terms, capacity=max(ledger.terms.capacity - held, 0)) if held else ledger.terms


def _free(ledger: SlotLedger, now: datetime) -> int:
    """Seats that a newcomer may hope for: none while those who wait come first."""
    return 0 if rules.passes_the_line(ledger, now) else rules.seats_left(ledger)


def _availability(ledger: SlotLedger, now: datetime) -> Availability:
    terms = ledger.terms
    if terms.status is not SlotStatus.CANCELLED and rules.is_past(terms, now):
        return Availability.PAST
    closed = rules.closed_to_requests(terms, now)
    if closed is not None:
        return _CLOSED.get(closed, Availability.CLOSED)
    if _free(ledger, now) > 0:
        return Availability.OPEN
    return Availability.WAITING if terms.waiting_list and not rules.is_frozen(terms, now) else Availability.FULL


_CLOSED = {Reason.SLOT_CANCELLED: Availability.CANCELLED, Reason.NOT_OPEN_YET: Availability.NOT_OPEN_YET}
