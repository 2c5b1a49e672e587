"""The organisers' spreadsheet: what they typed in it, and what is shown to them beside it.

One read and one write a run at most. What stands there is compared with what is to stand there as it was read in
this run; only the tab with a line for every registration is known by a stamp instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from zapis.core import projections
from zapis.core.audit import Note
from zapis.core.catalogue import Catalogue, EnterpriseId
from zapis.core.entries import parse_moment
from zapis.core.model import SlotId
from zapis.core.offers import FINE, Decision, Pending
from zapis.core.organisers import Problem, Reading, read
from zapis.core.projections import Lines, View
from zapis.publish import pulse
from zapis.publish.alarm import NOTE_ROW, noted
from zapis.publish.files import MASK, File, Span, Strip, brought_back, read_file
from zapis.publish.hidden import HIDDEN_ROWS, append_new, lines_of, listed, renew, rewrite, same, uncovered, write_id
from zapis.publish.identities import Given, Identities
from zapis.publish.places import quoted
from zapis.publish.rolls import SHARED
from zapis.schema import tab
from zapis.sheets import Json, Sheets

TYPED = tuple(tab("catalogue", key) for key in ("season", "enterprises", "tours", "texts", "slots"))
SLOTS = TYPED[-1]
REGISTRATIONS, CALLS = tab("catalogue", "registrations"), tab("catalogue", "calls")
SEATS, CHECKS, NUMBERS, VISITS, ERRANDS, ANSWERS = HIDDEN = tuple(
    tab("catalogue", key) for key in ("seats", "checks", "numbers", "visits", "errands", "answers")
)
"""The tabs that are read and rewritten whole."""
LINES = tab("catalogue", "lines")
"""A line for every registration: known by its stamp."""
STRIPS = (
    Strip(REGISTRATIONS, ("action", "to", "who", "id")),
    Strip(LINES, ("id", "code"), HIDDEN_ROWS),
    *SHARED.strips,
)

GateLink = Callable[[EnterpriseId], str]
"""The address that an enterprise's guards open."""
SeasonLinks = Callable[[datetime], Mapping[str, str]]
"""Addresses for organisers at a moment, by the row of «Сезон» that shows them."""
Wanted = dict[str, Lines]
"""What each of them, by key, is to say."""


class Board:
    """The catalogue file, as far as this instance knows it."""

    def __init__(self, sheets: Sheets, spreadsheet: str, new_id: Callable[[], str]) -> None:
        self._sheets = sheets
        self._spreadsheet = spreadsheet
        self._new_id = new_id
        self._file: File | None = None
        self._spans: Mapping[str, Span] = {}
        self._identities = Identities()
        self._left: Lines | None = None
        """The lines of registrations as this instance left them."""

    def read(self, last: Catalogue, today: date) -> Reading:
        """What organisers typed, in one read. Raises SheetError, SheetsUnavailable."""
        covered = [REGISTRATIONS] if self._file and REGISTRATIONS.key in self._file.covered else []
        whole, strips = (*TYPED, CALLS, *HIDDEN, *covered), [strip for strip in STRIPS if strip.tab not in covered]
        file = read_file(self._sheets, self._spreadsheet, whole, strips=strips, spans=self._spans)
        self._spans = {**self._spans, **file.spans}
        self._file = file = self._identities.restored(file, TYPED)
        return read({typed.key: file.table(typed) for typed in TYPED}, last, today)

    @property
    def file(self) -> File:
        """What was read in this run."""
        assert self._file is not None, "read first"
        return self._file

    def pending(self) -> dict[SlotId, Pending]:
        """The edits that waited when the file was last written."""
        edits = {slot: (str(edit), str(since)) for slot, (*_, edit, since) in lines_of(self.file, SEATS).items()}
        waiting = ((SlotId(slot), edit, since) for slot, (edit, since) in edits.items() if edit and since)
        return {slot: Pending(edit, parse_moment(since)) for slot, edit, since in waiting}

    def noted(self) -> Note | None:
        """What the file remembers of the journal."""
        return noted(self.file)

    def differs(self, reading: Reading, wanted: Wanted) -> bool:
        """Whether the file is to be written; the note of the journal and the time alone are not worth it."""
        if reading.needs_id or self._identities.to_give or self._uncovered():
            return True
        return bool(self._rewritten(_with_standing_notes(self.file, wanted)))

    def beat(self, now: datetime) -> list[str]:
        """Where nothing else is written: say now and then that the file was read. Nobody's lease is needed for it."""
        standing = lines_of(self.file, CHECKS)
        if pulse.is_fresh(standing.get(pulse.ROW), now):
            return []
        lines = standing | {pulse.ROW: pulse.line(now)}
        self._sheets.batch_update(self._spreadsheet, rewrite(self.file.ids[CHECKS.key], lines))
        return [self._spreadsheet]

    def publish(self, reading: Reading, wanted: Wanted, more: Sequence[Json] = ()) -> list[str]:
        """Write ids that are missing, whatever differs, and `more`; the spreadsheets that were written to."""
        ids = self._ids(reading)
        requests = [*map(self._write_id, ids), *self._uncovered(), *self._rewritten(wanted), *more]
        self._left = None
        if requests:
            self._write(requests, ids)
        self._left = wanted[LINES.key]
        return [self._spreadsheet] if requests else []

    def _write(self, requests: Sequence[Json], ids: Sequence[Given]) -> None:
        tabs = list({given.tab.key: given.tab for given in ids}.values())
        if not tabs:
            self._sheets.batch_update(self._spreadsheet, requests)
            return
        ranges, mask = [quoted(tab.title) for tab in tabs], f"updatedSpreadsheet.{MASK}"
        answer = self._sheets.batch_update(self._spreadsheet, requests, read_back=ranges, mask=mask)
        self._identities.check(self.file, brought_back(self.file, tabs, answer["updatedSpreadsheet"]), ids)

    def _ids(self, reading: Reading) -> list[Given]:
        by_title = {typed.title: typed for typed in TYPED}
        new = [Given(by_title[need.tab], need.row, self._new_id()) for need in reading.needs_id]
        return self._identities.to_give + new

    def _write_id(self, given: Given) -> Json:
        file = self.file
        return write_id(file.ids[given.tab.key], given.row, file.column(given.tab, "id"), given.id)

    def _uncovered(self) -> list[Json]:
        """Nothing typed among registrations is wiped out before all of it was read: see `strays`."""
        tabs = (*TYPED, CALLS, REGISTRATIONS)
        return uncovered(self.file, [tab for tab in tabs if self.file.is_whole(tab)])

    def _rewritten(self, wanted: Wanted) -> list[Json]:
        file = self.file
        differing = [key for key in HIDDEN if not same(wanted[key.key], lines_of(file, key))]
        requests = [request for key in differing for request in rewrite(file.ids[key.key], wanted[key.key])]
        requests += renew(file, LINES, wanted[LINES.key], self._left)
        if REGISTRATIONS.key in file.moved or not file.has(REGISTRATIONS, "id"):
            return requests
        return requests + append_new(file, REGISTRATIONS, wanted[LINES.key], listed(file, REGISTRATIONS))


class Said(Struct, frozen=True):
    """What is said in the file besides what follows from its rows."""

    troubles: Mapping[str, str]
    """Beside enterprises, by id."""
    note: Note
    """Of the journal."""
    now: datetime
    links: Mapping[str, str]
    """Beside rows of «Сезон», by id."""


def wanted(
    view: View, reading: Reading, decision: Decision, said: Said, gate_link: GateLink, answers: Wanted
) -> Wanted:
    """What the hidden tabs are to say. `answers`: to acts."""
    checks = _checks(reading, said.troubles, gate_link) | {row: (link, "") for row, link in said.links.items()}
    return answers | {
        SEATS.key: projections.seats(view, _remarks(reading, decision), decision.pending),
        CHECKS.key: checks | {pulse.ROW: pulse.line(said.now), NOTE_ROW: (str(said.note), "")},
        LINES.key: projections.registrations(view),
        NUMBERS.key: projections.summary(view),
    }


def _with_standing_notes(file: File, wanted: Wanted) -> Wanted:
    """What is wanted, but the note of the journal and the time of the last run as they stand: not worth a write."""
    standing = lines_of(file, CHECKS)
    lines = wanted[CHECKS.key] | {row: standing[row] for row in (pulse.ROW, NOTE_ROW) if row in standing}
    return wanted | {CHECKS.key: lines}


def _remarks(reading: Reading, decision: Decision) -> dict[str, str]:
    """What to say beside rows of the timetable."""
    remarks = {str(slot): remark for slot, remark in decision.remarks.items()}
    for problem in reading.problems:
        if problem.tab == SLOTS.title and _has_row(reading, problem):
            remarks[problem.row] = _joined(remarks.get(problem.row), str(problem))
    return remarks


def _checks(reading: Reading, troubles: Mapping[str, str], gate_link: GateLink) -> Lines:
    """What to say beside the other rows; what has no row of its own is said in the season's first one."""
    said: dict[str, str] = {}
    for problem in reading.problems:
        has_row = _has_row(reading, problem)
        if has_row and problem.tab == SLOTS.title:
            continue
        row = problem.row if has_row else "title"
        said[row] = _joined(said.get(row), str(problem))
    for enterprise, sentence in troubles.items():
        said[enterprise] = _joined(said.get(enterprise), sentence)
    ids = [row.text("id") for typed in TYPED[:-1] for row in reading.tables[typed.key].rows if row.text("id")]
    links = {str(enterprise): gate_link(enterprise) for enterprise in reading.catalogue.enterprises}
    return {row_id: (said.get(row_id, FINE), links.get(row_id, "")) for row_id in ids}


def _has_row(reading: Reading, problem: Problem) -> bool:
    key = next(typed.key for typed in TYPED if typed.title == problem.tab)
    return bool(problem.row) and any(row.text("id") == problem.row for row in reading.tables[key].rows)


def _joined(before: str | None, more: str) -> str:
    return f"{before}; {more}" if before else more
