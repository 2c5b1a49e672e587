"""Somebody deleted the ledger. Yesterday's copy goes into an empty spreadsheet, and the season goes on from it."""

from __future__ import annotations

from tests.commands.conftest import Desk
from tests.commands.conftest import desk as desk
from tests.commands.test_journal import noted as noted
from zapis.ledger.committer import Committer
from zapis.ledger.port import Part
from zapis.ledger.sheet import SheetLedger


async def test_a_daily_copy_goes_into_an_empty_spreadsheet_and_the_season_goes_on(desk: Desk, noted, tmp_path):
    """`noted`: the catalogue's file remembers eight rows; the copy was made before the last three landed."""
    rows = desk.fill()
    desk.spoil(rows[:5])
    copied = desk.run("ledger", "export", "--folder", str(tmp_path / "copies"))
    (copy,) = (tmp_path / "copies").iterdir()
    desk.ledger = desk.file("ledger")

    imported = desk.run("ledger", "import", str(copy), "--ledger", desk.ledger)
    checked = desk.run("journal", "check", env=noted)
    accepted = desk.run("journal", "repair", "--accept", "--yes", env=noted)
    content = desk.run("journal", "check", env=noted)

    assert (copied.exit_code, imported.exit_code) == (0, 0), copied.output + imported.output
    assert checked.exit_code == 1
    assert (accepted.exit_code, content.exit_code) == (0, 0), accepted.output + content.output
    assert desk.journal()[-5:] == rows[:5]
    site = Committer(lambda: SheetLedger(desk.sheets, desk.ledger), "after")
    await site.refresh(0)
    people = SheetLedger(desk.sheets, desk.ledger).read(Part.PEOPLE).people
    assert {row[0] for row in people} >= set(site.state.registrations)
