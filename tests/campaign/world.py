"""All that exists in a scenario, and the record of what happened in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.campaign import stage
from tests.campaign.google import JOURNAL, OUTBOX, Google
from tests.campaign.post import Mail
from tests.campaign.processes import DeliverProcess, Operator, Process, Site, SyncProcess, make
from tests.campaign.scenario import Scenario, Weather
from zapis.core.model import Registration
from zapis.tokens import Tokens

TOKENS = Tokens(["campaign" * 5])
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor was told. `journal` is how many rows had landed by then."""

    at: float
    asked_at: float
    who: str
    site: str
    registration: Registration
    journal: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A row of the outbox, and how long the journal was when it landed."""

    at: float
    row: Row
    journal: int


class World:
    """Google, the mail server, the processes, and a record kept by nobody of them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.tokens = TOKENS
        self._loop = asyncio.get_running_loop()
        self._lives: Counter[str] = Counter()
        self.processes: dict[str, Any] = {}
        self._weather: list[Weather] = []
        self.calm = False
        """Once the scenario has told its story, nothing fails any more."""
        self.poisoned: set[str] = set()
        self.fires: Counter[str] = Counter()
        self.tale: list[tuple[float, str, str]] = []
        self.journal: list[Row] = []
        """Rows as they landed, whatever was done to the sheet later."""
        self.outbox: list[OutboxRow] = []
        self.mails: list[Mail] = []
        self.answers: list[Answer] = []
        self.refused_by_google: set[str] = set()
        """Ids of requests that were answered as refused by Google."""
        self.unanswered: dict[object, str] = {}
        """Pages that still check seats, and whose they are."""
        self.dead_runs: set[str] = set()
        """Runs of deliver that were killed."""
        self.disturbed_at: float | None = None
        """When somebody edited the journal by hand."""
        self.went_on: list[str] = []
        """Instances that decided by a journal that was edited by hand."""
        self.google = Google(self)
        self.google.books = stage.books(scenario)

    @property
    def seconds(self) -> float:
        return self._loop.time()

    def now(self) -> datetime:
        return stage.BEGINS + timedelta(seconds=self.seconds)

    def start(self, name: str) -> None:
        self._lives[name] += 1
        self.processes[name] = make(self, name, self._lives[name])

    def alive(self) -> list[Process]:
        """Of the functions' processes."""
        return [p for p in self.processes.values() if p.alive and not isinstance(p, Operator)]

    def operator(self) -> Operator:
        """Somebody at a command line."""
        self.start("operator")
        process = self.processes["operator"]
        assert isinstance(process, Operator)
        return process

    def sites(self) -> list[Site]:
        return [p for p in self.processes.values() if isinstance(p, Site)]

    def site(self, name: str) -> Site:
        process = self.processes[name]
        assert isinstance(process, Site)
        return process

    def sync(self, name: str) -> SyncProcess:
        process = self.processes[name]
        assert isinstance(process, SyncProcess)
        return process

    def deliver(self, name: str) -> DeliverProcess:
        process = self.processes[name]
        assert isinstance(process, DeliverProcess)
        return process

    def befalls(self, weather: Weather) -> None:
        self._weather.append(weather)

    def weather(self, whom: str, dice: Random) -> str | None:
        """The fault that a call from `whom` meets now."""
        if self.calm:
            return None
        now = self.seconds
        for spell in self._weather:
            if spell.whom == whom and spell.at <= now < spell.at + spell.lasts and dice.random() < spell.rate:
                return spell.fault
        return None

    def fire(self, fault: str) -> None:
        """Count a fault that really happened."""
        self.fires[fault] += 1

    def fired(self, fault: str, seconds: float) -> float:
        self.fire(fault)
        return seconds

    def tell(self, who: str, what: str) -> None:
        self.tale.append((self.seconds, who, what))

    def landed(self, tab: str, rows: Sequence[Row]) -> None:
        """Called when rows were appended to a tab of the ledger."""
        if tab == JOURNAL:
            for row in rows:
                self.journal.append(row)
                self.tell("journal", f"row {len(self.journal)}: {row[1]} {row[2]} by {row[4]}")
        elif tab == OUTBOX:
            self.outbox += [OutboxRow(self.seconds, row, len(self.journal)) for row in rows]

    def mailed(self, mail: Mail) -> None:
        self.mails.append(mail)
        self.tell("mail", f"{mail.matter.notice.id} by {mail.run}")
