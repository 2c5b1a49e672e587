"""Real processes on free ports of the loopback address: the emulator, the mailbox, instances as deployed.

What is killed is started again at its address and on its data, as a platform does it; nobody waits for it
who does not need it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from local.child import Child
from local.demo.cells import rows_below_header
from local.demo.person import EMAIL, Person
from local.folder import Folder, held
from local.mailbox import Mailbox
from local.plan import ROOT, Accepts, Part, Scratch, plan
from local.ports import LOOPBACK, free
from local.settings import Books, Port, Settings
from tests.stage import hands
from zapis.core.entries import Row
from zapis.core.notices import Outbox
from zapis.errors import SheetsUnavailable
from zapis.ledger.port import Part as List
from zapis.ledger.sheet import SheetLedger
from zapis.publish.layout import lay_out
from zapis.publish.places import place
from zapis.schema import schema, tab
from zapis.sheets import Sheets, texts

SITES = ("site-1", "site-2", "site-3")
JOBS = ("sync", "deliver")
SITE_ACCOUNT, JOBS_ACCOUNT = (f"zapis-{name}@demo.iam.gserviceaccount.com" for name in ("site", "jobs"))
UNHURRIED = Path(__file__).with_name("unhurried.py")
LATENCY = 0.04
"""Seconds of each call: long enough to be killed in."""
READY_SECONDS = 30.0
DRAINED_WITHIN = 8.0
"""What a platform grants after SIGTERM, with two seconds to spare."""
STARTS = (datetime.now() + timedelta(days=40)).replace(hour=11, minute=0)  # noqa: DTZ005 - as typed


class LateLedger(SheetLedger):
    """A ledger whose clock is ahead: for whom every claim of the dead has lapsed."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=20)

    def anew(self) -> LateLedger:
        return LateLedger(self._sheets, self._spreadsheet)


class Ground:
    """A season on its emulator, some instances of `site`, one of `sync`, one of `deliver`.

    `releases` names the instances that run another source than the functions as they are.
    """

    names = True
    """Whether spreadsheets show people's names."""

    def __init__(
        self,
        folder: Folder,
        mailbox: Mailbox,
        slots: int,
        sites: Sequence[str] = SITES,
        releases: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        self.folder = folder
        self.mailbox = mailbox
        self._releases = releases
        self._ports = {name: free() for name in ("sheets", *sites, *JOBS)}
        self._stack = ExitStack()
        # A child is stopped when the thread ends that started it, so one thread starts them all.
        self._starter = self._stack.enter_context(ThreadPoolExecutor(1))
        self._parts: dict[str, Part] = {"sheets": self._emulator()}
        self._children: dict[str, Child] = {}
        self.start("sheets")
        self.wait_for("sheets")
        self._person = Person(self.url("sheets"))
        self.sheets = Sheets(self._person.download_key(EMAIL, folder.path / "owner.json"), self._host)
        self.catalogue, self.ledger, self.roster = (self._file(kind) for kind in ("catalogue", "ledger", "roster"))
        self._type_season(slots)
        self._journal = SheetLedger(self.sheets, self.ledger)
        books = Books(self.catalogue, self.ledger, self._key(SITE_ACCOUNT), self._key(JOBS_ACCOUNT))
        self._parts |= {name: self._function(name, books) for name in (*sites, *JOBS)}
        for name in (*sites, *JOBS):
            self.start(name)
        self.run("sync")
        self.run("sync")  # the first run fills ids in, the second offers

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self._ports[name]}"

    @property
    def _host(self) -> str:
        return f"{LOOPBACK}:{self._ports['sheets']}"

    def start(self, name: str) -> None:
        self._children[name] = child = self._starter.submit(Child, self._parts[name], self.folder.logs).result()
        self._stack.callback(child.kill)

    def wait_for(self, name: str) -> None:
        """Return when it is ready. Raises AssertionError with its log."""
        child, deadline = self._children[name], time.monotonic() + READY_SECONDS
        while not child.is_ready():
            assert time.monotonic() < deadline, f"{name} is not ready: {child.log.path.read_text()[-2000:]}"
            assert child.exit_code() is None, f"{name} ended: {child.log.path.read_text()[-2000:]}"
            time.sleep(0.02)
        if name == "sheets":
            hands().post(f"{self.url(name)}/_local/limits", json={"latency": LATENCY}).raise_for_status()

    def kill(self, name: str) -> None:
        """kill -9, and a new one in its place.

        Of a function it is the process that serves. Its parent, which has no part in anything, forks another at
        once: to start all of it anew 150 times would take most of the test's time.
        """
        if name == "sheets":
            self._children[name].kill()
            self.start(name)
            return
        for pid in self._children[name].workers():
            os.kill(pid, signal.SIGKILL)

    def suffer(self, misfortune: str) -> None:
        """Where the ledger lies is struck, and there again."""
        self.kill("sheets")
        self.wait_for("sheets")

    def drain(self, name: str) -> float:
        """SIGTERM; the seconds until it was gone. A new one is in its place then."""
        child, begun = self._children[name], time.monotonic()
        child.terminate()
        while child.exit_code() is None and time.monotonic() - begun < 2 * DRAINED_WITHIN:
            time.sleep(0.02)
        took = time.monotonic() - begun
        child.kill()
        self.start(name)
        return took

    def run(self, job: str, patience: float = 60.0) -> dict[str, Any]:
        """One run of a job, as the scheduler calls it; what it reported."""
        self.wait_for(job)
        answer: dict[str, Any] = hands().post(f"{self.url(job)}/", timeout=patience).json()
        return answer

    def killed_in(self, job: str) -> bool:
        """Run a job and kill it as soon as an ordered fault has struck; False if it ended before."""
        self.wait_for(job)
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(hands().post, f"{self.url(job)}/", timeout=60.0)
            self.until(lambda: run.done() or self.fired())
            if run.done():
                return False
            self.kill(job)
            run.exception()
        return True

    def until(self, look: Callable[[], object]) -> None:
        """Return once `look` finds anything."""
        deadline = time.monotonic() + READY_SECONDS
        while not look():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.01)

    def order(self, kind: str, path: str, **matching: Any) -> None:
        """Order a fault from the emulator."""
        fault = {"kind": kind, "path": path, **matching}
        hands().post(f"{self.url('sheets')}/_local/faults", json=fault).raise_for_status()

    def fired(self) -> int:
        """How many of the ordered faults struck."""
        return len(hands().get(f"{self.url('sheets')}/_local/faults/fired").json()["fired"])

    def forget_faults(self) -> None:
        self.wait_for("sheets")
        hands().delete(f"{self.url('sheets')}/_local/faults").raise_for_status()

    def slots(self) -> list[str]:
        """The ids of the slots on offer, the first first."""
        self.wait_for(SITES[0])
        return [slot["id"] for slot in hands().get(f"{self.url(SITES[0])}/api/slots", timeout=30).json()["slots"]]

    def news(self) -> tuple[Row, ...]:
        """The journal's rows since the last look."""
        while True:
            try:
                return self._journal.read(List.JOURNAL).journal
            except SheetsUnavailable:
                self.wait_for("sheets")

    def outbox(self) -> tuple[Row, ...]:
        return SheetLedger(self.sheets, self.ledger).read(List.OUTBOX).outbox

    def claimed(self) -> set[str]:
        """The letters (by Message-ID) that somebody claimed and has not yet dealt with."""
        outbox = Outbox()
        for row in self.outbox():
            outbox.apply(row)
        return {notice.rpartition(".")[0] for notice in outbox.claims}

    def people(self) -> tuple[Row, ...]:
        return SheetLedger(self.sheets, self.ledger).read(List.PEOPLE).people

    def late_ledger(self) -> LateLedger:
        return LateLedger(self.sheets, self.ledger)

    def shown(self, spreadsheet: str, title: str) -> list[list[str]]:
        """What stands in a tab below its header."""
        mask = "sheets.data.rowData.values.formattedValue"
        (sheet,) = self.sheets.get(spreadsheet, [f"'{title}'"], mask)["sheets"]
        return [texts(row) for row in sheet["data"][0].get("rowData", ())[1:]]

    def type_capacity(self, slot: str, capacity: int) -> None:
        """What an organiser types into a slot's row."""
        declared = tab("catalogue", "slots")
        keys = [column.key for column in declared.columns]
        grid = self.shown(self.catalogue, declared.title)
        line = next(number for number, row in enumerate(grid, 1) if row[-1] == slot)
        edit = {"tab": declared.title, "row": line, "column": keys.index("capacity"), "value": str(capacity)}
        url = f"{self.url('sheets')}/_local/files/{self.catalogue}/edit"
        hands().post(url, json=edit).raise_for_status()

    def stop(self) -> None:
        self._stack.close()

    def _emulator(self) -> Part:
        options = (f"--port={self._ports['sheets']}", f"--data={self.folder.sheets}", "--no-quota")
        argv = (sys.executable, "-m", "local", "sheets", *options, "--latency=none")
        return Part("sheets", argv, _environ(), Accepts(self._ports["sheets"]))

    def _function(self, name: str, books: Books) -> Part:
        """One of the functions, as the runner plans it; each instance has sockets of its own."""
        port, kind = self._ports[name], name.partition("-")[0]
        scratch = Scratch(port, port, self.folder.path / f"sockets-{name}")
        parts = plan(self._settings(port), self.folder, scratch, _environ()).functions(books)
        part = next(part for part in parts if part.name == kind)
        scratch.sockets_of(kind).mkdir(parents=True)
        source = self._releases.get(name, UNHURRIED)
        argv = tuple(f"--source={source}" if option.startswith("--source") else option for option in part.argv)
        return replace(part, name=name, argv=argv)

    def _settings(self, port: int) -> Settings:
        site, smtp = Port(port, "", ""), Port(self.mailbox.smtp_port, "", "")
        return Settings(site, Port(self._ports["sheets"], "", ""), smtp, smtp, self.folder.path, "none", None)

    def _key(self, email: str) -> Path:
        return self._person.download_key(email, self.folder.path / f"{email}.json")

    def _file(self, kind: str) -> str:
        made, _link = self._person.make_spreadsheet(kind, [SITE_ACCOUNT, JOBS_ACCOUNT])
        lay_out(self.sheets, made, schema()[kind], [SITE_ACCOUNT, JOBS_ACCOUNT])
        return made

    def _type_season(self, slots: int) -> None:
        link = f"https://docs.google.com/spreadsheets/d/{self.roster}/edit"
        tour = {"title": "Экскурсия", "enterprise": "Завод", "kind": "экскурсия", "minutes": "60", "min_age": "6"}
        rows = {
            "enterprises": [{"name": "Завод", "address": "Москва", "roster": link}],
            "tours": [tour | {"capacity": "25", "max_party": "4"}],
            "slots": [_slot(number) for number in range(slots)],
        }
        typed = [(tab("catalogue", key), given) for key, given in rows.items()]
        requests = [rows_below_header(place(of, None).sheet, of.columns, given) for of, given in typed]
        self.sheets.batch_update(self.catalogue, requests)


def _slot(number: int) -> dict[str, str]:
    starts = STARTS + timedelta(days=number)
    return {
        "tour": "Экскурсия",
        "date": f"{starts:%Y-%m-%d}",
        "time": "11:00",
        "capacity": "2",
        "status": "открыта",
    }


def _environ() -> Mapping[str, str]:
    settled = {"ZAPIS_SETTLE_SECONDS": "0", "THREADS": "8"}
    return {**os.environ, "PYTHONPATH": str(ROOT / "functions"), **settled}


@contextmanager
def ground(
    path: Path, slots: int, sites: Sequence[str] = SITES, releases: Mapping[str, Path] = MappingProxyType({})
) -> Iterator[Ground]:
    """A fresh season, and its end."""
    with held(path / "data") as folder, Mailbox(path / "mail") as mailbox:
        made = Ground(folder, mailbox, slots, sites, releases)
        try:
            yield made
        finally:
            made.stop()
