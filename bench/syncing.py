"""How long a run of `sync` takes in a season of 10,000 registrations, and how many of Google's calls.

Told is the processor time that `sync` itself takes, in a process beside the emulator's, whose work is not Zapis's;
Google's waits come on top, one for each call. A season here is 120 visits of 25 seats at ten enterprises, each with
a file of its own; every registration is a party of two with a name and an address.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import requests

from bench import season
from local.demo.cells import rows_below_header
from local.plan import ROOT
from local.sheets.server import Emulator
from zapis.core.catalogue import MOSCOW, Catalogue, from_rows
from zapis.core.entries import Row
from zapis.core.model import RegistrationId
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.ledger.port import Append
from zapis.ledger.sheet import SheetLedger
from zapis.publish.layout import lay_out
from zapis.publish.places import place
from zapis.publish.sync import Report, Sync
from zapis.schema import schema, tab
from zapis.sheets import Json, Sheets
from zapis.tokens import Tokens

ACCOUNT = "zapis-jobs@demo.iam.gserviceaccount.com"
A_CALL = 2_000
"""Registrations that are put into the ledger at once."""
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Syncing:
    """Processor seconds of runs in a season of so many registrations; the most calls of a run to one spreadsheet."""

    registrations: int
    first: float
    """The run that writes all their lines, by an instance that has seen nothing."""
    cold: float
    """An instance that has seen nothing, where nothing changed."""
    busy: float
    """A warm one after a hundred came."""
    idle: float
    """A warm one where nothing changed."""
    reads: int
    writes: int
    idle_writes: int


class Counting(Sheets):
    """Remembers its calls by spreadsheet."""

    def __init__(self, key_file: Path, emulator: str) -> None:
        super().__init__(key_file, emulator)
        self.reads, self.writes = Counter[str](), Counter[str]()

    def get(self, spreadsheet: str, *arguments: Any, **named: Any) -> Json:
        self.reads[spreadsheet] += 1
        return super().get(spreadsheet, *arguments, **named)

    def batch_update(self, spreadsheet: str, *arguments: Any, **named: Any) -> Json:
        self.writes[spreadsheet] += 1
        return super().batch_update(spreadsheet, *arguments, **named)


@dataclass(slots=True)
class Run:
    """One run of `sync`: processor seconds, and the most calls that it made to one spreadsheet."""

    seconds: float
    reads: int
    writes: int
    report: Report


def measure(registrations: int = 10_000) -> Syncing:
    """Lay a season out and run `sync` on it, in a process beside the emulator's."""
    with TemporaryDirectory(prefix="zapis-bench-") as name, Emulator(data=Path(name) / "sheets.db") as emulator:
        key = emulator.key_file(Path(name) / "key.json", email=ACCOUNT)
        command = [sys.executable, "-m", "bench.syncing", emulator.url, str(key), str(registrations)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
        return Syncing(**json.loads(done.stdout))


class Office:
    """A season's spreadsheets, typed and laid out, and instances of `sync`."""

    def __init__(self, emulator: str, key: Path) -> None:
        self._emulator = emulator
        self.sheets = Counting(key, emulator.removeprefix("http://"))
        self.ledger, self.catalogue = self._file("ledger"), self._file("catalogue")
        self._ids = 0
        of = season.season()
        self._type(of, [self._file("roster") for _ in of.enterprises])

    def instance(self) -> Sync:
        return Sync(
            self.sheets,
            SheetLedger(self.sheets, self.ledger),
            self.catalogue,
            settle=timedelta(0),
            writer="bench",
            new_id=self._new_id,
            person_key=Tokens(["p" * 40]).person,
        )

    def run(self, sync: Sync) -> Run:
        self.sheets.reads.clear()
        self.sheets.writes.clear()
        begun = time.process_time()
        report = sync.run()
        took = time.process_time() - begun
        return Run(took, max(self.sheets.reads.values()), max(self.sheets.writes.values(), default=0), report)

    def settle(self, sync: Sync) -> list[Run]:
        """Run until nothing is left to do; the runs."""
        runs = [self.run(sync)]
        while runs[-1].report.appended or runs[-1].report.written:
            runs.append(self.run(sync))
        return runs

    def register(self, count: int, first: int = 0) -> None:
        """So many people register, spread over the visits."""
        ledger = SheetLedger(self.sheets, self.ledger)
        of = from_rows(ledger.catalogue())
        rows = season.requests(of, first + count, datetime.now(UTC))[first:]
        for start in range(0, count, A_CALL):
            some = rows[start : start + A_CALL]
            SheetLedger(self.sheets, self.ledger).append(Append(journal=some, people=[_person(row) for row in some]))

    def _new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"

    def _file(self, kind: str) -> str:
        body = {"title": kind, "share_with": [ACCOUNT], "locale": "ru_RU", "time_zone": "Europe/Moscow"}
        made = requests.post(f"{self._emulator}/_local/files", json=body, timeout=10).json()
        lay_out(self.sheets, made["id"], schema()[kind], [ACCOUNT])
        return str(made["id"])

    def _type(self, of: Catalogue, rosters: Sequence[str]) -> None:
        """What organisers typed."""
        link = "https://docs.google.com/spreadsheets/d/{}/edit"
        enterprises = [
            {"name": e.name, "address": e.address, "roster": link.format(roster)}
            for e, roster in zip(of.enterprises.values(), rosters, strict=True)
        ]
        tours = [
            {"title": t.title, "enterprise": of.enterprises[t.enterprise].name, "kind": "экскурсия"}
            | {key: str(getattr(t, key)) for key in ("minutes", "min_age", "capacity", "max_party")}
            for t in of.tours.values()
        ]
        slots = [
            {"tour": of.tours[s.tour].title, "date": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}"}
            | {"capacity": str(s.capacity), "status": "открыта"}
            for s in of.slots.values()
            for at in [s.starts.astimezone(MOSCOW)]
        ]
        typed = {"enterprises": enterprises, "tours": tours, "slots": slots}
        places = [(tab("catalogue", key), rows) for key, rows in typed.items()]
        changes = [rows_below_header(place(of_, None).sheet, of_.columns, rows) for of_, rows in places]
        self.sheets.batch_update(self.catalogue, changes)


def _person(row: Row) -> Row:
    number = int(row[2], 36) % 100_000 if row[2].isalnum() else 0
    name = f"Посетитель Номер-{number}"
    return person_row(RegistrationId(row[2]), Person(name, f"{number}@example.com", "", (name, f"Ребёнок {number}")))


def main() -> None:
    emulator, key, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    office = Office(emulator, key)
    office.settle(office.instance())
    office.register(count)
    first = office.settle(office.instance())
    warm = office.instance()
    cold = office.settle(warm)
    office.register(100, first=count)
    busy = office.settle(warm)
    idle = [office.run(warm) for _ in range(ROUNDS)]
    runs = [*first, *cold, *busy, *idle]
    result = Syncing(
        registrations=count,
        first=first[0].seconds,
        cold=cold[0].seconds,
        busy=busy[0].seconds,
        idle=median(run.seconds for run in idle),
        reads=max(run.reads for run in runs),
        writes=max(run.writes for run in runs),
        idle_writes=max(run.writes for run in idle),
    )
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
