"""`zapis sheet init`, as an operator meets it: what it did and what stood in the way, in sentences."""

import pytest
from click.testing import CliRunner, Result

from tests.publish.conftest import JOBS, SITE, Office
from zapis.cli import main

NOWHERE = "1" + "x" * 43


@pytest.fixture
def run(office: Office, monkeypatch):
    monkeypatch.setenv("SHEETS_EMULATOR_HOST", office.host)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(office.key(JOBS)))

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["sheet", "init", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def link(spreadsheet: str) -> str:
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid=0"


def test_each_spreadsheet_is_laid_out_and_told_of_in_a_sentence(office, run):
    catalogue, ledger, one, other = (office.make() for _ in range(4))

    result = run("--catalogue", link(catalogue), "--ledger", ledger, "--roster", link(one), "--roster", link(other))

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"The catalogue {catalogue} is laid out.",
        f"The ledger {ledger} is laid out.",
        f"The roster {one} is laid out.",
        f"The roster {other} is laid out.",
    ]
    assert "Расписание" in office.tabs(catalogue)
    assert "_journal" in office.tabs(ledger)
    assert "Посетители" in office.tabs(one)


def test_a_second_run_says_that_nothing_was_changed(office, run):
    roster = office.make()
    run("--roster", roster)

    result = run("--roster", roster)

    assert (result.exit_code, result.stdout) == (0, f"The roster {roster} was laid out already; nothing was changed.\n")


def test_a_spreadsheet_that_is_not_shared_is_answered_with_whom_to_share_it(office, run):
    result = run("--catalogue", office.make("somebody@example.com"))

    assert result.exit_code == 1
    assert "share it with that address as Editor" in result.stderr
    assert JOBS in result.stderr


def test_a_link_to_nothing_and_a_link_that_is_none_are_told_apart(run):
    assert "There is no spreadsheet" in run("--ledger", link(NOWHERE)).stderr
    assert "--ledger: expected a spreadsheet's link or id, found 'here'." in run("--ledger", "here").stderr


def test_one_bad_link_does_not_keep_the_others_from_being_laid_out(office, run):
    roster = office.make()

    result = run("--catalogue", link(NOWHERE), "--roster", roster)

    assert result.exit_code == 1
    assert "Посетители" in office.tabs(roster)


def test_another_writer_may_write_where_zapis_writes(office, run):
    catalogue = office.make(JOBS, SITE)

    run("--catalogue", catalogue, "--writer", SITE)

    sheets = office.sheets().get(catalogue, (), "sheets.protectedRanges")["sheets"]
    hard = [guard for sheet in sheets for guard in sheet.get("protectedRanges", ()) if not guard.get("warningOnly")]
    assert hard
    assert all({JOBS, SITE} <= set(guard["editors"]["users"]) for guard in hard)


def test_a_key_that_is_none_is_named(run, monkeypatch, tmp_path):
    (tmp_path / "key.json").write_text("{}")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))

    result = run("--ledger", NOWHERE)

    assert result.exit_code == 1
    assert "key.json is not a service account's key" in result.stderr


def test_without_credentials_it_says_where_to_put_them(run, monkeypatch, tmp_path):
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")

    result = run("--ledger", NOWHERE)

    assert result.exit_code == 1
    assert "GOOGLE_APPLICATION_CREDENTIALS" in result.stderr


def test_without_a_link_it_says_what_it_wants(run):
    result = run()

    assert result.exit_code == 2
    assert "--catalogue, --ledger or --roster" in result.stderr


def test_a_used_up_quota_is_a_reason_to_wait(office, run):
    roster = office.make()
    office.emulator.quota.enforced, office.emulator.quota.per_user = True, 0

    result = run("--roster", roster)

    office.emulator.quota.enforced, office.emulator.quota.per_user = False, 60
    assert result.exit_code == 1
    assert "Wait a minute and run this again" in result.stderr
