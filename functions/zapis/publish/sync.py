"""sync: organisers' edits go in, what follows from the journal comes out.

One run: read the ledger's news and the catalogue file; decide what takes effect; in one ledger call write the
validated catalogue, an offer for each slot whose terms changed and the claim of the lease; then, holding the
lease, rewrite what people see, file by file, where it differs. A second run in between, or one that died,
does no harm: offers name the version they replace, hidden tabs are rewritten whole, and lines are appended
only under the lease. While the journal is not what it was (see `watch`) nothing is offered and nothing published.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from zapis.core import projections
from zapis.core.catalogue import MOSCOW, Catalogue, Enterprise, from_rows, to_rows
from zapis.core.entries import Entry, parse_moment, to_row
from zapis.core.fold import State, evolve
from zapis.core.marks import Found, found
from zapis.core.model import RegistrationId, SlotId
from zapis.core.notices import CLAIMED, SYNC_LEASE, Outbox, outbox_row
from zapis.core.offers import Decision, Pending, decide
from zapis.core.organisers import Problem, Reading, read
from zapis.core.people import Person, add_rows
from zapis.core.projections import FINE, Lines, View
from zapis.errors import JournalDisturbed, SheetError, SheetsUnavailable
from zapis.ledger.port import Append, Fresh, Ledger, Part
from zapis.publish import alarm, hidden
from zapis.publish.files import File, read_file
from zapis.publish.watch import Watch
from zapis.schema import Tab, tab
from zapis.sheets import Json, Sheets

log = logging.getLogger("zapis.sync")

TYPED = tuple(tab("catalogue", key) for key in ("season", "enterprises", "tours", "slots"))
SEASON, ENTERPRISES, TOURS, SLOTS = TYPED
REGISTRATIONS, SEATS, CHECKS, LINES = (tab("catalogue", key) for key in ("registrations", "seats", "checks", "lines"))
VISITORS, VISITOR_LINES = tab("roster", "visitors"), tab("roster", "lines")
EVERYTHING = (Part.JOURNAL, Part.PEOPLE, Part.OUTBOX)
ROSTERS_A_RUN = 12
"""Each costs a read and a write of the quota; the others follow in the next run."""
TROUBLE_AGAIN = timedelta(minutes=5)


@dataclass(slots=True)
class Report:
    """What a run did."""

    offers: int = 0
    problems: int = 0
    written: list[str] = field(default_factory=list)
    """Spreadsheets that were written to."""
    busy: bool = False
    """Another run holds the lease; this one left the sheets to it."""
    disturbed: str = ""
    """What organisers read while the journal is not what it was; nothing else was done then."""


@dataclass(slots=True)
class _Known:
    """What the ledger says, kept warm between runs."""

    state: State = field(default_factory=State)
    people: dict[RegistrationId, Person] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)
    revision: str = ""
    catalogue: Catalogue = field(default_factory=Catalogue)

    def absorb(self, fresh: Fresh, journal: Iterable[Found]) -> None:
        entries = (row.entry for row in journal)
        for entry in entries:
            if isinstance(entry, Entry):
                evolve(self.state, entry)
        add_rows(self.people, fresh.people)
        for row in fresh.outbox:
            self.outbox.apply(row)


@dataclass(slots=True)
class _Shown:
    """What this instance last wrote to one spreadsheet, so that an unchanged one costs no call."""

    lines: dict[str, Lines] = field(default_factory=dict)
    """The hidden tab's key -> its lines."""
    listed: set[str] = field(default_factory=set)
    """Ids that have a line in the visible tab."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """A spreadsheet that could not be opened: what to tell the organisers, and when to try again."""

    sentence: str
    again_at: datetime


class Sync:
    """One instance of `sync`; keeps the ledger's state warm between runs."""

    def __init__(
        self,
        sheets: Sheets,
        ledger: Ledger,
        catalogue_file: str,
        *,
        settle: timedelta,
        writer: str,
        new_id: Callable[[], str],
    ) -> None:
        self._sheets = sheets
        self._ledger = ledger
        self._file = catalogue_file
        self._settle = settle
        self._writer = writer
        self._new_id = new_id
        self._known = _Known()
        self._watch = Watch()
        self._shown: dict[str, _Shown] = {}
        self._pending: dict[SlotId, Pending] = {}
        self._troubles: dict[str, _Trouble] = {}
        """Rosters (by enterprise) that could not be opened."""
        self._leader = ""
        """Who held the lease when this instance last looked."""

    def run(self) -> Report:
        """Bring sheets and ledger together once. Raises SheetsUnavailable or SheetError if it could not begin."""
        report = Report()
        if not self._hear():
            self._sound_the_alarm(report)
            return report
        file = read_file(self._sheets, self._file, (*TYPED, SEATS))
        self._remember_pending(file)
        now = self._ledger.now()
        tables = {typed.key: file.table(typed) for typed in TYPED}
        reading = read(tables, self._known.catalogue, now.astimezone(MOSCOW).date())
        decision = self._decide(reading, now)
        wanted = self._wanted(reading, decision)
        report.problems = len(reading.problems)
        if self._commit(decision, now, report, must_write=self._differs(reading, wanted)):
            self._publish(file, reading, decision, report)
        return report

    def _hear(self) -> bool:
        """Take in what the ledger says; False if the journal is not what it was."""
        now = self._ledger.now()
        fresh = None if self._watch.must_look(now) else self._news()
        if fresh is None or self._watch.must_look(now):
            fresh = self._look()
        if fresh is None:
            return False
        if fresh.catalogue_revision != self._known.revision:
            self._known.catalogue = from_rows(self._ledger.catalogue())
            self._known.revision = fresh.catalogue_revision
        self._forget_if_another_wrote()
        return True

    def _news(self) -> Fresh | None:
        try:
            return self._take_in(self._ledger.read(*EVERYTHING))
        except JournalDisturbed as error:
            log.warning("%s", error)
            return None

    def _look(self) -> Fresh | None:
        """Begin anew from the whole ledger, if the journal is what it was."""
        ledger = self._ledger.anew()
        looked = self._watch.look(ledger, *EVERYTHING)
        if looked is None:
            return None
        self._ledger = ledger
        self._known = _Known(catalogue=self._known.catalogue, revision=self._known.revision)
        self._known.absorb(*looked)
        return looked[0]

    def _take_in(self, fresh: Fresh) -> Fresh:
        journal = found(fresh.journal)
        self._known.absorb(fresh, journal)
        self._watch.hear(journal, fresh)
        return fresh

    def _sound_the_alarm(self, report: Report) -> None:
        report.disturbed = self._watch.alarm
        self._shown.clear()
        try:
            if alarm.show(self._sheets, self._file, self._watch.alarm):
                report.written.append(self._file)
        except (SheetError, SheetsUnavailable) as error:
            log.warning("organisers could not be told: %s", error)

    def _forget_if_another_wrote(self) -> None:
        """Another instance held the lease since: what this one remembers of the sheets may be stale."""
        claim = self._known.outbox.claims.get(SYNC_LEASE)
        leader = claim.run if claim else ""
        if leader not in (self._leader, self._writer):
            self._shown.clear()
            self._pending.clear()
        self._leader = leader

    def _remember_pending(self, file: File) -> None:
        for slot_id, cells in hidden.read_lines(SEATS, file.texts(SEATS)):
            edit, since = cells.get("pending", ""), cells.get("since", "")
            if edit and since:
                self._pending.setdefault(SlotId(slot_id), Pending(edit, parse_moment(since)))

    def _decide(self, reading: Reading, now: datetime) -> Decision:
        known = self._known
        decision = decide(
            reading.catalogue,
            known.catalogue,
            known.state,
            self._pending,
            now=now,
            settle=self._settle,
            writer=self._writer,
        )
        self._pending = decision.pending
        return decision

    def _commit(self, decision: Decision, now: datetime, report: Report, *, must_write: bool) -> bool:
        """One ledger call, if there is anything to say: catalogue, offers, and the claim of the lease.

        Whether this run now holds the lease.
        """
        rows = to_rows(decision.catalogue)
        changed = rows[0][1] != self._known.revision
        if not (changed or decision.offers or must_write):
            self._record(now)
            return False
        fresh = self._ledger.append(
            Append(
                journal=[to_row(offer) for offer in decision.offers],
                outbox=[
                    outbox_row(now, CLAIMED, self._writer, [SYNC_LEASE]),
                    *self._watch.to_record(now, self._writer),
                ],
                catalogue=rows if changed else None,
            ),
            *EVERYTHING,
        )
        self._take_in(fresh)
        self._known.catalogue, self._known.revision = decision.catalogue, rows[0][1]
        report.offers = len(decision.offers)
        report.busy = not self._known.outbox.holds(self._writer, SYNC_LEASE)
        return not report.busy

    def _record(self, now: datetime) -> None:
        if self._watch.must_record(now):
            rows = self._watch.to_record(now, self._writer)
            self._take_in(self._ledger.append(Append(outbox=rows), *EVERYTHING))

    def _view(self) -> View:
        known = self._known
        return View.of(known.state, known.catalogue, known.people, known.outbox)

    def _wanted(self, reading: Reading, decision: Decision) -> dict[str, Lines]:
        """What each hidden tab of the catalogue file is to say."""
        view = replace(self._view(), catalogue=decision.catalogue)
        return {
            SEATS.key: projections.seats(view, self._remarks(reading, decision), decision.pending),
            CHECKS.key: self._checks(reading),
            LINES.key: projections.registrations(view),
        }

    def _remarks(self, reading: Reading, decision: Decision) -> dict[str, str]:
        """What to say beside rows of the timetable."""
        remarks = {str(slot): remark for slot, remark in decision.remarks.items()}
        for problem in reading.problems:
            if problem.tab == SLOTS.title and _has_row(reading, problem):
                remarks[problem.row] = _joined(remarks.get(problem.row), str(problem))
        return remarks

    def _checks(self, reading: Reading) -> Lines:
        """What to say beside the other rows; what has no row of its own is said in the season's first one."""
        said: dict[str, str] = {}
        for problem in reading.problems:
            has_row = _has_row(reading, problem)
            if has_row and problem.tab == SLOTS.title:
                continue
            row = problem.row if has_row else "title"
            said[row] = _joined(said.get(row), str(problem))
        for enterprise, trouble in self._troubles.items():
            said[enterprise] = _joined(said.get(enterprise), trouble.sentence)
        ids = [row.text("id") for typed in TYPED[:3] for row in reading.tables[typed.key].rows if row.text("id")]
        return {row_id: (said.get(row_id, FINE),) for row_id in ids}

    def _differs(self, reading: Reading, wanted: dict[str, Lines]) -> bool:
        shown = self._shown.get(self._file)
        if shown is None or reading.needs_id:
            return True
        return shown.lines != wanted or any(self._roster_differs(e) for e in self._with_rosters())

    def _publish(self, file: File, reading: Reading, decision: Decision, report: Report) -> None:
        """Rewrite what people see where it differs, file by file."""
        differing = [enterprise for enterprise in self._with_rosters() if self._roster_differs(enterprise)]
        for enterprise in differing[:ROSTERS_A_RUN]:
            self._publish_roster(enterprise, report)
        self._publish_catalogue(file, reading, decision, report)

    def _publish_catalogue(self, file: File, reading: Reading, decision: Decision, report: Report) -> None:
        wanted = self._wanted(reading, decision)
        shown = self._shown.get(self._file)
        requests = [
            hidden.write_id(file.ids[key], need.row, file.column(tab("catalogue", key), "id"), self._new_id())
            for need in reading.needs_id
            for key in [_key_of(need.tab)]
        ]
        if shown is None or shown.lines != wanted:
            whole = read_file(self._sheets, self._file, (REGISTRATIONS, SEATS, CHECKS, LINES))
            shown = _Shown(listed=_listed(whole, REGISTRATIONS))
            requests += [r for key in (SEATS, CHECKS, LINES) for r in _rewritten(whole, key, wanted[key.key])]
            requests += _appended(whole, REGISTRATIONS, wanted[LINES.key], shown.listed)
            shown.lines = wanted
        if requests:
            self._sheets.batch_update(self._file, requests)
            report.written.append(self._file)
        self._shown[self._file] = shown

    def _with_rosters(self) -> list[Enterprise]:
        return [e for e in self._known.catalogue.enterprises.values() if e.roster]

    def _roster_differs(self, enterprise: Enterprise) -> bool:
        shown = self._shown.get(enterprise.roster)
        lines = projections.visitors(self._view(), enterprise.id, shown.listed if shown else set())
        if shown is None:
            trouble = self._troubles.get(enterprise.id)
            return bool(lines) and (trouble is None or self._ledger.now() >= trouble.again_at)
        return shown.lines[VISITOR_LINES.key] != lines

    def _publish_roster(self, enterprise: Enterprise, report: Report) -> None:
        """One enterprise's file; a fault of one file leaves the others alone."""
        try:
            file = read_file(self._sheets, enterprise.roster, (VISITORS, VISITOR_LINES))
            shown = _Shown(listed=_listed(file, VISITORS))
            lines = projections.visitors(self._view(), enterprise.id, shown.listed)
            requests = _rewritten(file, VISITOR_LINES, lines) + _appended(file, VISITORS, lines, shown.listed)
            if requests:
                self._sheets.batch_update(enterprise.roster, requests)
                report.written.append(enterprise.roster)
        except SheetError as error:
            log.warning("roster of enterprise %s: %s", enterprise.id, error)
            sentence = (
                f"Файл списка недоступен: откройте доступ редактора для {self._sheets.account} "
                "и разложите вкладки командой zapis sheet init"
            )
            self._troubles[enterprise.id] = _Trouble(sentence, self._ledger.now() + TROUBLE_AGAIN)
            return
        except SheetsUnavailable as error:
            log.warning("roster of enterprise %s: %s", enterprise.id, error)
            return
        self._troubles.pop(enterprise.id, None)
        shown.lines = {VISITOR_LINES.key: lines}
        self._shown[enterprise.roster] = shown


def _has_row(reading: Reading, problem: Problem) -> bool:
    rows = reading.tables[_key_of(problem.tab)].rows
    return any(row.text("id") == problem.row for row in rows) if problem.row else False


def _key_of(title: str) -> str:
    return next(typed.key for typed in TYPED if typed.title == title)


def _joined(before: str | None, more: str) -> str:
    return f"{before}; {more}" if before else more


def _listed(file: File, visible: Tab) -> set[str]:
    column = file.column(visible, "id")
    return {row[column].text for row in file.grids[visible.key][1:] if column < len(row) and row[column].text}


def _rewritten(file: File, key: Tab, lines: Lines) -> list[Json]:
    found = dict(hidden.read_lines(key, file.texts(key)))
    return [] if hidden.same(lines, found, key) else hidden.rewrite(file.ids[key.key], lines)


def _appended(file: File, visible: Tab, lines: Lines, listed: set[str]) -> list[Json]:
    """The request that adds a line for each id that has none; `listed` then has them all."""
    new = [line_id for line_id in lines if line_id not in listed]
    listed.update(new)
    ticks = [file.column(visible, column.key) for column in visible.columns if column.type == "checkbox"]
    where = file.column(visible, "id")
    return [hidden.append_ids(file.ids[visible.key], where, new, ticks)] if new else []
