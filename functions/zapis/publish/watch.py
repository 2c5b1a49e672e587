"""`sync` watches the journal: every ten minutes it reads it whole and compares it with what is remembered.

While the two disagree nothing may follow from the journal, so that nobody is silently re-seated. What `sync`
saw is recorded in `_outbox`, with other rows wherever some are written anyway.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from zapis.core.audit import Memory, Note, Witness
from zapis.core.entries import Row
from zapis.core.findings import STOPPED, replaced, rows
from zapis.core.marks import Found
from zapis.errors import JournalDisturbed
from zapis.happenings import Happening, tell
from zapis.ledger.beginning import Beginning, Contradicted, begin
from zapis.ledger.port import Fresh, Ledger, Part
from zapis.publish.alarm import REPLACED, UNREADABLE, alarm

log = logging.getLogger("zapis.sync")

LOOK_EVERY = timedelta(minutes=10)
RECORD_EVERY = timedelta(minutes=10)
MANY = 300
"""So many rows are not left unrecorded for longer than a run."""


class Watch:
    """One instance's watch over the journal."""

    def __init__(self) -> None:
        self.alarm = ""
        """What is wrong with the journal, for organisers; empty while it is content."""
        self._witness = Witness()
        self._looked: datetime | None = None
        self._said = ""
        self._strays: list[int] = []

    def must_look(self, now: datetime) -> bool:
        """Whether the next read must be of the whole journal."""
        due = self._looked is None or now - self._looked >= LOOK_EVERY
        return due or bool(self.alarm) or self._witness.stale

    def look(self, ledger: Ledger, *parts: Part) -> Beginning | None:
        """Read `parts` whole, by a ledger that nobody has read from; None if the journal disagrees.

        The first look may begin at a snapshot. Raises SheetsUnavailable or SheetError; then nothing is known anew.
        """
        try:
            beginning = begin(ledger, self._witness, *parts)
        except Contradicted as error:
            self._alarm(alarm(error.difference), str(error))
            return None
        except JournalDisturbed as error:
            self._alarm(UNREADABLE, str(error))
            return None
        self._looked = beginning.ledger.now()
        self._tell_of_strays([row.number for row in beginning.journal if row.stray])
        return beginning

    def doubts(self, noted: Note | None) -> bool:
        """Whether what was noted outside the ledger's file is not what this instance knows; it may lag behind."""
        return noted is not None and self._witness.contradicted_by(noted)

    def confirm(self, noted: Note | None) -> bool:
        """Whether the journal is also the one that was noted outside its file. Only then all is well again."""
        if noted is not None and self.doubts(noted):
            clause = replaced(noted.rows, self.note.rows)
            self._alarm(REPLACED, f"The journal was changed by hand: {clause}. {STOPPED}")
            return False
        if self.alarm:
            log.warning("the journal is content again")
        self.alarm = self._said = ""
        return True

    @property
    def note(self) -> Note:
        """What to keep outside the ledger's file."""
        return self._witness.note

    @property
    def memory(self) -> Memory:
        """What another instance may go on from."""
        return self._witness.memory

    def hear(self, journal: list[Found], fresh: Fresh) -> None:
        """Remember what was read since."""
        self._witness.hear(journal, fresh.outbox)

    def to_record(self, now: datetime, run: str) -> list[Row]:
        """The outbox's rows that record what nobody recorded yet."""
        return self._witness.to_record(now, run)

    def must_record(self, now: datetime) -> bool:
        """Whether to record even if nothing else is written."""
        unrecorded, at = self._witness.unrecorded, self._witness.recorded.at
        return len(unrecorded) >= MANY or (bool(unrecorded) and (at is None or now - at >= RECORD_EVERY))

    def _alarm(self, for_organisers: str, for_operators: str) -> None:
        self.alarm = for_organisers
        if for_operators != self._said:
            tell(log, logging.CRITICAL, Happening.DISTURBED, "%s", for_operators)
        self._said = for_operators

    def _tell_of_strays(self, strays: list[int]) -> None:
        if strays and strays != self._strays:
            log.error("no program wrote %s of the journal: harmless, `zapis journal repair` removes it", rows(strays))
        self._strays = strays
