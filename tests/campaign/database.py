"""The same campaign over PostgreSQL: each process on a wire of its own, so that it dies where it hurts.

A call that is held up is a COMMIT of something added, or its answer. Beside what befalls the sheet ledger, wires
break, the server ends its sessions, or crashes and recovers. Two instances of three ask for serializable
transactions, as a distributed database has no others: there writers fail at first all the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from local.folder import Folder, held
from local.mailbox import Mailbox
from local.plan import Part
from local.postgres import Postgres, postgres
from local.settings import Books
from tests.campaign.real.ground import JOBS, READY_SECONDS, SITES, Ground
from tests.campaign.real.plans import AFTER, BEFORE, SITE_DIES, SITE_STOPS, WHENEVER
from tests.wire import Wire
from zapis.core.entries import Row
from zapis.errors import SheetsUnavailable
from zapis.ledger.port import Part as List
from zapis.ledger.sql.database import Database, connect
from zapis.ledger.sql.ledger import SqlLedger
from zapis.ledger.sql.schema import upgrade

T = TypeVar("T")
CRASH, CUT, ENDED = "the server crashes and recovers", "all wires break", "the server ends every session"
MISFORTUNES = (
    (SITE_DIES, BEFORE),
    (CRASH, BEFORE),
    (SITE_DIES, AFTER),
    (CUT, AFTER),
    (SITE_STOPS, BEFORE),
    (ENDED, BEFORE),
    (CRASH, AFTER),
    (SITE_DIES, WHENEVER),
    (CUT, WHENEVER),
    (SITE_STOPS, AFTER),
    (ENDED, WHENEVER),
    (CRASH, WHENEVER),
)
STRICT = "?options=-c%20default_transaction_isolation%3Dserializable"
WORDS = {"slow": "late", "stall": "held", "stall_after": "muted"}


class LateLedger(SqlLedger):
    """A ledger whose clock is ahead: for whom every claim of the dead has lapsed."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=20)

    def anew(self) -> LateLedger:
        return LateLedger(self._database)


class DatabaseGround(Ground):
    """The same ground, but that the ledger is a database."""

    names = False

    def __init__(self, folder: Folder, mailbox: Mailbox, slots: int, server: Postgres) -> None:
        self._server = server
        self._address = server.make_database()
        self._database: Database = connect(self._address)
        upgrade(self._database)
        self._reader = SqlLedger(self._database)
        self._orders: list[str] = []
        self._wires = {name: Wire(server.port, self._orders) for name in (*SITES, *JOBS)}
        super().__init__(folder, mailbox, slots)

    def conflicts(self) -> int:
        """How many transactions came second and were begun anew."""
        return self._server.log.count("could not serialize access")

    def order(self, kind: str, path: str, nth: int = 1, **matching: Any) -> None:
        """A call to the ledger is a COMMIT here; of several calls to anything the first is."""
        if path.startswith(self.ledger) or nth == 1:
            self._orders[:] = [*["ok"] * (nth - 1), WORDS[kind]]
        else:
            super().order(kind, path, nth=nth - 1, **matching)

    def fired(self) -> int:
        return super().fired() + sum(wire.struck for wire in self._wires.values())

    def forget_faults(self) -> None:
        super().forget_faults()
        self._orders.clear()
        for wire in self._wires.values():
            wire.struck = 0

    def suffer(self, misfortune: str) -> None:
        if misfortune == CUT:
            for wire in self._wires.values():
                wire.cut()
        elif misfortune == ENDED:
            self._server.cut_connections()
        else:
            self._server.stop(crash=True)
            self._server.start()

    def news(self) -> tuple[Row, ...]:
        return _patiently(lambda: self._reader.read(List.JOURNAL)).journal

    def outbox(self) -> tuple[Row, ...]:
        return _patiently(lambda: self._reader.anew().read(List.OUTBOX)).outbox

    def people(self) -> tuple[Row, ...]:
        return _patiently(lambda: self._reader.anew().read(List.PEOPLE)).people

    def late_ledger(self) -> LateLedger:  # type: ignore[override]
        return LateLedger(self._database)

    def stop(self) -> None:
        super().stop()
        for wire in self._wires.values():
            wire.close()
        self._database.engine.dispose()

    def _function(self, name: str, books: Books) -> Part:
        part = super()._function(name, books)
        url = self._address.replace(f":{self._server.port}/", f":{self._wires[name].port}/")
        strict = STRICT if name in SITES[1:] else ""
        return replace(part, env={**part.env, "ZAPIS_DATABASE": url + strict, "ZAPIS_SHEET_NAMES": "off"})


def _patiently(read: Callable[[], T]) -> T:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return read()
        except SheetsUnavailable:
            assert time.monotonic() < deadline, "the database does not come back"


@contextmanager
def database_ground(path: Path, slots: int) -> Iterator[DatabaseGround]:
    """A fresh season over a fresh server that keeps what it committed, and its end."""
    with held(path / "data") as folder, Mailbox(path / "mail") as mailbox, postgres(durable=True) as server:
        made = DatabaseGround(folder, mailbox, slots, server)
        try:
            yield made
        finally:
            made.stop()
