"""The organisers' spreadsheet: what they typed in it, and what is shown to them beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from zapis.core import projections
from zapis.core.audit import Note
from zapis.core.catalogue import Catalogue, EnterpriseId
from zapis.core.entries import parse_moment
from zapis.core.model import SlotId
from zapis.core.offers import Decision, Pending
from zapis.core.organisers import Problem, Reading, read
from zapis.core.projections import FINE, Lines, View
from zapis.publish.alarm import NOTE_ROW, noted
from zapis.publish.files import File, read_file
from zapis.publish.hidden import Shown, append_new, lines_of, listed, rewrite, same, write_id
from zapis.schema import tab
from zapis.sheets import Json, Sheets

TYPED = tuple(tab("catalogue", key) for key in ("season", "enterprises", "tours", "texts", "slots"))
SLOTS = TYPED[-1]
REGISTRATIONS = tab("catalogue", "registrations")
SEATS, CHECKS, LINES, NUMBERS = HIDDEN = tuple(tab("catalogue", key) for key in ("seats", "checks", "lines", "numbers"))
"""The tabs that are rewritten whole."""

GateLink = Callable[[EnterpriseId], str]
"""The address that an enterprise's guards open."""
Wanted = dict[str, Lines]
"""What each of them, by key, is to say."""


class Board:
    """The catalogue file, as far as this instance knows it."""

    def __init__(self, sheets: Sheets, spreadsheet: str, new_id: Callable[[], str]) -> None:
        self._sheets = sheets
        self._spreadsheet = spreadsheet
        self._new_id = new_id
        self._shown: Shown | None = None
        self._file: File | None = None

    def forget(self) -> None:
        """Another instance wrote: what is known of the file may be stale."""
        self._shown = None

    def read(self, last: Catalogue, today: date) -> Reading:
        """What organisers typed, in one read. Raises SheetError, SheetsUnavailable."""
        self._file = read_file(
            self._sheets, self._spreadsheet, (*TYPED, SEATS, CHECKS), (REGISTRATIONS, LINES, NUMBERS)
        )
        return read({typed.key: self._file.table(typed) for typed in TYPED}, last, today)

    def pending(self) -> dict[SlotId, Pending]:
        """The edits that waited when the file was last written."""
        assert self._file is not None, "read first"
        edits = {
            SlotId(slot): (str(edit), str(since)) for slot, (*_, edit, since) in lines_of(self._file, SEATS).items()
        }
        return {slot: Pending(edit, parse_moment(since)) for slot, (edit, since) in edits.items() if edit and since}

    def noted(self) -> Note | None:
        """What the file remembers of the journal."""
        assert self._file is not None, "read first"
        return noted(self._file)

    def differs(self, reading: Reading, wanted: Wanted) -> bool:
        """Whether the file is to be written; the note of the journal alone is not worth it."""
        if self._shown is None or reading.needs_id:
            return True
        return _without_note(self._shown.lines) != _without_note(wanted)

    def publish(self, reading: Reading, wanted: Wanted) -> list[str]:
        """Write ids that are missing and whatever differs; the spreadsheets that were written to."""
        assert self._file is not None, "read first"
        shown, self._shown = self._shown or self._look(), None
        requests = [*self._ids(self._file, reading), *self._rewritten(self._file, shown, wanted)]
        requests += append_new(self._file, REGISTRATIONS, wanted[LINES.key], shown.listed)
        if requests:
            self._sheets.batch_update(self._spreadsheet, requests)
        self._shown = Shown(wanted, shown.listed | set(wanted[LINES.key]))
        return [self._spreadsheet] if requests else []

    def _look(self) -> Shown:
        """What stands there now; one read, at the first publishing and after another instance's."""
        file = read_file(self._sheets, self._spreadsheet, (REGISTRATIONS, *HIDDEN))
        return Shown({key.key: lines_of(file, key) for key in HIDDEN}, listed(file, REGISTRATIONS))

    def _ids(self, file: File, reading: Reading) -> list[Json]:
        keys = {typed.title: typed for typed in TYPED}
        return [
            write_id(file.ids[typed.key], need.row, file.column(typed, "id"), self._new_id())
            for need in reading.needs_id
            for typed in [keys[need.tab]]
        ]

    def _rewritten(self, file: File, shown: Shown, wanted: Wanted) -> list[Json]:
        differing = [key for key in HIDDEN if not same(wanted[key.key], shown.lines[key.key])]
        return [request for key in differing for request in rewrite(file.ids[key.key], wanted[key.key])]


def wanted(
    view: View, reading: Reading, decision: Decision, troubles: Mapping[str, str], note: Note, gate_link: GateLink
) -> Wanted:
    """What the hidden tabs are to say. `troubles`: what to say beside enterprises; `note`: of the journal."""
    return {
        SEATS.key: projections.seats(view, _remarks(reading, decision), decision.pending),
        CHECKS.key: _checks(reading, troubles, gate_link) | {NOTE_ROW: (str(note), "")},
        LINES.key: projections.registrations(view),
        NUMBERS.key: projections.summary(view),
    }


def _without_note(wanted: Wanted) -> Wanted:
    return {key: {row: cells for row, cells in lines.items() if row != NOTE_ROW} for key, lines in wanted.items()}


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
