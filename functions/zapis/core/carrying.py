"""What of a ledger goes along when it is copied: into a file, or to another place.

A ledger that moves was closed by a row of its journal. What landed up to that row goes along, what landed later
is void. So nothing is lost (whoever was told has a row before it) and nothing is doubled (what is void was never
confirmed, and may be asked for again in the new place).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.entries import Row
from zapis.core.notices import SYNC_LEASE, Outbox

CLOSED, OPENED = "ledger_closed", "ledger_opened"


class Luggage(Struct, frozen=True):
    """The four lists of a ledger."""

    journal: tuple[Row, ...] = ()
    people: tuple[Row, ...] = ()
    outbox: tuple[Row, ...] = ()
    catalogue: tuple[Row, ...] = ()


def closed_at(journal: Sequence[Row]) -> int | None:
    """How many rows the journal had when it was closed, that row counted; None while it is open. As the fold has it."""
    closed: int | None = None
    seen: set[str] = set()
    for number, row in enumerate(journal, 1):
        _at, kind, entry, *_rest = row
        if entry in seen or (closed is not None and kind != OPENED):
            continue
        seen.add(entry)
        if kind in (CLOSED, OPENED):
            closed = number if kind == CLOSED else None
    return closed


def packed(ledger: Luggage) -> Luggage:
    """What goes along: of an open ledger everything, of a closed one nothing that is void."""
    journal = ledger.journal[: closed_at(ledger.journal)]
    known = {row[2] for row in journal}
    return replace(ledger, journal=journal, people=tuple(row for row in ledger.people if row[0] in known))


def on_their_way(outbox: Iterable[Row], now: datetime, longest: timedelta) -> int:
    """How many letters a run of `deliver`, none of which takes longer than that, may be sending at this moment."""
    state = Outbox()
    for row in outbox:
        state.apply(row)
    letters = (claim for item, claim in state.claims.items() if item != SYNC_LEASE)
    return sum(now - claim.at < longest for claim in letters)


def missing(there: Luggage, wanted: Luggage) -> Luggage | None:
    """What is still to be copied; None if what is there is not the beginning of what is wanted."""
    lists = ((there.journal, wanted.journal), (there.people, wanted.people), (there.outbox, wanted.outbox))
    if any(have != want[: len(have)] for have, want in lists):
        return None
    journal, people, outbox = (want[len(have) :] for have, want in lists)
    return Luggage(journal, people, outbox, wanted.catalogue)
