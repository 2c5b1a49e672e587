"""Errands: what organisers choose in «Действие» beside a registration -> entries, each exactly once, and an answer.

The cell is theirs and is never cleared for them. An errand's entry is named by the registration, by what was
chosen and by how many errands there were before; the count grows only after the cell was seen cleared or
changed. So a run that died, two runs that overlap and a file that was restored make the same entry, which the
fold takes once. What cannot be taken back (a cancellation, destroyed data) first stands for a while unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from zapis.core import ids, people
from zapis.core.catalogue import Catalogue
from zapis.core.entries import Attended, Cancelled, Entry, Erased, Fact, MailAsked, Moved, Row, SeatedOver
from zapis.core.fold import State
from zapis.core.habits import Unclear
from zapis.core.labels import meant
from zapis.core.model import EntryId, Reason, Registration, RegistrationId, SlotId, Standing
from zapis.core.people import Person
from zapis.core.russian import clock, day_in_figures
from zapis.core.tables import EMPTY, Cell


class Action(StrEnum):
    """What may be chosen, in the words of the list."""

    CANCEL = "отменить"
    SEAT = "подтвердить сверх мест"
    MOVE = "перенести в…"
    MAIL = "выслать письмо снова"
    CAME = "отметить приход"
    FORGET = "удалить данные"


DONE: dict[str, str] = {
    Action.CANCEL: "отменена",
    Action.SEAT: "подтверждена сверх мест",
    Action.MOVE: "перенесена на {slot}",
    Action.MAIL: "письмо уходит ещё раз",
    Action.CAME: "приход отмечен",
    Action.FORGET: "данные удалены",
}
WAITS: dict[str, str] = {
    Action.CANCEL: "будет отменена",
    Action.FORGET: "имена и контакты будут удалены навсегда",
}
"""What cannot be taken back stands unchanged for a while before it takes effect."""
WHY_NOT = {
    Reason.FULL: "там не хватает мест",
    Reason.CLOSED: "запись туда закрыта",
    Reason.NOT_OPEN_YET: "запись туда ещё не открыта",
    Reason.SLOT_CANCELLED: "этот визит отменён",
    Reason.PARTY_SIZE: "там не принимают столько человек в одной заявке",
    Reason.AGE: "там другой возраст",
    Reason.ADULTS: "там на детей нужно больше взрослых",
    Reason.ALREADY: "туда с этим адресом уже записаны",
    Reason.UNKNOWN_SLOT: "запись туда ещё не открывали",
    Reason.ERASED: "данные заявки удалены",
}


class Errand(Struct, frozen=True):
    """What stands beside one registration in the cells that organisers own."""

    registration: RegistrationId
    action: str
    to: Cell = EMPTY
    who: str = ""

    @property
    def digest(self) -> str:
        """Tells one errand from another; empty for none."""
        where = self.to.text.strip() if self.action == Action.MOVE else ""
        return ids.digest(self.action, where) if self.action else ""


class Note(Struct, frozen=True):
    """What is remembered of a registration's errands."""

    outcome: str = ""
    asked: str = ""
    """The digest of the errand that was answered or waits; empty once the cell was seen cleared."""
    turn: int = 0
    """How many errands were begun."""
    since: datetime | None = None
    """When an errand that still waits was first seen."""


class Plan(Struct):
    """What one look at the cells makes of them."""

    entries: list[Entry] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    notes: dict[RegistrationId, Note] = field(default_factory=dict)
    _answers: dict[RegistrationId, Callable[[State], str]] = field(default_factory=dict)

    def answered(self, state: State) -> dict[RegistrationId, Note]:
        """The notes, with what the journal said of the errands that were put to it."""
        told = {id: replace(self.notes[id], outcome=answer(state)) for id, answer in self._answers.items()}
        return self.notes | told

    def awaits(self, note: Note, errand: Errand, answer: Callable[[State], str]) -> None:
        """The errand is with the journal: `answer` says what became of it."""
        self.notes[errand.registration] = replace(note, since=None)
        self._answers[errand.registration] = answer


class Desk(Struct, frozen=True):
    """What errands are judged by."""

    state: State
    catalogue: Catalogue
    people: Mapping[RegistrationId, Person]
    now: datetime
    settle: timedelta
    writer: str


class _Refused(Exception):
    """The errand cannot be done; the text says why, in Russian."""


def plan(errands: Iterable[Errand], notes: Mapping[RegistrationId, Note], desk: Desk) -> Plan:
    """What to append, and what to remember and say, of the errands in the sheet."""
    made = Plan(notes=dict(notes))
    for errand in errands:
        note = notes.get(errand.registration, Note())
        if errand.action:
            _consider(made, errand, note, desk)
        elif note.asked or note.since:
            made.notes[errand.registration] = replace(note, asked="", since=None)
    return made


def _consider(made: Plan, errand: Errand, note: Note, desk: Desk) -> None:
    if note.asked == errand.digest and note.since is None:
        return
    asked = note if note.asked == errand.digest else Note(note.outcome, errand.digest, note.turn + 1)
    entry_id = ids.entry_id("errand", errand.registration, errand.digest, str(asked.turn))
    if entry_id in desk.state.seen:
        made.awaits(asked, errand, _answer(errand, entry_id, desk))
        return
    try:
        registration, slot, fact = _fact(errand, desk)
    except _Refused as why:
        # Not remembered as answered: what is missing may be mended in another cell.
        made.notes[errand.registration] = replace(note, outcome=str(why), asked="", since=None)
        return
    since = asked.since or desk.now
    if errand.action in WAITS and desk.now - since < desk.settle:
        words = f"{WAITS[errand.action]} в {clock(since + desk.settle)}; передумали — сотрите «Действие»"
        made.notes[errand.registration] = replace(asked, outcome=words, since=since)
        return
    made.entries.append(Entry(desk.now, entry_id, slot, desk.writer, fact))
    if errand.action == Action.FORGET:
        made.people.append(people.forgotten(registration.id))
    made.awaits(asked, errand, _answer(errand, entry_id, desk))


def _fact(errand: Errand, desk: Desk) -> tuple[Registration, SlotId, Fact]:
    """What the errand puts into the journal, and under which slot. Raises _Refused."""
    held = desk.state.registrations.get(errand.registration)
    if held is None:
        raise _Refused("такой заявки в журнале нет")
    if errand.registration in desk.state.erased:
        raise _Refused("данные этой заявки удалены")
    match errand.action:
        case Action.CANCEL:
            _only(held.active, "заявка и так не действует")
            return held, held.slot, Cancelled(held.id, by="organiser")
        case Action.SEAT:
            _only(held.standing is not Standing.CONFIRMED, "место и так подтверждено")
            return held, held.slot, SeatedOver(held.id)
        case Action.MOVE:
            return held, _destination(errand, held, desk), Moved(held.id, held.slot)
        case Action.MAIL:
            _only(held.active, "заявка не действует: письма больше не нужны")
            _only(_has_address(held, desk), "почты нет: позвоните")
            return held, held.slot, MailAsked((held.id,))
        case Action.CAME:
            _only(held.standing is Standing.CONFIRMED, "отметить можно только записанных")
            return held, held.slot, Attended(held.id, held.members)
        case Action.FORGET:
            return held, held.slot, Erased(held.id)
    raise _Refused(f"выберите действие из списка: {', '.join(f'«{action}»' for action in Action)}")


def _destination(errand: Errand, held: Registration, desk: Desk) -> SlotId:
    _only(held.active, "заявка не действует")
    _only(bool(errand.to.text.strip()), "выберите в «Куда», на какой визит перенести")
    here = desk.catalogue.slots.get(held.slot)
    try:
        there = meant(errand.to, desk.catalogue, desk.now, here.tour if here else None)
    except Unclear as unclear:
        raise _Refused(f"«Куда»: {unclear}") from None
    _only(there != held.slot, "заявка уже на этом визите")
    return there


def _only(condition: bool, otherwise: str) -> None:
    if not condition:
        raise _Refused(otherwise)


def _has_address(held: Registration, desk: Desk) -> bool:
    person = desk.people.get(held.id)
    return person is None or bool(person.email)


def _answer(errand: Errand, entry: EntryId, desk: Desk) -> Callable[[State], str]:
    who = f", {errand.who.strip()}" if errand.who.strip() else ""
    begins = f"{day_in_figures(desk.now)} {clock(desk.now)}{who}: "

    def answer(state: State) -> str:
        reason = state.rejected.get(entry)
        if reason is not None:
            return f"{begins}не получилось, {WHY_NOT.get(reason, 'заявка уже не действует')}"
        return begins + DONE[errand.action].format(slot=_where(state, errand))

    return answer


def _where(state: State, errand: Errand) -> str:
    """The moment of the visit that the party is at now."""
    starts = state.slots[state.registrations[errand.registration].slot].terms.starts
    return f"{day_in_figures(starts)} {clock(starts)}"
