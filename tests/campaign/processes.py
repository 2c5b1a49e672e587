"""Instances of site, sync and deliver: the real code, each over its own wire to Google, killable at any call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from contextvars import ContextVar, copy_context
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from tests.campaign.clock import Killed, SimulatedLoop, Strand, pause
from tests.campaign.google import Client
from tests.campaign.post import Post
from tests.campaign.scenario import DeliverRun, SyncRun
from zapis.commands import carry
from zapis.core import ids
from zapis.core.entries import Entry, RulesRaised, to_row
from zapis.core.model import SlotId
from zapis.errors import ZapisError
from zapis.ledger.committer import Committer
from zapis.ledger.port import Append, Ledger
from zapis.ledger.sheet import SheetLedger
from zapis.mail.deliver import Deliverer
from zapis.publish.sync import Sync
from zapis.resources import resource
from zapis.site.consents import Consents
from zapis.site.desk import Desk
from zapis.site.links import Links
from zapis.site.rendering import Rendering
from zapis.site.statics import Statics
from zapis.tokens import Tokens

if TYPE_CHECKING:
    from tests.campaign.world import World

Value = TypeVar("Value")
PATIENCE = 8.0
SETTLE = timedelta(seconds=30)
SITE_URL = "https://zapis.example"
_LINKS, _TEMPLATES = Links(SITE_URL), resource("templates")
CONSENTS = Consents(
    _TEMPLATES / "pages", Rendering(_TEMPLATES / "pages", _LINKS, Statics(_TEMPLATES / "static", _LINKS))
)
_owner: ContextVar[Process | None] = ContextVar("process", default=None)


class ConnectionLost(Exception):
    """The instance is gone; whether it did what was asked nobody knows."""


def own_tasks(loop: SimulatedLoop) -> None:
    """Tasks begun within a process belong to it and end with it."""

    def begin(loop: Any, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        process = _owner.get()
        if process is not None:
            process.tasks.add(task)
            task.add_done_callback(process.tasks.discard)
        return task

    loop.set_task_factory(begin)


class Process:
    """What all processes have: a clock that may be wrong, a wire, and a death."""

    kind = ""

    def __init__(self, world: World, name: str, life: int) -> None:
        self.world = world
        self.name = name
        self.writer = f"{name}.{life}"
        self.dice = Random(f"{world.scenario.seed} {self.writer}")
        self.died: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.tasks: set[asyncio.Task[Any]] = set()
        self._strands: set[Strand] = set()
        self._skew = timedelta(seconds=world.scenario.skews.get(name, 0.0))
        self._doom: str | None = None
        self._calls_left: int | None = None
        self._dawdles = 0.0
        self._calls = 0
        self.called_at = 0.0
        """When it last reached Google."""
        self.sheets = Client(world.google, self)

    @property
    def account(self) -> str:
        return self.kind

    @property
    def alive(self) -> bool:
        return not self.died.done()

    @property
    def doomed(self) -> bool:
        """Whether it was to die and has not met its moment."""
        return self._doom is not None

    def clock(self) -> datetime:
        """What this machine takes for the time."""
        return self.world.now() + self._skew

    def open_ledger(self) -> SheetLedger:
        return SheetLedger(self.sheets, "ledger")  # type: ignore[arg-type]

    def begin(self, call: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> None:
        """Run a synchronous call in a strand of this process."""
        strand = Strand(call, done)
        self._strands = {s for s in self._strands if not s.dead} | {strand}
        asyncio.get_running_loop().call_soon(strand.switch)

    def doom(self, point: str) -> None:
        """Let it die "now", or when its next append is "sent" or "applied"."""
        if point == "now":
            self.die("kill -9")
        self._doom = point

    def die(self, how: str) -> None:
        if not self.alive:
            return
        self.world.fire(f"{self.kind}: {how}")
        self.world.tell(self.name, how)
        self.stop()

    def stop(self) -> None:
        """Be no more, without its being a misfortune."""
        if self.alive:
            self.died.set_result(None)
        for strand in self._strands:
            strand.kill()
        for task in self.tasks:
            task.cancel()

    def makes_a_call(self, write: bool) -> None:
        """Called before each call to Google."""
        self._die_between_calls()
        self._calls += 1
        if write and self._dawdles:
            self.world.fire(f"{self.name.partition('-')[0]} dawdles between reading and writing")
            pause(self._dawdles)

    def reaches(self, point: str, write: bool) -> None:
        """Called when a call is on its way, and when it was applied."""
        self.called_at = self.world.seconds
        if write and self._doom == point:
            self.die(f"kill -9 in mid-commit, {point}")
            raise Killed

    def _die_between_calls(self) -> None:
        if self._calls_left is None:
            return
        if self._calls_left == 0:
            self.die("kill -9 between its calls")
            raise Killed
        self._calls_left -= 1


class _LedgerThread(Executor):
    """The one worker thread of a committer, as a strand at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def done(value: Any, error: BaseException | None) -> None:
            if not future.set_running_or_notify_cancel():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(value)

        self._process.begin(lambda: fn(*args, **kwargs), done)
        return future


class Site(Process):
    """An instance of `site`, without its HTTP."""

    kind = "site"

    def __init__(self, world: World, name: str, life: int) -> None:
        super().__init__(world, name, life)
        self.committer = Committer(self.open_ledger, self.writer, PATIENCE, worker=_LedgerThread(self))
        self.outcome: ZapisError | None = None
        """Why it does not read any more, once it was asked."""
        self.desk = Desk(self.committer, world.tokens, lambda: CONSENTS)

    async def serve(self, ask: Callable[[Desk], Awaitable[Value]]) -> Value:
        """What the instance answers. Raises ConnectionLost if it dies before."""
        if not self.alive:
            raise ConnectionLost
        context = copy_context()
        context.run(_owner.set, self)
        task = asyncio.get_running_loop().create_task(ask(self.desk), context=context)  # type: ignore[arg-type]
        await asyncio.wait({task})
        if task.cancelled():
            raise ConnectionLost
        return task.result()

    async def look(self) -> None:
        """Read what is new in the journal."""
        self.outcome = None
        try:
            await self.serve(lambda desk: desk.committer.refresh(0))
        except ZapisError as error:
            self.outcome = error
        except ConnectionLost:
            pass


class Job(Process):
    """A process that runs again and again, once at a time, warm in between."""

    kind = "jobs"

    def __init__(self, world: World, name: str, life: int) -> None:
        super().__init__(world, name, life)
        self._alone = asyncio.Lock()

    async def run(self, call: Callable[[], Value]) -> Value | None:
        """What a run reports; None if it failed, as the caller of a function learns by its status."""
        async with self._alone:
            if not self.alive:
                return None
            ended: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()

            def done(value: Value | None, error: BaseException | None) -> None:
                if error is not None and not isinstance(error, ZapisError):
                    ended.set_exception(error)
                    return
                if error is not None:
                    self.world.tell(self.name, f"failed: {error}")
                ended.set_result(value)

            self.begin(call, done)
            await asyncio.wait({ended, self.died}, return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else None


class SyncProcess(Job):
    """An instance of `sync`."""

    def __init__(self, world: World, name: str, life: int) -> None:
        super().__init__(world, name, life)
        self._sync = Sync(
            self.sheets,  # type: ignore[arg-type]
            self.open_ledger(),
            "catalogue",
            settle=SETTLE,
            writer=self.writer,
            new_id=lambda: f"new-{self.dice.randrange(10**9)}",
            person_key=Tokens(["p" * 40]).person,
        )

    async def go(self, plan: SyncRun) -> Any:
        self._dawdles, self._calls_left = plan.dawdles, plan.dies_after
        return await self.run(self._sync.run)


class Operator(Job):
    """An operator at a command line."""

    async def does(self, what: str) -> bool:
        """Close the ledger, open it again, or raise the rules to those in force; whether that could be done."""
        act = {"close": carry.close, "open": carry.open_again, "raise": _raise_the_rules}[what]

        def done() -> bool:
            act(self.open_ledger())
            return True

        return bool(await self.run(done))


def _raise_the_rules(ledger: Ledger) -> None:
    raised = Entry(ledger.now(), ids.entry_id("rules_raised", "1"), SlotId(""), "operator", RulesRaised(1))
    carry.patiently(lambda: ledger.append(Append(journal=[to_row(raised)])))


class DeliverProcess(Job):
    """An instance of `deliver`."""

    def __init__(self, world: World, name: str, life: int) -> None:
        super().__init__(world, name, life)
        self._letters_left: int | None = None
        self._deliverer = Deliverer(self.open_ledger, Post(self), world.tokens, SITE_URL, "visits@zapis.example")  # type: ignore[arg-type]

    async def go(self, plan: DeliverRun) -> Any:
        self._dawdles, self._letters_left = plan.dawdles, plan.dies_after
        return await self.run(lambda: self._deliverer.run(self.writer))

    def die(self, how: str) -> None:
        super().die(how)
        self.world.dead_runs.add(self.writer)

    def took_a_letter(self) -> None:
        """Called when the mail server took a letter; here deliver may die, before it records that."""
        if self._letters_left is None:
            return
        self._letters_left -= 1
        if self._letters_left == 0:
            self.die("kill -9 between sending and recording")
            raise Killed


def make(world: World, name: str, life: int) -> Site | SyncProcess | DeliverProcess | Operator:
    """A new process under a name."""
    kinds = {"site": Site, "sync": SyncProcess, "deliver": DeliverProcess, "operator": Operator}
    return kinds[name.partition("-")[0]](world, name, life)
