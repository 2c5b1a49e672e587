"""A season's report, its end and the next one's beginning, as an operator runs them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from tests.publish.test_sync import register, state
from tests.stage import Stage, offered, stage
from zapis.cli import main
from zapis.core import notices
from zapis.core.entries import Entry, SlotOffered, from_row, to_row
from zapis.core.model import EntryId
from zapis.ledger.port import Part


@pytest.fixture
def on_stage(tmp_path, monkeypatch):
    """A season that people registered for. Leases lapse at once, so that nobody waits for a minute."""
    monkeypatch.setattr(notices, "LEASE_LASTS", timedelta())
    with stage(tmp_path, offered) as running:
        running.type("Сезон", 2, "Значение", "Открой#Моспром")
        sync = running.syncer()
        running.settle(sync)
        register(running, "Анна Орлова", seats=2)
        running.settle(sync)
        yield running


def run(on_stage: Stage, *arguments: str) -> Result:
    env = {
        "SHEETS_EMULATOR_HOST": on_stage.host,
        "GOOGLE_APPLICATION_CREDENTIALS": str(on_stage.key),
        "ZAPIS_LEDGER": on_stage.ledger,
        "ZAPIS_DATABASE": "",
    }
    return CliRunner().invoke(main, arguments, env=env)


def over(on_stage: Stage) -> None:
    """The only visit was the day before yesterday."""
    offered = next(entry for entry in map(from_row, on_stage.journal()) if isinstance(entry, Entry))
    assert isinstance(offered.fact, SlotOffered)
    past = datetime.now(UTC) - timedelta(days=2)
    version = state(on_stage).slots[offered.slot].version
    terms = replace(offered.fact.terms, starts=past, freezes=past, closes=past)
    entry = Entry(datetime.now(UTC), EntryId("moved-back"), offered.slot, "sync", SlotOffered(version, terms))
    on_stage.append(journal=[to_row(entry)])


def names(on_stage: Stage) -> str:
    return str(on_stage.open_ledger().read(Part.PEOPLE).people)


def test_a_report_says_the_numbers_and_names_nobody(on_stage, tmp_path):
    out = tmp_path / "season.html"

    done = run(on_stage, "season", "report", "--out", str(out))

    page = out.read_text("utf-8")
    assert done.exit_code == 0, done.output
    assert "Открой#Моспром" in page
    assert re.search(r"<dt>Записано человек</dt><dd>2</dd>", page)
    assert "<svg" in page
    assert re.search(r'<th scope="row">Завод «Москвич»</th>.*<td>2</td><td>2</td><td>100&nbsp;%</td>', page)
    assert re.search(r"Не&nbsp;пришли, по&nbsp;отметкам</dt><dd>—</dd>", page), "silence is not absence"
    assert "Анна" not in page
    assert not re.search(r"(?:src|href)=", page)


def test_a_season_is_not_closed_before_its_last_visit(on_stage, tmp_path):
    done = run(on_stage, "season", "close", "--yes", "--archive", str(tmp_path / "archive"))

    assert done.exit_code == 1
    assert "Nothing was changed" in done.output
    assert "Анна Орлова" in names(on_stage)


def test_at_the_end_numbers_stay_and_people_go(on_stage, tmp_path):
    over(on_stage)
    archive = tmp_path / "archive"

    done = run(on_stage, "season", "close", "--yes", "--archive", str(archive))

    assert done.exit_code == 0, done.output
    assert "Names and contacts of 1 registrations were destroyed" in done.output
    assert "Анна" not in names(on_stage)
    assert "enterprise,Завод «Москвич»,1,2,1,2," in (archive / "season.csv").read_text("utf-8")
    assert (archive / "season.html").exists()
    assert "gcloud secrets versions destroy" in done.output


def test_after_the_end_no_sheet_shows_a_name(on_stage, tmp_path):
    over(on_stage)
    run(on_stage, "season", "close", "--yes", "--archive", str(tmp_path))

    on_stage.settle(on_stage.syncer())

    assert "Анна" not in str(on_stage.grid(on_stage.catalogue, "Заявки"))
    assert "Анна" not in str(on_stage.grid(on_stage.roster, "Посетители"))


def test_closing_again_changes_nothing(on_stage, tmp_path):
    over(on_stage)
    run(on_stage, "season", "close", "--yes", "--archive", str(tmp_path))

    again = run(on_stage, "season", "close", "--yes", "--archive", str(tmp_path))

    assert again.exit_code == 0, again.output
    assert "of 0 registrations" in again.output


def test_the_next_season_begins_with_what_lasts(on_stage):
    on_stage.fill("enterprises", 3, {"name": "Хлебозавод", "address": "ул. 1", "phone": "+7 495 000-00-01"})
    on_stage.type("Тексты", 2, "Тема", "Ждём вас, {имя}")
    fresh = on_stage.file("Новый каталог", "ledger")  # a file that is laid out as something else

    done = run(on_stage, "season", "new", "--from", on_stage.catalogue, "--catalogue", fresh)

    assert done.exit_code == 0, done.output
    enterprises = on_stage.rows(fresh, "Предприятия")
    assert [row["Предприятие"] for row in enterprises] == ["Завод «Москвич»", "Хлебозавод"]
    assert enterprises[1]["Телефон для посетителей"] == "+7 495 000-00-01"
    assert {(row["Файл списка"], row["_id"]) for row in enterprises} == {("", "")}
    (tour,) = on_stage.rows(fresh, "Экскурсии и мастер-классы")
    assert (tour["Название"], tour["Длится, минут"], tour["_id"]) == ("Как рождается автомобиль", "90", "")
    assert on_stage.rows(fresh, "Расписание") == []
    assert {r["_id"]: r["Тема"] for r in on_stage.rows(fresh, "Тексты")}["confirmed.ru"] == "Ждём вас, {имя}"
    assert {r["_id"]: r["Значение"] for r in on_stage.rows(fresh, "Сезон")}["title"] == "Открой#Моспром"


def test_a_catalogue_that_is_not_empty_is_left_alone(on_stage):
    done = run(on_stage, "season", "new", "--from", on_stage.catalogue, "--catalogue", on_stage.catalogue)

    assert done.exit_code == 1
    assert "not empty" in done.output
