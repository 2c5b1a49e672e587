"""All that a journal says, as lines of text that a person can compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zapis.core.entries import Entry, Row, from_row
from zapis.core.fold import State, evolve
from zapis.core.model import Registration


def verdicts(rows: Iterable[Row]) -> list[str]:
    """What each row did, in order; then what stands at the end. It ends where this release stops deciding."""
    state, told = State(), list[str]()
    for number, row in enumerate(rows, 2):
        entry = from_row(row)
        if not isinstance(entry, Entry):
            told.append(f"{number}: cannot be read{': of a newer release, nothing is decided' * entry.newer}")
            if entry.newer:
                return told
            continue
        told += [f"{number}: {entry.id}: {what}" for what in _done(state, entry)]
        if not state.decidable:
            return [*told, f"{number}: the rules are newer, nothing is decided"]
    return [*told, "", *_standing(state)]


def _done(state: State, entry: Entry) -> Iterator[str]:
    if entry.id in state.seen:
        yield "landed before"
        return
    before = dict(state.registrations)
    evolve(state, entry)
    if entry.id not in state.seen:
        yield "void, the ledger is closed"
        return
    changed = [r for id, r in state.registrations.items() if r != before.get(id)]
    yield from map(_words, changed)
    if reason := state.rejected.get(entry.id):
        yield f"nothing changed, {reason}" if not changed else f"refused, {reason}"
    elif not changed:
        yield "noted"


def _words(r: Registration) -> str:
    parts = [r.id, r.slot, str(r.standing), str(r.reason or "-"), f"of {_list(r.ages)} come {_list(r.members)}"]
    if r.over:
        parts.append("over the seats")
    if r.attended is not None:
        parts.append(f"came {_list(r.attended)}")
    if r.people:
        parts.append(f"people {r.people}")
    if r.same_as:
        parts.append(f"the same as {r.same_as}")
    return ", ".join([*parts, f"agreed {' '.join(r.consents) or '-'}", f"revision {r.revision}"])


def _list(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers)) or "-"


def _standing(state: State) -> Iterator[str]:
    yield f"rules {state.rules}, {'closed' if state.closed else 'open'}"
    for slot in state.slots.values():
        seats = f"{slot.taken} of {slot.terms.capacity} seats, {sum(slot.invited.values())} by a code"
        yield f"slot {slot.id}: version {slot.version}, {seats}"
        yield f"  over {_names(slot.over)}; waiting {_names(slot.waiting)}"
    for notice in state.notices.values():
        yield f"letter {notice.id}"
    for slot_id, messages in state.messages.items():
        yield from (f"message to {_names(message.to)} of {slot_id}: {message.text!r}" for message in messages)
    for slot_id, lates in state.late.items():
        for late in lates:
            yield f"late in {slot_id}: {late.registration} {_list(late.before)} became {_list(late.after)}"
    for person, held in state.active.items():
        yield f"person {person} holds {_names(held)}"
    yield f"forgotten: {_names(sorted(state.erased))}"


def _names(ids: Iterable[str]) -> str:
    return " ".join(ids) or "nobody"
