"""How fast `deliver` drains a backlog: 20,000 letters owed at once, as after a night without a mail server.

The mail server is a process of its own on the loopback that takes everything; a provider far away adds four times the
way there to each letter. One run is given half a minute of the four that it has, and what it did is the figure.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from time import monotonic
from typing import Any

from aiosmtpd.smtp import SMTP

from bench import season
from zapis.core import catalogue, people
from zapis.core.model import RegistrationId
from zapis.core.people import Person
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append
from zapis.mail.deliver import BUDGET_SECONDS, Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.tokens import Tokens

OWED = 20_000
SECONDS = 30.0
SITE = "https://visits.zapis.example"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one run did in `seconds`, and how many connections that took."""

    owed: int
    sent: int
    left: int
    seconds: float
    connections: int

    @property
    def a_second(self) -> float:
        return self.sent / self.seconds

    @property
    def runs(self) -> float:
        """Runs of full length until nothing is owed."""
        return self.owed / (max(self.a_second, 1e-9) * BUDGET_SECONDS)


def measure(owed: int = OWED, seconds: float = SECONDS) -> Backlog:
    """A run of `seconds` over a season whose every registration is owed its letter."""
    store = _season(owed)
    with _post_office() as (port, connections):
        deliverer = Deliverer(
            lambda: MemoryLedger(store, lambda: datetime.now(UTC)),
            SmtpTransport(f"smtp://127.0.0.1:{port}"),
            Tokens(["bench" * 8]),
            SITE,
            "visits@zapis.example",
            budget_seconds=seconds,
        )
        begun = monotonic()
        report = deliverer.run("bench")
        took = monotonic() - begun
        return Backlog(owed, report.sent, report.due_left, took, connections.value)


def _season(owed: int) -> MemoryStore:
    now, store = datetime.now(UTC), MemoryStore()
    offered = season.season(now)
    asked = season.requests(offered, owed, now)
    person = Person("Анна Петрова", "anna@zapis.example", "+79161234567", ("Анна Петрова", "Маша Петрова"))
    MemoryLedger(store, lambda: now).append(
        Append(
            journal=[*season.offers(offered, now), *asked],
            people=[people.to_row(RegistrationId(row[2]), person) for row in asked],
            catalogue=catalogue.to_rows(offered),
        )
    )
    return store


@contextmanager
def _post_office() -> Iterator[tuple[int, Synchronized[int]]]:
    """A mail server in another process: its port, and how often it was connected to."""
    connections = multiprocessing.Value("i", 0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = multiprocessing.Process(target=_serve, args=(listening, connections), daemon=True)
        process.start()
        yield listening.getsockname()[1], connections
        process.terminate()
        process.join()


def _serve(listening: socket.socket, connections: Synchronized[int]) -> None:
    def converse() -> SMTP:
        connections.value += 1
        return SMTP(_Taker(), hostname="mail.zapis.example")

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(converse, sock=listening)
        await server.serve_forever()

    asyncio.run(serve())


class _Taker:
    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802
        return "250 OK"


if __name__ == "__main__":
    print(measure())
