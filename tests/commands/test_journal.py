"""`zapis journal`, as an operator meets it after somebody's hand was in the journal."""

from __future__ import annotations

import pytest

from tests.audit.journals import HANDS, NAMES, code, journal, registration
from zapis.core.audit import Witness
from zapis.core.entries import JOURNAL_COLUMNS
from zapis.core.marks import found
from zapis.errors import JournalDisturbed
from zapis.ledger.port import Append, Part
from zapis.ledger.sheet import SheetLedger
from zapis.publish import hidden
from zapis.publish.alarm import CHECKS, NOTE_ROW
from zapis.publish.files import read_file


def check(desk):
    return desk.run("journal", "check")


def test_a_journal_as_it_landed_is_content(desk):
    desk.fill()

    result = check(desk)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "The journal has 8 rows",
        "        6  requested",
        "        1  slot_offered",
        "        1  cancelled",
        "✓ the 8 rows that sync has recorded stand where they landed; 0 landed since",
        "The journal is content.",
    ]


def test_an_empty_ledger_is_content(desk):
    assert check(desk).exit_code == 0


SAYS = {
    "deleted": f"✗ row 4 is gone (requested {code('boris')})",
    "sorted": "not where they landed (sorted or moved)",
    "edited": f"✗ row 5 was edited (requested {code('vera')})",
    "duplicated": "✗ row 3 was put in, repeating what landed elsewhere",
    "restored": "✗ rows 7-9 at the end (deleted, or an old version was restored) are gone",
    "inserted": "✗ row 3 was put in between (requested ZOYA-2222)",
}


@pytest.mark.parametrize("hand", HANDS)
def test_check_says_what_was_done(desk, hand):
    desk.spoil(HANDS[hand](desk.fill()))

    result = check(desk)

    assert result.exit_code == 1
    assert SAYS[hand] in result.stdout


def test_nobody_is_named(desk):
    desk.spoil(HANDS["deleted"](desk.fill()))

    assert "Иванова" not in check(desk).stdout + desk.run("journal", "repair", "--accept").stdout


@pytest.mark.parametrize("hand", ["sorted", "duplicated"])
def test_rows_go_back_where_they_landed(desk, hand):
    rows = desk.fill()
    desk.spoil(HANDS[hand](rows))

    result = desk.run("journal", "repair", "--yes")

    assert result.exit_code == 0
    assert result.stdout.endswith("The journal is content.\n")
    assert desk.journal() == rows


def test_nothing_is_done_without_yes(desk):
    spoilt = HANDS["sorted"](desk.fill())
    desk.spoil(spoilt)

    result = desk.run("journal", "repair")

    assert result.exit_code == 1
    assert "back where it landed: row" in result.stdout
    assert "Nothing was changed. Do it: the same command with --yes" in result.stdout
    assert desk.journal() == spoilt


def test_a_request_that_nobody_recorded_is_kept(desk):
    rows = desk.fill()
    desk.spoil(HANDS["inserted"](rows))

    result = desk.run("journal", "repair", "--yes")

    assert "row 3 (requested ZOYA-2222) goes to the end: nobody had recorded its place" in result.stdout
    assert desk.journal()[:-1] == rows


@pytest.mark.parametrize("hand", ["deleted", "edited", "restored"])
def test_rows_that_are_gone_are_not_made_up(desk, hand):
    spoilt = HANDS[hand](desk.fill())
    desk.spoil(spoilt)

    result = desk.run("journal", "repair", "--yes")

    assert result.exit_code == 1
    assert "See version history" in result.stdout
    assert desk.journal() == spoilt


@pytest.mark.parametrize("hand", ["deleted", "edited", "restored"])
def test_rows_pasted_from_the_history_go_back_where_they_landed(desk, hand):
    rows = desk.fill()
    spoilt = HANDS[hand](rows)
    desk.spoil([*spoilt, *(row for row in rows if row not in spoilt)])

    result = desk.run("journal", "repair", "--yes")

    assert result.exit_code == 0
    assert desk.journal() == rows


def test_who_was_deleted_is_told_with_the_last_letter(desk):
    desk.spoil(HANDS["deleted"](desk.fill()))

    result = desk.run("journal", "repair")

    assert f"✗ row 4 is gone: requested {code('boris')}" in result.stdout
    assert f"{code('boris')} has no request in the journal; its last letter said confirmed" in result.stdout


def test_rows_that_land_during_a_repair_stay_below(desk):
    rows = desk.fill()
    desk.spoil([*HANDS["duplicated"](rows)])
    newcomer = HANDS["inserted"](rows)[1]
    SheetLedger(desk.sheets, desk.ledger).append(Append(journal=[newcomer]))

    desk.run("journal", "repair", "--yes")

    assert desk.journal() == [*rows, newcomer]


def test_a_header_that_was_sorted_away_comes_back(desk):
    rows = desk.fill()
    sheet = desk.tab("_journal")
    everything = {"sheetId": sheet, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 6}
    specs = [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}]
    desk.edit({"sortRange": {"range": everything, "sortSpecs": specs}})
    assert desk.grid("_journal")[0] != list(JOURNAL_COLUMNS)
    spoilt = check(desk)

    repaired = desk.run("journal", "repair", "--yes")

    assert "✗ its header is not in the first row" in spoilt.stdout
    assert repaired.exit_code == 0
    assert desk.journal() == rows


def test_a_deleted_header_comes_back(desk):
    rows = desk.fill()
    span = {"sheetId": desk.tab("_journal"), "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
    desk.edit({"deleteDimension": {"range": span}})

    assert desk.run("journal", "repair", "--yes").exit_code == 0
    assert desk.journal() == rows


def test_a_row_that_no_program_wrote_is_harmless_and_removed(desk):
    rows = desk.fill()
    desk.spoil([*rows[:3], ("hello", "", "", "", "", ""), *rows[3:]])
    checked = check(desk)

    desk.run("journal", "repair", "--yes")

    assert checked.exit_code == 0
    assert "• no program wrote row 5: harmless, passed over" in checked.stdout
    assert desk.journal() == rows


def test_a_repeated_id_is_called_harmless(desk):
    rows = desk.fill()
    SheetLedger(desk.sheets, desk.ledger).append(Append(journal=[rows[1]]))

    result = check(desk)

    assert result.exit_code == 0
    assert "• row 10 repeats an id: a call was sent again; harmless, the first row counts" in result.stdout


def test_an_acceptance_shows_whose_standing_changes(desk):
    desk.spoil(HANDS["duplicated"](desk.fill()))

    result = desk.run("journal", "repair", "--accept")

    assert "2 registrations would stand differently from now on" in result.stdout
    assert f"• {code('vera')}: was confirmed, would be waiting" in result.stdout
    assert f"• {code('egor')}: was waiting, would be confirmed" in result.stdout


def test_an_acceptance_goes_by_letters_where_rows_are_gone(desk):
    desk.spoil(HANDS["deleted"](desk.fill()))

    result = desk.run("journal", "repair", "--accept")

    assert f"• {code('boris')}: was confirmed, would not exist" in result.stdout
    assert f"• {code('vera')}: was waiting, would be confirmed" in result.stdout


@pytest.mark.parametrize("hand", HANDS)
def test_an_accepted_journal_is_content(desk, hand):
    spoilt = HANDS[hand](desk.fill())
    desk.spoil(spoilt)

    result = desk.run("journal", "repair", "--accept", "--yes")

    assert result.exit_code == 0
    assert desk.journal()[1:] == spoilt
    assert check(desk).exit_code == 0


@pytest.fixture
def noted(desk):
    """The catalogue's file remembers the journal as it landed."""
    catalogue = desk.catalogue
    witness = Witness()
    witness.hear(found(journal()))
    checks = read_file(desk.sheets, catalogue, (CHECKS,))
    desk.sheets.batch_update(catalogue, hidden.rewrite(checks.ids["checks"], {NOTE_ROW: (str(witness.note),)}))
    return {"ZAPIS_CATALOGUE": catalogue}


def take_back(desk):
    """An old version of the whole file: all tabs are as they were before the last three rows."""
    for title, kept in (("_journal", 6), ("_outbox", 1), ("_people", 5)):
        below = {"sheetId": desk.tab(title), "startRowIndex": kept}
        desk.edit({"updateCells": {"range": below, "fields": "userEnteredValue"}})


def test_a_ledger_that_was_taken_back_whole_is_known_by_the_catalogue(desk, noted):
    desk.fill()
    well = desk.run("journal", "check", env=noted)
    take_back(desk)

    result = desk.run("journal", "check", env=noted)

    assert (well.exit_code, result.exit_code) == (0, 1)
    assert "✗ it has 5 rows, not those 8 that the catalogue's file remembers" in result.stdout


def test_a_ledger_that_was_taken_back_whole_is_brought_back_by_hand(desk, noted):
    desk.fill()
    take_back(desk)

    result = desk.run("journal", "repair", "--yes", env=noted)

    assert result.exit_code == 1
    assert "restore the last version before that" in result.stdout


def test_a_ledger_that_was_taken_back_whole_can_be_accepted(desk, noted):
    desk.fill()
    take_back(desk)

    assert desk.run("journal", "repair", "--accept", "--yes", env=noted).exit_code == 0
    assert desk.run("journal", "check", env=noted).exit_code == 0


def test_every_running_instance_notices_an_acceptance(desk):
    desk.fill()
    running = SheetLedger(desk.sheets, desk.ledger)
    rows = list(running.read(Part.JOURNAL).journal)
    desk.spoil(HANDS["edited"](rows))

    desk.run("journal", "repair", "--accept", "--yes")

    with pytest.raises(JournalDisturbed):
        running.read(Part.JOURNAL)


def test_requests_without_a_name_are_worth_a_note(desk):
    desk.fill()
    rows = {"sheetId": desk.tab("_people"), "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    desk.edit({"deleteDimension": {"range": rows}})

    result = check(desk)

    assert result.exit_code == 0
    assert f"• requests without a name in _people: {code(NAMES[0])}" in result.stdout
    assert registration(NAMES[0]) not in result.stdout


def test_a_spreadsheet_that_is_no_ledger_is_a_sentence(desk):
    other = desk.file()

    result = desk.run("journal", "check", "--ledger", other)

    assert result.exit_code == 1
    assert result.stderr == f"Error: {other} is not laid out as a ledger: run `zapis sheet init` for it.\n"
