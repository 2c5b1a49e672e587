"""What a ledger is: four lists of rows that grow, read by cursor.

Three of them (journal, people, outbox) only grow, but that people are forgotten; `catalogue` is replaced. One call
appends to any of them at once, all or nothing, and brings back what is new in those that the caller wants: that one
call is the group commit. A `Ledger` object remembers how far it has read, so it belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from zapis.core.entries import Row
from zapis.core.model import RegistrationId

if TYPE_CHECKING:
    from zapis.ledger.snapshot import Snapshot


class Part(StrEnum):
    """The lists that only grow."""

    JOURNAL = "_journal"
    PEOPLE = "_people"
    OUTBOX = "_outbox"


READ_FIRST = (Part.JOURNAL, Part.OUTBOX)
"""What `site` asks a ledger for that it has read nothing of."""


class Append(Struct, frozen=True):
    """What to add in one call. `catalogue`, if given, replaces the whole list; `word` is noted beside it."""

    journal: Sequence[Row] = ()
    people: Sequence[Row] = ()
    outbox: Sequence[Row] = ()
    catalogue: Sequence[Row] | None = None
    word: str | None = None


class Fresh(Struct, frozen=True):
    """Rows that landed since this object last read, in the order in which they landed; own ones among them."""

    journal: tuple[Row, ...] = ()
    people: tuple[Row, ...] = ()
    outbox: tuple[Row, ...] = ()
    catalogue_revision: str = ""
    word: str = ""
    """What was noted beside the revision, where the store has it at hand."""


class Ledger(Protocol):
    """A store of the four lists. Every method may raise SheetsUnavailable or JournalDisturbed."""

    def anew(self) -> Ledger:
        """The same store, as one that nobody has read from yet: its first read is of everything."""

    def now(self) -> datetime:
        """This moment by the ledger's clock, UTC."""

    def read(self, *parts: Part) -> Fresh:
        """What is new in `parts`, from one snapshot."""

    def append(self, rows: Append, *parts: Part) -> Fresh:
        """Add `rows`, all or none, and read what is new in `parts` after them.

        Raises QuotaExceeded or CallRefused if nothing was added, AnswerLost if that is not known.
        """

    def catalogue(self) -> tuple[Row, ...]:
        """The catalogue's rows as they stand."""

    def note(self, word: str) -> None:
        """Let the third cell of the catalogue's first row say `word`, and change nothing else."""

    def forget(self, registrations: Collection[RegistrationId]) -> None:
        """Destroy what the rows of people say of these; only `sync` does, under its lease. May be repeated."""

    def people(self, registrations: Collection[RegistrationId]) -> tuple[Row, ...]:
        """The rows of people of these, at this moment."""

    def remember(self, snapshot: Snapshot) -> None:
        """Keep what follows from all that this object has read, if this ledger keeps such a thing."""

    def recall(self) -> Snapshot | None:
        """What this release kept, if the journal still begins with the rows that it follows from.

        Reading goes on after those rows. Only for an object that has read nothing yet.
        """
