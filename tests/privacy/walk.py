"""A season walked through by somebody whose name, address and telephone are found wherever they are left.

Real parts: the site as the web server calls it, `sync` over the emulator, `deliver` with a real SMTP
conversation, a ledger in PostgreSQL or in a spreadsheet. Every byte that goes to Google goes over a wire that
remembers it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from local.mailbox import Mailbox
from tests.stage import Stage, small_season, stage
from tests.wire import Wire, wire
from zapis.ledger.committer import Committer
from zapis.ledger.pace import Unlimited
from zapis.ledger.port import Ledger, Part
from zapis.ledger.sheet import SheetLedger
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.publish.sync import Sync
from zapis.sheets import Sheets
from zapis.site.application import application
from zapis.tokens import Tokens

SITE = "http://site.test"
NAME, COMPANION = "Меченова Ксения", "Ксенофонтов Мечислав"
EMAIL, PHONE = "marked.person@leaks.example", "+79165550123"
MARKS = ("Меченова", "Ксенофонтов", "marked.person", "9165550123", "916 555-01-23")
CONTACT = {"name": NAME, "email": EMAIL, "phone": "8 (916) 555-01-23"}


def request(**changes: Any) -> dict[str, Any]:
    """What the marked person asks for, as JSON."""
    return {
        "contact": CONTACT,
        "visitors": [{"name": NAME, "age": 34}, {"name": COMPANION, "age": 41}],
        "if_full": "wait",
        "consents": ["registration", "transfer", "authority"],
        "language": "ru",
    } | changes


def spellings(mark: str) -> Iterator[bytes]:
    """A mark as it looks on the wire: as it is, in JSON, in a URL."""
    yield mark.encode()
    yield json.dumps(mark)[1:-1].encode()
    yield httpx.QueryParams({"q": mark}).__str__()[2:].encode()


def found_in(sent: bytes, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Which marks are anywhere in there."""
    return [mark for mark in marks if any(spelling in sent for spelling in spellings(mark))]


class Walk:
    """The parts of a season, and the marked person's ticket."""

    def __init__(self, stage: Stage, google: Wire, mailbox: Mailbox, ledger: Callable[[], Ledger], names: bool) -> None:
        self.stage = stage
        self.google = google
        self.mailbox = mailbox
        self.open_ledger = ledger
        self.tokens = Tokens(["m" * 40])
        ids = count(1)
        self.sync = Sync(
            self.sheets(),
            ledger(),
            stage.catalogue,
            settle=timedelta(),
            writer="sync",
            new_id=lambda: f"new{next(ids)}",
            person_key=self.tokens.person,
            names=names,
            storage="both" if names else "database",
            gate_link=lambda enterprise: f"{SITE}/gate/{self.tokens.gate(enterprise)}",
            links=lambda now: {"office": f"{SITE}/office/{self.tokens.office_today(now)}"},
        )
        self.committer = Committer(ledger, "site", pace=Unlimited())
        self.app = application(self.committer, self.tokens, SITE)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=SITE)
        self.slot = ""
        self.ticket = ""

    def sheets(self) -> Sheets:
        return Sheets(self.stage.key, f"127.0.0.1:{self.google.port}")

    def settle(self) -> None:
        for _ in range(6):
            report = self.sync.run()
            if not report.offers and not report.written:
                return

    def deliver(self) -> None:
        transport = SmtpTransport(f"smtp://127.0.0.1:{self.mailbox.smtp_port}")
        Deliverer(self.open_ledger, transport, self.tokens, SITE, "visits@zapis.example").run("deliver")

    async def ask(self, key: str, **changes: Any) -> httpx.Response:
        path = f"/api/slots/{self.slot}/registrations"
        return await self.http.post(path, json=request(**changes), headers={"Idempotency-Key": key})

    async def register(self) -> None:
        """The season is offered, the marked person gets a seat, everybody is told."""
        self.settle()
        self.slot = (await self.http.get("/api/slots")).json()["slots"][0]["id"]
        answer = await self.ask("first")
        assert answer.status_code == 201, answer.text
        self.ticket = answer.json()["ticket"]
        self.settle()
        self.deliver()
        self.settle()

    @property
    def office(self) -> str:
        """The organisers' page of this day."""
        return f"/office/{self.tokens.office_today(self.committer.now())}"

    def rows(self) -> dict[Part, tuple[tuple[str, ...], ...]]:
        fresh = self.open_ledger().read(*Part)
        return {Part.JOURNAL: fresh.journal, Part.PEOPLE: fresh.people, Part.OUTBOX: fresh.outbox}

    def hmacs(self) -> tuple[str, ...]:
        """What tells persons apart in the journal."""
        payloads = [json.loads(row[-1]) for row in self.rows()[Part.JOURNAL] if row[1] == "requested"]
        return tuple(key for payload in payloads for key in payload["persons"])


@asynccontextmanager
async def walk(folder: Path, ledger: Callable[[], Ledger] | None, *, names: bool) -> AsyncIterator[Walk]:
    """A season over a ledger of one's own (None: the spreadsheet)."""
    with (
        stage(folder, small_season) as running,
        Mailbox(folder / "mail") as mailbox,
        wire(int(re.sub(r".*:", "", running.host))) as google,
    ):

        def in_sheet() -> Ledger:
            return SheetLedger(Sheets(running.key, f"127.0.0.1:{google.port}"), running.ledger)

        walked = Walk(running, google, mailbox, ledger or in_sheet, names)
        async with walked.http:
            yield walked
        await walked.committer.close()
