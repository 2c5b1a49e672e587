"""Where the journal stands that an operator looks after: a spreadsheet, whose rows can be put back, or a database.

Nothing here rewrites a database: whoever could change its rows can restore it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from zapis.commands import ledger_file
from zapis.commands.ledger_file import LedgerFile
from zapis.core.entries import JOURNAL_COLUMNS, Entry, Row, RulesRaised, to_row
from zapis.core.model import EntryId, SlotId
from zapis.ledger.port import Append, Ledger, Part
from zapis.sheets import Sheets

WRITER = "operator"
Deed = Callable[[], object]
Record = Callable[[Sequence[Row]], Sequence[Row]]
"""The outbox's rows by which the journal, with these rows before its first, is the truth."""


class LedgerPlace(Protocol):
    """Methods may raise ZapisError."""

    restore: str
    """How to have rows back that are gone."""
    bring_back: str
    """How to have the journal back in the place of which an old version stands."""

    def read(self) -> LedgerFile:
        """The ledger at this moment."""

    def rewrite(self, file: LedgerFile, rows: Sequence[Row]) -> Deed | None:
        """What makes `rows` the journal; None if it is, or where it cannot be done."""

    def accept(self, file: LedgerFile, truth: EntryId, record: Record) -> Deed:
        """What makes the journal the truth as it stands."""


class SpreadsheetPlace(Struct, frozen=True):
    """A ledger's file."""

    sheets: Sheets
    id: str

    restore = (
        "Look them up in the file's history (File, Version history, See version history): open the last version that "
        "has them, copy those rows, go back to the current version, paste them below the last row of _journal, and run "
        "`zapis journal repair --yes`: it puts every row where it landed. Do not restore a whole old version: rows "
        "that landed since would be gone. If they cannot be had back, `zapis journal repair --accept` shows what would "
        "follow."
    )
    bring_back = (
        "Copy the rows of _journal and _people that landed since into another file. In the ledger's history (File, "
        "Version history, See version history) restore the last version before that, and paste those rows below the "
        "last ones. If it cannot be had back, `zapis journal repair --accept` shows what would follow."
    )

    def read(self) -> LedgerFile:
        return ledger_file.read(self.sheets, self.id)

    def rewrite(self, file: LedgerFile, rows: Sequence[Row]) -> Deed | None:
        requests = ledger_file.rewrite(file, rows)
        return partial(self.sheets.batch_update, self.id, requests) if requests else None

    def accept(self, file: LedgerFile, truth: EntryId, record: Record) -> Deed:
        # It changes nothing by itself, but every row moves by one: each running instance notices and reads anew.
        accepted = to_row(Entry(file.at, truth, SlotId(""), WRITER, RulesRaised(1)))
        requests = [*ledger_file.put_first(file, accepted), ledger_file.record(file, record([accepted]))]
        return partial(self.sheets.batch_update, self.id, requests)


class DatabasePlace(Struct, frozen=True):
    """A ledger in a database."""

    ledger: Ledger

    restore = (
        "A database's rows are put back by restoring it: to the moment before (point-in-time recovery), or from the "
        "last copy (`zapis ledger import` into an empty one). If it is right as it stands, `zapis journal repair "
        "--accept` shows what would follow."
    )
    bring_back = restore

    def read(self) -> LedgerFile:
        fresh = self.ledger.anew().read(*Part)
        standing = (JOURNAL_COLUMNS, *fresh.journal)
        ids = tuple(row[:1] for row in fresh.people)
        return LedgerFile(standing, fresh.journal, ids, fresh.outbox, {}, self.ledger.now())

    def rewrite(self, file: LedgerFile, rows: Sequence[Row]) -> Deed | None:
        return None

    def accept(self, file: LedgerFile, truth: EntryId, record: Record) -> Deed:
        return partial(self.ledger.append, Append(outbox=record(())))
