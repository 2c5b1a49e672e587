"""What organisers do in the catalogue's file beyond offering visits: errands, calls, messages.

Each is read from the cells as they stand in this run and from what the hidden tabs remember, becomes entries by
the rules in `core`, and is answered in a hidden tab once the journal has spoken. Nothing is remembered here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct

from zapis.core import calls, errands, labels, messages, ticks
from zapis.core.calls import PersonKeys
from zapis.core.catalogue import Catalogue
from zapis.core.entries import Entry, Row, format_moment, parse_moment
from zapis.core.errands import Errand
from zapis.core.fold import State
from zapis.core.model import RegistrationId, SlotId
from zapis.core.notices import Outbox
from zapis.core.projections import Lines
from zapis.core.tables import EMPTY
from zapis.publish.books import Books
from zapis.publish.files import File
from zapis.publish.hidden import append_new, append_typed, lines_of, write_id
from zapis.publish.strays import strays
from zapis.schema import tab
from zapis.sheets import Json

REGISTRATIONS, CALLS, SLOTS = (tab("catalogue", key) for key in ("registrations", "calls", "slots"))
ERRANDS, VISITS, ANSWERS = (tab("catalogue", key) for key in ("errands", "visits", "answers"))
SPARE, FEW = 50, 10
"""So many empty lines are added to «Звонки» when there are fewer than that."""


class Rules(Struct, frozen=True):
    """What acts are judged by, whatever is typed."""

    settle: timedelta
    writer: str
    person_key: PersonKeys
    names: bool


class Acts(Struct, frozen=True):
    """What is to be put into the journal, and said once it is there."""

    errands: errands.Plan
    calls: calls.Plan
    messages: messages.Plan
    ticks: list[Entry]
    names: bool = True
    """Whether sheets may hold any."""

    @property
    def entries(self) -> list[Entry]:
        """For the journal."""
        return [*self.errands.entries, *self.calls.entries, *self.messages.entries, *self.ticks]

    @property
    def people(self) -> list[Row]:
        """The rows of people that come with them."""
        return [*self.errands.people, *self.calls.people]

    def requests(self, file: File, state: State) -> list[Json]:
        """What gives the next calls their lines, and codes to rows that were typed where there was no line."""
        if not file.has(CALLS, "id"):
            return []
        rows, place = file.table(CALLS).rows, file.column(CALLS, "id")
        codes = calls.fresh(rows, state)
        strayed = {code: line for line, code in zip(strays(file), codes, strict=False)} if self.names else {}
        typed = [row.number for row in rows if not row.text("id") and calls.is_typed(row)]
        spare = sum(1 for row in rows if row.text("id") and not calls.is_typed(row))
        requests = [write_id(file.ids[CALLS.key], row, place, next(codes)) for row in typed]
        requests += append_typed(file, CALLS, strayed)
        return requests + (append_new(file, CALLS, islice(codes, SPARE), set()) if spare < FEW else [])

    def lines(self, state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> dict[str, Lines]:
        """What the hidden tabs are to say, by their keys."""
        return {
            ERRANDS.key: {id: _note_cells(note) for id, note in self.errands.answered(state).items()},
            ANSWERS.key: {line: (outcome,) for line, outcome in self.calls.outcomes(state).items()},
            VISITS.key: dict(_visits(self.messages, state, catalogue, outbox, now)),
        }


def acts(
    file: File, books: Books, catalogue: Catalogue, ticked: Mapping[str, bool], now: datetime, rules: Rules
) -> Acts:
    """What organisers did, as the file stands. `catalogue`: what they typed; `ticked`: what enterprises ticked."""
    state = books.state
    judged_by = errands.Desk(state, catalogue, books.people, now, rules.settle, rules.writer)
    answered_by = calls.Desk(state, catalogue, now, rules.writer, rules.person_key, rules.names)
    notes = {SlotId(slot): messages.Note(asked, since) for slot, asked, since in _noted(file)}
    return Acts(
        errands.plan(_errands(file), _notes(file), judged_by),
        calls.plan(file.table(CALLS).rows, answered_by),
        messages.plan(_wishes(file), notes, state, now=now, settle=rules.settle, writer=rules.writer),
        ticks.plan(ticked, state, now, rules.writer),
        rules.names,
    )


def _errands(file: File) -> Iterator[Errand]:
    if REGISTRATIONS.key in file.moved:
        return
    found: dict[str, Errand] = {}
    for row in file.table(REGISTRATIONS).rows:
        id = row.text("id")
        # A copied line must not look like the cell of the first one cleared.
        if id and not (id in found and found[id].action):
            found[id] = Errand(RegistrationId(id), row.text("action"), row.cells.get("to", EMPTY), row.text("who"))
    yield from found.values()


def _notes(file: File) -> dict[RegistrationId, errands.Note]:
    found = {}
    for id, (outcome, asked, turn, since) in lines_of(file, ERRANDS).items():
        count = int(turn) if str(turn).isdecimal() else 0
        waits = parse_moment(str(since)) if since else None
        found[RegistrationId(id)] = errands.Note(str(outcome), str(asked), count, waits)
    return found


def _note_cells(note: errands.Note) -> tuple[str | int, ...]:
    return (note.outcome, note.asked, note.turn, format_moment(note.since) if note.since else "")


def _wishes(file: File) -> Iterator[messages.Wish]:
    for row in file.table(SLOTS).rows:
        send = row.cells.get("send", EMPTY).ticked
        if row.text("id") and (send or row.text("letter")):
            yield messages.Wish(SlotId(row.text("id")), row.text("letter"), send)


def _noted(file: File) -> Iterator[tuple[str, str, datetime | None]]:
    for slot, (_, _, asked, since) in lines_of(file, VISITS).items():
        if asked:
            yield slot, str(asked), parse_moment(str(since)) if since else None


def _visits(
    plan: messages.Plan, state: State, catalogue: Catalogue, outbox: Outbox, now: datetime
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each slot's label, and what became of a message to it; the labels of those that are over are gone."""
    named = labels.labels(catalogue, now)
    for slot in dict.fromkeys([*named, *catalogue.slots]):
        told = plan.said.get(slot) or messages.told(state, slot, outbox.done, outbox.failed)
        note = plan.notes.get(slot)
        kept = (note.asked, format_moment(note.since) if note.since else "") if note else ("", "")
        if slot in named or told:
            yield slot, (named.get(slot, ""), told, *kept)
