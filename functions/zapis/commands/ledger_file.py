"""The ledger's tabs as they stand, read past every safeguard, and the calls that put the journal right.

Only the commands that look after the journal use this: everything else goes through a `Ledger`, which stops
where a person changed something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from zapis.core.entries import JOURNAL_COLUMNS, Entry, Row, from_row
from zapis.errors import CallRefused, SheetError
from zapis.ledger.port import Part
from zapis.sheets import Json, Sheets, append_rows, grid, text_row

MASK = "sheets(properties(sheetId,title),data(startRow,rowData.values.formattedValue))"
RANGES = {Part.JOURNAL: "A1:F", Part.PEOPLE: "A2:A", Part.OUTBOX: "A2:D"}
"""Of people only their ids: nobody's name is needed here."""


class LedgerFile(Struct, frozen=True):
    """One snapshot."""

    standing: tuple[Row, ...]
    """The rows of `_journal` from the first one, the header's."""
    journal: tuple[Row, ...]
    """The rows below the header, as if the header were where it belongs."""
    people: tuple[Row, ...]
    outbox: tuple[Row, ...]
    tabs: dict[str, int]
    at: datetime

    @property
    def has_header(self) -> bool:
        """Whether the header is the first row."""
        return self.standing[:1] == (JOURNAL_COLUMNS,)


def read(sheets: Sheets, spreadsheet: str) -> LedgerFile:
    """The ledger in one read. Raises SheetError if it is not laid out, SheetsUnavailable."""
    try:
        answer = sheets.get(spreadsheet, [f"'{part}'!{cells}" for part, cells in RANGES.items()], MASK)
    except CallRefused as error:
        raise SheetError(f"{spreadsheet} is not laid out as a ledger: run `zapis sheet init` for it.") from error
    found = {sheet["properties"]["title"]: sheet for sheet in answer["sheets"]}
    standing = _rows(found[Part.JOURNAL], len(JOURNAL_COLUMNS))
    return LedgerFile(
        standing=standing,
        journal=_below_header(standing),
        people=_rows(found[Part.PEOPLE], 1),
        outbox=_rows(found[Part.OUTBOX], 1),
        tabs={title: sheet["properties"]["sheetId"] for title, sheet in found.items()},
        at=sheets.now(),
    )


def rewrite(file: LedgerFile, rows: Sequence[Row]) -> list[Json]:
    """The requests that make `rows` the journal, all in one call; rows that landed since stay below them."""
    sheet, requests, before = file.tabs[Part.JOURNAL], list[Json](), file.standing
    if len(file.journal) == len(file.standing):
        requests.append(_inserted(sheet, 0))
        before = (("",) * len(JOURNAL_COLUMNS), *before)
    after = (JOURNAL_COLUMNS, *rows)
    for start, stop in _runs([old != new for old, new in zip(before, after, strict=False)]):
        requests.append(_written(sheet, start, after[start:stop]))
    if len(after) < len(before):
        requests.append({"deleteDimension": {"range": _span(sheet, len(after), len(before))}})
    return requests


def put_first(file: LedgerFile, row: Row) -> list[Json]:
    """The requests that put a row right below the header."""
    sheet = file.tabs[Part.JOURNAL]
    return [*rewrite(file, file.journal), _inserted(sheet, 1), _written(sheet, 1, [row])]


def record(file: LedgerFile, rows: Sequence[Row]) -> Json:
    """The request that adds rows to the outbox."""
    return append_rows(file.tabs[Part.OUTBOX], rows)


def _rows(sheet: Json, width: int) -> tuple[Row, ...]:
    return tuple((*row, *("",) * (width - len(row))) for row in grid(sheet)[1])


def _below_header(standing: tuple[Row, ...]) -> tuple[Row, ...]:
    if JOURNAL_COLUMNS in standing:
        place = standing.index(JOURNAL_COLUMNS)
        return standing[:place] + standing[place + 1 :]
    overwritten = bool(standing) and not isinstance(from_row(standing[0]), Entry)
    return standing[1:] if overwritten else standing


def _inserted(sheet: int, place: int) -> Json:
    return {"insertDimension": {"range": _span(sheet, place, place + 1), "inheritFromBefore": False}}


def _written(sheet: int, place: int, rows: Sequence[Row]) -> Json:
    start = {"sheetId": sheet, "rowIndex": place, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": [text_row(row) for row in rows], "fields": "userEnteredValue"}}


def _span(sheet: int, start: int, stop: int) -> Json:
    return {"sheetId": sheet, "dimension": "ROWS", "startIndex": start, "endIndex": stop}


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Where the flags are up: from, until."""
    runs: list[tuple[int, int]] = []
    for place, up in enumerate(flags):
        if up and runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        elif up:
            runs.append((place, place + 1))
    return runs
