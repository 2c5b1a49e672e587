"""Spreadsheets as Google serves them, on simulated time: quotas, slow wires, lost answers, stale snapshots.

`Client` has the face of `zapis.sheets.Sheets`, and the real `SheetLedger` and `Sync` run over it. What the
service promises is kept whatever the weather: a call is applied whole or not at all, and every snapshot is a
prefix of what landed.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.campaign.clock import pause
from zapis.errors import AnswerLost, CallRefused, QuotaExceeded
from zapis.sheets import DATE_ROUNDING, READ_SECONDS, SKEW_NOTICED

if TYPE_CHECKING:
    from tests.campaign.processes import Process
    from tests.campaign.world import World

Json = dict[str, Any]
Rows = list[Json]
CALLS_A_MINUTE = 60
Snapshot = dict[str, tuple[Rows, int]]
"""Of each tab its rows, and how many of them there were."""
JOURNAL, OUTBOX = "_journal", "_outbox"
GROWING = (JOURNAL, "_people", OUTBOX)
_RANGE = re.compile(r"'([^']+)'(?:!([A-Z]*)(\d+)(:([A-Z]*)(\d+)?)?)?")


def cell(value: str | float | bool) -> Json:
    """A cell as a read shows it."""
    if value == "" and isinstance(value, str):
        return {}
    number = isinstance(value, int | float)
    kind = "boolValue" if isinstance(value, bool) else "numberValue" if number else "stringValue"
    shown = str(value).upper() if isinstance(value, bool) else str(value)
    return {"formattedValue": shown, "effectiveValue": {kind: value}}


def row(values: Sequence[str | int | bool]) -> Json:
    """A row as a read shows it."""
    return {"values": [cell(value) for value in values]}


def texts(shown: Json) -> tuple[str, ...]:
    """The texts of a row."""
    return tuple(c.get("formattedValue", "") for c in shown["values"])


@dataclass(slots=True)
class Tab:
    """One sheet. `rows` is replaced when rows change and extended when they are added."""

    id: int
    title: str
    rows: Rows


@dataclass(slots=True)
class Book:
    """One spreadsheet, and how it stood after the last writes."""

    tabs: dict[str, Tab] = field(default_factory=dict)
    snapshots: deque[Snapshot] = field(default_factory=lambda: deque(maxlen=4))

    def add(self, title: str, *rows: Sequence[str | int | bool]) -> None:
        self.tabs[title] = Tab(len(self.tabs) + 1, title, [row(values) for values in rows])

    def add_row(self, title: str, values: Sequence[str | int | bool]) -> None:
        self.tabs[title].rows.append(row(values))

    def texts(self, title: str) -> list[tuple[str, ...]]:
        """What stands below the header."""
        return [texts(shown) for shown in self.tabs[title].rows[1:]]

    def type(self, title: str, line: int, column: int, value: str | bool) -> None:
        """What a person types; the line from 0, the header."""
        self.put(title, line, column, cell(value))

    def put(self, title: str, line: int, column: int, shown: Json) -> None:
        """Let a cell be another one. Rows that somebody was shown stay as they were."""
        rows = self.tabs[title].rows
        cells = list(rows[line]["values"])
        cells += [{}] * (column + 1 - len(cells))
        cells[column] = shown
        self.tabs[title].rows = [*rows[:line], {"values": cells}, *rows[line + 1 :]]

    def now(self) -> Snapshot:
        return {title: (tab.rows, len(tab.rows)) for title, tab in self.tabs.items()}

    def of(self, sheet: int) -> Tab:
        return next(tab for tab in self.tabs.values() if tab.id == sheet)


class Google:
    """The service: its books, its quota, and how it fares with calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.books: dict[str, Book] = {}
        self._calls: dict[tuple[str, bool], deque[float]] = {}

    def within_quota(self, account: str, write: bool) -> bool:
        """Count a call of the last minute; refused ones do not count."""
        now = self.world.seconds
        calls = self._calls.setdefault((account, write), deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= CALLS_A_MINUTE:
            return False
        calls.append(now)
        return True

    def write(self, spreadsheet: str, requests: Sequence[Json]) -> None:
        book = self.books[spreadsheet]
        for request in requests:
            ((kind, what),) = request.items()
            _CHANGES[kind](self, book, what)
        book.snapshots.append(book.now())

    def read(self, snapshot: Snapshot, book: Book, ranges: Sequence[str]) -> Json:
        if not ranges:
            return {"sheets": [{"properties": {"sheetId": t.id, "title": t.title}} for t in book.tabs.values()]}
        sheets: dict[str, Json] = {}
        for title, area in map(_parsed, ranges):
            properties = {"sheetId": book.tabs[title].id, "title": title}
            sheet = sheets.setdefault(title, {"properties": properties, "data": []})
            sheet["data"].append(area.of(*snapshot[title]))
        return {"sheets": list(sheets.values())}

    def put_back(self, journal: Sequence[Sequence[str]]) -> None:
        """A person's hand: the journal's rows are these again."""
        tab = self.books["ledger"].tabs[JOURNAL]
        tab.rows = [tab.rows[0], *map(row, journal)]

    def append(self, book: Book, what: Json) -> None:
        tab = book.of(what["sheetId"])
        rows = [{"values": [_entered(c) for c in r["values"]]} for r in what["rows"]]
        tab.rows += rows
        if book is self.books["ledger"]:
            self.world.landed(tab.title, [texts(r) for r in rows])

    def leave(self, book: Book, what: Json) -> None:
        """How a sheet looks is nothing here."""

    def update(self, book: Book, what: Json) -> None:
        if "range" in what:
            tab = book.of(what["range"]["sheetId"])
            tab.rows = tab.rows[: what["range"]["startRowIndex"]]
            return
        start = what["start"]
        title, rows = book.of(start["sheetId"]).title, enumerate(what["rows"], start["rowIndex"])
        for line, cells in rows:
            for column, given in enumerate(cells["values"], start["columnIndex"]):
                book.put(title, line, column, _entered(given))


_CHANGES: dict[str, Callable[[Google, Book, Json], None]] = {
    "appendCells": Google.append,
    "updateCells": Google.update,
    "updateDimensionProperties": Google.leave,
}


@dataclass(frozen=True, slots=True)
class Area:
    """Rows and columns, each from 0; the end is not in it, None is the sheet's edge."""

    rows: slice
    columns: slice

    def of(self, rows: Rows, length: int) -> Json:
        """As a read shows it, of the first `length` rows."""
        shown = rows[:length][self.rows]
        if self.columns != slice(0, None):
            shown = [{"values": row["values"][self.columns]} for row in shown]
        return {"startRow": self.rows.start, "startColumn": self.columns.start, "rowData": shown}


def _parsed(text: str) -> tuple[str, Area]:
    found = _RANGE.fullmatch(text)
    assert found, text
    title, left, first, to, right, last = found.groups()
    if first and not to:
        last, right = first, left
    rows = slice(int(first or 1) - 1, int(last) if last else None)
    whole = slice(0, None)
    return title, Area(rows, slice(_number(left) - 1, _number(right)) if left and right else whole)


def _number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _entered(given: Json) -> Json:
    value = given.get("userEnteredValue")
    return cell(next(iter(value.values()))) if value else {}


class Client:
    """Spreadsheets as one process sees them, over a wire with the scenario's weather."""

    def __init__(self, google: Google, process: Process) -> None:
        self.account = process.account
        self.clock_skew = timedelta()
        self.refused_at: datetime | None = None
        self._google = google
        self._process = process
        self._seen: dict[tuple[str, str], int] = {}
        """How many rows of each tab this client was shown."""

    @property
    def rows_seen(self) -> int:
        """How much of the journal this client was shown, the header counted."""
        return self._seen.get(("ledger", JOURNAL), 0)

    def now(self) -> Any:
        return self._process.clock() + self.clock_skew

    def get(self, spreadsheet: str, ranges: Sequence[str], mask: str) -> Json:
        book = self._google.books[spreadsheet]

        def read(fault: str | None) -> Json:
            snapshot = self._stale(spreadsheet, ranges) if fault == "stale" else book.now()
            self._sees(spreadsheet, snapshot, ranges)
            return self._google.read(snapshot, book, ranges)

        return self._call(read, write=False)

    def batch_update(
        self, spreadsheet: str, requests: Sequence[Json], *, read_back: Sequence[str] = (), mask: str = ""
    ) -> Json:
        book = self._google.books[spreadsheet]

        def write(fault: str | None) -> Json:
            self._refuse_poison(requests)
            self._google.write(spreadsheet, requests)
            self._sees(spreadsheet, book.now(), read_back)
            answer = self._google.read(book.now(), book, read_back) if read_back else {}
            return {"updatedSpreadsheet": answer}

        return self._call(write, write=True)

    def _call(self, act: Callable[[str | None], Json], *, write: bool) -> Json:
        process, dice, world = self._process, self._process.dice, self._google.world
        fault = world.weather(process.kind, dice)
        fault = None if fault == "stale" and write else fault
        process.makes_a_call(write)
        pause(dice.uniform(0.1, 0.5) if fault != "slow" else world.fired("slow", dice.uniform(4, 15)))
        if fault == "quota" or not self._google.within_quota(self.account, write):
            world.fire("quota")
            pause(0.1)
            self.refused_at = self.now()
            raise QuotaExceeded("Google's quota of calls a minute is used up.")
        if fault in ("dropped", "stall", "unavailable"):
            self._lose(fault)
        process.reaches("sent", write)
        answer = act(fault)
        process.reaches("applied", write)
        if fault in ("lost", "stall, applied"):
            self._lose(fault)
        pause(dice.uniform(0.1, 0.6))
        self._correct_clock()
        return answer

    def _lose(self, fault: str) -> None:
        self._google.world.fire(fault)
        pause(READ_SECONDS if fault.startswith("stall") else 0.3)
        raise AnswerLost(f"The call met this: {fault}.")

    def _stale(self, spreadsheet: str, ranges: Sequence[str]) -> Snapshot:
        """A snapshot from before the last write, if it has all that this client was shown before."""
        book = self._google.books[spreadsheet]
        old = book.snapshots[-2] if len(book.snapshots) > 1 else book.now()
        titles = [title for title, _area in map(_parsed, ranges)]
        if any(old[title][1] < self._seen.get((spreadsheet, title), 0) for title in titles):
            return book.now()
        self._google.world.fire("stale")
        return old

    def _sees(self, spreadsheet: str, snapshot: Snapshot, ranges: Sequence[str]) -> None:
        for title, _area in map(_parsed, ranges):
            if title in GROWING:
                self._seen[spreadsheet, title] = snapshot[title][1]

    def _refuse_poison(self, requests: Sequence[Json]) -> None:
        poisoned = self._google.world.poisoned
        for what in (request["appendCells"] for request in requests if "appendCells" in request):
            for given in what["rows"] if poisoned else ():
                if any(c.get("userEnteredValue", {}).get("stringValue") in poisoned for c in given["values"]):
                    self._google.world.fire("bad entry")
                    pause(0.2)
                    raise CallRefused("Google refused the call (400): one of the rows.")

    def _correct_clock(self) -> None:
        date = self._google.world.now().replace(microsecond=0)
        skew = date + DATE_ROUNDING - self._process.clock()
        self.clock_skew = skew if abs(skew) > SKEW_NOTICED else timedelta()
