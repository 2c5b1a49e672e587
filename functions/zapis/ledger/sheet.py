"""The ledger in a spreadsheet: appendCells and read-back in one batchUpdate.

Rests on assumption A1: every snapshot that Sheets returns is a prefix of the list, and a row that landed
stays. So the row before the tail (the anchor) is read again in every call and must be the one that was there;
if it is not, somebody edited the list and JournalDisturbed is raised. A row number is a cursor, never an
identity. Never values.append: it looks for "the table" and loses rows when two calls race.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from zapis.core.entries import JOURNAL_COLUMNS, Row
from zapis.core.model import RegistrationId
from zapis.core.notices import OUTBOX_COLUMNS
from zapis.core.people import PEOPLE_COLUMNS, forgotten
from zapis.errors import CallRefused, JournalDisturbed, SheetError, SheetsUnavailable
from zapis.ledger.port import READ_FIRST, Append, Fresh, Part
from zapis.sheets import Json, Sheets, append_rows, text_row, texts

if TYPE_CHECKING:
    from zapis.ledger.snapshot import Snapshot

CATALOGUE = "_catalogue"
COLUMNS = {Part.JOURNAL: JOURNAL_COLUMNS, Part.PEOPLE: PEOPLE_COLUMNS, Part.OUTBOX: OUTBOX_COLUMNS}
WIDTHS = {part: len(columns) for part, columns in COLUMNS.items()}
TITLES = (*Part, CATALOGUE)
LARGEST_SKEW = timedelta(seconds=30)
GRID = "sheets(properties(sheetId,title),data(startRow,rowData.values.formattedValue))"


class SheetLedger:
    """One instance's view of the ledger spreadsheet."""

    def __init__(self, sheets: Sheets, spreadsheet: str) -> None:
        self._sheets = sheets
        self._spreadsheet = spreadsheet
        self._ids: dict[str, int] = {}
        self._anchors: dict[Part, tuple[int, Row]] = {part: (1, columns) for part, columns in COLUMNS.items()}
        """For each list the number of the last row read (from 1, the header) and what stood in it."""
        self._catalogue: tuple[Row, ...] | None = None
        """What the very first answer brought of the catalogue, until it is asked for or outdated."""
        self._ahead: Json | None = None
        """The answer to READ_FIRST, until it is read."""

    def anew(self) -> SheetLedger:
        return SheetLedger(self._sheets, self._spreadsheet)

    def now(self) -> datetime:
        return self._sheets.now()

    def ask_ahead(self) -> None:
        """Have the first answer at hand before it is read; a fault is told to whoever reads."""
        with suppress(Exception):
            self._ahead = self._asked(READ_FIRST)

    def read(self, *parts: Part) -> Fresh:
        ahead, self._ahead = self._ahead, None
        return self._fresh(ahead if ahead and parts == READ_FIRST else self._asked(parts), parts)

    def _asked(self, parts: tuple[Part, ...]) -> Json:
        try:
            return self._sheets.get(self._spreadsheet, self._ranges(parts), GRID)
        except CallRefused as error:
            raise self._explain(error) from error

    def append(self, rows: Append, *parts: Part) -> Fresh:
        if abs(self._sheets.clock_skew) > LARGEST_SKEW:
            raise SheetsUnavailable(
                f"This machine's clock is {self._sheets.clock_skew.total_seconds():.0f} s off Google's: set it right."
            )
        if len(self._ids) < len(TITLES):
            self._learn_ids()
        requests = list(self._requests(rows))
        answer = self._sheets.batch_update(
            self._spreadsheet, requests, read_back=self._ranges(parts), mask=f"updatedSpreadsheet.{GRID}"
        )
        return self._fresh(answer.get("updatedSpreadsheet", {}), parts)

    def catalogue(self) -> tuple[Row, ...]:
        at_hand, self._catalogue = self._catalogue, None
        if at_hand is not None:
            return at_hand
        answer = self._sheets.get(self._spreadsheet, [f"'{CATALOGUE}'!A2:C"], GRID)
        return tuple(_padded(row, 3) for row in _rows(answer["sheets"][0]))

    def note(self, word: str) -> None:
        if CATALOGUE not in self._ids:
            self._learn_ids()
        self._sheets.batch_update(self._spreadsheet, [self._noted(word)])

    def forget(self, registrations: Collection[RegistrationId]) -> None:
        """Rows are emptied where they stand: rows of the ledger never move."""
        answer = self._sheets.get(self._spreadsheet, [f"'{Part.PEOPLE}'!A2:C"], GRID)
        sheet = answer["sheets"][0]
        rows = enumerate(_rows(sheet), 1)
        id = sheet["properties"]["sheetId"]
        written = [_emptied(id, place, row[0]) for place, row in rows if row and row[0] in registrations]
        if written:
            self._sheets.batch_update(self._spreadsheet, written)

    def people(self, registrations: Collection[RegistrationId]) -> tuple[Row, ...]:
        answer = self._sheets.get(self._spreadsheet, [f"'{Part.PEOPLE}'!A2:C"], GRID)
        rows = _rows(answer["sheets"][0])
        return tuple(_padded(row, WIDTHS[Part.PEOPLE]) for row in rows if row and row[0] in registrations)

    def remember(self, snapshot: Snapshot) -> None:
        """One file carries what one answer brings: nothing is gained."""

    def recall(self) -> Snapshot | None:
        return None

    def _requests(self, rows: Append) -> Any:
        for part, values in ((Part.JOURNAL, rows.journal), (Part.PEOPLE, rows.people), (Part.OUTBOX, rows.outbox)):
            if values:
                yield append_rows(self._ids[part], values)
        if rows.catalogue is not None:
            below_header = {"sheetId": self._ids[CATALOGUE], "startRowIndex": 1}
            yield {"updateCells": {"range": below_header, "fields": "userEnteredValue"}}
            yield append_rows(self._ids[CATALOGUE], rows.catalogue)
        if rows.word is not None:
            yield self._noted(rows.word)

    def _noted(self, word: str) -> Json:
        start = {"sheetId": self._ids[CATALOGUE], "rowIndex": 1, "columnIndex": 2}
        return {"updateCells": {"start": start, "rows": [text_row([word])], "fields": "userEnteredValue"}}

    def _ranges(self, parts: tuple[Part, ...]) -> list[str]:
        tails = [f"'{part}'!A{self._anchors[part][0]}:{chr(64 + WIDTHS[part])}" for part in parts]
        unknown = [f"'{part}'!A1" for part in Part if part not in parts and part not in self._ids]
        # Who has read nothing yet needs all of the catalogue next: a cold instance saves a call.
        revision = "A2:C2" if self._ids else "A2:C"
        return [*tails, *unknown, f"'{CATALOGUE}'!{revision}"]

    def _fresh(self, answer: Json, parts: tuple[Part, ...]) -> Fresh:
        sheets = {sheet["properties"]["title"]: sheet for sheet in answer.get("sheets", ())}
        catalogue = tuple(_padded(row, 3) for row in _rows(sheets[CATALOGUE]))
        _, revision, word = catalogue[0] if catalogue else ("", "", "")
        self._catalogue = None if self._ids else catalogue
        self._ids |= {title: sheet["properties"]["sheetId"] for title, sheet in sheets.items()}
        new = {part: self._tail(part, sheets[part]) for part in parts}
        for part, rows in new.items():
            number, anchor = self._anchors[part]
            self._anchors[part] = (number + len(rows), rows[-1] if rows else anchor)
        return Fresh(
            new.get(Part.JOURNAL, ()),
            new.get(Part.PEOPLE, ()),
            new.get(Part.OUTBOX, ()),
            catalogue_revision=revision,
            word=word,
        )

    def _tail(self, part: Part, sheet: Json) -> tuple[Row, ...]:
        number, anchor = self._anchors[part]
        rows = [_padded(row, WIDTHS[part]) for row in _rows(sheet)]
        if rows and (rows[0] == anchor or (part is Part.PEOPLE and rows[0][0] == anchor[0])):
            return tuple(rows[1:])
        if number == 1 and anchor in rows:
            raise JournalDisturbed(f"The header of {part} is not its first row: rows were sorted or moved by hand.")
        if number == 1:
            raise SheetError(
                f"Tab {part} of the ledger does not begin with the columns {', '.join(COLUMNS[part])}: "
                "lay it out with `zapis sheet init`."
            )
        raise JournalDisturbed(
            f"Row {number} of {part} is not the one that was there: rows were deleted, sorted or edited by hand. "
            "Nothing is confirmed until `zapis journal check` is content."
        )

    def _explain(self, error: CallRefused) -> Exception:
        if "Unable to parse range" in str(error):
            return SheetError("The ledger is not laid out: run `zapis sheet init` for it.")
        if "exceeds grid limits" in str(error):
            return JournalDisturbed("The ledger is shorter than it was: rows were deleted by hand.")
        return error

    def _learn_ids(self) -> None:
        answer = self._sheets.get(self._spreadsheet, (), "sheets.properties(sheetId,title)")
        self._ids = {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in answer["sheets"]}
        missing = [title for title in TITLES if title not in self._ids]
        if missing:
            raise SheetError(f"The ledger has no tab {', '.join(missing)}: run `zapis sheet init` for it.")


def _emptied(sheet: int, place: int, registration: str) -> Json:
    start = {"sheetId": sheet, "rowIndex": place, "columnIndex": 0}
    row = text_row(forgotten(RegistrationId(registration)))
    return {"updateCells": {"start": start, "rows": [row], "fields": "userEnteredValue"}}


def _rows(sheet: Json) -> list[list[str]]:
    data = (sheet.get("data") or [{}])[0]
    return [texts(row) for row in data.get("rowData", ())]


def _padded(row: list[str], width: int) -> Row:
    return tuple(row[:width]) + ("",) * (width - len(row))
