"""The season of real processes over PostgreSQL: each instance on a wire of its own, so that it dies where it hurts.

Instances are killed while their COMMIT is on its way, or while its answer is; connections break; the server ends
its sessions, or crashes and recovers. Visitors ask again with the same key wherever the page would.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from local.folder import held
from local.mailbox import Mailbox
from local.plan import Part
from local.postgres import Postgres, postgres
from local.settings import Books
from tests.campaign.checks import Readings
from tests.campaign.real.ground import SITES, Ground
from tests.wire import Wire
from zapis.core.entries import Row
from zapis.core.ids import registration_id
from zapis.core.model import SlotId
from zapis.errors import SheetsUnavailable
from zapis.ledger.port import Part as List
from zapis.ledger.sql.database import Database, connect
from zapis.ledger.sql.ledger import SqlLedger
from zapis.ledger.sql.schema import upgrade

AGAIN_AFTER, PATIENCE = 0.2, 60.0
FINAL = (200, 201, 409)
BEFORE, AFTER = "a site is killed before its commit is heard", "a site is killed before it hears of its commit"
WHENEVER, CUT = "a site is killed at any moment", "all wires break"
ENDED, CRASH = "the server ends every session", "the server crashes and recovers"
MISFORTUNES = (BEFORE, AFTER, WHENEVER, CUT, ENDED, CRASH)


class DatabaseGround(Ground):
    """The same ground, but that the ledger is a database."""

    def __init__(self, folder: Any, mailbox: Mailbox, slots: int, server: Postgres) -> None:
        self.server = server
        self.database_url = server.make_database()
        self._database: Database = connect(self.database_url)
        upgrade(self._database)
        self._reader = SqlLedger(self._database)
        self.wires = {name: Wire(server.port) for name in SITES}
        super().__init__(folder, mailbox, slots)

    def _function(self, name: str, books: Books) -> Part:
        part = super()._function(name, books)
        wire = self.wires.get(name)
        url = self.database_url.replace(f":{self.server.port}/", f":{wire.port}/") if wire else self.database_url
        return replace(part, env={**part.env, "ZAPIS_DATABASE": url, "ZAPIS_SHEET_NAMES": "off"})

    def news(self) -> tuple[Row, ...]:
        return self._patiently(lambda: self._reader.read(List.JOURNAL)).journal

    def people(self) -> tuple[Row, ...]:
        return self._patiently(lambda: self._reader.anew().read(List.PEOPLE)).people

    def stop(self) -> None:
        super().stop()
        for wire in self.wires.values():
            wire.close()
        self._database.engine.dispose()

    def _patiently(self, read: Callable[[], Any]) -> Any:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return read()
            except SheetsUnavailable:
                if time.monotonic() > until:
                    raise


@dataclass(slots=True)
class DatabaseCampaign:
    """Waves of visitors, a misfortune in the midst of each, and what they were told."""

    ground: DatabaseGround
    slots: list[str]
    readings: Readings = field(default_factory=Readings)
    failures: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    answers: int = 0

    def play(self, number: int) -> None:
        """One wave, and what must hold after it."""
        misfortune, dice = MISFORTUNES[number % len(MISFORTUNES)], Random(f"database {number}")
        told = asyncio.run(self._wave(number, misfortune, dice))
        for row in self.ground.news():
            self.readings.read(row)
        found = [*self._contradictions(told), *self.readings.oversold, *self.readings.disagreements]
        self.failures += [f"wave {number}, {misfortune}: {what}" for what in found]
        self.answers += len(told)

    def finish(self) -> None:
        """Everybody is known, and each instance counts as the judge does."""
        parties = set(self.readings.judge.parties)
        if missing := parties - {row[0] for row in self.ground.people()}:
            self.failures.append(f"nobody knows who these are: {missing}")
        for name in SITES:
            self.ground.wait_for(name)
            for slot in httpx.get(f"{self.ground.url(name)}/api/slots", timeout=30).json()["slots"]:
                free = max(self.readings.judge.free(slot["id"]), 0)
                if slot["free"] != free:
                    self.failures.append(f"{name} sees {slot['free']} free in {slot['id']}, the judge {free}")

    def _contradictions(self, told: dict[str, tuple[str, int]]) -> Iterator[str]:
        for registration, answer in told.items():
            party = self.readings.judge.parties.get(registration)
            verdicts = [(v.standing, len(v.members)) for _row, v in party.verdicts] if party else []
            if answer not in verdicts:
                yield f"{registration} was told {answer}; the journal says {verdicts}"

    async def _wave(self, number: int, misfortune: str, dice: Random) -> dict[str, tuple[str, int]]:
        victim = dice.choice(SITES)
        for name in SITES:
            await asyncio.to_thread(self.ground.wait_for, name)
        wire = self.ground.wires[victim]
        wire.struck.clear()
        wire.plan = {BEFORE: ["held"], AFTER: ["muted"]}.get(misfortune, [])
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=PATIENCE, limits=limits, trust_env=False) as http:
            clicks = [self._ask(http, number, 0, victim, dice)]
            clicks += [self._ask(http, number, n, dice.choice(SITES), dice) for n in range(1, dice.randint(4, 7))]
            coming = [asyncio.ensure_future(click) for click in clicks]
            await asyncio.to_thread(self._strike, misfortune, victim, dice.uniform(0.0, 0.15))
            answers = await asyncio.gather(*coming)
        return dict(answer for answer in answers if answer)

    def _strike(self, misfortune: str, victim: str, moment: float) -> None:
        ground, wire = self.ground, self.ground.wires[victim]
        if misfortune in (BEFORE, AFTER):
            if not wire.struck.wait(PATIENCE):
                self.failures.append(f"{misfortune}: nothing was on its way")
                return
        else:
            wire.struck.wait(moment)
        self.happened[misfortune] += 1
        if misfortune == CUT:
            for each in ground.wires.values():
                each.cut()
        elif misfortune == ENDED:
            ground.server.cut_connections()
        elif misfortune == CRASH:
            ground.server.stop(crash=True)
            ground.server.start()
        else:
            ground.kill(victim)
            wire.cut()

    async def _ask(
        self, http: httpx.AsyncClient, number: int, n: int, site: str, dice: Random
    ) -> tuple[str, tuple[str, int]] | None:
        """Ask until told, as the page does; None for who is told by letter only."""
        slot, key = self.slots[number], f"key-{number}-{n}"
        body = {
            "contact": {"name": "Анна Петрова", "email": f"v{number}-{n}@example.org", "phone": "+7 916 123-45-67"},
            "visitors": [{"name": "Анна Петрова", "age": 34}],
            "if_full": "wait",
            "consents": ["registration", "transfer"],
        }
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            try:
                url = f"{self.ground.url(site)}/api/slots/{slot}/registrations"
                response = await http.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.happened["a page asked again: no connection"] += 1
            else:
                if response.status_code in FINAL:
                    return self._told(slot, key, response.json())
                assert response.status_code >= 500 or response.status_code == 202, response.text
                self.happened[f"a page asked again: {response.status_code}"] += 1
            await asyncio.sleep(AGAIN_AFTER)
            site = dice.choice(SITES)
        raise AssertionError(f"wave {number}: {key} was never answered")

    def _told(self, slot: str, key: str, answer: dict[str, Any]) -> tuple[str, tuple[str, int]] | None:
        if "state" not in answer:
            return None
        seats = sum(bool(visitor["coming"]) for visitor in answer["visitors"])
        return registration_id(SlotId(slot), key), (answer["state"], seats)


@contextmanager
def database_ground(path: Path, slots: int) -> Iterator[DatabaseGround]:
    """A fresh season over a fresh server that keeps what it committed, and its end."""
    with held(path / "data") as folder, Mailbox(path / "mail") as mailbox, postgres(durable=True) as server:
        made = DatabaseGround(folder, mailbox, slots, server)
        try:
            yield made
        finally:
            made.stop()
