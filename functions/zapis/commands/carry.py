"""Carries a ledger: reads it whole, and adds to another what is missing there.

Every step looks first at what is there, so that whatever broke off half-way is done again and goes on where it
stopped; a place that holds anything else is left alone. What Sheets shows may be of a moment ago (assumption A1: a
prefix of the list), so nothing is taken for done because of what is not seen, and what was written is waited for.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from zapis.core.carrying import Luggage, closed_at, missing, on_their_way, packed
from zapis.core.entries import Entry, LedgerClosed, LedgerOpened, to_row
from zapis.core.model import EntryId, SlotId
from zapis.errors import SheetError, SheetsUnavailable
from zapis.ledger.port import Append, Ledger, Part

CHUNK = 2000
"""Rows of a list in one call."""
LATE = 100
"""So few rows are copied while nobody can register."""
WRITER = "operator"
TRIES, PAUSE = 30, 2.0
LONGEST_DELIVERY = timedelta(minutes=10)
"""No run of `deliver` takes longer: what one of them claimed before is not being sent any more."""

T = TypeVar("T")


def read(ledger: Ledger) -> Luggage:
    """All of a ledger, of one moment. Raises SheetsUnavailable, SheetError."""

    def whole() -> Luggage:
        anew = ledger.anew()
        fresh = anew.read(*Part)
        return Luggage(fresh.journal, fresh.people, fresh.outbox, anew.catalogue())

    return patiently(whole)


def carry(wanted: Luggage, there: Ledger) -> int:
    """Add to a ledger what is missing; how many rows. Raises SheetError if something else is there."""
    added = known = 0
    while True:
        found = read(there)
        if _rows(found) < known:
            time.sleep(PAUSE)
            continue
        known = _rows(found)
        rest = missing(found, wanted)
        if rest is None:
            raise SheetError("Where the ledger is to go there is another one already: name an empty place.")
        if not (rest.journal or rest.people or rest.outbox) and found.catalogue == wanted.catalogue:
            return added
        for chunk in _chunks(rest):
            try:
                there.append(chunk)
            except SheetsUnavailable:
                time.sleep(PAUSE)
                break  # it may have landed: look again
            added += _rows(chunk)
            known += _rows(chunk)


def _rows(lists: Luggage | Append) -> int:
    return len(lists.journal) + len(lists.people) + len(lists.outbox)


def _chunks(rest: Luggage) -> Iterator[Append]:
    """The journal last: whoever looks before it is there sees a ledger that nothing was offered in."""
    for start in range(0, len(rest.people), CHUNK):
        yield Append(people=rest.people[start : start + CHUNK])
    for start in range(0, len(rest.outbox), CHUNK):
        yield Append(outbox=rest.outbox[start : start + CHUNK])
    if rest.catalogue:
        yield Append(catalogue=rest.catalogue)
    for start in range(0, len(rest.journal), CHUNK):
        yield Append(journal=rest.journal[start : start + CHUNK])


def close(ledger: Ledger) -> EntryId:
    """Close a ledger: each instance that writes to it learns so with its next call. The id of the row that says so."""
    return _say(ledger, LedgerClosed())


def open_again(ledger: Ledger) -> None:
    """Let a closed ledger go on; it is where it is to be."""
    _say(ledger, LedgerOpened())


def _say(ledger: Ledger, fact: LedgerClosed | LedgerOpened) -> EntryId:
    """Say it even where it seems to be so: that may be of a moment ago, and to say it again changes nothing."""
    entry = Entry(ledger.now(), EntryId(secrets.token_hex(10)), SlotId(""), WRITER, fact)
    patiently(lambda: ledger.append(Append(journal=[to_row(entry)])))
    return entry.id


def move(here: Ledger, there: Ledger, tell: Callable[[str], None]) -> None:
    """Carry a running season from one ledger to another. Raises SheetError, SheetsUnavailable."""
    ledger = read(here)
    if closed_at(ledger.journal) is None:
        while carry(packed(ledger), there) > LATE:
            ledger = read(here)
    closing, closed = close(here), time.monotonic()
    tell("The ledger is closed: nobody can register until the new place is named in the settings.")
    while letters := on_their_way((ledger := _up_to(closing, here)).outbox, here.now(), LONGEST_DELIVERY):
        tell(f"{letters} letters are being sent; waiting for what becomes of them.")
        time.sleep(PAUSE)
    carry(packed(ledger), there)
    open_again(there)
    tell(f"{len(packed(ledger).journal)} rows are in the new place, {time.monotonic() - closed:.1f} s after the close.")


def _up_to(entry: EntryId, ledger: Ledger) -> Luggage:
    """All of a ledger, of a moment when that entry stood in it, and so all that landed before."""

    def whole() -> Luggage:
        found = read(ledger)
        if entry not in {row[2] for row in found.journal}:
            raise SheetsUnavailable("Google shows the ledger as it was before it was closed.")
        return found

    return patiently(whole)


def patiently(call: Callable[[], T]) -> T:
    """What `call` returns, though the ledger may not answer for a while. Raises SheetsUnavailable after a minute."""
    for _ in range(TRIES - 1):
        try:
            return call()
        except SheetsUnavailable:
            time.sleep(PAUSE)
    return call()
