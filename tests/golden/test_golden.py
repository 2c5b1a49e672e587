"""What was said by a journal once is said by it for ever."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.golden import shelf
from tests.golden.verdicts import verdicts
from tests.spec import TERMS, minutes
from zapis.core.entries import KINDS, Attended, Entry, Requested, Row, SlotOffered, from_row, to_row
from zapis.core.fold import fold
from zapis.core.model import EntryId, RegistrationId, SlotId


@pytest.mark.parametrize("name", shelf.names())
def test_an_old_journal_keeps_its_verdicts(name: str):
    assert verdicts(shelf.rows(name)) == shelf.verdicts(name)


def test_the_journals_hold_every_kind_of_entry():
    assert {row[1] for name in shelf.names() for row in shelf.rows(name)} >= set(KINDS)


def test_the_journals_hold_every_shape_that_this_release_writes():
    """Whoever lets an entry say more keeps a journal in which it does."""
    kept = {_shape(row) for name in shelf.names() for row in shelf.rows(name)}
    moment = minutes(0)
    written = [to_row(Entry(moment, EntryId("e"), SlotId("S"), "w", fact)) for fact in (*_LEAST, *_MOST)]

    assert {_shape(row) for row in written} - kept == set()


@pytest.mark.parametrize("name", shelf.names())
def test_a_replay_in_two_parts_is_the_same_replay(name: str):
    entries = _entries(shelf.rows(name))
    middle = len(entries) // 2

    assert fold(entries[middle:], fold(entries[:middle])) == fold(entries)


_PLAIN = TERMS
_LEAST = (SlotOffered(0, _PLAIN), Requested((30,), (), False, ""), Attended(RegistrationId("r"), ()))
_MOST = (
    SlotOffered(0, replace(_PLAIN, children_per_adult=2, place="gate", codes=("c",))),
    Requested((30,), (), False, "", code="c"),
    Attended(RegistrationId("r"), (), "came"),
)


def _entries(rows: list[Row]) -> list[Entry]:
    return [entry for entry in map(from_row, rows) if isinstance(entry, Entry)]


def _shape(row: Row) -> tuple[str, ...]:
    """The kind, and which fields its payload has."""
    try:
        payload = json.loads(row[5])
    except ValueError:
        return (row[1], "unreadable")
    terms = payload.get("terms", {})
    return (row[1], *sorted(payload), *(f"terms.{field}" for field in sorted(terms)))
