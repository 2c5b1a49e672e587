"""How organisers' rows become a catalogue, and what they are told."""

import json
from datetime import UTC, date, datetime

import pytest

from zapis.core.catalogue import MOSCOW, Catalogue, from_rows, terms_of, to_rows
from zapis.core.habits import Unclear, day, moment, time_of_day, whole_number
from zapis.core.ids import code_digest
from zapis.core.model import SlotId, SlotStatus
from zapis.core.organisers import Reading, read
from zapis.core.tables import Cell, read_table
from zapis.schema import tab

TODAY = date(2026, 11, 24)

SEASON = [
    ["Название программы", "Открой#Моспром", "title"],
    ["Запись закрывается за, часов", "24", "closes_hours"],
    ["Записей на человека", "3", "season_limit"],
]
ENTERPRISE = {"Предприятие": "Завод «Москвич»", "Адрес": "Волгоградский пр-т, 42", "_id": "E1"}
TOUR = {
    "Название": "Как рождается автомобиль",
    "Предприятие": "Завод «Москвич»",
    "Вид": "экскурсия",
    "Длится, минут": "90",
    "Возраст от": "12",
    "Обычно мест": "25",
    "_id": "T1",
}
SLOT = {
    "Экскурсия": "Как рождается автомобиль",
    "Дата": "12.12.2026",
    "Начало": "11:00",
    "Мест": "20",
    "Статус": "открыта",
    "_id": "S1",
}


def table(key: str, *rows: dict[str, str], without: str = ""):
    declared = tab("catalogue", key)
    headers = {c.key: c.header for c in declared.columns if c.owner != "formula"}
    shown = [header for header in headers.values() if header != without]
    grid = [[Cell(h) for h in shown]] + [[Cell(row.get(h, "")) for h in shown] for row in rows]
    return read_table(declared.title, headers, grid)


def catalogue_of(
    *slots, tours=(TOUR,), last=None, without="", host=ENTERPRISE, hosts_without="", tours_without="", settings=()
) -> Reading:
    rows = {row[2]: row for row in (*SEASON, *(("", value, key) for key, value in dict(settings).items()))}
    season = [dict(zip(("Параметр", "Значение", "_id"), row, strict=True)) for row in rows.values()]
    tables = {
        "season": table("season", *season),
        "enterprises": table("enterprises", host, without=hosts_without),
        "tours": table("tours", *tours, without=tours_without),
        "slots": table("slots", *slots, without=without),
    }
    return read(tables, last or Catalogue(), TODAY)


def test_a_row_becomes_a_slot_with_resolved_terms():
    reading = catalogue_of(SLOT)

    terms = terms_of(reading.catalogue, reading.catalogue.slots["S1"])

    assert reading.problems == []
    assert terms.starts == datetime(2026, 12, 12, 8, 0, tzinfo=UTC)
    assert terms.closes == datetime(2026, 12, 11, 8, 0, tzinfo=UTC)
    assert (terms.capacity, terms.min_age, terms.max_party, terms.waiting_list) == (20, 12, 5, True)


def test_what_cannot_be_understood_is_told_with_its_cell_and_the_last_good_row_stands():
    good = catalogue_of(SLOT).catalogue

    reading = catalogue_of(SLOT | {"Мест": "много"}, last=good)

    assert [str(p) for p in reading.problems] == ["D2: нужно целое число, а написано «много»"]
    assert reading.catalogue.slots == good.slots


def test_a_row_that_was_never_good_is_not_offered_and_the_others_are():
    reading = catalogue_of(SLOT | {"_id": "S0", "Дата": "31.11"}, SLOT)

    assert list(reading.catalogue.slots) == ["S1"]
    assert [str(p) for p in reading.problems] == ["B2: такого дня нет: «31.11», проверьте число и месяц"]


def test_a_missing_column_closes_nothing():
    good = catalogue_of(SLOT).catalogue

    reading = catalogue_of(SLOT, last=good, without="Мест")

    assert reading.catalogue.slots == good.slots
    assert "нет столбца «Мест»" in reading.problems[0].message


def test_a_vanished_row_stays_in_force_and_is_a_problem():
    good = catalogue_of(SLOT).catalogue

    reading = catalogue_of(last=good)

    assert reading.catalogue.slots == good.slots
    assert "пропала строка от 12.12.2026 11:00" in reading.problems[0].message


def test_an_empty_status_is_a_draft():
    assert catalogue_of(SLOT | {"Статус": ""}).catalogue.slots["S1"].status is None


def test_a_row_without_an_id_asks_for_one_and_waits():
    reading = catalogue_of(SLOT | {"_id": ""})

    assert [need.row for need in reading.needs_id] == [2]
    assert reading.catalogue.slots == {}


def test_of_two_rows_with_one_id_the_one_that_matches_the_record_keeps_it():
    good = catalogue_of(SLOT).catalogue

    reading = catalogue_of(SLOT | {"Дата": "13.12.2026"}, SLOT, last=good)

    assert reading.catalogue.slots == good.slots
    assert [need.row for need in reading.needs_id] == [2]


def test_slots_survive_the_renaming_of_their_tour():
    good = catalogue_of(SLOT).catalogue

    reading = catalogue_of(SLOT, tours=(TOUR | {"Название": "Автомобиль от листа до ключа"},), last=good)

    assert reading.problems == []
    assert reading.catalogue.slots["S1"].tour == "T1"


def test_an_unknown_tour_is_named():
    reading = catalogue_of(SLOT | {"Экскурсия": "Полёт на Луну"})

    said = "A2: во вкладке «Экскурсии и мастер-классы» нет «Полёт на Луну»: выберите из списка или добавьте туда строку"
    assert str(reading.problems[0]) == said


def test_quotes_and_case_do_not_matter_in_a_name():
    assert catalogue_of(SLOT, tours=(TOUR | {"Предприятие": 'завод "москвич"'},)).problems == []


def test_ages_the_wrong_way_round_are_told():
    reading = catalogue_of(SLOT, tours=(TOUR | {"Возраст до": "10"},))

    assert "«до» (10) меньше, чем «от» (12)" in str(reading.problems[0])


@pytest.mark.parametrize(("typed", "tasting"), [("да", True), ("нет", False), ("", False)])
def test_a_tour_says_whether_something_is_tasted(typed: str, tasting: bool):
    reading = catalogue_of(SLOT, tours=(TOUR | {"Дегустация 18+": typed},))

    assert (reading.catalogue.tours["T1"].tasting, reading.problems) == (tasting, [])


def test_a_file_from_before_tastings_goes_on_and_misses_the_column_only_once_it_was_used():
    earlier = catalogue_of(SLOT, tours_without="Дегустация 18+")
    tasted = catalogue_of(SLOT, tours=(TOUR | {"Дегустация 18+": "да"},)).catalogue

    assert (earlier.problems, earlier.catalogue.tours["T1"].tasting) == ([], False)
    reading = catalogue_of(SLOT, tours_without="Дегустация 18+", last=tasted)
    assert "нет столбца «Дегустация 18+»" in str(reading.problems[0])
    assert reading.catalogue.tours["T1"].tasting


def test_a_tasting_for_children_alone_is_told():
    children = TOUR | {"Дегустация 18+": "да", "Возраст до": "16"}

    assert "пробовать некому: сюда пускают до 16\u00a0лет" in str(catalogue_of(SLOT, tours=(children,)).problems[0])


def test_two_visits_of_one_enterprise_at_one_moment_are_told_beside_the_second():
    another = TOUR | {"Название": "Окраска кузова", "_id": "T2"}

    reading = catalogue_of(SLOT, SLOT | {"_id": "S2", "Экскурсия": "Окраска кузова"}, tours=(TOUR, another))

    said = "C3: в это же время это предприятие занято в строке 2: проверьте дату и время"
    assert [str(problem) for problem in reading.problems] == [said]
    assert len(reading.catalogue.slots) == 2


def test_a_catalogue_travels_as_rows_and_comes_back_the_same():
    catalogue = catalogue_of(SLOT | {"Статус": "закрыта", "Запись с": "01.12.2026 10:00"}).catalogue

    assert catalogue.slots["S1"].status is SlotStatus.CLOSED
    assert from_rows(to_rows(catalogue)) == catalogue


def test_how_hard_the_way_is_and_who_must_lead_the_children_are_read():
    host = ENTERPRISE | {"Линия метро": "Кольцевая", "На коляске": "Помогут", "Лестницы": "есть лифт", "Шум": "громко"}

    reading = catalogue_of(SLOT, host=host, tours=(TOUR | {"Детей на взрослого": "4"},))

    enterprise, tour = reading.catalogue.enterprises["E1"], reading.catalogue.tours["T1"]
    assert reading.problems == []
    assert (enterprise.line, enterprise.wheelchair, enterprise.stairs) == ("Кольцевая", "helped", "lift")
    assert (enterprise.noise, tour.children_per_adult) == ("loud", 4)


def test_a_choice_that_does_not_exist_is_told_with_those_that_do():
    reading = catalogue_of(SLOT, host=ENTERPRISE | {"Лестницы": "две"})

    assert "выберите из списка: «нет», «есть лифт», «есть», а написано «две»" in str(reading.problems[0])


def test_a_file_from_before_a_column_was_invented_lacks_nothing():
    assert catalogue_of(SLOT, hosts_without="Лестницы").problems == []


def test_a_column_that_was_filled_once_is_missed():
    good = catalogue_of(SLOT, host=ENTERPRISE | {"Лестницы": "есть"}).catalogue

    reading = catalogue_of(SLOT, last=good, hosts_without="Лестницы")

    assert "нет столбца «Лестницы»" in reading.problems[0].message
    assert reading.catalogue.enterprises == good.enterprises


def test_a_catalogue_that_an_earlier_release_wrote_is_understood():
    now = catalogue_of(SLOT).catalogue
    later = {"line", "wheelchair", "stairs", "noise", "children_per_adult", "held", "codes", "release", "holidays"}
    later |= {"min_group"}

    before = [
        (kind, id_, json.dumps({k: v for k, v in json.loads(item).items() if k not in later}) if item else "")
        for kind, id_, item in to_rows(now)
    ]

    assert not any(key in item for _kind, _id, item in before for key in later)
    assert from_rows(before) == now


@pytest.mark.parametrize(
    "spoilt",
    [
        {"starts": "2026-12-01T10:00:00"},
        {"starts": None},
        {"capacity": "восемь"},
        {"status": "снята"},
        {"codes": "пресса"},
    ],
)
def test_a_row_that_no_release_wrote_is_not_taken_for_a_catalogue(spoilt):
    rows = [
        (kind, id_, json.dumps(json.loads(item) | spoilt) if kind == "slot" else item)
        for kind, id_, item in to_rows(catalogue_of(SLOT).catalogue)
    ]

    with pytest.raises(ValueError, match="slot S1 of the catalogue"):
        from_rows(rows)


def when(moment: datetime) -> str:
    return f"{moment.astimezone(MOSCOW):%d.%m %H:%M}"


def terms_of_slot(**how):
    reading = catalogue_of(SLOT | how.pop("slot", {}), tours=(TOUR | how.pop("tour", {}),), **how)
    assert reading.problems == []
    return terms_of(reading.catalogue, reading.catalogue.slots["S1"])


def test_what_a_row_says_goes_before_the_tour_and_the_tour_before_the_season():
    season = {"opens": "01.12.2026 10:00", "closes_hours": "12", "freezes_hours": "6"}
    tour = {"Запись с": "02.12.2026 10:00", "Запись до": "48 часов", "Список за": "2 дня"}
    slot = {"Запись с": "03.12.2026 10:00", "Запись до": "11.12.2026 18:00"}

    by_season, by_tour = terms_of_slot(settings=season), terms_of_slot(settings=season, tour=tour)
    by_slot = terms_of_slot(settings=season, tour=tour, slot=slot)

    assert [when(terms.opens)[:5] for terms in (by_season, by_tour, by_slot)] == ["01.12", "02.12", "03.12"]
    assert [when(terms.closes) for terms in (by_season, by_tour, by_slot)] == [
        "11.12 23:00",
        "10.12 11:00",
        "11.12 18:00",
    ]
    assert [when(terms.freezes) for terms in (by_season, by_tour)] == ["12.12 05:00", "10.12 11:00"]


@pytest.mark.parametrize(
    ("holidays", "closes"),
    [
        ("", "10.12 11:00"),
        ("10.12", "09.12 11:00"),
        ("08.12–10.12, 31.12", "07.12 11:00"),
        ("10–11 дек", "08.12 11:00"),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(holidays, closes):
    terms = terms_of_slot(settings={"closes_hours": "2 рабочих дня", "holidays": holidays})

    assert when(terms.closes) == closes


def test_one_moment_may_close_the_whole_season():
    assert when(terms_of_slot(settings={"closes_hours": "05.12.2026 18:00"}).closes) == "05.12 18:00"


def test_registration_that_closes_before_it_opens_is_told():
    reading = catalogue_of(SLOT | {"Запись с": "12.12.2026 09:00"})

    said = "запись закрывается 11.12.2026 11:00, раньше, чем открывается (12.12.2026 09:00): исправьте одно из двух"
    assert [problem.message for problem in reading.problems] == [said]


def test_held_seats_and_their_codes_reach_the_terms_as_digests():
    terms = terms_of_slot(slot={"Придержано": "5", "Код": "Пресса, Школа 57", "Отпустить": "05.12.2026 10:00"})

    assert terms.held == 5
    assert terms.codes == (code_digest(SlotId("S1"), "пресса"), code_digest(SlotId("S1"), "школа57"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"Придержано": "25"}, "придержано 25, а мест всего 20"),
        ({"Код": "пресса"}, "код ничего не открывает"),
        ({"Запись до": "завтра"}, "нужен срок до начала («48 часов», «2 рабочих дня») или дата и время"),
    ],
)
def test_terms_that_make_no_sense_are_told(typed, said):
    assert said in str(catalogue_of(SLOT | typed).problems[0])


def test_terms_of_every_kind_travel_as_rows():
    catalogue = catalogue_of(
        SLOT | {"Придержано": "5", "Код": "пресса", "Запись до": "3 рабочих дня"},
        tours=(TOUR | {"Список за": "48 ч", "Наименьшая группа": "8"},),
        settings={"closes_hours": "2 рабочих дня", "holidays": "31.12–08.01"},
    ).catalogue

    assert from_rows(to_rows(catalogue)) == catalogue
    assert len(catalogue.season.holidays) == 9


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12.12.2026", date(2026, 12, 12)),
        ("12.12", date(2026, 12, 12)),
        ("12.12.26", date(2026, 12, 12)),
        ("12 дек", date(2026, 12, 12)),
        ("12 декабря 2026 г.", date(2026, 12, 12)),
        ("3 мая", date(2027, 5, 3)),
        ("2026-12-12", date(2026, 12, 12)),
        ("5/1", date(2027, 1, 5)),
    ],
)
def test_a_day_in_many_habits_of_writing(typed, meant):
    assert day(Cell(typed), TODAY) == meant


@pytest.mark.parametrize("typed", ["31.11", "скоро", "12", "99.99.2026"])
def test_a_day_that_is_none_is_refused(typed):
    with pytest.raises(Unclear):
        day(Cell(typed), TODAY)


@pytest.mark.parametrize("typed", ["11:00", "11-00", "11.00", "11", "11 ч."])
def test_a_time_in_many_habits_of_writing(typed):
    assert time_of_day(Cell(typed)).hour == 11


def test_dates_and_times_that_sheets_understood_are_numbers():
    assert day(Cell("12.12.2026", 46368.0), TODAY) == date(2026, 12, 12)
    assert time_of_day(Cell("11:00", 11 / 24)).hour == 11
    assert moment(Cell("01.12.2026 10:00", 46357 + 10 / 24), TODAY) == datetime(2026, 12, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["много", "2,5", "-3", "1e9"])
def test_a_count_that_is_none_is_refused(typed):
    with pytest.raises(Unclear):
        whole_number(Cell(typed))


def test_a_rehearsal_needs_one_address_or_none():
    def season(typed: str) -> Reading:
        rows = [*SEASON, ["Репетиция", typed, "rehearsal"]]
        shown = [dict(zip(("Параметр", "Значение", "_id"), row, strict=True)) for row in rows]
        tables = {key: table(key) for key in ("enterprises", "tours", "slots")}
        return read({**tables, "season": table("season", *shown)}, Catalogue(), TODAY)

    assert season("olga@example.org").catalogue.season.rehearsal == "olga@example.org"
    assert season("").catalogue.season.rehearsal == ""
    assert "нужен один адрес почты" in str(season("да").problems[0])
