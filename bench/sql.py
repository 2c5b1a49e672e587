"""The ledger in PostgreSQL: the same visitors, beside the sheet ledger and beside bare transactions.

The server runs on this machine and keeps what it commits (fsync). A bare transaction advances the head row and adds
a row to the journal and one to people, one connection for each instance: that is what nothing can be faster than that
lands registrations one by one. A batch lands many in one, so many visitors at once may well pass it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench import rush
from bench.ground import Ground, get
from bench.rush import Rush
from local.folder import Folder, held
from local.plan import Part
from local.postgres import Postgres, postgres
from local.sheets.server import Emulator
from zapis.ledger.port import Append
from zapis.ledger.sql.database import connect
from zapis.ledger.sql.ledger import SqlLedger
from zapis.ledger.sql.schema import upgrade
from zapis.publish.books import Books

INSTANCES = (1, 3, 10)
ONE = Append([("2030-01-01T00:00:00.000Z", "requested", "x" * 24, "slot-000", "bench", "{}" * 100)], [("x", "0", "{}")])


@dataclass(frozen=True, slots=True)
class Floor:
    """So many bare transactions over so many connections, in seconds each."""

    a_second: float
    waits: Sequence[float]


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds that the first visitor of a cold instance waits for a page, over a journal of so many entries."""

    entries: int
    whole: float
    resumed: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One of each for every number of instances, and the cold starts."""

    floors: Sequence[Floor]
    at_once: Sequence[Rush]
    streams: Sequence[Rush]
    starts: Sequence[Start]


class SqlGround(Ground):
    """A laid-out season whose ledger is a database."""

    def __init__(self, folder: Folder, emulator: Emulator, server: Postgres) -> None:
        super().__init__(folder, emulator)
        self._address = server.make_database()
        self.database = connect(self._address)
        upgrade(self.database)

    def open_ledger(self) -> SqlLedger:
        return SqlLedger(self.database)

    def function(self, name: str, port: int) -> Part:
        part = super().function(name, port)
        return replace(part, env={**part.env, "ZAPIS_DATABASE": self._address})

    def stop(self) -> None:
        super().stop()
        self.database.engine.dispose()


@contextmanager
def ground(past: int = 0) -> Iterator[SqlGround]:
    """A fresh season in a fresh database, and its end."""
    with (
        TemporaryDirectory(prefix="zapis-bench-") as name,
        held(Path(name) / "data") as folder,
        Emulator(data=folder.sheets) as emulator,
        postgres(durable=True) as server,
    ):
        made = SqlGround(folder, emulator, server)
        try:
            made.lay_out(past)
            yield made
        finally:
            made.stop()


def measure(
    crowd: int = 1_000, stream: int = 2_000, seconds: float = 24.0, past: Sequence[int] = (10_000, 100_000)
) -> Measured:
    """`crowd` come at once, `stream` come over so many seconds; then instances begin over so many past requests."""
    return Measured(
        floors=[floor(count, crowd) for count in INSTANCES],
        at_once=[rush.zapis(f"{count}", count, crowd, 0.0, mail=False, on=ground) for count in INSTANCES],
        streams=[rush.zapis(f"{count}", count, stream, seconds, mail=False, on=ground) for count in INSTANCES],
        starts=[cold(size) for size in past],
    )


def floor(connections: int, transactions: int) -> Floor:
    """Registrations that land one by one, by as many connections as there are instances."""
    with postgres(durable=True) as server:
        database = connect(server.make_database())
        upgrade(database)
        database.engine.dispose()

        def write(_: int) -> list[float]:
            own = connect(database.engine.url.render_as_string(hide_password=False))
            ledger = SqlLedger(own)
            waits = [_timed(ledger) for _ in range(transactions // connections)]
            own.engine.dispose()
            return waits

        begun = time.perf_counter()
        with ThreadPoolExecutor(connections) as pool:
            waits = [wait for each in pool.map(write, range(connections)) for wait in each]
        return Floor(len(waits) / (time.perf_counter() - begun), waits)


def _timed(ledger: SqlLedger) -> float:
    begun = time.perf_counter()
    ledger.append(ONE)
    return time.perf_counter() - begun


def cold(past: int, times: int = 3) -> Start:
    """The process is up and has answered nothing but its health; with and without a snapshot to begin from."""
    with ground(past) as made:
        whole = median(_first_page(made) for _ in range(times))
        books = Books(made.open_ledger(), names=False)
        books.hear()
        books.remember()
        resumed = median(_first_page(made) for _ in range(times))
        with made.database.engine.connect() as look:
            entries = look.scalar(text("SELECT journal FROM head"))
    return Start(int(entries or 0), whole, resumed)


def _first_page(made: SqlGround) -> float:
    url = made.site()
    begun = time.perf_counter()
    status, _ = get(f"{url}/")
    assert status == 200, status
    return time.perf_counter() - begun
