"""The port over PostgreSQL: a batch is one transaction that first advances the head row.

The row of `head` says how long each list is. An append adds to it and so holds its lock until the commit: rows
get their positions in the order in which transactions commit, without gaps, and every snapshot is a prefix.
Whoever reads takes the lengths first and then nothing beyond them, so that what it reads is of one moment.

The last row read (the anchor) is read again and must be the one that was there: an older copy of the database
that was put in place of this one is noticed. People may be deleted, so they have no anchor.

After a commit whose answer was lost the next look waits for the lock that the transaction holds until its end:
then its rows are there or never will be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Connection, RowMapping, Text, any_, bindparam, func, insert, select, update
from sqlalchemy import delete as delete_from

from zapis.core.entries import Row
from zapis.core.model import RegistrationId
from zapis.errors import AnswerLost, JournalDisturbed, SheetError
from zapis.ledger.port import Append, Fresh, Part
from zapis.ledger.snapshot import Snapshot
from zapis.ledger.sql import snapshots
from zapis.ledger.sql.database import Database
from zapis.ledger.sql.schema import CATALOGUE, CATALOGUE_COLUMNS, HEAD, LISTS

_LENGTHS = {part: HEAD.c[part.removeprefix("_")] for part in Part}
_ANCHORED = (Part.JOURNAL, Part.OUTBOX)
_WORD = select(CATALOGUE.c.item).where(CATALOGUE.c.position == 1).scalar_subquery().label("word")
_LOOK = select(*_LENGTHS.values(), HEAD.c.revision, _WORD, func.clock_timestamp().label("at"))


class SqlLedger:
    """One instance's view of the ledger in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = dict.fromkeys(Part, 0)
        self._anchors: dict[Part, Row] = {}
        self._in_doubt = False
        self._ahead = timedelta()
        """How far the server's clock is ahead of this machine's."""

    def anew(self) -> SqlLedger:
        return SqlLedger(self._database)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def read(self, *parts: Part) -> Fresh:
        return self._exchange(Append(), parts)

    def append(self, rows: Append, *parts: Part) -> Fresh:
        return self._exchange(rows, parts)

    def catalogue(self) -> tuple[Row, ...]:
        wanted = select(*(CATALOGUE.c[name] for name in CATALOGUE_COLUMNS)).order_by(CATALOGUE.c.position)
        return self._database.run(lambda connection: tuple(tuple(row) for row in connection.execute(wanted)))

    def note(self, word: str) -> None:
        self._database.run(lambda connection: connection.execute(_noted(word)))

    def forget(self, registrations: Collection[RegistrationId]) -> None:
        people = LISTS[Part.PEOPLE]
        gone = delete_from(people).where(people.c.id.in_(list(registrations)))
        self._database.run(lambda connection: connection.execute(gone))

    def people(self, registrations: Collection[RegistrationId]) -> tuple[Row, ...]:
        people = LISTS[Part.PEOPLE]
        # One array, not a parameter for each: an organiser looks through everybody.
        ids = bindparam("ids", list(registrations), ARRAY(Text))
        wanted = select(people).where(people.c.id == any_(ids)).order_by(people.c.position)
        return self._database.run(lambda connection: tuple(tuple(row[1:]) for row in connection.execute(wanted)))

    def remember(self, snapshot: Snapshot) -> None:
        journal, marks = self._read[Part.JOURNAL], snapshot.memory.marks
        if len(marks) != journal:
            return  # a row that no program wrote stands among them: it is read again each time
        packed, digest = snapshots.pack(snapshot), snapshots.digest(marks)
        outbox = self._read[Part.OUTBOX]
        self._database.run(lambda connection: snapshots.keep(connection, journal, outbox, digest, packed))

    def recall(self) -> Snapshot | None:
        self._read, self._anchors = dict.fromkeys(Part, 0), {}
        kept = self._database.run(snapshots.kept)
        if kept is None:
            return None
        self._read[Part.JOURNAL], self._read[Part.OUTBOX], packed = kept
        return snapshots.unpack(packed)

    def _exchange(self, rows: Append, parts: tuple[Part, ...]) -> Fresh:
        """Only what was committed is remembered."""
        try:
            head, tails = self._database.run(lambda connection: self._in_one_transaction(connection, rows, parts))
        except AnswerLost:
            self._in_doubt = True
            raise
        self._in_doubt = False
        for part, tail in tails.items():
            self._read[part] = head[_LENGTHS[part]]
            self._anchors |= {part: tail[-1]} if tail else {}
        return Fresh(
            tails.get(Part.JOURNAL, ()),
            tails.get(Part.PEOPLE, ()),
            tails.get(Part.OUTBOX, ()),
            catalogue_revision=head["revision"],
            word=head["word"] or "",
        )

    def _in_one_transaction(
        self, connection: Connection, rows: Append, parts: tuple[Part, ...]
    ) -> tuple[RowMapping, dict[Part, tuple[Row, ...]]]:
        added = {Part.JOURNAL: rows.journal, Part.PEOPLE: rows.people, Part.OUTBOX: rows.outbox}
        head = self._head(connection, added, rows.catalogue)
        for part, new in added.items():
            _insert(connection, LISTS[part], head[_LENGTHS[part]] - len(new), new)
        if rows.catalogue is not None:
            connection.execute(delete_from(CATALOGUE))
            _insert(connection, CATALOGUE, 0, rows.catalogue)
        if rows.word is not None:
            connection.execute(_noted(rows.word))
        return head, {part: self._tail(connection, part, head[_LENGTHS[part]]) for part in parts}

    def _head(
        self, connection: Connection, added: dict[Part, Sequence[Row]], catalogue: Sequence[Row] | None
    ) -> RowMapping:
        """How long the lists are, this call's rows counted, and by which clock; locked if there are any."""
        longer: dict[Any, Any] = {_LENGTHS[part]: _LENGTHS[part] + len(rows) for part, rows in added.items() if rows}
        if catalogue is not None:
            longer[HEAD.c.revision] = catalogue[0][1] if catalogue else ""
        only_look = _LOOK.with_for_update(read=True) if self._in_doubt else _LOOK
        look = update(HEAD).values(longer).returning(*_LOOK.selected_columns) if longer else only_look
        head = connection.execute(look).mappings().first()
        if head is None:
            raise SheetError("The database has no head row: it was not made by `zapis ledger upgrade`.")
        self._ahead = head["at"] - datetime.now(UTC)
        return head

    def _tail(self, connection: Connection, part: Part, length: int) -> tuple[Row, ...]:
        table, known = LISTS[part], self._read[part]
        if length < known:
            raise _replaced(part)
        anchored = part in _ANCHORED and known > 0
        within = table.c.position.between(known if anchored else known + 1, length)
        found = connection.execute(select(table).where(within).order_by(table.c.position)).all()
        rows = tuple(tuple(row[1:]) for row in found)
        if part in _ANCHORED and [row[0] for row in found] != list(range(known + (not anchored), length + 1)):
            raise JournalDisturbed(f"Rows of {part} were deleted by hand. {_STOPPED}")
        if anchored and rows[0] != self._anchors.get(part, rows[0]):
            raise _replaced(part)
        return rows[anchored:]


_STOPPED = "Nothing is confirmed until the database is restored."


def _replaced(part: Part) -> JournalDisturbed:
    return JournalDisturbed(f"{part} is not the list that it was: another copy of the database stands here. {_STOPPED}")


def _insert(connection: Connection, table: Any, after: int, rows: Iterable[Row]) -> None:
    """Add rows at the positions following `after`."""
    names = table.c.keys()
    values = [dict(zip(names, (position, *row), strict=True)) for position, row in enumerate(rows, after + 1)]
    if values:
        connection.execute(insert(table), values)


def _noted(word: str) -> Any:
    return update(CATALOGUE).where(CATALOGUE.c.position == 1).values(item=word)
