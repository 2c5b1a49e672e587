"""A season on a stage: the emulator, three kinds of spreadsheet laid out, and hands that type into them.

What every stage begins with is done once in a process; each stage has a copy of the database that it left.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from local.sheets.server import Emulator
from zapis.ledger.port import Append, Part
from zapis.ledger.sheet import SheetLedger
from zapis.publish.layout import lay_out
from zapis.publish.sync import Report, Sync
from zapis.schema import schema, tab
from zapis.sheets import Sheets
from zapis.tokens import Tokens

ACCOUNT = "zapis-jobs@demo.iam.gserviceaccount.com"
MASK = "sheets(properties(sheetId,title),data(rowData.values(formattedValue)))"


@dataclass(slots=True)
class Files:
    """The spreadsheets of a season, and how many rows have got an id."""

    ledger: str = ""
    catalogue: str = ""
    roster: str = ""
    ids: int = 0


@cache
def hands() -> httpx.Client:
    """One for all: each new one reads the certificates of the world, which takes longer than what it is to do."""
    return httpx.Client(trust_env=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))


class Stage:
    """Files of a small season, as one service account sees them."""

    def __init__(self, emulator: Emulator, folder: Path, files: Files) -> None:
        self.emulator = emulator
        self.host = emulator.url.removeprefix("http://")
        self.key = emulator.key_file(folder / "key.json", email=ACCOUNT)
        self.sheets = Sheets(self.key, self.host)
        self.ledger, self.catalogue, self.roster = files.ledger, files.catalogue, files.roster
        self.ids = files.ids

    def lay_out(self) -> None:
        """Make the three files."""
        self.ledger = self.file("Журнал", "ledger")
        self.catalogue = self.file("Каталог", "catalogue")
        self.roster = self.file("Список завода", "roster")

    def file(self, title: str, kind: str) -> str:
        """A spreadsheet that a person made, shared and laid out."""
        spreadsheet = self.bare_file(title)
        lay_out(self.sheets, spreadsheet, schema()[kind], [ACCOUNT])
        return spreadsheet

    def bare_file(self, title: str) -> str:
        """A spreadsheet that a person made and shared."""
        made = hands().post(f"{self.emulator.url}/_local/files", json={"title": title, "share_with": [ACCOUNT]})
        return str(made.json()["id"])

    def open_ledger(self) -> SheetLedger:
        """A ledger of its own session, as another instance has it."""
        return SheetLedger(Sheets(self.key, self.host), self.ledger)

    def syncer(self, settle: float = 0, writer: str = "sync") -> Sync:
        return Sync(
            self.sheets,
            SheetLedger(self.sheets, self.ledger),
            self.catalogue,
            settle=timedelta(seconds=settle),
            writer=writer,
            new_id=self._new_id,
            person_key=Tokens(["p" * 40]).person,
            gate_link=lambda enterprise: f"https://site.example/gate/{enterprise}",
            links=lambda now: {"status": "https://site.example/status/token"},
        )

    def _new_id(self) -> str:
        self.ids += 1
        return f"new{self.ids}"

    def settle(self, sync: Sync) -> Report:
        """Run until nothing is left to do (ids are filled in by one run and offered by the next)."""
        for _ in range(5):
            report = sync.run()
            if not report.offers and not report.written:
                return report
        raise AssertionError("sync does not come to rest")

    def grid(self, spreadsheet: str, title: str, cells: str = "A:Z") -> list[list[str]]:
        """What a person sees in a tab."""
        sheet = self.sheets.get(spreadsheet, [f"'{title}'!{cells}"], MASK)["sheets"][0]
        rows = sheet["data"][0].get("rowData", ())
        return [[cell.get("formattedValue", "") for cell in row.get("values", ())] for row in rows]

    def rows(self, spreadsheet: str, title: str) -> list[dict[str, str]]:
        """The rows below the header, by header."""
        header, *rows = self.grid(spreadsheet, title)
        return [dict(zip(header, row + [""] * (len(header) - len(row)), strict=False)) for row in rows]

    def type(self, title: str, row: int, header: str, value: Any, spreadsheet: str | None = None) -> None:
        """Type into the cell under `header` in the row with this number (2 is the first below the header)."""
        spreadsheet = spreadsheet or self.catalogue
        self._type(spreadsheet, title, row, {self.grid(spreadsheet, title, "1:1")[0].index(header): value})

    def fill(self, key: str, row: int, cells: Mapping[str, Any]) -> None:
        """Type a whole row; `cells` by column key."""
        declared = tab("catalogue", key)
        header = self.grid(self.catalogue, declared.title, "1:1")[0]
        columns = {header.index(declared.column(column).header): value for column, value in cells.items()}
        self._type(self.catalogue, declared.title, row, columns)

    def _type(self, spreadsheet: str, title: str, row: int, cells: Mapping[int, Any]) -> None:
        for column, value in cells.items():
            edit = {"tab": title, "row": row - 1, "column": column, "value": value}
            answer = hands().post(f"{self.emulator.url}/_local/files/{spreadsheet}/edit", json=edit)
            assert answer.status_code == 200, answer.text

    def version(self, spreadsheet: str) -> Any:
        """Grows with each change of the spreadsheet."""
        return hands().get(f"{self.emulator.url}/_local/files/{spreadsheet}/version").json()

    def journal(self) -> list[tuple[str, ...]]:
        return list(SheetLedger(self.sheets, self.ledger).read(Part.JOURNAL).journal)

    def append(self, **rows: Any) -> None:
        SheetLedger(self.sheets, self.ledger).append(Append(**rows))


ENTERPRISE = {"name": "Завод «Москвич»", "address": "Волгоградский проспект, 42"}
TOUR = {
    "title": "Как рождается автомобиль",
    "enterprise": "Завод «Москвич»",
    "kind": "экскурсия",
    "minutes": "90",
    "min_age": "12",
    "capacity": "25",
}
SLOT = {
    "tour": "Как рождается автомобиль",
    "date": "12.12.2030",
    "time": "11:00",
    "capacity": "2",
    "status": "открыта",
}


def empty(stage: Stage) -> None:
    """Nothing is typed."""


def small_season(stage: Stage) -> None:
    """One enterprise with its roster, one tour, one open slot of two seats, typed by hand."""
    link = f"https://docs.google.com/spreadsheets/d/{stage.roster}/edit"
    stage.fill("enterprises", 2, ENTERPRISE | {"roster": link})
    stage.fill("tours", 2, TOUR)
    stage.fill("slots", 2, SLOT)


def offered(stage: Stage) -> None:
    """The small season after `sync` has seen it."""
    small_season(stage)
    stage.settle(stage.syncer())


@contextmanager
def stage(folder: Path, begin: Callable[[Stage], None] = empty, **emulator: Any) -> Iterator[Stage]:
    """A laid-out season as `begin` leaves it, on a fresh emulator."""
    database, files = _left_by(begin)
    shutil.copy(database, folder / "sheets.db")
    with Emulator(port=0, data=folder / "sheets.db", **emulator) as running:
        yield Stage(running, folder, files)


@cache
def _left_by(begin: Callable[[Stage], None]) -> tuple[Path, Files]:
    folder = Path(_kept().name) / f"{begin.__module__}.{begin.__name__}"
    folder.mkdir()
    with Emulator(port=0, data=folder / "sheets.db") as running:
        stage = Stage(running, folder, Files())
        stage.lay_out()
        begin(stage)
    return folder / "sheets.db", Files(stage.ledger, stage.catalogue, stage.roster, stage.ids)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    """Where databases lie until this process ends."""
    return tempfile.TemporaryDirectory(prefix="zapis-stage-")
