"""A program that knows nothing of the emulator runs against it unchanged; so do the documents' examples."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import gspread

from local.sheets.changes import APPLY, NOT_IMITATED
from local.sheets.faults import KINDS
from local.sheets.formula.evaluate import SPECIAL, WHOLE
from local.sheets.formula.scalars import EACH, UNGUARDED
from local.sheets.routes import DOORS
from local.sheets.server import Emulator

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "emulator.md").read_text("utf-8")


def visits(client: gspread.Client) -> bytes:
    """Twenty lines as anybody would write them: create, share, append, find, format, batch, protect, export."""
    book = client.create("Visits")
    book.share("organiser@example.com", perm_type="user", role="writer")
    sheet = book.sheet1
    sheet.update_title("Visits")
    sheet.append_row(["Date", "Enterprise", "Seats", "Taken"])
    sheet.append_rows(
        [["2026-05-25", "Lift works", 15, 12], ["2026-05-26", "Shoe factory", 20, 20]],
        value_input_option="USER_ENTERED",
    )
    sheet.format("A1:D1", {"textFormat": {"bold": True}})
    sheet.freeze(rows=1)
    found = sheet.find("Shoe factory")
    sheet.update_cell(found.row, 5, f'=IF(C{found.row}<=D{found.row},"full","open")')
    sheet.batch_update([{"range": "E1", "values": [["State"]]}, {"range": "E2", "values": [["open"]]}])
    sheet.add_protected_range("A1:E1", description="the header")
    sheet.sort((1, "des"), range="A2:E3")
    assert [row["State"] for row in sheet.get_all_records()] == ["full", "open"]
    assert len(book.list_protected_ranges(sheet.id)) == 1
    return book.export(gspread.utils.ExportFormat.CSV)


def test_a_plain_gspread_program_runs_unchanged(sheets_client: gspread.Client) -> None:
    assert visits(sheets_client).decode().splitlines() == [
        "Date,Enterprise,Seats,Taken,State",
        "2026-05-26,Shoe factory,20,20,full",
        "2026-05-25,Lift works,15,12,open",
    ]


def test_the_document_s_test_passes_as_it_stands(tmp_path: Path) -> None:
    example = re.search(r"```python\n(# test_budget\.py.*?)```", DOCUMENT, re.DOTALL)
    assert example
    (tmp_path / "test_budget.py").write_text(example[1], "utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "local.sheets.fixture"]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_document_s_program_runs_against_a_server(sheets_emulator: Emulator) -> None:
    example = re.search(r"```python\n(# try\.py.*?)```", DOCUMENT, re.DOTALL)
    assert example
    program = example[1].replace("http://127.0.0.1:8085", sheets_emulator.url)

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.strip() == "[['seats', '15'], ['taken', '12'], ['free', '3']]", done.stderr


def test_the_document_names_every_door_fault_request_and_function() -> None:
    paths = {path for _, path in DOORS}
    functions = {*EACH, *UNGUARDED, *WHOLE, *SPECIAL}

    missing = {name for name in {*paths, *KINDS, *APPLY, *NOT_IMITATED, *functions} if f"`{name}`" not in DOCUMENT}

    assert missing == set()
