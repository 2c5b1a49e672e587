"""The demo season laid out in the emulator, from an empty one to what `sync` begins with."""

import json
import stat
from datetime import datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from local.demo.__main__ import main
from local.demo.season import read
from local.demo.seed import JOBS, MOSCOW, SITE, seed
from local.errors import LocalError
from local.sheets.server import Emulator
from zapis.core.catalogue import Catalogue
from zapis.core.organisers import Reading
from zapis.core.organisers import read as read_catalogue
from zapis.publish.files import read_file
from zapis.publish.layout import lay_out
from zapis.schema import schema, tab
from zapis.sheets import Sheets

SEASON = read()


@pytest.fixture(scope="module")
def emulator():
    with Emulator(quota=True) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def data(emulator: Emulator, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    seed(emulator.url, folder)
    return folder


@pytest.fixture(scope="module")
def files(data: Path) -> dict:
    return json.loads((data / "season.json").read_text("utf-8"))


@pytest.fixture
def jobs(emulator: Emulator, data: Path) -> Sheets:
    return Sheets(data / "keys" / "jobs.json", emulator.url.removeprefix("http://"))


def people(emulator: Emulator, spreadsheet: str) -> set[str]:
    found = requests.get(f"{emulator.url}/_local/files", timeout=5).json()["files"]
    return {email for file in found if file["id"] == spreadsheet for email in file["people"]}


def reading(jobs: Sheets, files: dict) -> Reading:
    tabs = [tab("catalogue", key) for key in ("season", "enterprises", "tours", "slots")]
    file = read_file(jobs, files["catalogue"], tabs)
    return read_catalogue({of.key: file.table(of) for of in tabs}, Catalogue(), datetime.now(MOSCOW).date())


def test_the_keys_are_those_of_two_accounts_and_nobody_elses_to_read(data):
    for name, email in (("site", SITE), ("jobs", JOBS)):
        key = data / "keys" / f"{name}.json"

        assert json.loads(key.read_text())["client_email"] == email
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_every_enterprise_has_a_file_of_its_own(files):
    assert set(files["rosters"]) == {enterprise["name"] for enterprise in SEASON.enterprises}
    assert len({files["catalogue"], files["ledger"], *files["rosters"].values()}) == 2 + len(SEASON.enterprises)


def test_each_file_is_shared_with_those_who_need_it(emulator, files):
    assert people(emulator, files["ledger"]) >= {SITE, JOBS}
    assert SITE not in people(emulator, files["catalogue"])
    assert all(SITE not in people(emulator, roster) for roster in files["rosters"].values())
    assert all(JOBS in people(emulator, file) for file in (files["catalogue"], *files["rosters"].values()))


def test_an_organiser_would_be_told_of_no_problem(jobs, files):
    found = reading(jobs, files)

    assert found.problems == []
    assert found.catalogue.season.title == "Открой#Моспром"
    assert found.catalogue.season.opens < datetime.now(MOSCOW)


def test_every_row_waits_for_its_id(jobs, files):
    rows = len(SEASON.enterprises) + len(SEASON.tours) + len(SEASON.slots)

    assert len(reading(jobs, files).needs_id) == rows


def test_dates_and_times_are_real_ones(jobs, files):
    mask = "sheets.data.rowData.values(formattedValue,effectiveValue)"

    day, clock = jobs.get(files["catalogue"], ["'Расписание'!B2:C2"], mask)["sheets"][0]["data"][0]["rowData"][0][
        "values"
    ]

    shown = datetime.strptime(f"{day['formattedValue']} {clock['formattedValue']}", "%d.%m.%Y %H:%M").replace(
        tzinfo=MOSCOW
    )
    assert (shown.date() - datetime.now(MOSCOW).date()).days == -3
    assert "numberValue" in day["effectiveValue"]
    assert 0 < clock["effectiveValue"]["numberValue"] < 1


def test_each_enterprise_links_to_its_roster(jobs, files):
    grid = read_file(jobs, files["catalogue"], [tab("catalogue", "enterprises")]).table(tab("catalogue", "enterprises"))

    assert {row.text("name"): row.text("roster").split("/")[5] for row in grid.rows} == files["rosters"]


@pytest.mark.parametrize("kind", ["catalogue", "ledger"])
def test_what_was_laid_out_lacks_nothing(jobs, files, kind):
    assert lay_out(jobs, files[kind], schema()[kind], [JOBS]) == 0


def test_a_roster_lacks_nothing(jobs, files):
    assert lay_out(jobs, next(iter(files["rosters"].values())), schema()["roster"], [JOBS]) == 0


def test_a_second_run_changes_nothing(emulator, data, files):
    result = CliRunner().invoke(main, ["seed", "--emulator", emulator.url, "--data", str(data)])

    assert result.exit_code == 0
    assert "already" in result.stdout
    assert json.loads((data / "season.json").read_text("utf-8")) == files


def test_it_leaves_the_service_accounts_their_quota(tmp_path):
    with Emulator(quota=True) as emulator:
        emulator.clock.stop_at(emulator.clock.time())

        seed(emulator.url, tmp_path)

        assert [who for who in emulator.quota.spent() if SITE in who or JOBS in who] == []


def test_an_emulator_that_is_not_there_is_a_sentence_and_leaves_no_season(tmp_path):
    with pytest.raises(LocalError, match="cannot be used"):
        seed("http://127.0.0.1:9", tmp_path)

    assert not (tmp_path / "season.json").exists()
