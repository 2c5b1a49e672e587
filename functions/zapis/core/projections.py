"""What people see in sheets, as values of State: seats beside slots, one line a registration, one a visitor.

A projection is a mapping id -> cells, in the order in which new ids are to be appended. It is disposable: it
follows wholly from the ledger. Cells are texts or numbers; a date is a number, as sheets have it, to be sorted by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from zapis.core.catalogue import Catalogue
from zapis.core.entries import format_moment
from zapis.core.fold import State
from zapis.core.habits import serial
from zapis.core.model import Reason, Registration, RegistrationId, SlotId, Standing
from zapis.core.names import by_surname
from zapis.core.notices import Outbox
from zapis.core.numbers import CHANNELS, Tally, numbers
from zapis.core.offers import FINE, Pending
from zapis.core.people import Person
from zapis.core.rules import seats_left
from zapis.core.russian import clock

CellValue = str | float
Lines = dict[str, tuple[CellValue, ...]]

STANDINGS = {
    Standing.CONFIRMED: "записаны",
    Standing.WAITING: "в листе ожидания",
    Standing.REFUSED: "мест не хватило",
    Standing.CANCELLED: "отменена",
}


class View(Struct, frozen=True):
    """All that a projection may look at."""

    state: State
    catalogue: Catalogue
    people: Mapping[RegistrationId, Person]
    outbox: Outbox
    parties: Mapping[SlotId, list[Registration]]
    """Each slot's registrations by surname; nobody is parted from their children."""

    @classmethod
    def of(cls, state: State, catalogue: Catalogue, people: Mapping[RegistrationId, Person], outbox: Outbox) -> View:
        """A view of what is known now."""
        parties: dict[SlotId, list[Registration]] = {}
        for registration in state.registrations.values():
            parties.setdefault(registration.slot, []).append(registration)
        for registrations_ in parties.values():
            registrations_.sort(key=lambda r: _surname(people.get(r.id), r))
        return cls(state, catalogue, people, outbox, parties)


def _surname(person: Person | None, registration: Registration) -> tuple[tuple[str, str], str]:
    return (by_surname(person.name if person else ""), registration.id)


def seats(view: View, remarks: Mapping[str, str], pending: Mapping[SlotId, Pending]) -> Lines:
    """Beside each slot: taken, waiting, free, what to say, and the edit that waits (digest, since)."""
    lines: Lines = {}
    for slot_id in {**view.catalogue.slots, **dict.fromkeys(map(SlotId, remarks))}:
        slot = view.state.slots.get(slot_id)
        numbers: tuple[CellValue, ...] = ("", "", "")
        if slot is not None:
            taken = slot.taken + sum(slot.over.values())
            numbers = (taken, sum(slot.waiting.values()), seats_left(slot))
        waits = pending.get(slot_id)
        edit = (waits.edit, format_moment(waits.since)) if waits else ("", "")
        lines[slot_id] = (*numbers, remarks.get(slot_id, FINE), *edit)
    return lines


def registrations(view: View) -> Lines:
    """One line a registration, in the order in which requests landed."""
    shown = (r for r in view.state.registrations.values() if _is_shown(r) and r.slot in view.catalogue.slots)
    return {registration.id: _registration_line(view, registration) for registration in shown}


def summary(view: View) -> Lines:
    """Totals and three tables side by side: by enterprise, by day, by channel. One line a row of the tab."""
    found = numbers(view.state, view.catalogue)
    totals = _totals(found.total)
    enterprises = [(name, *_with_visits(tally)) for name, tally in found.enterprises.items()]
    days = [(_day_in_figures(day), *_with_visits(tally)) for day, tally in sorted(found.days.items())]
    channels = [(name, tally.asked, tally.taken, *_lost(tally)) for name, tally in found.channels.items()]
    height = max(map(len, (totals, enterprises, days, channels)))
    metrics = [*totals, *map(str, range(len(totals) + 1, height + 1))]
    parts = (enterprises, 8), (days, 8), (channels, 6)
    return {
        metric: (totals.get(metric, ""), *(cell for part, width in parts for cell in _row(part, row, width)))
        for row, metric in enumerate(metrics)
    }


def _row(part: Sequence[tuple[CellValue, ...]], row: int, width: int) -> tuple[CellValue, ...]:
    return part[row] if row < len(part) else ("",) * width


def _totals(tally: Tally) -> dict[str, CellValue]:
    keys = ("visits", "seats", "taken", "fill", "waiting", "cancelled", "came", "absent")
    return {key: getattr(tally, key) for key in keys}


def _with_visits(tally: Tally) -> tuple[CellValue, ...]:
    return (tally.visits, tally.seats, tally.taken, tally.fill, *_lost(tally))


def _lost(tally: Tally) -> tuple[CellValue, ...]:
    return (tally.waiting, tally.cancelled, tally.absent)


def _day_in_figures(day: str) -> str:
    return ".".join(reversed(day.split("-")))


def _is_shown(registration: Registration) -> bool:
    return registration.standing is not Standing.REFUSED or registration.reason is Reason.FULL


def _registration_line(view: View, registration: Registration) -> tuple[CellValue, ...]:
    slot = view.catalogue.slots[registration.slot]
    person = view.people.get(registration.id)
    return (
        registration.code,
        _standing_words(view.state, registration),
        registration.seats,
        int(serial(slot.starts)),
        clock(slot.starts),
        view.catalogue.tour_of(slot.id).title,
        view.catalogue.enterprise_of(slot.id).name,
        person.name if person else "",
        ", ".join(_with_age(registration, person, position) for position in registration.members),
        person.phone if person else "",
        person.email if person else "",
        serial(registration.asked_at),
        CHANNELS.get(registration.channel, registration.channel),
        _mail_words(view, registration),
    )


def _standing_words(state: State, registration: Registration) -> str:
    words = STANDINGS[registration.standing]
    if registration.standing is Standing.WAITING:
        return f"{words}, {state.place(registration.id)}-й"
    if registration.over:
        return f"{words} сверх мест"
    return words


def _with_age(registration: Registration, person: Person | None, position: int) -> str:
    name = person.visitors[position] if person and position < len(person.visitors) else "—"
    return f"{name} ({registration.ages[position]})"


def _mail_words(view: View, registration: Registration) -> str:
    notice = view.state.notices.get(registration.id)
    if notice is None:
        return ""
    person = view.people.get(registration.id)
    if person is not None and not person.email:
        return "почты нет: позвоните"
    if registration.id in view.outbox.bounced:
        return "не доставлено: проверьте адрес"
    return "отправлено" if notice.id in view.outbox.done else "в очереди"
