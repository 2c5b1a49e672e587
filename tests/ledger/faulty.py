"""A ledger that misbehaves as told: each planned fault hits the next append."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from zapis.core.entries import Row
from zapis.errors import AnswerLost, CallRefused, JournalDisturbed, QuotaExceeded, SheetsUnavailable
from zapis.ledger.memory import MemoryLedger
from zapis.ledger.port import Append, Fresh, Part


class FaultyLedger:
    """A MemoryLedger with a plan: "ok", "quota", "lost" (applied), "dropped" (not applied), "clock" (not sent)."""

    def __init__(self, ledger: MemoryLedger, plan: Iterable[str] = (), reads: Iterable[str] = ()) -> None:
        self._ledger = ledger
        self._plan = list(plan)
        self._reads = list(reads)
        self.appends: list[int] = []
        """How many journal rows each call carried."""
        self.calls: list[str] = []
        self.disturbed = False
        """Whether the row before the tail is not the one that was there."""
        self.refused: set[str] = set()
        """Ids that Google finds wrong, whenever they come."""

    def anew(self) -> FaultyLedger:
        """Reads from the beginning, without a plan of its own."""
        return FaultyLedger(self._ledger.anew())

    def now(self) -> datetime:
        return self._ledger.now()

    def catalogue(self) -> tuple[Row, ...]:
        return self._ledger.catalogue()

    def forget(self, registrations):
        self._ledger.forget(registrations)

    def people(self, registrations):
        return self._ledger.people(registrations)

    def remember(self, snapshot):
        self._ledger.remember(snapshot)

    def recall(self):
        return self._ledger.recall()

    def read(self, *parts: Part) -> Fresh:
        self.calls.append("read")
        if self.disturbed:
            raise JournalDisturbed("another row stands there")
        if self._reads and self._reads.pop(0) == "down":
            raise AnswerLost("no answer to the read")
        return self._ledger.read(*parts)

    def append(self, rows: Append, *parts: Part) -> Fresh:
        self.calls.append("append")
        if self.disturbed:
            raise JournalDisturbed("another row stands there")
        self.appends.append(len(rows.journal))
        fault = self._plan.pop(0) if self._plan else "ok"
        if any(row[2] in self.refused for row in rows.journal):
            raise CallRefused("Google refused the call (400): one of the rows")
        if fault == "clock":
            raise SheetsUnavailable("This machine's clock is off.")
        if fault == "quota":
            raise QuotaExceeded("quota")
        if fault == "dropped":
            raise AnswerLost("dropped before it was applied")
        if fault == "lost":
            self._ledger.append(rows)
            raise AnswerLost("applied, the answer lost")
        return self._ledger.append(rows, *parts)
