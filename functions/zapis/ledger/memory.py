"""A ledger in memory: the port's contract in its shortest form, and the ground of in-process tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime

from msgspec import Struct, field

from zapis.core.entries import Row
from zapis.core.model import RegistrationId
from zapis.core.people import forgotten
from zapis.ledger.port import Append, Fresh, Part
from zapis.ledger.snapshot import Snapshot


class MemoryStore(Struct):
    """What several `MemoryLedger`s share, as instances share a spreadsheet."""

    lists: dict[Part, list[Row]] = field(default_factory=lambda: {part: [] for part in Part})
    catalogue: tuple[Row, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)


class MemoryLedger:
    """One instance's view of a `MemoryStore`."""

    def __init__(self, store: MemoryStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._read = dict.fromkeys(Part, 0)

    def anew(self) -> MemoryLedger:
        return MemoryLedger(self._store, self._clock)

    def now(self) -> datetime:
        return self._clock()

    def read(self, *parts: Part) -> Fresh:
        with self._store.lock:
            return self._fresh(parts)

    def append(self, rows: Append, *parts: Part) -> Fresh:
        with self._store.lock:
            self._store.lists[Part.JOURNAL] += rows.journal
            self._store.lists[Part.PEOPLE] += rows.people
            self._store.lists[Part.OUTBOX] += rows.outbox
            if rows.catalogue is not None:
                self._store.catalogue = tuple(rows.catalogue)
            if rows.word is not None:
                self._note(rows.word)
            return self._fresh(parts)

    def catalogue(self) -> tuple[Row, ...]:
        with self._store.lock:
            return self._store.catalogue

    def note(self, word: str) -> None:
        with self._store.lock:
            self._note(word)

    def _note(self, word: str) -> None:
        first, *rest = self._store.catalogue or (("", "", ""),)
        self._store.catalogue = ((first[0], first[1], word), *rest)

    def forget(self, registrations: Collection[RegistrationId]) -> None:
        with self._store.lock:
            rows = self._store.lists[Part.PEOPLE]
            for place, row in enumerate(rows):
                if row[0] in registrations:
                    rows[place] = forgotten(RegistrationId(row[0]))

    def people(self, registrations: Collection[RegistrationId]) -> tuple[Row, ...]:
        with self._store.lock:
            return tuple(row for row in self._store.lists[Part.PEOPLE] if row[0] in registrations)

    def remember(self, snapshot: Snapshot) -> None:
        """It is in memory anyway."""

    def recall(self) -> Snapshot | None:
        return None

    def _fresh(self, parts: tuple[Part, ...]) -> Fresh:
        new: dict[Part, tuple[Row, ...]] = {}
        for part in parts:
            rows = self._store.lists[part]
            new[part] = tuple(rows[self._read[part] :])
            self._read[part] = len(rows)
        _, revision, word = self._store.catalogue[0] if self._store.catalogue else ("", "", "")
        return Fresh(
            new.get(Part.JOURNAL, ()),
            new.get(Part.PEOPLE, ()),
            new.get(Part.OUTBOX, ()),
            catalogue_revision=revision,
            word=word,
        )
