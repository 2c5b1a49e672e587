"""Group commit: many requests, one append, each its own verdict.

Requests that arrive while a call is under way wait and go together in the next; a lone request goes at once.
A request is settled only when its row was read back from the journal and folded: what a visitor is told was
never predicted. If an answer is lost the journal is read, and only rows that are not there go again; the fold
ignores a row that landed twice. An instance that finds the journal changed by hand confirms nothing until it has
read it anew and found it as it was.

One event loop owns the queue and the State; one worker thread owns the Ledger. Nothing runs while nobody
waits, because a function's CPU stops with its last answer.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct, field

from zapis.core.audit import Witness
from zapis.core.catalogue import Catalogue, from_rows
from zapis.core.entries import Entry, Fact, Row, Unreadable, to_row
from zapis.core.fold import State, evolve
from zapis.core.marks import Found, found
from zapis.core.model import EntryId, RegistrationId, SlotId
from zapis.core.people import Person, add_rows
from zapis.core.vitals import Vitals, alarm_of, vitals_of
from zapis.errors import (
    AnswerLost,
    CallRefused,
    CannotDecide,
    JournalDisturbed,
    LedgerMoves,
    QuotaExceeded,
    SheetsUnavailable,
    ZapisError,
    places,
)
from zapis.happenings import Happening, Trace, current, tell
from zapis.ledger.beginning import begin
from zapis.ledger.pace import Pace
from zapis.ledger.port import READ_FIRST, Append, Fresh, Ledger, Part
from zapis.ledger.telling import tell_of_batch, tell_of_entry

LARGEST_BATCH = 500
LONGEST_QUEUE = 5000
PATIENCE = 20.0
"""Seconds after which a visitor is told that seats are still being checked."""
PARTING = 5.0
"""Seconds that are left to those who wait once this process was told to stop: platforms grant it ten in all."""
LANDS_WITHIN = 2.0
"""Seconds in which most batches land."""
REREAD_PAUSE = 0.5
LONGEST_REREAD_PAUSE = 4.0
LOOK_AGAIN = 30.0
"""Seconds after which an instance that found the journal disturbed reads it anew: it may have been repaired."""
WRITER_SEEN = timedelta(minutes=1)

log = logging.getLogger("zapis.committer")
_T = TypeVar("_T")


class Unsettled(ZapisError):
    """The entry has not been read back in time; it may still land. Ask again with the same id."""


class TooManyWaiting(ZapisError):
    """The queue is full; nothing was taken in."""


class _Pending(Struct):
    """One request on its way into the journal."""

    entry: Entry
    people: tuple[Row, ...]
    settled: asyncio.Future[None]
    since: float
    trace: Trace
    """Of the request that asked for it first."""


class _Answer(Struct):
    """What one call brought back, decoded in the worker thread."""

    entries: list[Entry | Unreadable]
    revision: str
    alarm: str
    """What `sync` says is wrong with the journal."""
    catalogue: Catalogue | None = None
    before: State | None = None
    """What follows from the rows before them, in the first answer."""

    @classmethod
    def of(cls, journal: Sequence[Found], fresh: Fresh) -> _Answer:
        return cls([row.entry for row in journal], fresh.catalogue_revision, alarm_of(fresh.word))


class _Writers(Struct):
    """Who wrote lately: those share the quota with this instance."""

    seen: dict[str, datetime] = field(default_factory=dict)

    def note(self, entry: Entry) -> None:
        self.seen[entry.writer] = entry.at

    def count(self, now: datetime) -> int:
        self.seen = {writer: at for writer, at in self.seen.items() if now - at < WRITER_SEEN}
        return max(len(self.seen), 1)


class Committer:
    """The journal's only writer in this process, and the holder of its State.

    `ledger` is built by `open_ledger` in the worker thread at the first use. `herald` is told when a batch is about to
    land, in so many seconds, and when it has; it must not take time. `state` and `catalogue` are as of
    the last answer; read them on the event loop, between awaits.
    """

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        writer: str,
        patience: float = PATIENCE,
        worker: Executor | None = None,
        pace: Pace | None = None,
        herald: Callable[[float], None] = lambda ahead: None,
    ) -> None:
        self.state = State()
        self.catalogue = Catalogue()
        self.read_at: float | None = None
        """When the ledger last answered, by the event loop's clock."""
        self.refused_at: datetime | None = None
        """When the quota was last used up."""
        self.unreadable = 0
        """Rows of the journal that say nothing to this release."""
        self._open_ledger = open_ledger
        self._ledger: Ledger | None = None
        self._writer = writer
        self._patience = patience
        self._worker = worker or ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._queue: deque[_Pending] = deque()
        self._waiting: dict[EntryId, _Pending] = {}
        self._drain: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._revision = ""
        self._in_turn = asyncio.Lock()
        self._leaving = asyncio.Event()
        self._pace = pace or Pace()
        self._herald = herald
        self._writers = _Writers()
        self._witness = Witness()
        self._looked = False
        self._stopped: ZapisError | None = None
        self._stopped_at = 0.0

    def now(self) -> datetime:
        """This moment by the ledger's clock, UTC. The ledger must have been read once."""
        assert self._ledger is not None, "read first"
        return self._ledger.now()

    def look_ahead(self) -> None:
        """Have all of the ledger asked for; whoever refreshes waits for the rest of that, or asks anew if it failed."""
        self._reading = asyncio.ensure_future(self._read())
        self._reading.add_done_callback(_look_at_the_outcome)

    async def refresh(self, max_age: float) -> None:
        """Make sure that `state` and `catalogue` are at most `max_age` seconds old; 0 reads them anew.

        Instances share the quota of reads: beside many writers what is known may be somewhat older than that.
        While Google does not answer, what was known before stands. Raises SheetsUnavailable if nothing is
        known yet, JournalDisturbed or CannotDecide while this instance must not decide, Unsettled if it stops.
        """
        self._raise_if_stopped()
        if self.read_at is not None and _clock() - self.read_at <= self._affordable(max_age):
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read())
        try:
            await self._wait_for(self._reading)
        except SheetsUnavailable:
            if self.read_at is None:
                raise
            log.warning("the ledger could not be read; showing what is known")

    async def commit(self, id: EntryId, slot: SlotId, fact: Fact, people: Sequence[Row] = ()) -> None:
        """Return once the entry has landed and `state` knows it; at once if it landed before.

        Raises Unsettled if that takes longer than the visitor's patience (the entry is still on its way),
        TooManyWaiting, CallRefused if Google refuses this very entry, SheetsUnavailable if this instance cannot
        write at all (its clock is wrong, say: another one may), JournalDisturbed, CannotDecide.
        """
        self._raise_if_stopped()
        if self.read_at is None:
            await self.refresh(0)
        if id in self.state.seen:
            return
        pending = self._waiting.get(id) or self._enqueue(Entry(self.now(), id, slot, self._writer, fact), people)
        await self._wait_for(pending.settled, self._patience)

    async def person(self, registration: RegistrationId) -> Person | None:
        """Names and contacts behind a registration, read at this moment and remembered nowhere.

        Raises SheetsUnavailable or JournalDisturbed.
        """
        return (await self.people({registration})).get(registration)

    async def people(self, registrations: Collection[RegistrationId]) -> dict[RegistrationId, Person]:
        """Names and contacts behind some registrations, read at this moment and remembered nowhere.

        Raises SheetsUnavailable, JournalDisturbed, or Unsettled if this process stops.
        """
        return await self._wait_for(asyncio.ensure_future(self._look_up(frozenset(registrations))))

    async def vitals(self) -> Vitals | None:
        """How `sync` last found the season, read at this moment; None if it left no word.

        Raises SheetsUnavailable, or Unsettled if this process stops.
        """
        return await self._wait_for(asyncio.ensure_future(self._look_at_the_word()))

    @property
    def silent_for(self) -> float:
        """Seconds since the ledger last answered; on the event loop only."""
        return math.inf if self.read_at is None else _clock() - self.read_at

    def part(self) -> None:
        """This process was told to stop: whoever still waits in PARTING seconds is told to ask elsewhere."""
        asyncio.get_running_loop().call_later(PARTING, self._leaving.set)

    async def close(self) -> None:
        """Let what waits land, then stop the worker."""
        if self._drain:
            await asyncio.wait([self._drain])
        self._worker.shutdown(wait=False)

    async def _wait_for(self, outcome: asyncio.Future[_T], patience: float | None = None) -> _T:
        """Return `outcome` when it is there. Raises Unsettled if it takes too long or this process stops before."""
        leaving = asyncio.ensure_future(self._leaving.wait())
        try:
            await asyncio.wait((outcome, leaving), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
        if not outcome.done():
            raise Unsettled("The journal has not answered yet; the entry is still on its way.")
        return outcome.result()

    def _affordable(self, max_age: float) -> float:
        return max_age and max(max_age, self._pace.between_reads(self._writers.count(self.now())))

    def _raise_if_stopped(self) -> None:
        """Raise why nothing is decided; a while after the journal was found disturbed begin anew instead."""
        if self._stopped is None:
            return
        calling = self._in_turn.locked() or not (self._drain is None or self._drain.done())
        early = _clock() - self._stopped_at < LOOK_AGAIN
        if early or calling or not isinstance(self._stopped, JournalDisturbed | LedgerMoves):
            raise self._stopped
        self.state, self.unreadable, self._stopped, self.read_at = State(), 0, None, None
        self._ledger, self._looked = self._ledger and self._ledger.anew(), False

    def _enqueue(self, entry: Entry, people: Sequence[Row]) -> _Pending:
        if len(self._waiting) >= LONGEST_QUEUE:
            raise TooManyWaiting(f"{LONGEST_QUEUE} requests wait already.")
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        settled.add_done_callback(_look_at_the_outcome)
        pending = _Pending(entry, tuple(people), settled, _clock(), current.get())
        self._waiting[entry.id] = pending
        self._queue.append(pending)
        if self._drain is None or self._drain.done():
            # What it tells belongs to many requests, not to the one that happens to begin it.
            self._drain = asyncio.create_task(self._land_all(), context=contextvars.Context())
        return pending

    async def _land_all(self) -> None:
        while self._queue:
            await self._keep_pace()
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            try:
                self._herald(LANDS_WITHIN)
                await self._land(batch)
                self._herald(0.0)
            except (JournalDisturbed, CannotDecide) as error:
                self._stop(error)
            except Exception as error:
                log.error("a batch of %d entries failed: %s", len(batch), places(error))
                self._fail(batch, error if isinstance(error, ZapisError) else ZapisError(type(error).__name__))

    async def _keep_pace(self) -> None:
        while (wait := self._pace.wait(_clock(), self._writers.count(self.now()))) > 0:
            await asyncio.sleep(wait)
        self._pace.called()

    async def _land(self, batch: list[_Pending]) -> None:
        """Append `batch`; what has not landed afterwards is at the head of the queue again."""
        began = _clock()
        try:
            await self._exchange(self._append, batch)
            self._pace.answered()
            tell_of_batch(log, len(batch), _clock() - began)
        except QuotaExceeded:
            self._pace.refused(_clock())
            self.refused_at = self.now()
        except CallRefused as error:
            await self._land_in_halves(batch, error)
            return
        except AnswerLost as error:
            tell(log, logging.WARNING, Happening.RETRY, "%s Looking for what was sent.", error, size=len(batch))
            await asyncio.sleep(REREAD_PAUSE)
            await self._look(batch)
        else:
            if not self._settle(batch):
                await self._look(batch)
        self._queue.extendleft(pending for pending in reversed(batch) if not pending.settled.done())

    async def _land_in_halves(self, batch: list[_Pending], error: CallRefused) -> None:
        """Google refused the call: find the entry that it is about, so that it takes no other with it."""
        if len(batch) == 1:
            self._fail(batch, error)
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            await self._keep_pace()
            await self._land(half)

    async def _look(self, batch: list[_Pending]) -> None:
        """Read the journal until it answers: entries that landed are settled, the others may go again."""
        pause = REREAD_PAUSE
        while True:
            try:
                await self._read()
            except SheetsUnavailable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_REREAD_PAUSE)
            else:
                self._settle(batch)
                return

    def _settle(self, batch: list[_Pending]) -> bool:
        """Settle those of `batch` that the state knows; whether that is all of them."""
        for pending in batch:
            if pending.entry.id in self.state.seen:
                self._finish(pending, None)
        return all(pending.settled.done() for pending in batch)

    def _fail(self, batch: list[_Pending], error: ZapisError) -> None:
        for pending in batch:
            self._finish(pending, error)

    def _finish(self, pending: _Pending, error: ZapisError | None) -> None:
        self._waiting.pop(pending.entry.id, None)
        if pending.settled.done():
            return
        if error:
            pending.settled.set_exception(error)
        else:
            pending.settled.set_result(None)
            tell_of_entry(log, pending.entry, self.state, _clock() - pending.since, pending.trace)

    def _stop(self, error: ZapisError) -> None:
        """Confirm nothing any more: the journal is not what this instance thought it was."""
        tell(log, logging.CRITICAL, Happening.DISTURBED, "%s", error)
        self._stopped, self._stopped_at = error, _clock()
        self._queue.clear()
        self._fail(list(self._waiting.values()), error)

    async def _read(self) -> None:
        try:
            await self._exchange(self._fetch)
        except (JournalDisturbed, CannotDecide) as error:
            self._stop(error)
            raise

    async def _exchange(self, call: Callable[..., _Answer], *args: object) -> None:
        """One call in the worker thread, its answer folded before the next call's."""
        async with self._in_turn:
            answer = await asyncio.get_running_loop().run_in_executor(self._worker, call, *args)
            self._absorb(answer)

    def _append(self, batch: list[_Pending]) -> _Answer:
        rows = Append(
            journal=[to_row(pending.entry) for pending in batch],
            people=[row for pending in batch for row in pending.people],
        )
        return self._heard(self._opened().append(rows, Part.JOURNAL))

    def _fetch(self) -> _Answer:
        answer = self._heard(self._opened().read(Part.JOURNAL)) if self._looked else self._read_whole()
        if answer.revision != self._revision:
            answer.catalogue = self._current_catalogue()
        return answer

    def _read_whole(self) -> _Answer:
        """The whole journal, if it holds the rows that landed, as far as they were seen or recorded."""
        beginning = begin(self._opened(), self._witness, *READ_FIRST)
        self._ledger, self._looked = beginning.ledger, True
        answer = _Answer.of(beginning.journal, beginning.fresh)
        answer.before = beginning.state
        return answer

    async def _look_up(self, registrations: frozenset[RegistrationId]) -> dict[RegistrationId, Person]:
        async with self._in_turn:
            return await asyncio.get_running_loop().run_in_executor(self._worker, self._read_people, registrations)

    async def _look_at_the_word(self) -> Vitals | None:
        async with self._in_turn:
            rows = await asyncio.get_running_loop().run_in_executor(self._worker, lambda: self._opened().catalogue())
        return vitals_of(rows)

    def _read_people(self, registrations: frozenset[RegistrationId]) -> dict[RegistrationId, Person]:
        known: dict[RegistrationId, Person] = {}
        add_rows(known, self._opened().people(registrations))
        return known

    def _heard(self, fresh: Fresh) -> _Answer:
        journal = found(fresh.journal)
        self._witness.hear(journal)
        return _Answer.of(journal, fresh)

    def _current_catalogue(self) -> Catalogue | None:
        """The catalogue as it stands. Never raises: journal rows that were just read wait to be folded."""
        try:
            return from_rows(self._opened().catalogue())
        except Exception as error:
            log.warning("the catalogue could not be read (%s); the last one stands", type(error).__name__)
            return None

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self._open_ledger()
        return self._ledger

    def _absorb(self, answer: _Answer) -> None:
        if answer.before is not None:
            self.state = answer.before
        for entry in answer.entries:
            if isinstance(entry, Entry):
                evolve(self.state, entry)
                self._writers.note(entry)
            else:
                self._skip(entry)
        if answer.catalogue is not None:
            self.catalogue, self._revision = answer.catalogue, answer.revision
        self.read_at = _clock()
        if self.state.closed:
            self._settle(list(self._waiting.values()))
            raise LedgerMoves
        if answer.alarm:
            raise JournalDisturbed(f"sync found the journal changed and waits for an operator: {answer.alarm}")
        if not self.state.decidable:
            raise CannotDecide(f"The journal is under rules {self.state.rules}, newer than this release's.")

    def _skip(self, row: Unreadable) -> None:
        self.unreadable += 1
        log.error("a row of the journal cannot be read: %s", row.why)
        if row.newer:
            raise CannotDecide(f"The journal has a row of a newer release: {row.why}.")


def _clock() -> float:
    """Seconds of the event loop's clock, which only goes forward."""
    return asyncio.get_running_loop().time()


def _look_at_the_outcome(settled: asyncio.Future[None]) -> None:
    """Whoever waited may have gone: an error that nobody fetches is not a fault of its own."""
    if not settled.cancelled():
        settled.exception()
