"""A person, two service accounts and the real client against the emulator."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from local.demo.person import Person
from local.sheets.server import Emulator
from zapis.publish.layout import lay_out
from zapis.schema import schema
from zapis.sheets import Json, Sheets

JOBS, SITE = "zapis-jobs@demo.iam.gserviceaccount.com", "zapis-site@demo.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Office:
    """Where spreadsheets are made, shared, laid out, looked at and typed into."""

    emulator: Emulator
    folder: Path
    clients: dict[str, Sheets] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.emulator.url).netloc

    def key(self, email: str) -> Path:
        return self.emulator.key_file(self.folder / f"{email}.json", email)

    def sheets(self, email: str = JOBS) -> Sheets:
        if email not in self.clients:
            self.clients[email] = Sheets(self.key(email), self.host)
        return self.clients[email]

    def make(self, *share_with: str, title: str = "Таблица") -> str:
        return Person(self.emulator.url).make_spreadsheet(title, share_with or [JOBS])[0]

    def lay_out(self, kind: str) -> str:
        spreadsheet = self.make()
        lay_out(self.sheets(), spreadsheet, schema()[kind], [JOBS])
        return spreadsheet

    def lay_out_again(self, kind: str, spreadsheet: str) -> int:
        return lay_out(self.sheets(), spreadsheet, schema()[kind], [JOBS])

    def version(self, spreadsheet: str) -> int:
        return requests.get(f"{self.emulator.url}/_local/files/{spreadsheet}/version", timeout=5).json()["version"]

    def type(self, spreadsheet: str, tab: str, row: int, column: int, value: str) -> requests.Response:
        """What an organiser types by hand; row and column from 0."""
        body = {"tab": tab, "row": row, "column": column, "value": value}
        return requests.post(f"{self.emulator.url}/_local/files/{spreadsheet}/edit", json=body, timeout=5)

    def tabs(self, spreadsheet: str) -> dict[str, Json]:
        """The properties of the tabs by title."""
        found = self.sheets().get(spreadsheet, (), "sheets.properties")["sheets"]
        return {sheet["properties"]["title"]: sheet["properties"] for sheet in found}

    def cells(self, spreadsheet: str, tab: str, rows: str = "1:10") -> list[list[Json]]:
        """All that Sheets tells of the tab's first cells."""
        return self._read(spreadsheet, f"'{tab}'!{rows}", "sheets.data.rowData.values")

    def texts(self, spreadsheet: str, tab: str) -> list[list[str]]:
        """What a person sees."""
        rows = self._read(spreadsheet, f"'{tab}'", "sheets.data.rowData.values.formattedValue")
        return [[cell.get("formattedValue", "") for cell in row] for row in rows]

    def _read(self, spreadsheet: str, where: str, mask: str) -> list[list[Json]]:
        data = self.sheets().get(spreadsheet, [where], mask)["sheets"][0].get("data", [{}])[0]
        return [row.get("values", []) for row in data.get("rowData", [])]

    def change(self, spreadsheet: str, *changes: Json) -> None:
        self.sheets().batch_update(spreadsheet, changes)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def office(emulator: Emulator, tmp_path: Path) -> Office:
    return Office(emulator, tmp_path)
