"""Where an instance begins that has read nothing yet: at the first row, or at a snapshot of what follows from many.

A snapshot is never the truth: it counts only if the journal still begins with the rows that it follows from, if
nothing that landed since says otherwise, and if this very release wrote it. Else the journal is read whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from zapis.core.audit import Witness
from zapis.core.fold import State
from zapis.core.marks import FIRST_ROW, Found, found
from zapis.core.notices import Outbox
from zapis.errors import JournalDisturbed
from zapis.ledger.port import Fresh, Ledger, Part

if TYPE_CHECKING:
    from zapis.core.difference import Difference
    from zapis.ledger.snapshot import Snapshot


class Contradicted(JournalDisturbed):
    """The journal is not what is remembered of it; `difference` says how."""

    def __init__(self, difference: Difference) -> None:
        from zapis.core.findings import sentence

        super().__init__(sentence(difference))
        self.difference = difference


class Beginning(Struct, frozen=True):
    """What follows from the rows of before, and the rows that are still to be taken in."""

    ledger: Ledger
    """It has read all of them."""
    state: State
    outbox: Outbox
    journal: list[Found]
    fresh: Fresh
    rows: int = 0
    """How many rows of the journal came before."""


def begin(ledger: Ledger, witness: Witness, *parts: Part) -> Beginning:
    """All that a ledger says of `parts`, by one that nobody has read from; then `witness` has heard it.

    The journal and the outbox must be among the parts. Raises Contradicted if the journal does not hold the rows
    that landed, as far as they were seen or recorded; JournalDisturbed, SheetsUnavailable.
    """
    snapshot = ledger.recall() if witness.blank else None
    if snapshot is not None:
        resumed = _resumed(snapshot, ledger, witness, parts)
        if resumed is not None:
            return resumed
        ledger = ledger.anew()
    fresh = ledger.read(*parts)
    journal = found(fresh.journal)
    difference = witness.look(journal, fresh.outbox, fresh.people)
    if difference is not None:
        raise Contradicted(difference)
    return Beginning(ledger, State(), Outbox(), journal, fresh)


def _resumed(snapshot: Snapshot, ledger: Ledger, witness: Witness, parts: tuple[Part, ...]) -> Beginning | None:
    fresh, memory = ledger.read(*parts), snapshot.memory
    journal = found(fresh.journal, FIRST_ROW + len(memory.marks))
    if not witness.go_on(memory, snapshot.state.registrations, journal, fresh.outbox, fresh.people):
        return None
    return Beginning(ledger, snapshot.state, snapshot.outbox, journal, fresh, len(memory.marks))
