"""Terms as organisers type them, for the season, a tour or a row, and what they do to those who ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.stage import Stage, offered, stage
from zapis.core.catalogue import MOSCOW
from zapis.core.entries import Entry, Requested, from_row, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import registration_id
from zapis.core.model import PersonKey, Reason, Registration, Standing, Terms
from zapis.publish.sync import Sync

SEASON, TOURS, SLOTS = "Сезон", "Экскурсии и мастер-классы", "Расписание"


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path, offered) as running:
        yield running


@pytest.fixture
def sync(on_stage: Stage) -> Sync:
    return on_stage.syncer()


def state(on_stage: Stage) -> State:
    return fold(e for e in map(from_row, on_stage.journal()) if isinstance(e, Entry))


def terms(on_stage: Stage) -> Terms:
    (slot,) = state(on_stage).slots.values()
    return slot.terms


def season(on_stage: Stage, **values: str) -> None:
    rows = {row["Параметр"]: number for number, row in enumerate(on_stage.rows(on_stage.catalogue, SEASON), 2)}
    for name, value in values.items():
        on_stage.type(SEASON, rows[name.replace("_", " ")], "Значение", value)


def below(on_stage: Stage, title: str, **values: str) -> None:
    for header, value in values.items():
        on_stage.type(title, 2, header.replace("_", " "), value)


def check(on_stage: Stage) -> str:
    return on_stage.rows(on_stage.catalogue, SLOTS)[0]["Проверка"]


def ask(on_stage: Stage, *ages: int, who: str = "Анна", waits: bool = True) -> Registration:
    (slot,) = state(on_stage).slots
    id = registration_id(slot, f"{who}{ages}")
    fact = Requested(ages or (30,), (PersonKey(who),), waits, f"{who}{ages}")
    on_stage.append(journal=[to_row(Entry(datetime.now(UTC), id, slot, "site", fact))])
    return state(on_stage).registrations[id]


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(MOSCOW):%d.%m.%Y %H:%M}"


def test_a_row_goes_before_its_tour_and_the_tour_before_the_season(on_stage, sync):
    season(
        on_stage, Запись_открывается="01.12.2030 10:00", Запись_закрывается_за="2 рабочих дня", Праздники="11.12.2030"
    )
    season(on_stage, Список_передаётся_за="48 часов", Записей_на_человека="2")
    on_stage.settle(sync)
    now = terms(on_stage)
    assert [shown(at) for at in (now.opens, now.closes, now.freezes)] == [
        "01.12.2030 10:00",
        "09.12.2030 11:00",
        "10.12.2030 11:00",
    ]
    assert now.season_limit == 2

    below(on_stage, TOURS, Запись_с="02.12.2030 10:00", Запись_до="3 часа", Список_за="1 рабочий день")
    on_stage.settle(sync)
    now = terms(on_stage)
    assert [shown(at) for at in (now.opens, now.closes, now.freezes)] == [
        "02.12.2030 10:00",
        "12.12.2030 08:00",
        "10.12.2030 11:00",
    ]

    below(on_stage, SLOTS, Запись_с="03.12.2030 10:00", Запись_до="12.12.2030 10:30")
    on_stage.settle(sync)
    now = terms(on_stage)
    assert [shown(at) for at in (now.opens, now.closes)] == ["03.12.2030 10:00", "12.12.2030 10:30"]


def test_registration_that_is_opened_early_takes_who_comes(on_stage, sync):
    below(on_stage, SLOTS, Запись_с="01.12.2030 10:00")
    on_stage.settle(sync)
    assert ask(on_stage, who="Рано").reason is Reason.NOT_OPEN_YET

    below(on_stage, SLOTS, Запись_с="01.11.2026 10:00")
    on_stage.settle(sync)
    assert ask(on_stage, who="Вовремя").standing is Standing.CONFIRMED


def test_without_a_waiting_list_who_comes_late_is_refused(on_stage, sync):
    below(on_stage, TOURS, Лист_ожидания="нет")
    on_stage.settle(sync)
    ask(on_stage, 30, 30)

    assert ask(on_stage, who="Борис").reason is Reason.FULL


def test_ages_and_adults_are_asked_for(on_stage, sync):
    below(on_stage, TOURS, Возраст_до="60", Детей_на_взрослого="1")
    below(on_stage, SLOTS, Мест="20")
    on_stage.settle(sync)

    assert [ask(on_stage, *ages).reason for ages in ((11,), (61,), (30, 14, 15))] == [
        Reason.AGE,
        Reason.AGE,
        Reason.ADULTS,
    ]
    assert ask(on_stage, 30, 14).standing is Standing.CONFIRMED


def test_a_place_in_line_counts_towards_the_seasons_limit(on_stage, sync):
    season(on_stage, Записей_на_человека="1")
    on_stage.fill("slots", 3, {"tour": "Как рождается автомобиль", "date": "13.12.2030", "time": "11:00"})
    on_stage.fill("slots", 3, {"capacity": "5", "status": "открыта"})
    on_stage.settle(sync)
    first, second = sorted(state(on_stage).slots.values(), key=lambda slot: slot.terms.starts)
    for who, slot in (("А", first), ("Б", first), ("В", first), ("В", second)):
        fact = Requested((30,), (PersonKey(who),), True, who)
        id = registration_id(slot.id, who)
        on_stage.append(journal=[to_row(Entry(datetime.now(UTC), id, slot.id, "site", fact))])

    known = state(on_stage).registrations
    assert known[registration_id(first.id, "В")].standing is Standing.WAITING
    assert known[registration_id(second.id, "В")].reason is Reason.LIMIT


def test_a_group_too_small_is_told_once_the_list_has_gone(on_stage, sync):
    below(on_stage, TOURS, Наименьшая_группа="2")
    on_stage.settle(sync)
    ask(on_stage)
    on_stage.settle(sync)
    assert check(on_stage) == "✓"

    below(on_stage, TOURS, Список_за="01.11.2026 10:00")
    on_stage.settle(sync)
    said = "список передан, а записано 1 человек при наименьшей группе 2: решите, проводить ли визит"
    assert check(on_stage).replace("\N{NO-BREAK SPACE}", " ") == said
