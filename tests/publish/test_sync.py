"""Organisers type, sync answers: against the emulator, through unmodified gspread."""

from __future__ import annotations

import pytest

from tests.stage import Stage, offered, stage
from zapis.core.entries import Cancelled, Entry, Requested, from_row, parse_moment, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import entry_id, registration_id
from zapis.core.model import NoticeKind, PersonKey, Standing
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.core.vitals import vitals_of

AT = parse_moment("2030-12-01T07:00:00Z")


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path, offered) as running:
        yield running


@pytest.fixture
def sync(on_stage):
    sync = on_stage.syncer()
    on_stage.settle(sync)
    return sync


def state(on_stage: Stage) -> State:
    entries = map(from_row, on_stage.journal())
    return fold(entry for entry in entries if isinstance(entry, Entry))


def slot_of(on_stage: Stage):
    (slot,) = state(on_stage).slots.values()
    return slot


def register(on_stage: Stage, name: str, seats: int = 1):
    slot = slot_of(on_stage).id
    registration = registration_id(slot, name)
    fact = Requested((30,) * seats, (PersonKey(name),), True, name)
    visitors = tuple(f"{name} {n + 1}" if n else name for n in range(seats))
    person = Person(name, f"{seats}@example.com", "+79160000000", visitors)
    on_stage.append(
        journal=[to_row(Entry(AT, registration, slot, "site", fact))], people=[person_row(registration, person)]
    )
    return registration


def test_a_typed_row_is_offered_once_its_id_is_filled_in(on_stage, sync):
    terms = slot_of(on_stage).terms

    assert (terms.capacity, terms.min_age, terms.starts.isoformat()) == (2, 12, "2030-12-12T08:00:00+00:00")
    assert [row["_id"] for row in on_stage.rows(on_stage.catalogue, "Расписание")] != [""]


def test_a_run_with_nothing_to_do_writes_nothing(on_stage, sync):
    report = sync.run()

    assert (report.offers, report.written) == (0, [])


def test_another_instance_finds_nothing_to_write_either(on_stage, sync):
    report = on_stage.syncer(writer="sync").run()

    assert report.written == []


def test_a_season_at_rest_is_read_and_not_written(on_stage, sync):
    sync.run()
    files = (on_stage.catalogue, on_stage.ledger, on_stage.roster)
    before = [on_stage.version(file) for file in files]

    sync.run()
    on_stage.syncer(writer="sync").run()

    assert [on_stage.version(file) for file in files] == before


def test_word_is_left_for_the_status_page_and_its_link_stands_in_the_sheet(on_stage, sync):
    register(on_stage, "Анна Орлова")

    another = on_stage.syncer()
    reports = [another.run(), another.run()]

    vitals = vitals_of(on_stage.open_ledger().catalogue())
    assert vitals is not None
    assert (vitals.owed, vitals.problems, vitals.alarm) == (1, 0, "")
    assert [report.owed for report in reports] == [1, 1]
    assert reports[-1].oldest_seconds == pytest.approx(reports[0].oldest_seconds, abs=30)
    (row,) = (row for row in on_stage.rows(on_stage.catalogue, "Сезон") if row["Параметр"] == "Состояние Записи")
    assert row["Проверка"] == "https://site.example/status/token"


def test_a_new_catalogue_does_not_wipe_the_word(on_stage, sync):
    on_stage.fill("slots", 2, {"capacity": "3"})

    on_stage.settle(sync)

    assert vitals_of(on_stage.open_ledger().catalogue()) is not None


def test_seats_stand_beside_each_slot(on_stage, sync):
    for name in ("Анна", "Борис", "Вера"):
        register(on_stage, name)

    on_stage.settle(sync)

    (row,) = on_stage.rows(on_stage.catalogue, "Расписание")
    assert (row["Занято"], row["Ждут"], row["Свободно"], row["Проверка"]) == ("2", "1", "0", "✓")


def test_each_registration_has_one_line(on_stage, sync):
    register(on_stage, "Анна Орлова", seats=2)
    register(on_stage, "Борис Котов")

    on_stage.settle(sync)

    lines = on_stage.rows(on_stage.catalogue, "Заявки")
    assert [(line["Имя"], line["Состояние"], line["Человек"]) for line in lines] == [
        ("Анна Орлова", "записаны", "2"),
        ("Борис Котов", "в листе ожидания, 1-й", "1"),
    ]


def test_each_visitor_has_one_line_in_the_enterprises_own_file(on_stage, sync):
    register(on_stage, "Анна Орлова", seats=2)
    register(on_stage, "Борис Котов")

    on_stage.settle(sync)

    lines = on_stage.rows(on_stage.roster, "Посетители")
    assert [line["Фамилия и имя"] for line in lines] == ["Анна Орлова", "Анна Орлова 2"]
    assert {line["Дата"] for line in lines} == {"12.12.2030"}


def test_who_cancels_stays_on_the_list_as_not_coming(on_stage, sync):
    anna = register(on_stage, "Анна Орлова")
    on_stage.settle(sync)
    fact = Cancelled(anna)
    on_stage.append(journal=[to_row(Entry(AT, entry_id("cancelled", anna), slot_of(on_stage).id, "site", fact))])

    on_stage.settle(sync)

    (line,) = on_stage.rows(on_stage.roster, "Посетители")
    assert (line["Фамилия и имя"], line["Состояние"]) == ("Анна Орлова", "не придёт")


def test_an_instance_that_never_saw_a_roster_takes_the_last_visitor_off_it(on_stage, sync):
    anna = register(on_stage, "Анна Орлова")
    on_stage.settle(sync)
    fact = Cancelled(anna)
    on_stage.append(journal=[to_row(Entry(AT, entry_id("cancelled", anna), slot_of(on_stage).id, "site", fact))])

    on_stage.settle(on_stage.syncer(writer="sync"))

    (line,) = on_stage.rows(on_stage.roster, "Посетители")
    assert line["Состояние"] == "не придёт"


def test_ticks_of_the_enterprise_survive_sorting_and_new_lines(on_stage, sync):
    register(on_stage, "Анна Орлова")
    on_stage.settle(sync)
    on_stage.type("Посетители", 2, "Заметки", "опоздает", on_stage.roster)
    register(on_stage, "Борис Котов")

    on_stage.settle(sync)

    remarks = {line["Фамилия и имя"]: line["Заметки"] for line in on_stage.rows(on_stage.roster, "Посетители")}
    assert remarks == {"Анна Орлова": "опоздает", "Борис Котов": ""}


def test_raised_capacity_promotes_the_first_in_line(on_stage, sync):
    for name in ("Анна", "Борис", "Вера"):
        register(on_stage, name)
    on_stage.type("Расписание", 2, "Мест", "3")

    on_stage.settle(sync)

    vera = registration_id(slot_of(on_stage).id, "Вера")
    now = state(on_stage)
    assert now.registrations[vera].standing is Standing.CONFIRMED
    assert now.notices[vera].kind is NoticeKind.PROMOTED


def test_a_cancellation_waits_for_its_tick_and_says_whom_it_touches(on_stage, sync):
    anna = register(on_stage, "Анна")
    on_stage.type("Расписание", 2, "Статус", "отменена")
    on_stage.settle(sync)

    (row,) = on_stage.rows(on_stage.catalogue, "Расписание")
    assert "отмена затронет 1 человека: 1 заявка" in row["Проверка"]
    assert state(on_stage).registrations[anna].standing is Standing.CONFIRMED

    on_stage.type("Расписание", 2, "Подтверждаю", True)
    on_stage.settle(sync)
    assert state(on_stage).notices[anna].kind is NoticeKind.SLOT_CANCELLED


def test_a_cell_that_cannot_be_understood_is_answered_beside_it(on_stage, sync):
    on_stage.type("Расписание", 2, "Мест", "много")

    on_stage.settle(sync)

    (row,) = on_stage.rows(on_stage.catalogue, "Расписание")
    assert row["Проверка"] == "D2: нужно целое число, а написано «много»"
    assert slot_of(on_stage).terms.capacity == 2


def test_a_roster_that_is_not_shared_is_told_beside_its_enterprise_and_stops_nothing(on_stage, sync):
    link = "https://docs.google.com/spreadsheets/d/1nowhere1nowhere1nowhere1nowhere1nowhere12/edit"
    on_stage.type("Предприятия", 2, "Файл списка", link)
    register(on_stage, "Анна")

    for _ in range(3):
        sync.run()

    (row,) = on_stage.rows(on_stage.catalogue, "Предприятия")
    assert row["Проверка"].startswith("Файл списка недоступен")
    assert on_stage.rows(on_stage.catalogue, "Заявки")[0]["Имя"] == "Анна"


def test_two_overlapping_instances_add_each_line_once(on_stage, sync):
    other = on_stage.syncer(writer="other")
    register(on_stage, "Анна")

    sync.run()
    register(on_stage, "Борис")
    busy = other.run()
    sync.run()

    assert busy.busy
    assert [line["Имя"] for line in on_stage.rows(on_stage.catalogue, "Заявки")] == ["Анна", "Борис"]


def test_a_visitors_line_brings_its_own_tick(on_stage, sync):
    register(on_stage, "Анна Орлова")
    on_stage.settle(sync)

    on_stage.type("Посетители", 2, "Пришли", True, on_stage.roster)
    register(on_stage, "Борис Котов")
    on_stage.settle(sync)

    lines = on_stage.rows(on_stage.roster, "Посетители")
    assert [line["Пришли"] for line in lines] == ["TRUE", ""]


def test_an_enterprise_without_a_file_is_listed_in_the_catalogue_where_its_tab_comes_into_view(on_stage, sync):
    register(on_stage, "Анна Орлова")
    on_stage.type("Предприятия", 2, "Файл списка", "здесь")
    on_stage.settle(sync)

    (line,) = on_stage.rows(on_stage.catalogue, "Посетители")
    assert (line["Предприятие"], line["Фамилия и имя"]) == ("Завод «Москвич»", "Анна Орлова")
    tabs = on_stage.sheets.get(on_stage.catalogue, (), "sheets.properties(title,hidden)")["sheets"]
    hidden = {tab["properties"]["title"] for tab in tabs if tab["properties"].get("hidden")}
    assert {"Посетители", "Для печати"} & hidden == set()
    on_stage.type("Посетители", 2, "Пришли", True)
    on_stage.settle(sync)
    (anna,) = state(on_stage).registrations.values()
    assert anna.attended == (0,)


def test_a_roster_stands_by_date_and_surname_in_a_filter_view(on_stage):
    mask = "sheets(properties(title),filterViews(title,sortSpecs))"
    sheets = on_stage.sheets.get(on_stage.roster, (), mask)["sheets"]
    (view,) = next(sheet["filterViews"] for sheet in sheets if sheet["properties"]["title"] == "Посетители")
    header = on_stage.grid(on_stage.roster, "Посетители", "1:1")[0]

    assert view["title"] == "По дате и фамилии"
    assert [header[spec.get("dimensionIndex", 0)] for spec in view["sortSpecs"]] == ["Дата", "Начало", "Экскурсия", "№"]
