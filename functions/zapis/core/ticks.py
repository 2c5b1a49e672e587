"""Ticks in a roster -> who came, each change of a tick once.

Each visitor's tick is a chain of entries: set, taken back, set again, named by their place in it. How far the
journal's chain goes tells which tick was last taken in, so nothing need be remembered: a run that died, two that
overlap, and a sort in between make no entry twice. A line that is gone says nothing; only a tick does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count

from zapis.core import ids
from zapis.core.entries import Attended, Entry
from zapis.core.fold import State
from zapis.core.model import EntryId, RegistrationId


def plan(ticks: Mapping[str, bool], state: State, now: datetime, writer: str) -> list[Entry]:
    """What to append so that the journal knows these ticks, by the codes of their lines."""
    return list(_entries(ticks, state, now, writer))


def line_id(registration: RegistrationId, position: int) -> str:
    """The code of a visitor's line."""
    return f"{registration}.{position}"


def _entries(ticks: Mapping[str, bool], state: State, now: datetime, writer: str) -> Iterator[Entry]:
    for line, ticked in ticks.items():
        registration_id, _, place = line.partition(".")
        registration = state.registrations.get(RegistrationId(registration_id))
        if registration is None or not place.isdecimal() or int(place) >= len(registration.ages):
            continue
        known = next(number for number in count() if _link(line, number) not in state.seen)
        if ticked is not bool(known % 2):
            fact = Attended(registration.id, (int(place),), "came" if ticked else "undone")
            yield Entry(now, _link(line, known), registration.slot, writer, fact)


def _link(line: str, number: int) -> EntryId:
    return ids.entry_id("ticked", line, str(number))
