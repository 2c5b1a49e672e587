"""The season in numbers: by enterprise, by day, by channel, and in all. Nobody's name or address is in them.

People are counted, not registrations, unless said otherwise. Who did not come is counted only where somebody at
the gate or in the roster said who came: silence is not absence.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from zapis.core.catalogue import MOSCOW, Catalogue
from zapis.core.fold import State
from zapis.core.model import Registration, SlotStatus, Standing
from zapis.core.rules import SlotLedger

CHANNELS = {"site": "сайт", "vk": "ВКонтакте", "api": "сайт", "phone": "телефон"}


class Tally(Struct):
    """What came together under one heading."""

    visits: int = 0
    seats: int = 0
    asked: int = 0
    """Registrations, whatever became of them, without those refused."""
    taken: int = 0
    waiting: int = 0
    cancelled: int = 0
    """People who had a seat or a place in line and gave it back, or lost it with the visit."""
    came: int = 0
    absent: int = 0

    @property
    def fill(self) -> int:
        """Seats taken, in per cent of those offered."""
        return round(100 * self.taken / self.seats) if self.seats else 0


class Numbers(Struct):
    """The season's tallies; enterprises in the catalogue's order, days in the calendar's."""

    total: Tally = field(default_factory=Tally)
    enterprises: dict[str, Tally] = field(default_factory=dict)
    days: dict[str, Tally] = field(default_factory=dict)
    """By day as 2026-12-31."""
    channels: dict[str, Tally] = field(default_factory=dict)


def numbers(state: State, catalogue: Catalogue) -> Numbers:
    """The numbers of all slots that the catalogue knows."""
    found = Numbers(enterprises={enterprise.name: Tally() for enterprise in catalogue.enterprises.values()})
    slots = {slot.id: slot for slot in state.slots.values() if slot.id in catalogue.slots}
    for slot in sorted(slots.values(), key=lambda slot: (slot.terms.starts, slot.id)):
        _count_visit(slot, _tallies(found, catalogue, slot))
    marked = {r.slot for r in state.registrations.values() if r.attended is not None}
    for registration in state.registrations.values():
        if registration.slot in slots and registration.standing is not Standing.REFUSED:
            tallies = (*_tallies(found, catalogue, slots[registration.slot]), _channel(found, registration))
            _count_party(registration, registration.slot in marked, tallies)
    return found


def _channel(found: Numbers, registration: Registration) -> Tally:
    name = CHANNELS.get(registration.channel, registration.channel)
    return found.channels.setdefault(name, Tally())


def _tallies(found: Numbers, catalogue: Catalogue, slot: SlotLedger) -> tuple[Tally, ...]:
    enterprise = found.enterprises.setdefault(catalogue.enterprise_of(slot.id).name, Tally())
    day = found.days.setdefault(slot.terms.starts.astimezone(MOSCOW).date().isoformat(), Tally())
    return found.total, enterprise, day


def _count_visit(slot: SlotLedger, tallies: Iterable[Tally]) -> None:
    if slot.terms.status is SlotStatus.CANCELLED:
        return
    for tally in tallies:
        tally.visits += 1
        tally.seats += slot.terms.capacity


def _count_party(registration: Registration, marked: bool, tallies: Iterable[Tally]) -> None:
    coming = len(registration.members) if registration.active else 0
    came = len(set(registration.attended or ()) & set(registration.members))
    confirmed = registration.standing is Standing.CONFIRMED
    for tally in tallies:
        tally.asked += 1
        tally.cancelled += len(registration.ages) - coming
        tally.waiting += 0 if confirmed else coming
        tally.taken += coming if confirmed else 0
        tally.came += came if confirmed else 0
        tally.absent += coming - came if confirmed and marked else 0
