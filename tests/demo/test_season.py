"""The demo season is one that an organiser could have typed: whole, in good Russian, without a Problem."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import combinations

import pytest

from local.demo.season import FILLS, moment, read
from tests.demo.typed import NOON, tables
from zapis.core.catalogue import MOSCOW, Catalogue
from zapis.core.organisers import read as read_catalogue
from zapis.schema import tab
from zapis.site.opening import NEAR

SEASON = read()
TODAY = date(2026, 11, 24)
TOURS = {tour["title"]: tour for tour in SEASON.tours}
KNOWN = {"Завод «Москвич»", "«Ральф Рингер»", "Щербинский лифтостроительный завод", "«Мослифт»", "«Экопласт»"}
TEXTS = [
    (where, text)
    for name, rows in (("enterprises", SEASON.enterprises), ("tours", SEASON.tours), ("slots", SEASON.slots))
    for number, row in enumerate(rows, 2)
    for where, text in ((f"{name}.csv, line {number}, {key}", text) for key, text in row.items())
]


def kind(slot) -> str:
    return TOURS[slot["tour"]]["kind"]


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def test_it_is_as_large_as_a_real_season():
    kinds = Counter(kind(slot) for slot in SEASON.slots)

    assert kinds["экскурсия"] > 120
    assert kinds["мастер-класс"] > 50
    assert 22 <= len(SEASON.enterprises) <= 24
    assert 60 <= len(SEASON.tours) <= 75


def test_it_lasts_24_days_without_a_day_off_and_never_falls_empty():
    days = {int(slot["day"]) for slot in SEASON.slots}

    assert days == set(range(-3, 21))


def test_the_known_enterprises_are_there_and_all_others_say_that_they_are_invented():
    invented = {row["name"] for row in SEASON.enterprises if "Вымышленное предприятие" in row["about"]}

    assert {row["name"] for row in SEASON.enterprises} - invented == KNOWN


@pytest.mark.parametrize(
    "names",
    [[row["name"] for row in SEASON.enterprises], [row["title"] for row in SEASON.tours]],
    ids=["names", "titles"],
)
def test_what_others_refer_to_is_unique(names):
    assert [name for name, times in Counter(map(str.casefold, names)).items() if times > 1] == []


def test_every_reference_resolves():
    names = {row["name"] for row in SEASON.enterprises}

    assert {tour["enterprise"] for tour in SEASON.tours} == names
    assert {slot["tour"] for slot in SEASON.slots} == set(TOURS)


def test_an_enterprise_receives_one_group_at_a_time():
    visits = [
        (
            TOURS[s["tour"]]["enterprise"],
            s["day"],
            minutes(s["time"]),
            minutes(s["time"]) + int(TOURS[s["tour"]]["minutes"]),
        )
        for s in SEASON.slots
    ]

    clashes = [
        (one, other)
        for one, other in combinations(visits, 2)
        if one[:2] == other[:2] and one[2] < other[3] and other[2] < one[3]
    ]

    assert clashes == []


def test_visits_begin_between_ten_and_six():
    assert all(600 <= minutes(slot["time"]) <= 1080 for slot in SEASON.slots)


def test_groups_ages_and_durations_are_those_of_real_visits():
    assert all(15 <= int(row["capacity"]) <= 40 for row in (*SEASON.tours, *SEASON.slots))
    assert all(45 <= int(tour["minutes"]) <= 150 for tour in SEASON.tours)
    assert {int(tour["min_age"]) for tour in SEASON.tours} == {5, 6, 8, 10, 12, 14, 16, 18}
    parties = sorted(int(tour["max_party"]) for tour in SEASON.tours)
    assert 2 <= parties[0] <= parties[-2] <= 6
    assert parties[-1] == 30  # one takes a whole class
    assert 1 <= sum(tour["waiting_list"] == "нет" for tour in SEASON.tours) <= 5


def test_no_slot_is_larger_than_its_tour_usually_is():
    assert [s for s in SEASON.slots if int(s["capacity"]) > int(TOURS[s["tour"]]["capacity"])] == []


def test_there_are_drafts_closed_slots_and_a_cancelled_one_among_the_open():
    statuses = Counter(slot["status"] for slot in SEASON.slots)

    assert statuses["открыта"] > 150
    assert statuses["закрыта"] >= 5
    assert statuses[""] >= 5
    assert statuses["отменена"] == 1


def test_every_degree_of_fullness_is_among_the_first_dates_shown():
    first = Counter(s["fill"] for s in SEASON.slots if 2 <= int(s["day"]) <= 5 and s["status"] == "открыта")

    assert set(first) == set(FILLS)
    assert min(first.values()) >= 3


def test_visitors_are_wanted_only_where_they_can_register():
    filled = [slot for slot in SEASON.slots if slot["fill"]]

    assert all(slot["status"] == "открыта" and int(slot["day"]) >= 2 and not slot["opens"] for slot in filled)
    assert all(TOURS[slot["tour"]]["waiting_list"] != "нет" for slot in filled if slot["fill"] == "waiting")


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a straight quote", r"[\"']"),
        ("a hyphen for a dash", r" - "),
        ("a dash that may begin a line", r" —"),
        ("a number parted from its sign or unit", r"№ | (?=°C)|\d (?=кг|дБ|км)"),
        ("a one-letter word that may end a line", r"(?i)\b[вскуоиа] (?=[а-яё«])"),
        ("two spaces", r"  "),
        ("a space at an end", r"^\s|\s$"),
        ("dots for an ellipsis", r"\.\.\."),
    ],
)
def test_the_typography_is_russian(fault, pattern):
    assert [(where, text) for where, text in TEXTS if re.search(pattern, text)] == []


def test_no_phone_and_no_address_is_anybodys():
    for row in SEASON.enterprises:
        assert re.fullmatch(r"\+7 495 000-\d\d-\d\d", row["phone"].replace("\u00a0", " "))
        assert row["contact_email"].endswith(".example")


def test_a_moment_is_counted_from_the_day_of_laying_out():
    laid_out = datetime(2026, 11, 24, 23, 57, 30)  # noqa: DTZ001 - a sheet's moments have no zone

    assert moment("3 12:00", laid_out) == "2026-11-27T12:00:00"
    assert moment("-10 10:00", laid_out) == "2026-11-14T10:00:00"
    assert moment("+5", laid_out) == "2026-11-25T00:02"
    assert moment("", laid_out) == ""


def test_registration_for_one_visit_opens_minutes_after_the_first_start():
    catalogue = read_catalogue(tables(SEASON, TODAY), Catalogue(), TODAY).catalogue
    laid_out = datetime.combine(TODAY, NOON, MOSCOW)
    waits = {slot.opens - laid_out for slot in catalogue.slots.values() if slot.opens and slot.status == "open"}

    assert [wait for wait in waits if timedelta(minutes=3) < wait < NEAR] == [timedelta(minutes=5)]


def test_zapis_understands_every_cell_of_it():
    reading = read_catalogue(tables(SEASON, TODAY), Catalogue(), TODAY)

    assert reading.problems == []
    assert reading.needs_id == []
    assert len(reading.catalogue.slots) == len(SEASON.slots)
    first = min(slot.starts for slot in reading.catalogue.slots.values())
    assert first.date() == TODAY - timedelta(days=3)


def test_the_settings_are_those_that_the_sheet_knows():
    assert set(SEASON.settings) == {row["id"] for row in tab("catalogue", "season").rows}
