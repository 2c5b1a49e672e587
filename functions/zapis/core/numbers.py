"""The season in numbers: by enterprise, by day, by channel, and in all. Nobody's name or address is in them.

People are counted, not registrations, unless said otherwise. Who did not come is counted only where somebody at
the gate or in the roster said who came: silence is not absence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from zapis.core.catalogue import MOSCOW, Catalogue
from zapis.core.fold import State
from zapis.core.model import Registration, SlotStatus, Standing
from zapis.core.rules import SlotLedger

CHANNELS = {"site": "сайт", "vk": "ВКонтакте", "api": "сайт", "phone": "телефон"}


@dataclass(slots=True)
class Tally:
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


@dataclass(slots=True)
class Numbers:
    """The season's tallies; enterprises in the catalogue's order, days in the calendar's."""

    total: Tally = field(default_factory=Tally)
    enterprises: dict[str, Tally] = field(default_factory=dict)
    days: dict[str, Tally] = field(default_factory=dict)
    """By day as 2026-12-31."""
    channels: dict[str, Tally] = field(default_factory=dict)


def numbers(state: State, catalogue: Catalogue) -> Numbers:
    """The numbers of all slots that the catalogue knows."""
    found = Numbers(enterprises={enterprise.name: Tally() for enterprise in catalogue.enterprises.values()})
    marked = {r.slot for r in state.registrations.values() if r.attended is not None}
    for slot in sorted(_known(state, catalogue), key=lambda slot: (slot.terms.starts, slot.id)):
        if slot.terms.status is not SlotStatus.CANCELLED:
            for tally in _tallies(found, catalogue, slot):
                tally.visits += 1
                tally.seats += slot.terms.capacity
    for registration in state.registrations.values():
        slot_ = state.slots.get(registration.slot)
        if slot_ is None or slot_.id not in catalogue.slots or registration.standing is Standing.REFUSED:
            continue
        channel = found.channels.setdefault(CHANNELS.get(registration.channel, registration.channel), Tally())
        for tally in (*_tallies(found, catalogue, slot_), channel):
            _count(tally, registration, registration.slot in marked)
    return found


def _known(state: State, catalogue: Catalogue) -> Iterator[SlotLedger]:
    return (slot for slot in state.slots.values() if slot.id in catalogue.slots)


def _tallies(found: Numbers, catalogue: Catalogue, slot: SlotLedger) -> tuple[Tally, ...]:
    enterprise = found.enterprises.setdefault(catalogue.enterprise_of(slot.id).name, Tally())
    day = found.days.setdefault(slot.terms.starts.astimezone(MOSCOW).date().isoformat(), Tally())
    return found.total, enterprise, day


def _count(tally: Tally, registration: Registration, marked: bool) -> None:
    coming = len(registration.members) if registration.active else 0
    tally.asked += 1
    tally.cancelled += len(registration.ages) - coming
    if registration.standing is Standing.WAITING:
        tally.waiting += coming
    elif registration.standing is Standing.CONFIRMED:
        came = len(set(registration.attended or ()) & set(registration.members))
        tally.taken += coming
        tally.came += came
        tally.absent += coming - came if marked else 0
