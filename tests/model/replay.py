"""A trace of the model, played again on the real parts: the fold, the sheet ledger's anchor, the outbox.

The model speaks in numbers (see model/entries.pml); here they become real entries and real rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from model.trace import Event
from tests.spec import TERMS, minutes
from zapis.core.entries import JOURNAL_COLUMNS, Cancelled, Entry, Fact, Requested, Row, SlotOffered, to_row
from zapis.core.fold import State, evolve
from zapis.core.model import EntryId, NoticeId, PersonKey, RegistrationId, SlotId, Standing
from zapis.core.notices import CLAIM_LASTS, CLAIMED, DEFERRED, SENT, Outbox, outbox_row
from zapis.errors import JournalDisturbed
from zapis.ledger.port import Part
from zapis.ledger.sheet import SheetLedger

SLOT = SlotId("S")
REQUESTS = (RegistrationId("ivan"), RegistrationId("pyotr"), RegistrationId("ivan-again"))
PERSONS = ("ivan", "pyotr", "ivan")
CANCEL, FIRST_OFFER = 3, 4
STANDINGS = (None, Standing.CONFIRMED, Standing.WAITING, Standing.REFUSED, Standing.CANCELLED)
NOON = minutes(20)


@dataclass(frozen=True, slots=True)
class Told:
    """What the model says that an instance told a visitor."""

    instance: int
    registration: RegistrationId
    standing: Standing | None


@dataclass(slots=True)
class Journal:
    """The rows of a trace as real entries, folded one by one as they land."""

    state: State = field(default_factory=State)
    offers: dict[int, SlotOffered] = field(default_factory=dict)
    ever: dict[RegistrationId, list[Standing]] = field(default_factory=dict)
    """Every standing that each registration has had, in order."""
    notices: dict[RegistrationId, list[NoticeId]] = field(default_factory=dict)
    """Every notice that each registration has had, in order: the model knows them by their number."""

    def land(self, number: int) -> Entry:
        entry = self.entry(number)
        evolve(self.state, entry)
        for id, registration in self.state.registrations.items():
            _note(self.ever.setdefault(id, []), registration.standing)
        for id, notice in self.state.notices.items():
            _note(self.notices.setdefault(id, []), notice.id)
        return entry

    def entry(self, number: int) -> Entry:
        """The same entry each time: what is sent again is what was sent."""
        id = REQUESTS[number] if number < CANCEL else f"act{number}"
        return Entry(minutes(10), EntryId(id), SLOT, "w1", self._fact(number))

    def _fact(self, number: int) -> Fact:
        if number < CANCEL:
            return Requested((30,), (PersonKey(PERSONS[number]),), True, "body")
        return Cancelled(REQUESTS[0]) if number == CANCEL else self.offers[number]

    def offer(self, number: int, replaces: int, capacity: int) -> None:
        self.offers[number] = SlotOffered(replaces, replace(TERMS, capacity=capacity))

    def standings(self) -> tuple[Standing | None, ...]:
        found = (self.state.registrations.get(id) for id in REQUESTS)
        return tuple(registration and registration.standing for registration in found)

    @property
    def capacity(self) -> int:
        return self.state.slots[SLOT].terms.capacity

    @property
    def taken(self) -> set[RegistrationId]:
        return {id for id, r in self.state.registrations.items() if r.standing is Standing.CONFIRMED}


@dataclass(frozen=True, slots=True)
class Step:
    """One row: what the model and the real fold each say after it."""

    number: int
    taken_before: frozenset[RegistrationId]
    taken: frozenset[RegistrationId]
    capacity: int
    standings: tuple[Standing | None, ...]
    model_standings: tuple[Standing | None, ...]
    model_capacity: int

    @property
    def agrees(self) -> bool:
        return (self.standings, self.capacity) == (self.model_standings, self.model_capacity)


def fold_rows(trace: Iterable[Event]) -> tuple[Journal, list[Step]]:
    """The real fold over the rows of `trace`, in their order."""
    journal, steps = Journal(), []
    for event in trace:
        if event.verb == "offer":
            journal.offer(*event.numbers)
        elif event.verb == "row":
            steps.append(_step(journal, *event.numbers))
    return journal, steps


def _step(journal: Journal, number: int, first: int, second: int, third: int, capacity: int) -> Step:
    before = frozenset(journal.taken)
    journal.land(number)
    says = tuple(STANDINGS[standing] for standing in (first, second, third))
    return Step(
        number, before, frozenset(journal.taken), journal.capacity, journal.standings(), says, model_capacity=capacity
    )


def answers(trace: Iterable[Event]) -> list[Told]:
    """What visitors were told in `trace`."""
    told = (event.numbers for event in trace if event.verb == "told")
    return [Told(instance, REQUESTS[request], STANDINGS[standing]) for instance, request, standing in told]


class GridOfRows:
    """As much of a spreadsheet as a `SheetLedger` reads: a journal from which a hand may take rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = [JOURNAL_COLUMNS]

    def get(self, spreadsheet: str, ranges: list[str], mask: str) -> dict[str, Any]:
        number = int(re.findall(r"'_journal'!A(\d+)", ranges[0])[0])
        tabs = {Part.JOURNAL: self.rows[number - 1 :], Part.PEOPLE: [], Part.OUTBOX: [], "_catalogue": []}
        return {"sheets": [_grid(id, title, rows) for id, (title, rows) in enumerate(tabs.items())]}


def _grid(id: int, title: str, rows: list[Row]) -> dict[str, Any]:
    cells = [{"values": [{"formattedValue": text} for text in row]} for row in rows]
    return {"properties": {"sheetId": id, "title": title}, "data": [{"rowData": cells}]}


def disturbed(trace: Iterable[Event]) -> list[int]:
    """The instances whose real `SheetLedger` notices, at a read of `trace`, that the journal was disturbed."""
    grid, journal = GridOfRows(), Journal()
    ledgers = {instance: SheetLedger(grid, "ledger") for instance in (0, 1)}  # type: ignore[arg-type]
    noticed = []
    for event in trace:
        if event.verb == "offer":
            journal.offer(*event.numbers)
        elif event.verb == "row":
            grid.rows.append(to_row(journal.land(event.numbers[0])))
        elif event.verb == "deleted":
            del grid.rows[event.numbers[0] + 1]
        elif event.verb == "read":
            try:
                ledgers[event.numbers[0]].read(Part.JOURNAL)
            except JournalDisturbed:
                noticed.append(event.numbers[0])
    return noticed


@dataclass(slots=True)
class Mailing:
    """The claims of a trace as rows of a real outbox. A claim is named by the run of `deliver` that makes it."""

    journal: Journal = field(default_factory=Journal)
    outbox: Outbox = field(default_factory=Outbox)
    now: datetime = NOON
    runs: dict[int, int] = field(default_factory=dict)
    """How many runs each mailer has begun."""
    granted: dict[tuple[int, NoticeId], bool] = field(default_factory=dict)
    """Whether the last claim of a mailer on a notice is one that it may send under."""
    last_deferral: Row | None = None

    def play(self, trace: Iterable[Event]) -> list[tuple[NoticeId, bool]]:
        """Each mail that the model sends, and whether the real outbox and state would have let it go."""
        sends = []
        for event in trace:
            if event.verb == "send":
                mailer, notice = self._named(event)
                sends.append((notice, self.granted[mailer, notice]))
            else:
                self._take(event)
        return sends

    def _take(self, event: Event) -> None:
        match event.verb:
            case "offer":
                self.journal.offer(*event.numbers)
            case "row":
                self.journal.land(event.numbers[0])
            case "lapse":
                self.now += CLAIM_LASTS
            case "claim":
                self._claim(*self._named(event))
            case "sent":
                self._write(SENT, *self._named(event))
            case "deferred":
                self.last_deferral = self._write(DEFERRED, *self._named(event))
            case "deferred again":
                assert self.last_deferral is not None
                self.outbox.apply(self.last_deferral)

    def _claim(self, mailer: int, notice: NoticeId) -> None:
        self._write(CLAIMED, mailer, notice)
        current = self.journal.state.notices.get(notice_registration(notice))
        stands = current is not None and current.id == notice
        self.granted[mailer, notice] = stands and self.outbox.holds(self._run(mailer), notice)

    def _write(self, kind: str, mailer: int, notice: NoticeId) -> Row:
        row = outbox_row(self.now, kind, self._run(mailer), [notice])
        self.outbox.apply(row)
        if kind != CLAIMED:
            self.runs[mailer] = self.runs.get(mailer, 0) + 1
        return row

    def _run(self, mailer: int) -> str:
        return f"mailer{mailer}.{self.runs.get(mailer, 0)}"

    def _named(self, event: Event) -> tuple[int, NoticeId]:
        mailer, request, number = event.numbers
        return mailer, self.journal.notices[REQUESTS[request]][number - 1]


def notice_registration(notice: NoticeId) -> RegistrationId:
    return RegistrationId(notice.split(".", 1)[0])


def _note(history: list[Any], now: object) -> None:
    if not history or history[-1] != now:
        history.append(now)
