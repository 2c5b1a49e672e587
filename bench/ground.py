"""What a measurement stands on: Google as the emulator plays it, a season, a mailbox, instances as deployed.

The emulator runs in this process, which waits for the crowd meanwhile; instances, mailbox and crowd are
processes of their own. Quota and latency are Google's from the moment the season is laid out.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import requests

from bench import season
from local.child import Child
from local.folder import Folder, held
from local.plan import ROOT, Accepts, Part, Scratch, plan
from local.ports import LOOPBACK, free
from local.settings import Books, Port, Settings
from local.sheets.latency import Latency
from local.sheets.quota import Quota
from local.sheets.server import Emulator
from zapis.core import catalogue
from zapis.core.entries import Row
from zapis.ledger.port import Append, Ledger
from zapis.ledger.port import Part as List
from zapis.ledger.sheet import SheetLedger
from zapis.publish.layout import lay_out
from zapis.schema import schema
from zapis.sheets import Sheets

SITE, JOBS, OPERATOR = (f"{name}@demo.iam.gserviceaccount.com" for name in ("zapis-site", "zapis-jobs", "operator"))
READY_SECONDS = 30.0


class CountedQuota(Quota):
    """The emulator's quota, which also remembers every call that it granted or refused."""

    def __init__(self, plain: Quota) -> None:
        super().__init__(plain._clock)
        self.granted: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()

    def spend(self, user: str, kind: str) -> None:
        try:
            super().spend(user, kind)
        except Exception:
            self.refused[kind, user] += 1
            raise
        self.granted[kind, user] += 1


class Ground:
    """A laid-out season. `restless` is Google with its quotas and its latency; still, it answers at once."""

    def __init__(self, folder: Folder, emulator: Emulator, slots: int = season.SLOTS) -> None:
        self.folder = folder
        self.emulator = emulator
        self.host = emulator.url.removeprefix("http://")
        self.quota = CountedQuota(emulator.quota)
        emulator.quota = emulator.api.quota = self.quota
        self.operator = Sheets(self.key(OPERATOR), self.host)
        self.ledger = self._file("ledger")
        self.season = season.season(slots=slots)
        self.smtp_port = free()
        self._stack = ExitStack()

    def key(self, email: str) -> Path:
        path = self.folder.path / f"{email}.json"
        return path if path.exists() else self.emulator.key_file(path, email)

    def lay_out(self, past: int = 0) -> None:
        """Put the season in force; `past` requests have been made already."""
        lay_out(self.operator, self.ledger, schema()["ledger"])
        now = datetime.now(UTC)
        journal = season.offers(self.season, now) + season.requests(self.season, past, now)
        ledger = self.open_ledger()
        ledger.append(Append(catalogue=catalogue.to_rows(self.season)))
        for start in range(0, len(journal), 5000):
            ledger.append(Append(journal=journal[start : start + 5000]))
        ledger.append(Append(outbox=season.outbox(journal, now)))

    def restless(self) -> None:
        self.quota.enforced = True
        self.emulator.api.latency = Latency("google")

    def still(self) -> None:
        self.quota.enforced = False
        self.emulator.api.latency = Latency()

    def journal(self) -> tuple[Row, ...]:
        return self.open_ledger().read(List.JOURNAL).journal

    def open_ledger(self) -> Ledger:
        """The ledger, in the operator's name."""
        return SheetLedger(self.operator, self.ledger)

    def site(self, ready: bool = True) -> str:
        """Start an instance of `site` as it is deployed; its address."""
        port = free()
        self.start(self.function("site", port), ready)
        return f"http://{LOOPBACK}:{port}"

    def function(self, name: str, port: int) -> Part:
        """One of the functions, as the runner plans it."""
        books = Books("no-catalogue-here", self.ledger, self.key(SITE), self.key(JOBS))
        scratch = Scratch(port, port, self.folder.path / f"sockets-{port}")
        parts = plan(self._settings(port), self.folder, scratch, _environ()).functions(books)
        part = next(part for part in parts if part.name == name)
        (self.folder.path / f"sockets-{port}" / name).mkdir(parents=True)
        return replace(part, name=f"{name}-{port}")

    def mailbox(self) -> None:
        command = f"mailbox --port={free()} --smtp-port={self.smtp_port} --data={self.folder.mail}"
        argv = (sys.executable, "-m", "local", *command.split())
        self.start(Part("mailbox", argv, _environ(), Accepts(self.smtp_port)))

    def letters(self) -> int:
        """How many letters arrived."""
        return sum(1 for _ in self.folder.mail.glob("*.eml"))

    def start(self, part: Part, ready: bool = True) -> Child:
        child = Child(part, self.folder.logs)
        self._stack.callback(_end, child)
        if ready:
            wait_for(child)
        return child

    @contextmanager
    def ending(self, child: Child) -> Iterator[None]:
        """End a child with the block, not with the ground."""
        try:
            yield
        finally:
            _end(child)

    def stop(self) -> None:
        """End all that was started here."""
        self._stack.close()

    def deliver(self, patience: float = 300.0) -> float:
        """Run `deliver` as the scheduler does until nothing is due; how many seconds that took."""
        port, begun = free(), time.monotonic()
        self.start(self.function("deliver", port))
        while time.monotonic() - begun < patience:
            answer = requests.post(f"http://{LOOPBACK}:{port}/", timeout=patience).json()
            if answer.get("due_left") == 0:
                break
        return time.monotonic() - begun

    def _settings(self, port: int) -> Settings:
        site, smtp = Port(port, "", ""), Port(self.smtp_port, "", "")
        sheets = Port(int(self.host.rpartition(":")[2]), "", "")
        return Settings(site, sheets, smtp, smtp, self.folder.path, "google", None)

    def _file(self, title: str) -> str:
        body = {"title": title, "share_with": [SITE, JOBS, OPERATOR]}
        return str(requests.post(f"{self.emulator.url}/_local/files", json=body, timeout=10).json()["id"])


@contextmanager
def ground(past: int = 0, restless: bool = True, slots: int = season.SLOTS) -> Iterator[Ground]:
    """A fresh season on a fresh emulator, and its end."""
    with (
        TemporaryDirectory(prefix="zapis-bench-") as name,
        held(Path(name) / "data") as folder,
        Emulator(data=folder.sheets) as emulator,
    ):
        made = Ground(folder, emulator, slots)
        try:
            made.lay_out(past)
            if restless:
                made.restless()
            yield made
        finally:
            made.stop()


def _environ() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'functions'}"}


def wait_for(child: Child) -> None:
    """Return when it is ready. Raises RuntimeError with its log."""
    deadline = time.monotonic() + READY_SECONDS
    while not child.is_ready():
        if time.monotonic() > deadline or child.exit_code() is not None:
            raise RuntimeError(f"{child.name} did not start:\n{child.log.path.read_text()[-2000:]}")
        time.sleep(0.02)


def get(url: str, timeout: float = 60.0) -> tuple[int, bytes]:
    """One GET over a connection of its own."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=timeout)
    try:
        connection.request("GET", address.path or "/")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _end(child: Child) -> None:
    child.terminate()
    deadline = time.monotonic() + 10
    while child.exit_code() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
