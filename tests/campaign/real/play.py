"""Visitors over HTTP, a misfortune in their midst, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx

from tests.campaign.checks import Readings
from tests.campaign.real.ground import DRAINED_WITHIN, SITES, Ground
from tests.campaign.real.plans import (
    BEFORE,
    DELIVER_DIES,
    SITE_DIES,
    SITE_STOPS,
    SYNC_DIES,
    WHENEVER,
    Click,
    Misfortune,
    Plan,
    Wave,
)
from tests.stage import hands
from zapis.core.ids import registration_id
from zapis.core.model import SlotId
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.publish.sync import Sync
from zapis.schema import tab
from zapis.tokens import Tokens

AGAIN_AFTER = 0.25
PATIENCE = 60.0
FINAL = (200, 201, 409)
LINES = tab("roster", "lines")
AHEAD = 1.0
"""Seconds by which a call is held up that somebody is to die in."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a visitor read. `seats` are the party's, `state` the API's word."""

    registration: str
    slot: str
    state: str
    seats: int
    ticket: str


@dataclass(slots=True)
class Campaign:
    """All scenarios over one ground, and what was seen of them."""

    ground: Ground
    slots: list[str]
    readings: Readings = field(default_factory=Readings)
    told: list[Told] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    excused: set[str] = field(default_factory=set)
    """Letters (by Message-ID) that a killed `deliver` had claimed, and did not live to say what became of them."""

    def play(self, plan: Plan) -> None:
        """One scenario, and the checks that do not have to wait for the end."""
        told = asyncio.run(_Scenario(self, plan).play())
        for row in self.ground.news():
            self.readings.read(row)
        found = [*self._contradictions(told), *self.readings.oversold, *self.readings.disagreements]
        self.failures += [f"{plan.name}: {what}" for what in found]
        self.told += told

    def _contradictions(self, told: list[Told]) -> Iterator[str]:
        for answer in told:
            party = self.readings.judge.parties.get(answer.registration)
            held = [(v.standing, len(v.members)) for _row, v in party.verdicts] if party else []
            if (answer.state, answer.seats) not in held:
                yield f"{answer.registration} was told {answer.state} for {answer.seats}; the journal says {held}"

    def finish(self) -> None:
        """Do what is still due, as somebody for whom every claim of the dead has lapsed; then look at everything."""
        ground = self.ground
        for name in ("sheets", *SITES):
            ground.wait_for(name)
        ground.forget_faults()
        ids = iter(range(1000))
        late = Sync(
            ground.sheets,
            ground.late_ledger(),
            ground.catalogue,
            settle=timedelta(),
            writer="late",
            new_id=lambda: f"late-{next(ids)}",
            person_key=Tokens(["p" * 40]).person,
            names=ground.names,
        )
        while (report := late.run()).offers or report.written:
            pass
        self.excused &= ground.claimed()  # what was on its way when a `deliver` died has landed by now
        tokens = Tokens([ground.folder.secret.read_text().split()[0]])
        transport = SmtpTransport(f"smtp://127.0.0.1:{ground.mailbox.smtp_port}")
        deliverer = Deliverer(ground.late_ledger, transport, tokens, "http://site.example", "visits@zapis.example")
        while deliverer.run("late").due_left:
            pass
        for row in ground.news():
            self.readings.read(row)
        self.failures += [*self._people(), *self._letters(), *self._rosters(), *self._instances()]

    def _people(self) -> Iterator[str]:
        people, parties = {row[0] for row in self.ground.people()}, set(self.readings.judge.parties)
        if parties - people:
            yield f"nobody knows who these are: {parties - people}"

    def _letters(self) -> Iterator[str]:
        """Each due notice was sent; twice only where deliver died between sending and recording."""
        ids = Counter(_reference(message) for message in self.ground.mailbox.messages())
        for party in self.readings.judge.parties.values():
            if party.told and (wanted := f"{party.id}.{party.told[-1].sequence}") not in ids:
                yield f"{wanted} ({party.told[-1].kind}) is due and was never sent"
        implied = {
            f"{party.id}.{told.sequence}" for party in self.readings.judge.parties.values() for told in party.told
        }
        yield from (f"{letter} was sent, and nothing implies it" for letter in set(ids) - implied)
        twice = {letter for letter, count in ids.items() if count > 1}
        yield from (f"{letter} was sent {ids[letter]} times" for letter in twice - self.excused)

    def _rosters(self) -> Iterator[str]:
        rows = self.ground.shown(self.ground.roster, LINES.title)
        listed = {row[0] for row in rows if "придёт" in row}
        parties = self.readings.judge.parties.values()
        coming = {f"{p.id}.{member}" for p in parties if p.standing == "confirmed" for member in p.members}
        if listed != coming:
            yield f"the roster is wrong about {sorted(listed ^ coming)}"

    def _instances(self) -> Iterator[str]:
        """Each instance counts the seats as the judge does."""
        for name in SITES:
            slots = hands().get(f"{self.ground.url(name)}/api/slots", timeout=30).json()["slots"]
            for slot in slots:
                free = max(self.readings.judge.free(slot["id"]), 0)
                if slot["free"] != free:
                    yield f"{name} sees {slot['free']} free seats in {slot['id']}, the judge {free}"


class _Scenario:
    """One scenario as it goes."""

    def __init__(self, campaign: Campaign, plan: Plan) -> None:
        self._campaign = campaign
        self._ground = campaign.ground
        self._plan = plan
        self._slot = campaign.slots[plan.number]
        self._dice = Random(plan.number)
        self._appends = f"{self._ground.ledger}:batchUpdate"

    async def play(self) -> list[Told]:
        first, second = self._plan.waves
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=PATIENCE, limits=limits, trust_env=False, verify=False) as self._http:
            told = await self._while_people_come(first)
            again = await self._while_people_come(second, had=told)
        await asyncio.to_thread(self._deliver)
        if self._plan.sync_dies:
            await asyncio.to_thread(self._sync)
        return [*told, *again]

    async def _while_people_come(self, wave: Wave, had: list[Told] | None = None) -> list[Told]:
        """The first click's call is held up, all others come, one who `had` a seat cancels, and somebody dies."""
        misfortune, ground = wave.misfortune, self._ground
        await asyncio.to_thread(ground.wait_for, misfortune.victim)
        if misfortune.point == WHENEVER:
            coming = asyncio.gather(self._come(wave.clicks), self._give_back(had or []))
            await asyncio.sleep(misfortune.moment)
            await asyncio.to_thread(self._strike, misfortune)
            return [answer for answers in await coming for answer in answers]
        held_up = {"kind": "slow", "seconds": AHEAD} if misfortune.point == BEFORE else {"kind": "stall_after"}
        ground.order(path=self._appends, **held_up)
        first = asyncio.ensure_future(self._come(wave.clicks[:1]))
        await asyncio.to_thread(ground.until, ground.fired)
        rest = asyncio.gather(first, self._come(wave.clicks[1:]), self._give_back(had or []))
        await asyncio.sleep(misfortune.moment)
        await asyncio.to_thread(self._strike, misfortune)
        told = [answer for answers in await rest for answer in answers]
        ground.forget_faults()
        return told

    def _strike(self, misfortune: Misfortune) -> None:
        """Somebody dies."""
        ground, victim = self._ground, misfortune.victim
        self._campaign.happened[misfortune.name] += 1
        if misfortune.what == SITE_DIES:
            ground.kill(victim)
        elif misfortune.what != SITE_STOPS:
            ground.suffer(misfortune.what)
        else:
            took = ground.drain(victim)
            if took > DRAINED_WITHIN:
                self._campaign.failures.append(f"{self._plan.name}: {victim} took {took:.1f} s to stop")

    async def _come(self, clicks: tuple[Click, ...]) -> list[Told]:
        answers = await asyncio.gather(*(self._ask(click) for click in clicks))
        return [answer for answer in answers if answer]

    async def _ask(self, click: Click) -> Told | None:
        """Ask until told; None for who is told by letter only, because the address has a place already."""
        await asyncio.sleep(click.at)
        body = {
            "contact": {"name": "Анна Петрова", "email": f"{click.who}@example.org", "phone": "+7 916 123-45-67"},
            "visitors": [{"name": f"Гость {'АБ'[n]}", "age": 30 + n} for n in range(click.seats)],
            "if_full": "wait",
            "consents": ["registration", "transfer", "authority"],
        }
        path = f"/api/slots/{self._slot}/registrations"
        answer = await self._until_told("POST", path, click.site, {"Idempotency-Key": click.key}, body)
        registration = registration_id(SlotId(self._slot), click.key)
        return _told(registration, answer)

    async def _give_back(self, told: list[Told]) -> list[Told]:
        """One who has a seat cancels; two clicks."""
        seated = [answer for answer in told if answer.state == "confirmed"]
        if not seated or self._plan.number % 2:
            return []
        chosen = self._dice.choice(seated)
        headers = {"Authorization": f"Bearer {chosen.ticket}"}
        clicks = (self._until_told("DELETE", "/api/registrations", site, headers) for site in SITES[:2])
        answers = [_told(chosen.registration, answer) for answer in await asyncio.gather(*clicks)]
        return [answer for answer in answers if answer]

    async def _until_told(
        self, method: str, path: str, site: str, headers: dict[str, str], body: Any = None
    ) -> dict[str, Any]:
        """What the page does: ask again with the same key, wherever that leads."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            try:
                response = await self._http.request(
                    method, f"{self._ground.url(site)}{path}", headers=headers, json=body
                )
            except httpx.TransportError:
                self._campaign.happened["a page asked again: no connection"] += 1
            else:
                if response.status_code in FINAL:
                    return dict(response.json())
                assert response.status_code >= 500 or response.status_code == 202, response.text
                self._campaign.happened[f"a page asked again: {response.status_code}"] += 1
            await asyncio.sleep(AGAIN_AFTER)
            site = self._dice.choice(SITES)
        raise AssertionError(f"{self._plan.name}: {headers} was never answered")

    def _deliver(self) -> None:
        """The claim lands and the letters are sent; their record does not get through, or its answer does not."""
        ground, point = self._ground, self._plan.deliver_dies
        if not point:
            ground.run("deliver")
            return
        ground.order(_stall(point), self._appends, nth=2)
        if self._killed_while_running("deliver", f"{DELIVER_DIES}, {point}"):
            self._campaign.excused |= ground.claimed()

    def _sync(self) -> None:
        """An organiser adds a seat, and sync dies at one of its writes."""
        ground, point = self._ground, self._plan.sync_dies
        ground.type_capacity(self._slot, 3)
        ground.order(_stall(point), ":batchUpdate", nth=self._dice.choice((1, 2)))
        self._killed_while_running("sync", f"{SYNC_DIES}, {point}")
        ground.run("sync")

    def _killed_while_running(self, job: str, misfortune: str) -> bool:
        """Whether the ordered fault struck and the job was killed in it."""
        ground = self._ground
        struck = ground.killed_in(job)
        self._campaign.happened[misfortune if struck else f"{job} was too quick"] += 1
        ground.forget_faults()
        return struck


def _stall(point: str) -> str:
    """The emulator's word for a call that gets no answer: not heard at all, or applied."""
    return "stall" if point == BEFORE else "stall_after"


def _told(registration: str, answer: dict[str, Any]) -> Told | None:
    if "state" not in answer:
        assert answer.get("reason") == "already_registered", json.dumps(answer, ensure_ascii=False)
        return None
    seats = sum(bool(visitor["coming"]) for visitor in answer["visitors"])
    return Told(registration, answer["slot"], answer["state"], seats, answer["ticket"])


def _reference(message: dict[str, Any]) -> str:
    """Which notice a letter is of."""
    return str(message["message_id"].strip("<>").partition("@")[0])
