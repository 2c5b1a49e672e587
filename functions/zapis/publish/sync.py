"""sync: organisers' edits go in, what follows from the journal comes out.

One run: read the ledger's news and the catalogue file; decide what takes effect; in one ledger call write the
validated catalogue, an offer for each slot whose terms changed and the claim of the lease; then, holding the
lease, rewrite what people see, file by file, where it differs. A second run in between, or one that died,
does no harm: offers name the version they replace, hidden tabs are rewritten whole, and lines are appended
only under the lease. While the journal is not what it was (see `watch`) nothing is offered and nothing published.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from zapis.core.calls import PersonKeys
from zapis.core.catalogue import MOSCOW, Storage, to_rows, worded
from zapis.core.concerns import concerns
from zapis.core.entries import to_row
from zapis.core.handovers import undelivered
from zapis.core.model import SlotId
from zapis.core.notices import CLAIMED, SYNC_LEASE, outbox_row
from zapis.core.offers import Decision, Pending, decide
from zapis.core.organisers import Reading
from zapis.core.projections import Lines, View
from zapis.core.retention import Keeping
from zapis.errors import SheetError, SheetsUnavailable
from zapis.ledger.port import Append, Ledger
from zapis.publish import alarm, board, destruction
from zapis.publish.acts import Acts, Rules, acts
from zapis.publish.board import Board, GateLink, SeasonLinks
from zapis.publish.books import Books
from zapis.publish.rolls import SHARED, Look
from zapis.publish.rosters import Rosters, shared
from zapis.publish.signs import Signs
from zapis.sheets import Sheets

log = logging.getLogger("zapis.sync")
KEEPING = Keeping()


class Report(Struct):
    """What a run did."""

    offers: int = 0
    acts: int = 0
    """What organisers did in «Заявки», «Звонки» and with messages, in entries."""
    problems: int = 0
    written: list[str] = field(default_factory=list)
    """Spreadsheets that were written to."""
    appended: bool = False
    """Something was written into the ledger."""
    busy: bool = False
    """Another run holds the lease; this one left the sheets to it."""
    destroyed: int = 0
    """Of how many registrations names and contacts were destroyed."""
    disturbed: str = ""
    """What organisers read while the journal is not what it was; nothing else was done then."""
    owed: int = 0
    """Letters that have not been handed in yet."""
    oldest_seconds: float = 0.0
    """For how long the oldest of them has been owed."""


class Sync:
    """One instance of `sync`; keeps what it knows warm between runs."""

    def __init__(
        self,
        sheets: Sheets,
        ledger: Ledger,
        catalogue_file: str,
        *,
        settle: timedelta,
        writer: str,
        new_id: Callable[[], str],
        person_key: PersonKeys,
        names: bool = True,
        keeping: Keeping = KEEPING,
        gate_link: GateLink = lambda enterprise: "",
        links: SeasonLinks = lambda now: {},
        storage: Storage = "sheets",
    ) -> None:
        self._sheets = sheets
        self._file = catalogue_file
        self._settle = settle
        self._writer = writer
        self._rules = Rules(settle, writer, person_key, names)
        self._keeping = keeping
        self._gate_link = gate_link
        self._links = links
        self._storage = storage
        self._books = Books(ledger, names=names)
        self._signs = Signs(self._books)
        self._board = Board(sheets, catalogue_file, new_id)
        self._rosters = Rosters(sheets, catalogue_file)
        self._left: Lines | None = None
        """What this instance left of the roll in the catalogue's file."""
        self._pending: dict[SlotId, Pending] = {}
        self._leader = ""
        """Who held the lease when this instance last looked."""

    def run(self) -> Report:
        """Bring sheets and ledger together once. Raises SheetsUnavailable or SheetError if it could not begin."""
        report = Report()
        self._bring_together(report)
        vitals = self._signs.leave(report.problems, self._sheets.refused_at, wrote=report.appended)
        report.owed, report.oldest_seconds = vitals.owed, vitals.oldest_seconds
        return report

    def _bring_together(self, report: Report) -> None:
        books, reading = self._books, self._read()
        if reading is None:
            self._sound_the_alarm(report)
            return
        self._forget_if_another_wrote()
        now = books.ledger.now()
        decision = self._decide(reading, now)
        done = self._acts(reading, decision, now)
        report.problems = len(reading.problems)
        due = destruction.due(books, self._keeping, now)
        must_write = bool(due) or self._differs(reading, decision, done, now)
        if self._commit(decision, done, now, report, must_write=must_write):
            report.destroyed = destruction.destroy(books, due, now, self._writer)
            self._publish(reading, decision, done, now, report)
        elif not report.busy:
            report.written += self._board.beat(now)
        books.remember()

    def _read(self) -> Reading | None:
        """What organisers typed; None if the journal is not what this instance or the catalogue's file remembers."""
        reading = self._hear_and_read()
        if reading and self._books.watch.doubts(self._board.noted()):
            reading = self._hear_and_read()  # another run may have noted what landed in between
        return reading if reading and self._books.watch.confirm(self._board.noted()) else None

    def _hear_and_read(self) -> Reading | None:
        if not self._books.hear():
            return None
        today = self._books.ledger.now().astimezone(MOSCOW).date()
        return self._board.read(self._books.catalogue, today)

    def _sound_the_alarm(self, report: Report) -> None:
        report.disturbed = self._books.watch.alarm
        self._forget()
        try:
            if alarm.show(self._sheets, self._file, report.disturbed):
                report.written.append(self._file)
        except (SheetError, SheetsUnavailable) as error:
            log.warning("organisers could not be told: %s", error)

    def _forget_if_another_wrote(self) -> None:
        """Another instance held the lease since: what this one remembers of the sheets may be stale."""
        claim = self._books.outbox.claims.get(SYNC_LEASE)
        leader = claim.run if claim else ""
        if leader not in (self._leader, self._writer):
            self._forget()
            self._pending.clear()
        self._leader = leader

    def _forget(self) -> None:
        self._rosters.forget()

    def _decide(self, reading: Reading, now: datetime) -> Decision:
        decision = decide(
            reading.catalogue,
            self._books.catalogue,
            self._books.state,
            {**self._board.pending(), **self._pending},
            now=now,
            settle=self._settle,
            writer=self._writer,
        )
        self._pending = decision.pending
        said = concerns(reading, decision, self._troubles(), now)
        told = worded(self._books.catalogue.wordings, decision.catalogue.season, self._storage)
        decision.catalogue = replace(decision.catalogue, concerns=said, wordings=told)
        return decision

    def _troubles(self) -> dict[str, str]:
        """What keeps rosters from being written, or their letters from arriving, by enterprise, for organisers."""
        unwritten = {str(enterprise): trouble.sentence for enterprise, trouble in self._rosters.troubles.items()}
        return {**undelivered(self._books.catalogue, self._books.outbox), **unwritten}

    def _acts(self, reading: Reading, decision: Decision, now: datetime) -> Acts:
        """What organisers and enterprises did; the rosters whose turn it is are opened for that."""
        catalogue, view, file = decision.catalogue, self._books.view(), self._board.file
        self._shared = Look(SHARED, file, shared(catalogue, self._file), self._left)
        view = replace(view, catalogue=catalogue)
        ticked = self._rosters.look(view, now) | self._shared.ticks()
        return acts(file, self._books, reading.catalogue, ticked, now, self._rules)

    def _differs(self, reading: Reading, decision: Decision, done: Acts, now: datetime) -> bool:
        view = replace(self._books.view(), catalogue=decision.catalogue)
        return (
            bool(done.entries or done.requests(self._board.file, view.state) or self._shared.requests(view, now))
            or self._board.differs(reading, self._wanted(view, reading, decision, done, now))
            or self._rosters.differs(view, now)
        )

    def _wanted(self, view: View, reading: Reading, decision: Decision, done: Acts, now: datetime) -> board.Wanted:
        answers = done.lines(view.state, view.catalogue, view.outbox, now)
        said = board.Said(self._troubles(), self._books.watch.note, now, self._links(now))
        return board.wanted(view, reading, decision, said, self._gate_link, answers)

    def _commit(self, decision: Decision, done: Acts, now: datetime, report: Report, *, must_write: bool) -> bool:
        """One ledger call, if there is anything to say: catalogue, offers, acts, and the claim of the lease.

        Whether this run now holds the lease.
        """
        books, rows = self._books, to_rows(decision.catalogue)
        changed = rows[0][1] != books.revision
        if not (changed or decision.offers or must_write):
            self._record(now, report)
            return False
        word = self._signs.word(report.problems, self._sheets.refused_at)
        books.append(
            Append(
                journal=[to_row(entry) for entry in (*decision.offers, *done.entries)],
                people=done.people,
                outbox=[
                    outbox_row(now, CLAIMED, self._writer, [SYNC_LEASE]),
                    *books.watch.to_record(now, self._writer),
                ],
                catalogue=rows if changed else None,
                word=word.to_text(),
            )
        )
        report.appended = True
        books.catalogue_is(decision.catalogue, rows[0][1], word)
        report.offers = len(decision.offers)
        report.acts = len(done.entries)
        report.busy = not books.outbox.holds(self._writer, SYNC_LEASE)
        return not report.busy

    def _record(self, now: datetime, report: Report) -> None:
        watch = self._books.watch
        if watch.must_record(now):
            self._books.append(Append(outbox=watch.to_record(now, self._writer)))
            report.appended = True

    def _publish(self, reading: Reading, decision: Decision, done: Acts, now: datetime, report: Report) -> None:
        """Rewrite what people see where it differs, file by file."""
        view = self._books.view()
        report.written += self._rosters.publish(view, now)
        more = [*done.requests(self._board.file, view.state), *self._shared.requests(view, now)]
        self._left = None
        report.written += self._board.publish(reading, self._wanted(view, reading, decision, done, now), more)
        self._left = SHARED.shows(view, self._shared.enterprises, self._shared.listed, now)[0]
