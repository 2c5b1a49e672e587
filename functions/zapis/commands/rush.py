"""Does Sheets keep what Zapis rests on? Many append at once to a scratch tab, and read back in the same call.

Assumption A1: every snapshot that Sheets returns is a prefix of the list, and a row that landed stays. If one
answer contradicts it, row order cannot decide who has a seat, and Zapis must not be used on Sheets.
"""

from __future__ import annotations

import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import click
from msgspec import Struct

from zapis.commands.patience import Patience
from zapis.commands.screen import Finding, fine, note, wrong
from zapis.errors import AnswerLost, CallRefused, SheetError, ZapisError
from zapis.schema import schema
from zapis.sheets import Sheets, append_rows, grid

MASK = "sheets(data(startRow,rowData.values.formattedValue))"
ROWS_A_CALL = 5
REMOVALS = 3
"""Attempts to remove the tab where answers are lost."""
NOT_SHEETS = "Do not run Zapis on this ledger; tell its authors, with the figures above."


class Answer(Struct, frozen=True):
    """What one call appended, and the list that it brought back."""

    own: tuple[str, ...]
    snapshot: tuple[str, ...]
    seconds: float


class Outcome(Struct, frozen=True):
    """A whole rush."""

    answers: tuple[Answer, ...]
    final: tuple[str, ...]
    seconds: float
    quota_waits: int
    lost: int
    """Answers that did not come back, after which the list was read."""


class Rush:
    """`appenders` threads, each with a client of its own, append `rounds` times to one tab that is theirs."""

    def __init__(self, open_sheets: Callable[[], Sheets], spreadsheet: str, appenders: int, rounds: int) -> None:
        self._open_sheets = open_sheets
        self._spreadsheet = spreadsheet
        self._appenders = appenders
        self._rounds = rounds
        self._patience = Patience()
        self._start = threading.Barrier(appenders)
        self._lost: list[str] = []
        self._title = f"_rush-{secrets.token_hex(4)}"
        self._tab = secrets.randbelow(2**31 - 2) + 1

    def run(self) -> Outcome:
        """Append, read the list, remove the tab whatever happens. Raises ZapisError."""
        sheets = self._open_sheets()
        refuse_if_in_use(sheets, self._spreadsheet)
        with self._scratch_tab(sheets):
            began = time.monotonic()
            answers = tuple(answer for each in self._all_at_once() for answer in each)
            seconds = time.monotonic() - began
            final = self._patience.call(lambda: self._read(sheets))
        return Outcome(answers, final, seconds, self._patience.waits, len(self._lost))

    @contextmanager
    def _scratch_tab(self, sheets: Sheets) -> Iterator[None]:
        properties = {"sheetId": self._tab, "title": self._title, "gridProperties": {"rowCount": 1, "columnCount": 1}}
        added = [{"addSheet": {"properties": properties}}]
        try:
            self._patience.call(lambda: sheets.batch_update(self._spreadsheet, added))
            yield
        finally:
            self._remove(sheets)

    def _remove(self, sheets: Sheets) -> None:
        removal = [{"deleteSheet": {"sheetId": self._tab}}]
        for _ in range(REMOVALS):
            try:
                Patience().call(lambda: sheets.batch_update(self._spreadsheet, removal))
            except AnswerLost:
                continue
            except CallRefused:  # there is no such tab
                return
            except (ZapisError, KeyboardInterrupt):
                break
            return
        click.echo(f"The tab {self._title} may still be there: delete it by hand.", err=True)

    def _all_at_once(self) -> list[list[Answer]]:
        with ThreadPoolExecutor(self._appenders, thread_name_prefix="appender") as pool:
            unfinished: set[Future[list[Answer]]] | None = None
            try:
                futures = [pool.submit(self._append_all, number) for number in range(self._appenders)]
                unfinished = wait(futures, return_when=FIRST_EXCEPTION).not_done
            finally:
                if unfinished is None or unfinished:
                    self._call_off()
            return _results(futures)

    def _call_off(self) -> None:
        """Let nobody begin another call: somebody failed, or the operator wants no more of it."""
        self._patience.given_up.set()
        self._start.abort()

    def _append_all(self, number: int) -> list[Answer]:
        sheets = self._open_sheets()
        self._start.wait()
        answers = []
        for round_ in range(self._rounds):
            if self._patience.given_up.is_set():
                break
            own = tuple(f"{number}.{round_}.{n}" for n in range(ROWS_A_CALL))
            answers.append(self._append(sheets, own))
        return answers

    def _append(self, sheets: Sheets, own: tuple[str, ...]) -> Answer:
        while True:
            began = time.monotonic()
            try:
                snapshot = self._patience.call(lambda: self._append_and_read(sheets, own))
            except AnswerLost as error:
                self._lost.append(str(error))
                snapshot = self._patience.call(lambda: self._read(sheets))
                if own[0] not in snapshot:
                    continue
            return Answer(own, snapshot, time.monotonic() - began)

    def _append_and_read(self, sheets: Sheets, own: Sequence[str]) -> tuple[str, ...]:
        answer = sheets.batch_update(
            self._spreadsheet,
            [append_rows(self._tab, [(row,) for row in own])],
            read_back=[self._range],
            mask=f"updatedSpreadsheet.{MASK}",
        )
        return _column(answer["updatedSpreadsheet"]["sheets"][0])

    def _read(self, sheets: Sheets) -> tuple[str, ...]:
        return _column(sheets.get(self._spreadsheet, [self._range], MASK)["sheets"][0])

    @property
    def _range(self) -> str:
        return f"'{self._title}'!A1:A"


def _results(futures: Sequence[Future[list[Answer]]]) -> list[list[Answer]]:
    """Raises what stopped the rush rather than what followed from the stop."""
    errors = [error for future in futures if (error := future.exception())]
    for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error
    return [future.result() for future in futures]


def _column(sheet: dict[str, object]) -> tuple[str, ...]:
    return tuple(row[0] if row else "" for row in grid(sheet)[1])


def refuse_if_in_use(sheets: Sheets, spreadsheet: str) -> None:
    """Raises SheetError if the spreadsheet has a tab of Zapis's own: it is nobody's scratch."""
    answer = sheets.get(spreadsheet, (), "sheets.properties.title")
    titles = {sheet["properties"]["title"] for sheet in answer["sheets"]}
    ours = sorted(titles & {tab.title for tabs in schema().values() for tab in tabs})
    if ours:
        raise SheetError(f"--scratch: this spreadsheet is in use, it has the tab {ours[0]}. Make an empty one.")


def judge(outcome: Outcome) -> Iterator[Finding]:
    """What the rush says of A1."""
    counts = Counter(outcome.final)
    own = [row for answer in outcome.answers for row in answer.own]
    missing = [row for row in own if row not in counts]
    torn = sum(outcome.final[: len(answer.snapshot)] != answer.snapshot for answer in outcome.answers)
    blind = sum(not set(answer.own) <= set(answer.snapshot) for answer in outcome.answers)
    apart = sum(not _together(answer.own, outcome.final) for answer in outcome.answers)
    yield _count(len(missing), f"all {len(own)} rows are there", "rows are missing")
    yield _count(torn, f"every one of {len(outcome.answers)} snapshots is a prefix of the list", "snapshots are not")
    yield _count(blind, "everyone's own rows were in their own answer", "answers lacked their own rows")
    yield _count(apart, "the rows of one call stand together, in their order", "calls had their rows torn apart")
    twice = sum(count > 1 for count in counts.values())
    if twice:
        yield note(
            f"{twice} rows are there twice: a call whose answer was lost landed after all; the fold ignores that"
        )


def _count(faults: int, good: str, bad: str) -> Finding:
    return wrong(f"{faults} {bad}", NOT_SHEETS) if faults else fine(good)


def _together(own: tuple[str, ...], final: tuple[str, ...]) -> bool:
    if own[0] not in final:
        return True
    start = final.index(own[0])
    return final[start : start + len(own)] == own


def figures(outcome: Outcome) -> list[str]:
    """What the rush took, a line each."""
    seconds = sorted(answer.seconds for answer in outcome.answers)
    last = statistics.quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
    return [
        f"{len(seconds):>7}  calls, {sum(len(a.own) for a in outcome.answers)} rows, in {outcome.seconds:.1f} s",
        f"{statistics.median(seconds):>7.2f}  s for a call (median), waiting for the quota included",
        f"{last:>7.2f}  s for the slowest in a hundred",
        f"{outcome.quota_waits:>7}  times the quota was waited for",
        f"{outcome.lost:>7}  answers lost and looked for",
    ]
