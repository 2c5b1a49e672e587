"""Names for gates (those of today's visitors) and for organisers who look for somebody, kept in memory for minutes.

A read of People is a read of all of it and counts towards Google's quota, so one read serves every gate, and every
search. It is made anew when somebody is expected whose name was not asked for, when the journal speaks of a
correction, and after some minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field

from zapis.core.model import Registration, RegistrationId
from zapis.core.people import Person
from zapis.errors import SheetsUnavailable
from zapis.ledger.committer import Committer

NEVER = datetime.min.replace(tzinfo=UTC)
KEPT = timedelta(minutes=5)
SOONEST = timedelta(seconds=5)
"""Not even what seems to be missing is read for more often: it may be missing for good."""


class _Read(Struct, frozen=True):
    """What one read brought, as of `at`."""

    at: datetime = NEVER
    asked: frozenset[RegistrationId] = frozenset()
    people: Mapping[RegistrationId, Person] = field(default_factory=dict)

    def serves(self, expected: Collection[Registration], now: datetime) -> bool:
        age = now - self.at
        return age < SOONEST or (age < KEPT and all(map(self._knows, expected)))

    def _knows(self, registration: Registration) -> bool:
        person = self.people.get(registration.id)
        return registration.id in self.asked and (person is None or person.revision >= registration.people)


class Names:
    """One instance's memory of today's names."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._read = _Read()
        self._in_turn = asyncio.Lock()

    async def of(
        self, expected: Collection[Registration], today: Iterable[Registration], now: datetime
    ) -> Mapping[RegistrationId, Person]:
        """The people behind `expected`; if a read is needed it brings those behind all of `today`.

        While Google does not answer, the names read before stand. Raises SheetsUnavailable if there are none,
        JournalDisturbed.
        """
        async with self._in_turn:
            if expected and not self._read.serves(expected, now):
                asked = frozenset(registration.id for registration in (*expected, *today))
                try:
                    self._read = _Read(now, asked, await self._committer.people(asked))
                except SheetsUnavailable:
                    if not self._read.asked:
                        raise
            return {r.id: self._read.people[r.id] for r in expected if r.id in self._read.people}
