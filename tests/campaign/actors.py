"""Who acts in a scenario: visitors and their pages, organisers, operators, misfortune.

A visitor's page keeps its key and asks again after every silence, wherever it is sent next; that is all that
a browser does for Zapis.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from msgspec.structs import replace

from tests.campaign import stage
from tests.campaign.google import JOURNAL
from tests.campaign.processes import ConnectionLost
from tests.campaign.scenario import (
    DELIVERS,
    SYNCS,
    Ask,
    Cancel,
    Change,
    Decide,
    DeliverRun,
    Edit,
    Errand,
    HandEdit,
    Happening,
    Kill,
    Move,
    SyncRun,
    Tick,
    Weather,
)
from tests.campaign.world import Answer, World
from zapis.core import ids
from zapis.core.audit import FINGERPRINTS
from zapis.core.entries import Attended, ConsentWithdrawn, Fact, SeatedOver
from zapis.core.model import Registration, RegistrationId, SlotId
from zapis.core.ticks import line_id
from zapis.errors import CallRefused, CannotDecide, JournalDisturbed, LedgerMoves, SheetsUnavailable
from zapis.ledger.committer import TooManyWaiting, Unsettled
from zapis.site.changes import Changes
from zapis.site.desk import Desk
from zapis.site.forms import PartyRequest, Visitor

AGAIN_AFTER = 3.0
"""Seconds after which a page that checks seats asks again."""
ENOUGH_ROWS = 4
"""So long must the journal be for an edit to be one."""
GIVES_UP_AFTER = 1200.0
"""Longer than any misfortune lasts: a page that has no answer by then is a fault."""


async def act(world: World, happening: Happening) -> None:
    """Do what the scenario says, when it says it; nobody acts for whose asking was left out."""
    await asyncio.sleep(happening.at)
    who = getattr(happening, "who", None)
    if who and who not in {ask.who for ask in world.scenario.happenings if isinstance(ask, Ask)}:
        return
    await _ACTS[type(happening)](world, happening)


async def _ask(world: World, plan: Ask) -> None:
    registration = registration_of(plan)
    if plan.poisoned:
        world.poisoned.add(registration)
    people = tuple(Visitor(f"/visitors/{n}", f"{plan.who} {n}", age) for n, age in enumerate(plan.ages))
    request = PartyRequest(plan.who, plan.email, "", people, plan.waits, ("registration",), "ru", plan.code)

    def register(desk: Desk) -> Awaitable[Any]:
        return desk.register(SlotId(plan.slot), plan.key, request, proven=plan.confirms_after is None)

    world.tell(plan.who, f"asks {plan.slot} for {len(plan.ages)} at {plan.doors[0]} ({registration})")
    page = _Page(world, plan.who, plan.doors[0], plan.patient)
    try:
        answer = await page.ask(register)
    except CallRefused:
        world.refused_by_google.add(registration)
        return
    if isinstance(answer, Registration):
        page.note(answer)
        if plan.confirms_after is not None:
            await _confirm(world, plan, answer)


async def _confirm(world: World, plan: Ask, proposed: Registration) -> None:
    """A press on the page to which the letter's link leads."""
    await asyncio.sleep(plan.confirms_after or 0.0)
    world.tell(plan.who, "confirms the address")
    page = _Page(world, plan.who, plan.doors[0], patient=True)
    if isinstance(answer := await page.ask(lambda desk: desk.confirm_address(proposed)), Registration):
        page.note(answer)


async def _cancel(world: World, plan: Cancel) -> None:
    asked = _what_was_asked(world, plan.who)
    token = world.tokens.ticket(registration_of(asked))

    async def cancel(desk: Desk) -> Registration | None:
        holder = await desk.holder(token)
        return await desk.cancel(holder, plan.members) if holder else None

    page = _Page(world, plan.who, asked.doors[0], patient=True)
    world.tell(plan.who, f"cancels {plan.members or 'all'}")
    answer = await page.ask(cancel)
    if answer is not None:
        page.note(answer)


async def _change(world: World, plan: Change) -> None:
    asked = _what_was_asked(world, plan.who)
    token, key = world.tokens.ticket(registration_of(asked)), f"{plan.what} {plan.at}"

    async def change(desk: Desk) -> Registration | None:
        held = await desk.holder(token)
        if held is None:
            return None
        changes, to = Changes(desk.committer), SlotId(plan.slot)
        if plan.what == "move" and held.slot != to:
            await changes.move(held, to, key)
        elif plan.what == "join":
            await changes.join(held, [Visitor("/visitors/0", f"{plan.who}'s friend", age) for age in plan.ages], key)
        elif plan.what == "correct" and (known := await changes.person(held)):
            await changes.correct(held, known, replace(known, name=f"{plan.who}, put right"))
        elif plan.what == "mail again" and held.active:
            await changes.send_again(held)
        elif plan.what == "forget":
            await changes.forget(held)
        return desk.committer.state.registrations[held.id]

    world.tell(plan.who, f"changes: {plan.what} ({plan.slot})")
    page = _Page(world, plan.who, asked.doors[0], patient=True)
    if (answer := await page.ask(change)) is not None:
        page.note(answer)


async def _decide(world: World, plan: Decide) -> None:
    asked = _what_was_asked(world, plan.who)
    registration, slot = registration_of(asked), SlotId(asked.slot)
    facts: dict[str, Fact] = {
        "seat over": SeatedOver(registration),
        "attend": Attended(registration, (0,)),
        "came": Attended(registration, (0,), "came"),
        "undone": Attended(registration, (0,), "undone"),
        "withdraw": ConsentWithdrawn(registration, "registration"),
    }
    entry = ids.entry_id(plan.what.replace(" ", "_"), registration, str(plan.at))

    async def commit(desk: Desk) -> None:
        await desk.committer.commit(entry, slot, facts[plan.what])

    world.tell("organiser", f"decides for {plan.who}: {plan.what}")
    await _Page(world, f"organiser for {plan.who}", asked.doors[0], patient=True).ask(commit)


_COMES_BACK = (Unsettled, ConnectionLost, SheetsUnavailable, TooManyWaiting, LedgerMoves)


def _why(silence: Exception) -> str:
    if isinstance(silence, Unsettled):
        return "seats are still being checked"
    if isinstance(silence, ConnectionLost):
        return "the instance died"
    if isinstance(silence, LedgerMoves):
        return "the ledger moves"
    return "the instance's clock is wrong" if "clock" in str(silence) else "the ledger does not answer"


class _Page:
    """A page in a browser, asking until it is told."""

    def __init__(self, world: World, who: str, door: str, patient: bool) -> None:
        self._world = world
        self._who = who
        self._door = door
        self._patient = patient
        self._dice = Random(f"{world.scenario.seed} {who} {door}")
        self._asked_at = world.seconds

    async def ask(self, question: Callable[[Desk], Awaitable[Any]]) -> Any:
        """The answer; None if the visitor left without one, or if nothing is answered any more."""
        self._world.unanswered[self] = self._who
        while True:
            try:
                answer = await self._world.site(self._door).serve(question)
            except _COMES_BACK as silence:
                if isinstance(silence, Unsettled) and not self._patient:
                    answer = None
                else:
                    await self._wait(silence)
                    continue
            except (JournalDisturbed, CannotDecide):
                answer = None
            except CallRefused:
                del self._world.unanswered[self]
                raise
            del self._world.unanswered[self]
            return answer

    async def _wait(self, silence: Exception) -> None:
        """Ask again a little later, wherever that leads."""
        self._world.fire(f"page asks again: {_why(silence)}")
        assert self._world.seconds - self._asked_at < GIVES_UP_AFTER, f"{self._who} was never answered"
        await asyncio.sleep(AGAIN_AFTER)
        self._door = self._dice.choice(self._world.scenario.sites)

    def note(self, told: Registration) -> None:
        """What the visitor reads."""
        world = self._world
        world.tell(self._who, f"is told at {self._door}: {told.standing} {told.reason or ''} {told.members}")
        answer = Answer(world.seconds, self._asked_at, self._who, self._door, told, len(world.journal))
        world.answers.append(answer)


def registration_of(plan: Ask) -> RegistrationId:
    """The id that a request's once-only key stands for."""
    return ids.registration_id(SlotId(plan.slot), plan.key)


def _what_was_asked(world: World, who: str) -> Ask:
    return next(h for h in world.scenario.happenings if isinstance(h, Ask) and h.who == who)


async def _edit(world: World, plan: Edit) -> None:
    world.tell("organiser", f"types beside {plan.slot}: {dict(plan.cells)}")
    stage.type_beside(world.google.books["catalogue"], stage.SLOTS, plan.slot, dict(plan.cells))


async def _errand(world: World, plan: Errand) -> None:
    registration = registration_of(_what_was_asked(world, plan.who))
    if stage.type_beside(world.google.books["catalogue"], stage.REGISTRATIONS, registration, {"action": plan.action}):
        world.tell("organiser", f"chooses beside {plan.who}: {plan.action}")


async def _tick(world: World, plan: Tick) -> None:
    line = line_id(registration_of(_what_was_asked(world, plan.who)), plan.member)
    for roster in stage.ROSTERS.values():
        if stage.type_beside(world.google.books[roster], stage.VISITORS, line, {"came": plan.came}):
            world.tell("enterprise", f"ticks {plan.who}: {plan.came}")


async def _move(world: World, plan: Move) -> None:
    for what, lasts in (("close", plan.lasts), ("open", 0.0), ("raise", 0.0)):
        world.tell("operator", f"{what}s the ledger")
        while not await world.operator().does(what):
            await asyncio.sleep(AGAIN_AFTER)
        world.fire(f"ledger: {what}")
        await asyncio.sleep(lasts)


async def _edit_by_hand(world: World, plan: HandEdit) -> None:
    """Disturb the journal above the last row that anybody has read and `sync` has recorded."""
    if len(world.journal) < ENOUGH_ROWS:
        return
    await _everybody_has_read(world)
    tab = world.google.books["ledger"].tabs[JOURNAL]
    header, *rows = tab.rows
    edited = {
        "delete": rows[1:],
        "duplicate": [rows[-1], *rows],
        "sort": [rows[-1], *rows[:-1]],
        "restore": rows[:1],
    }[plan.how]
    tab.rows = [header, *edited]
    world.disturbed_at = world.seconds
    world.fire(f"journal edited by hand: {plan.how}")
    world.tell("somebody", f"edits the journal: {plan.how}")


async def _everybody_has_read(world: World) -> None:
    """Who reads a journal for the first time after an edit has only what was recorded to go by."""
    while not (_recorded(world) and all(process.sheets.rows_seen >= ENOUGH_ROWS for process in world.alive())):
        await asyncio.gather(*(site.look() for site in world.sites()))
        for name in (*SYNCS, *DELIVERS):
            run = SyncRun(0, name) if name in SYNCS else DeliverRun(0, name)
            await _ACTS[type(run)](world, run)
        await asyncio.sleep(AGAIN_AFTER)


def _recorded(world: World) -> bool:
    rows = [json.loads(row.row[3]) for row in world.outbox if row.row[1] == FINGERPRINTS]
    return max((row["first"] + len(row["rows"]) for row in rows), default=0) > ENOUGH_ROWS


async def _kill(world: World, plan: Kill) -> None:
    process = world.processes[plan.process]
    process.doom(plan.point)
    world.tell("operator", f"{plan.process} is to die: {plan.point}")
    await process.died
    await asyncio.sleep(plan.gone)
    world.start(plan.process)
    if world.disturbed_at is not None:
        world.fire("an instance began on an edited journal")


async def _sync(world: World, plan: SyncRun) -> None:
    report = await world.sync(plan.process).go(plan)
    world.tell(plan.process, f"ran: {report}")
    _restart_if_dead(world, plan.process)


async def _deliver(world: World, plan: DeliverRun) -> None:
    report = await world.deliver(plan.process).go(plan)
    world.tell(plan.process, f"ran: {report}")
    _restart_if_dead(world, plan.process)


def _restart_if_dead(world: World, name: str) -> None:
    if not world.processes[name].alive:
        world.start(name)


async def _weather(world: World, plan: Weather) -> None:
    world.tell("weather", f"{plan.whom}: {plan.fault} at {plan.rate} for {plan.lasts} s")
    world.befalls(plan)


_ACTS: dict[type, Callable[[World, Any], Awaitable[None]]] = {
    Ask: _ask,
    Cancel: _cancel,
    Change: _change,
    Decide: _decide,
    Errand: _errand,
    Tick: _tick,
    Edit: _edit,
    Move: _move,
    HandEdit: _edit_by_hand,
    Kill: _kill,
    SyncRun: _sync,
    DeliverRun: _deliver,
    Weather: _weather,
}
