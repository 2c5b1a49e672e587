"""Play scenarios and judge them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.campaign import checks, post
from tests.campaign.actors import GIVES_UP_AFTER, act
from tests.campaign.clock import SimulatedLoop, Standstill, pause
from tests.campaign.drawing import draw
from tests.campaign.processes import own_tasks
from tests.campaign.scenario import DELIVERS, SYNCS, DeliverRun, Kill, Scenario, SyncRun
from tests.campaign.world import Row, World
from zapis.commands import carry
from zapis.errors import JournalDisturbed
from zapis.mail import deliver as deliver_module

BROKE = "the scenario broke"
ROUNDS = (30, 60, 120, 300, 960, 1800, 3700, 3700, 3700)
"""Seconds between the last runs of deliver: retries come ever later, a dead run's claim lapses."""
THE_EVE = (3000 - 24 * 60 + 5) * 60.0
"""When, in seconds, most visits of a scenario are less than a day away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scenario."""

    scenario: Scenario
    failures: list[str]
    fires: Counter[str]
    answers: int
    contested: int
    tale: list[tuple[float, str, str]]
    journal: list[Row]


@dataclass(slots=True)
class Totals:
    """What became of many."""

    scenarios: int = 0
    answers: int = 0
    contested: int = 0
    fires: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.scenarios += 1
        self.answers += outcome.answers
        self.contested += outcome.contested
        self.fires += outcome.fires
        if outcome.failures:
            self.failed.append(outcome)

    def merge(self, other: Totals) -> None:
        self.scenarios += other.scenarios
        self.answers += other.answers
        self.contested += other.contested
        self.fires += other.fires
        self.failed += other.failed

    def table(self) -> str:
        """How much happened, the most frequent first."""
        lines = [f"{count:9,}  {what}" for what, count in self.fires.most_common()]
        head = f"{self.scenarios:,} scenarios, {self.answers:,} answers, {self.contested:,} contested last seats"
        return "\n".join([f"{head}, {len(self.failed)} failed", *lines])


def play(scenario: Scenario) -> Outcome:
    """One scenario from its beginning to the judgement."""
    try:
        with _simulated(), asyncio.Runner(loop_factory=SimulatedLoop) as runner:
            return runner.run(_play(scenario))
    except Standstill as error:
        return Outcome(scenario, [f"{BROKE}: {error}"], Counter(), 0, 0, [], [])


def play_many(seeds: Iterable[int]) -> Totals:
    """The scenarios of these seeds, one after another."""
    totals = Totals()
    for seed in seeds:
        totals.add(play(draw(seed)))
    return totals


async def _play(scenario: Scenario) -> Outcome:
    own_tasks(asyncio.get_running_loop())  # type: ignore[arg-type]
    world = World(scenario)
    failures: list[str] = []
    try:
        await _open(world)
        await _happen(world)
        await _come_to_rest(world)
    except Exception as error:
        failures.append(f"{BROKE}: {type(error).__name__}: {error}")
    finally:
        await _leave(world)
    evidence = checks.gather(world)
    failures += checks.failures(evidence)
    fires = world.fires + checks.circumstances(evidence)
    contested = checks.contested_last_seats(evidence)
    return Outcome(scenario, failures, fires, len(world.answers), contested, world.tale, world.journal)


async def _leave(world: World) -> None:
    """Nothing may linger: another scenario follows."""
    for process in world.processes.values():
        process.stop()
    await asyncio.sleep(1)


async def _open(world: World) -> None:
    """The season is offered before anybody comes."""
    world.calm = True
    for name in (*world.scenario.sites, *SYNCS, *DELIVERS):
        world.start(name)
    await world.sync(SYNCS[0]).go(SyncRun(0, SYNCS[0]))
    world.calm = False


async def _happen(world: World) -> None:
    deaths = [asyncio.ensure_future(act(world, plan)) for plan in world.scenario.happenings if isinstance(plan, Kill)]
    others = [act(world, plan) for plan in world.scenario.happenings if not isinstance(plan, Kill)]
    await asyncio.wait_for(asyncio.gather(*others), GIVES_UP_AFTER * 2)
    for death in deaths:
        death.cancel()


async def _come_to_rest(world: World) -> None:
    """All misfortune ends; everything that is due is done."""
    world.calm = True
    for name, process in list(world.processes.items()):
        if not process.alive or process.doomed:
            process.stop()
            world.start(name)
    if world.disturbed_at is not None:
        await _mend(world)
    for _ in range(3):
        await asyncio.sleep(61)
        await world.sync(SYNCS[0]).go(SyncRun(0, SYNCS[0]))
    for site in world.sites():
        await site.look()
    for site in world.sites():
        site.stop()
    for seconds in ROUNDS:
        await asyncio.sleep(seconds)
        await world.deliver(DELIVERS[0]).go(DeliverRun(0, DELIVERS[0]))
    await asyncio.sleep(max(THE_EVE - world.seconds, 0))
    for _ in range(2):
        await world.deliver(DELIVERS[0]).go(DeliverRun(0, DELIVERS[0]))


async def _mend(world: World) -> None:
    """See that everybody has stopped, then put the rows back as they landed: the operator's hand in the history."""
    for site in world.sites():
        await site.look()
        if not isinstance(site.outcome, JournalDisturbed):
            world.went_on.append(site.name)
    world.google.put_back(world.journal)
    world.tell("operator", "mends the journal")


@contextmanager
def _simulated() -> Iterator[None]:
    """What reads a real clock reads the simulated one; a letter is its matter; nothing is logged."""
    replaced: list[tuple[Any, str, Any]] = [
        (carry, "time", _Time),
        (deliver_module, "time", _Time),
        (deliver_module, "compose", post.compose),
        (deliver_module, "to_message", post.to_message),
    ]
    kept = [getattr(module, name) for module, name, _ in replaced]
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    for module, name, value in replaced:
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name, _), value in zip(replaced, kept, strict=True):
            setattr(module, name, value)
        logging.disable(disabled)


class _Time:
    """The part of `time` that is used."""

    @staticmethod
    def monotonic() -> float:
        return asyncio.get_running_loop().time()

    @staticmethod
    def sleep(seconds: float) -> None:
        pause(seconds)
