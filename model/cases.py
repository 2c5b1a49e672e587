"""What is explored: scenarios that must hold, and the model with a safeguard taken out, which must not.

One scenario with every kind of trouble at once would be far too large, so each has those that meet: lost
answers and deaths at the sites, an organiser's edits among them, hands in the journal, mails.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A model to build. `defines` are its knobs, see zapis.pml; `holds` is what spin should find of it."""

    name: str
    says: str
    defines: tuple[str, ...]
    holds: bool = True


SEATS = ("LOST=1", "DEATHS=1", "IMPATIENT=1")
EDITS = ("SYNCS=1",)
MAILS = ("MAILERS=1", "SITES=1")
LOST_FOR_GOOD = ("LOST=1", "LATE=0")

SCENARIOS = (
    Case("seats", "an answer lost, an instance killed, a key posted twice", SEATS),
    Case("edits", "overlapping syncs, an answer lost, an instance killed", (*EDITS, *LOST_FOR_GOOD, "DEATHS=1")),
    Case("hands", "a row deleted by hand, an answer lost", ("HANDS=1", "LOST=1")),
    Case("mails", "overlapping delivers, one dies, its claims lapse", (*MAILS, "MAILER_DEATHS=1")),
    Case("put-off", "overlapping delivers, a mail put off, its record written twice", (*MAILS, "PUT_OFF=1")),
    Case("look-only", "without dedupe, nothing late: looking suffices", (*LOST_FOR_GOOD, "NO_DEDUPE")),
    Case("dedupe-only", "without looking: dedupe suffices", (*LOST_FOR_GOOD, "NO_LOOK")),
)

MUTANTS = (
    Case("dedupe", "the fold knows no id again", (*SEATS, "NO_DEDUPE"), False),
    Case("look+dedupe", "and rows are sent again unlooked for", (*LOST_FOR_GOOD, "NO_LOOK", "NO_DEDUPE"), False),
    Case("anchor", "the row before the tail is not compared", ("HANDS=1", "NO_ANCHOR"), False),
    Case("row-order", "an instance decides before it appends", ("NO_ROW_ORDER",), False),
    Case("version", "an offer applies whatever it replaces", (*EDITS, "NO_VERSION"), False),
    Case("claim", "deliver sends without a claim", (*MAILS, "MAILER_DEATHS=1", "NO_CLAIM"), False),
    Case("second-look", "deliver sends what was due before its claim", (*MAILS, "NO_SECOND_LOOK"), False),
    Case("deadline", "deliver goes on when its claim has lapsed", (*MAILS, "NO_DEADLINE"), False),
    Case("owner", "a deferral frees another run's claim", (*MAILS, "PUT_OFF=1", "ANYONE_DEFERS"), False),
    Case("ledger-first", "sync reads the sheet, then the ledger", (*EDITS, "SYNC_READS_SHEET_FIRST"), False),
    Case("cursor", "the cursor passes rows that are not folded", ("CURSOR_AHEAD",), False),
)
