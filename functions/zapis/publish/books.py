"""What the ledger says, kept warm between runs of `sync`, and whether the journal is still what it was."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping

from zapis.core.catalogue import Catalogue, from_rows
from zapis.core.entries import Entry
from zapis.core.fold import State, evolve
from zapis.core.marks import Found, found
from zapis.core.model import RegistrationId
from zapis.core.notices import Outbox
from zapis.core.people import FORGOTTEN, Person, add_rows
from zapis.core.projections import View
from zapis.core.vitals import Vitals, vitals_of
from zapis.errors import JournalDisturbed, LedgerMoves, SheetsUnavailable
from zapis.ledger.port import Append, Fresh, Ledger, Part
from zapis.ledger.snapshot import Snapshot
from zapis.publish.watch import Watch

log = logging.getLogger("zapis.sync")

WORTH_KEEPING = 1000
"""So many new rows are worth a snapshot; of a long journal a tenth of it."""
EVERYTHING = (Part.JOURNAL, Part.PEOPLE, Part.OUTBOX)


class Books:
    """The ledger as `sync` knows it."""

    def __init__(self, ledger: Ledger, *, names: bool = True) -> None:
        self.ledger = ledger
        self._names = names
        self.watch = Watch()
        self.catalogue = Catalogue()
        self.revision = ""
        self.word: Vitals | None = None
        """How the ledger says that the season was found."""
        self._kept = 0
        """How many rows of the journal the last snapshot follows from, as far as this instance knows."""
        self._forget()

    def _forget(self) -> None:
        self.state = State()
        self.people: dict[RegistrationId, Person] = {}
        self._named: set[RegistrationId] = set()
        self.outbox = Outbox()
        self._newer = False
        """Whether the journal has rows that only a newer release understands."""

    def hear(self) -> bool:
        """Take in what is new; False if the journal is not what it was. Raises SheetsUnavailable."""
        now = self.ledger.now()
        fresh = None if self.watch.must_look(now) else self._news()
        if fresh is None or self.watch.must_look(now):
            fresh = self._look()
        if fresh is None:
            return False
        if self.state.closed:
            raise LedgerMoves
        if fresh.catalogue_revision != self.revision:
            rows = self.ledger.catalogue()
            self.catalogue, self.word = from_rows(rows), vitals_of(rows)
            self.revision = fresh.catalogue_revision
        return True

    def catalogue_is(self, catalogue: Catalogue, revision: str, word: Vitals) -> None:
        """What was just written in place of the last one, and of the word beside it."""
        self.catalogue, self.revision, self.word = catalogue, revision, word

    def leave_word(self, word: Vitals) -> None:
        """Let the ledger say how the season was found. Raises SheetsUnavailable or SheetError."""
        self.ledger.note(word.to_text())
        self.word = word

    def append(self, rows: Append) -> None:
        """Add rows and take in what is new after them. Raises what `Ledger.append` raises."""
        self._take_in(self.ledger.append(rows, *EVERYTHING))
        if self.state.closed:
            raise LedgerMoves

    def remember(self) -> None:
        """Let cold instances begin here instead of at the first row, when enough has landed since the last time."""
        memory = self.watch.memory
        grown = len(memory.marks) - self._kept
        if self._newer or not self.state.decidable or grown < max(WORTH_KEEPING, self._kept // 10):
            return
        try:
            self.ledger.remember(Snapshot(self.state, self.outbox, memory))
        except SheetsUnavailable as error:
            log.warning("no snapshot was kept: %s", error)
        else:
            self._kept = len(memory.marks)

    def view(self) -> View:
        """What projections look at, as of now: nobody's name where sheets may not show any."""
        return View.of(self.state, self.catalogue, self._shown_people() if self._names else {}, self.outbox)

    def known(self) -> set[RegistrationId]:
        """Of whom names or contacts are known."""
        return self._named

    def forget(self, registrations: Collection[RegistrationId]) -> None:
        """Destroy names and contacts of these. The caller holds the lease."""
        self.ledger.forget(registrations)
        for registration in registrations:
            self.people.pop(registration, None)
            self._named.discard(registration)

    def _shown_people(self) -> Mapping[RegistrationId, Person]:
        """Another run may have destroyed what this instance still remembers."""
        gone = self.state.erased | self.outbox.destroyed.keys()
        return {registration: person for registration, person in self.people.items() if registration not in gone}

    def _news(self) -> Fresh | None:
        try:
            return self._take_in(self.ledger.read(*EVERYTHING))
        except JournalDisturbed as error:
            log.warning("%s", error)
            return None

    def _look(self) -> Fresh | None:
        """Begin anew from the whole ledger, if the journal is what it was."""
        begun = self.watch.look(self.ledger.anew(), *EVERYTHING)
        if begun is None:
            return None
        self._forget()
        self.ledger, self.state, self.outbox = begun.ledger, begun.state, begun.outbox
        self._kept = begun.rows or min(self._kept, len(begun.journal))
        self._absorb(begun.fresh, begun.journal)
        return begun.fresh

    def _take_in(self, fresh: Fresh) -> Fresh:
        journal = found(fresh.journal)
        self._absorb(fresh, journal)
        self.watch.hear(journal, fresh)
        return fresh

    def _absorb(self, fresh: Fresh, journal: Iterable[Found]) -> None:
        for row in journal:
            if isinstance(row.entry, Entry):
                evolve(self.state, row.entry)
            else:
                self._newer |= row.entry.newer
        add_rows(self.people, fresh.people)
        self._named.update(RegistrationId(row[0]) for row in fresh.people if row[1] != str(FORGOTTEN))
        for line in fresh.outbox:
            self.outbox.apply(line)
