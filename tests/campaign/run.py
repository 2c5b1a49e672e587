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
from tests.campaign.clock import SimulatedLoop, pause
from tests.campaign.processes import own_tasks
from tests.campaign.scenario import DELIVERS, SYNCS, DeliverRun, Scenario, SyncRun, draw
from tests.campaign.world import World
from zapis.mail import deliver as deliver_module

ROUNDS = (30, 60, 120, 300, 960, 1800, 3700, 3700, 3700)
"""Seconds between the last runs of deliver: retries come ever later, a dead run's claim lapses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scenario."""

    scenario: Scenario
    failures: list[str]
    fires: Counter[str]
    contested: int
    tale: list[tuple[float, str, str]]


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
        self.contested += outcome.contested
        self.fires += outcome.fires
        if outcome.failures:
            self.failed.append(outcome)


def play(scenario: Scenario) -> Outcome:
    """One scenario from its beginning to the judgement."""
    with _simulated(), asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(_play(scenario))


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
    except AssertionError as error:
        failures.append(str(error))
    evidence = checks.gather(world)
    failures += checks.failures(evidence)
    fires = world.fires + Counter({"a late or stale offer": evidence.judge.stale_offers})
    return Outcome(scenario, failures, fires, checks.contested_last_seats(evidence), world.tale)


async def _open(world: World) -> None:
    """The season is offered before anybody comes."""
    world.calm = True
    for name in (*world.scenario.sites, *SYNCS, *DELIVERS):
        world.start(name)
    await world.sync(SYNCS[0]).go(SyncRun(0, SYNCS[0]))
    world.calm = False


async def _happen(world: World) -> None:
    acts = [asyncio.ensure_future(act(world, happening)) for happening in world.scenario.happenings]
    doomed = [task for task, plan in zip(acts, world.scenario.happenings, strict=True) if type(plan).__name__ == "Kill"]
    rest = [task for task in acts if task not in doomed]
    await asyncio.wait_for(asyncio.gather(*rest), GIVES_UP_AFTER * 2)
    for task in doomed:
        task.cancel()


async def _come_to_rest(world: World) -> None:
    """All misfortune ends; everything that is due is done."""
    world.calm = True
    for name, process in list(world.processes.items()):
        if not process.alive or process.doomed:
            process.die("restarted")
            world.start(name)
    if world.disturbed_at is None:
        for _ in range(3):
            await asyncio.sleep(61)
            await world.sync(SYNCS[0]).go(SyncRun(0, SYNCS[0]))
    for site in world.sites():
        await site.look()
    for site in world.sites():
        site.die("stopped")
    if world.disturbed_at is not None:
        return
    for seconds in ROUNDS:
        await asyncio.sleep(seconds)
        await world.deliver(DELIVERS[0]).go(DeliverRun(0, DELIVERS[0]))


@contextmanager
def _simulated() -> Iterator[None]:
    """What reads a real clock reads the simulated one; a letter is its matter; nothing is logged."""
    replaced: dict[str, Any] = {"time": _Time, "compose": post.compose, "to_message": post.to_message}
    kept = {name: getattr(deliver_module, name) for name in replaced}
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    for name, value in replaced.items():
        setattr(deliver_module, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(deliver_module, name, value)
        logging.disable(disabled)


class _Time:
    """The part of `time` that deliver uses."""

    @staticmethod
    def monotonic() -> float:
        return asyncio.get_running_loop().time()

    @staticmethod
    def sleep(seconds: float) -> None:
        pause(seconds)
