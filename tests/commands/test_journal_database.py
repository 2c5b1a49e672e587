"""`zapis journal` over a database: it tells as much, and leaves the rows to who can restore them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.audit.journals import code
from tests.commands.conftest import Desk
from tests.commands.test_journal import noted as noted
from zapis.commands import carry
from zapis.ledger.port import Append
from zapis.ledger.sheet import SheetLedger
from zapis.ledger.sql.database import Database
from zapis.ledger.sql.ledger import SqlLedger


@pytest.fixture
def settings(desk: Desk, database: Database) -> dict[str, str | None]:
    """The settings of a season whose ledger went from a spreadsheet into a database; the database is filled."""
    desk.fill()
    here = carry.read(SheetLedger(desk.sheets, desk.ledger))
    SqlLedger(database).append(Append(here.journal, here.people, here.outbox, here.catalogue))
    return {"ZAPIS_DATABASE": database.engine.url.render_as_string(hide_password=False), "ZAPIS_LEDGER": None}


def spoil(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


EDIT = "UPDATE journal SET payload = replace(payload, '}', ' }') WHERE position = 4"


def test_a_journal_as_it_landed_is_content_and_nothing_is_written(desk, database, settings):
    before = carry.read(SqlLedger(database))
    result = desk.run("journal", "check", env=settings)

    assert result.exit_code == 0
    assert "✓ the 8 rows that sync has recorded stand where they landed; 0 landed since" in result.stdout
    assert carry.read(SqlLedger(database)) == before


def test_an_edited_row_is_named_and_restoring_is_said_to_be_the_remedy(desk, database, settings):
    spoil(database, EDIT)
    spoilt = carry.read(SqlLedger(database))
    checked = desk.run("journal", "check", env=settings)
    repaired = desk.run("journal", "repair", "--yes", env=settings)

    assert (checked.exit_code, repaired.exit_code) == (1, 1)
    assert f"✗ row 5 was edited (requested {code('vera')})" in checked.stdout
    assert "restoring it: to the moment before (point-in-time recovery)" in " ".join(repaired.stdout.split())
    assert "_journal" not in repaired.stdout, "a database has no tabs"
    assert carry.read(SqlLedger(database)) == spoilt


def test_rows_that_changed_places_are_not_put_back_here(desk, database, settings):
    for here, there in ((3, -1), (4, 3), (-1, 4)):
        spoil(database, f"UPDATE journal SET position = {there} WHERE position = {here}")
    repaired = desk.run("journal", "repair", "--yes", env=settings)

    assert repaired.exit_code == 1
    assert "✗ row 5 is not where it landed" in repaired.stdout
    assert "point-in-time recovery" in repaired.stdout


def test_deleted_rows_are_a_sentence(desk, database, settings):
    spoil(database, "DELETE FROM journal WHERE position = 4")

    result = desk.run("journal", "check", env=settings)

    assert result.exit_code == 1
    assert "Rows of _journal were deleted by hand" in result.output


def test_a_copy_that_was_put_back_is_accepted_and_the_season_goes_on(desk, database, settings, noted):
    """The catalogue's file remembers more rows than the copy had."""
    settings, whole = settings | noted, carry.read(SqlLedger(database))
    for part, kept in (("journal", 5), ("people", 4), ("outbox", 0)):
        spoil(database, f"DELETE FROM {part} WHERE position > {kept}; UPDATE head SET {part} = {kept}")
    checked = desk.run("journal", "check", env=settings)
    shown = desk.run("journal", "repair", env=settings)
    accepted = desk.run("journal", "repair", "--accept", "--yes", env=settings)
    SqlLedger(database).append(Append(whole.journal[5:], whole.people[4:]))
    content = desk.run("journal", "check", env=settings)

    assert (checked.exit_code, shown.exit_code) == (1, 1)
    assert "it has 5 rows, not those 8 that the catalogue's file remembers" in checked.stdout
    assert "point-in-time recovery" in shown.stdout
    assert (accepted.exit_code, content.exit_code) == (0, 0), accepted.output + content.output
    assert "the 5 rows that sync has recorded stand where they landed; 3 landed since" in content.stdout


def test_the_ledger_that_is_typed_counts_for_more_than_the_settings(desk, settings):
    """A spreadsheet is looked at though a database is in force, and without either there is a sentence."""
    desk.spoil([])

    typed = desk.run("journal", "check", "--ledger", desk.ledger, env=settings)
    neither = desk.run("journal", "check", env={"ZAPIS_DATABASE": None, "ZAPIS_LEDGER": None})

    assert typed.exit_code == 1
    assert "rows 2-9 at the end (deleted, or an old version was restored) are gone" in typed.stdout
    assert "Neither ZAPIS_DATABASE nor ZAPIS_LEDGER is set" in neither.output
