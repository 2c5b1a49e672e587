"""What an enterprise is to see of its visitors: one line each, and a list to print.

By date, then by surname of who registered; nobody is parted from their children. Only what a gate needs is in it:
no address, no other visit of the person. Once the enterprise has its list, what changes since is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from datetime import datetime

from msgspec import Struct

from zapis.core.catalogue import MOSCOW, EnterpriseId
from zapis.core.fold import State
from zapis.core.habits import serial
from zapis.core.model import Registration, RegistrationId, SlotId, SlotStatus, Standing
from zapis.core.people import Person
from zapis.core.projections import CellValue, Lines, View
from zapis.core.rules import ADULT, is_frozen
from zapis.core.russian import clock, counted, day_in_words
from zapis.core.ticks import line_id

TRANSFER = "transfer"
"""The kind of consent by which an enterprise is told who comes."""
LED = "   "
"""Before the name of who comes with somebody."""
UNKNOWN = "—"
"""The name of who is not known, or may not be named."""


class Printed(Struct, frozen=True):
    """A row of the list to print. `heading`: it begins a visit."""

    cells: tuple[CellValue, ...]
    heading: bool = False


def visitors(
    view: View, enterprises: Collection[EnterpriseId], listed: Set[str], asks: Callable[[SlotId], str]
) -> Lines:
    """One line a visitor; who is `listed` already and does not come is shown as such.

    `asks` tells what a visit asks of those who come.
    """
    lines: Lines = {}
    for slot in _slots_of(view, enterprises):
        number, asked = 0, asks(slot) if slot in view.parties else ""
        for registration in view.parties.get(slot, ()):
            for position in in_order(registration):
                line = line_id(registration.id, position)
                comes = _comes(registration, position)
                if comes or line in listed:
                    number += comes
                    lines[line] = _line(view, registration, position, number if comes else "", asked)
    return lines


def printed(view: View, enterprises: Collection[EnterpriseId], now: datetime) -> list[Printed]:
    """The visits from today on, each with a heading, its visitors, and who gave up their seats too late."""
    rows: list[Printed] = []
    for slot in _slots_of(view, enterprises):
        if view.catalogue.slots[slot].starts.astimezone(MOSCOW).date() >= now.astimezone(MOSCOW).date():
            people = list(_people(view, slot))
            host = view.catalogue.enterprise_of(slot).name if len(enterprises) > 1 else ""
            rows += [Printed(("", _heading(view, slot, host, now)), heading=True), *people] if people else []
    return rows


def in_order(registration: Registration) -> list[int]:
    """The positions of a party as they are listed: who is grown up first, their children below."""
    return sorted(range(len(registration.ages)), key=lambda position: (registration.ages[position] < ADULT, position))


def late(view: View, registration: Registration, position: int) -> str:
    """What happened to one visitor after the enterprise had its list, in Russian; empty for nothing."""
    changes = [late for late in view.state.late.get(registration.slot, ()) if late.registration == registration.id]
    if not changes:
        return ""
    was, comes = position in changes[0].before, _comes(registration, position)
    if was and not comes:
        return "отменил"
    return "добавлен" if comes and not was else ""


def _people(view: View, slot: SlotId) -> Iterator[Printed]:
    number = 0
    for registration in view.parties.get(slot, ()):
        first = True
        for position in in_order(registration):
            comes, changed = _comes(registration, position), late(view, registration, position)
            if comes or changed:
                number += comes
                yield Printed(_printed_cells(view, registration, position, number if comes else "", changed, first))
                first = False


def _printed_cells(
    view: View, registration: Registration, position: int, number: CellValue, changed: str, first: bool
) -> tuple[CellValue, ...]:
    person = known_to_host(view.state, view.people, registration)
    name = name_of(person, position)
    phone = person.phone if person and first else ""
    return (number, name if first else LED + name, registration.ages[position], phone, registration.code, changed, "")


def _heading(view: View, slot: SlotId, host: str, now: datetime) -> str:
    offered, tour = view.state.slots.get(slot), view.catalogue.tour_of(slot)
    starts = view.catalogue.slots[slot].starts
    coming = sum(registration.seats for registration in view.parties.get(slot, ()) if _has_seats(registration))
    people = counted(coming, "человек", "человека", "человек")
    sent = "; список окончательный" if offered and is_frozen(offered.terms, now) else "; список ещё меняется"
    what = f"{tour.title} ({host})" if host else tour.title
    return f"{day_in_words(starts)}, {clock(starts)}. {what}: {people}{sent}"


def _slots_of(view: View, enterprises: Collection[EnterpriseId]) -> list[SlotId]:
    slots = (
        slot for slot in view.catalogue.slots.values() if view.catalogue.tours[slot.tour].enterprise in enterprises
    )
    return [slot.id for slot in sorted(slots, key=lambda slot: (slot.starts, slot.id))]


def _has_seats(registration: Registration) -> bool:
    return registration.standing is Standing.CONFIRMED


def _comes(registration: Registration, position: int) -> bool:
    return _has_seats(registration) and position in registration.members


def _line(
    view: View, registration: Registration, position: int, number: CellValue, asked: str
) -> tuple[CellValue, ...]:
    slot = view.catalogue.slots[registration.slot]
    person = known_to_host(view.state, view.people, registration)
    first = in_order(registration)[0]
    return (
        int(serial(slot.starts)),
        clock(slot.starts),
        view.catalogue.tour_of(slot.id).title,
        number,
        name_of(person, position),
        registration.ages[position],
        person.name if person and len(registration.ages) > 1 else "",
        person.phone if person and position == first else "",
        registration.code,
        _standing(view, registration, position),
        asked,
        view.catalogue.enterprise_of(slot.id).name,
    )


def _standing(view: View, registration: Registration, position: int) -> str:
    if position in (registration.attended or ()):
        return "пришёл"
    changed = late(view, registration, position)
    slot = view.state.slots.get(registration.slot)
    if slot is not None and slot.terms.status is SlotStatus.CANCELLED:
        return "визит отменён"
    words = "придёт" if _comes(registration, position) else "не придёт"
    return f"{words}: {changed} после передачи списка" if changed else words


def known_to_host(state: State, people: Mapping[RegistrationId, Person], registration: Registration) -> Person | None:
    """Who is behind it; nobody for an enterprise that may no longer be told."""
    return None if state.has_withdrawn(registration.id, TRANSFER) else people.get(registration.id)


def name_of(person: Person | None, position: int) -> str:
    """A visitor's name, `UNKNOWN` where there is none."""
    return person.visitors[position] if person and position < len(person.visitors) else UNKNOWN
