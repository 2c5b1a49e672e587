"""An operator's desk: the emulator, a ledger with a small season in it, and hands that change its journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from local.demo.person import Person
from tests.audit.journals import NAMES, Rows, journal, registration
from tests.spec import minutes
from tests.stage import ACCOUNT, Stage, stage
from zapis.cli import main
from zapis.core.audit import Witness
from zapis.core.entries import Row
from zapis.core.marks import found
from zapis.core.notices import SENT, outbox_row
from zapis.ledger.port import Append, Part
from zapis.ledger.sheet import SheetLedger
from zapis.publish.layout import lay_out
from zapis.schema import schema
from zapis.sheets import Json, grid, text_row

LETTERS = {"anna": "confirmed", "boris": "confirmed", "vera": "waiting", "gleb": "waiting"}


class Desk:
    """Where an operator runs commands, and people spoil the journal."""

    def __init__(self, laid_out: Stage) -> None:
        self.emulator, self.host, self.key = laid_out.emulator, laid_out.host, laid_out.key
        self.sheets = laid_out.sheets
        self.ledger, self.catalogue = laid_out.ledger, laid_out.catalogue

    def file(self, kind: str | None = None) -> str:
        """A spreadsheet that a person made, shared and, if it is of a kind, laid out."""
        spreadsheet = Person(self.emulator.url).make_spreadsheet("Таблица", [ACCOUNT])[0]
        if kind:
            lay_out(self.sheets, spreadsheet, schema()[kind], [ACCOUNT])
        return spreadsheet

    def fault(self, **rule: object) -> None:
        """Order a trouble of Google's, by its own door: a stale read shows the files as they are at this moment."""
        httpx.post(f"{self.emulator.url}/_local/faults", json=rule).raise_for_status()

    def run(self, *arguments: str, env: dict[str, str | None] | None = None) -> Result:
        """A command in the environment of a deployment."""
        standard = {
            "SHEETS_EMULATOR_HOST": self.host,
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.key),
            "ZAPIS_LEDGER": self.ledger,
        }
        result = CliRunner().invoke(main, arguments, env={**standard, **(env or {})})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def fill(self) -> Rows:
        """A season lands: its journal, its people, some letters; and sync records it."""
        rows = journal()
        witness = Witness()
        witness.hear(found(rows))
        letters = [f"{registration(name)}.0.{kind}" for name, kind in LETTERS.items()]
        outbox = [outbox_row(minutes(30), SENT, "run", letters), *witness.to_record(minutes(31), "sync")]
        people = [(registration(name), "0", '{"name":"Иванова"}') for name in NAMES]
        SheetLedger(self.sheets, self.ledger).append(Append(journal=rows, people=people, outbox=outbox))
        return rows

    def journal(self) -> Rows:
        return list(SheetLedger(self.sheets, self.ledger).read(Part.JOURNAL).journal)

    def spoil(self, rows: Sequence[Row]) -> None:
        """Make `rows` all that stands below the journal's header."""
        sheet = self.tab("_journal")
        below = {"sheetId": sheet, "startRowIndex": 1}
        start = {"sheetId": sheet, "rowIndex": 1, "columnIndex": 0}
        rows_ = [text_row(row) for row in rows]
        self.edit(
            {"updateCells": {"range": below, "fields": "userEnteredValue"}},
            {"updateCells": {"start": start, "rows": rows_, "fields": "userEnteredValue"}},
        )

    def edit(self, *requests: Json) -> None:
        self.sheets.batch_update(self.ledger, list(requests))

    def tab(self, title: str) -> int:
        answer = self.sheets.get(self.ledger, (), "sheets.properties(sheetId,title)")
        return {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in answer["sheets"]}[title]

    def grid(self, title: str) -> list[list[str]]:
        answer = self.sheets.get(self.ledger, [f"'{title}'"], "sheets(data(startRow,rowData.values.formattedValue))")
        return grid(answer["sheets"][0])[1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with stage(tmp_path) as laid_out:
        yield Desk(laid_out)
