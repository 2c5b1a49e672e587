"""How numbers, days and texts are put into words, and what a filter finds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from tests.site.conftest import PLANT
from zapis.core.model import Reason
from zapis.site import words
from zapis.site.finding import Need, Wanted, wanted
from zapis.voice import conditions, speech


def plain(text: str) -> str:
    return text.replace(speech.NBSP, " ")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 визитов"),
        (1, "1 визит"),
        (2, "2 визита"),
        (5, "5 визитов"),
        (11, "11 визитов"),
        (14, "14 визитов"),
        (21, "21 визит"),
    ],
)
def test_a_noun_takes_the_form_of_its_number(number: int, said: str):
    assert plain(speech.visits(number)) == said


@pytest.mark.parametrize(
    ("age", "said"), [(1, "1 года"), (5, "5 лет"), (11, "11 лет"), (12, "12 лет"), (21, "21 года")]
)
def test_an_age_limit_is_said_in_the_genitive(age: int, said: str):
    assert plain(speech.years_genitive(age)) == said


def test_a_moment_is_said_as_people_say_it_in_moscow():
    assert plain(speech.moment(datetime(2026, 12, 12, 8, 0, tzinfo=UTC))) == "суббота, 12 декабря, 11:00"


def test_a_moment_within_a_sentence_is_said_as_people_say_it():
    moment = datetime(2026, 12, 12, 8, 0, tzinfo=UTC)

    assert plain(speech.on(moment)) == "в субботу, 12 декабря, в 11:00"
    assert plain(speech.deadline(moment)) == "12 декабря в 11:00"


def test_late_evening_in_greenwich_is_the_next_day_in_moscow():
    assert speech.day_of(datetime(2026, 12, 11, 21, 30, tzinfo=UTC)) == date(2026, 12, 12)


@pytest.mark.parametrize(("minutes", "said"), [(45, "45 мин"), (60, "1 ч"), (90, "1 ч 30 мин"), (120, "2 ч")])
def test_a_duration_is_said_in_hours_and_minutes(minutes: int, said: str):
    assert plain(speech.duration(minutes)) == said


def test_short_words_do_not_hang_at_a_line_end():
    assert speech.typeset("в цехе, с 12 лет — по записи") == ("в\u00a0цехе, с\u00a012\u00a0лет\u00a0— по\u00a0записи")


@pytest.mark.parametrize(
    "reason", [r for r in Reason if r not in ("by_citizen", "by_organiser", "erased", "not_active", "frozen", "stale")]
)
def test_every_reason_to_refuse_has_its_words(reason: Reason):
    said = words.of_refusal(reason)

    assert said.status in (404, 409, 422)
    assert said.title


@pytest.mark.parametrize("reason", [r for r in Reason if r not in ("by_citizen", "by_organiser", "erased")])
def test_every_reason_not_to_change_anything_has_its_words(reason: Reason):
    said = words.of_no_change(reason)

    assert said.status in (404, 409, 422)
    assert said.code == reason.value
    assert said.text.endswith(".")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"date": "12 декабря", "kind": "party", "seats": "много", "age": "-1"},
        {"date": "", "kind": "", "enterprise": "", "seats": "0", "age": "", "q": "  "},
        {"seats": "1000", "age": "121"},
        {"seats": "٣", "unknown": "1"},
    ],
)
def test_a_filter_that_says_nothing_filters_nothing(query: dict[str, str]):
    assert wanted(query).anything


def test_a_filter_is_read_from_the_address():
    query = {"q": "лифт", "date": "2026-12-12", "kind": "workshop", "enterprise": "e1", "seats": "2", "age": "0"}

    assert wanted(query) == Wanted("лифт", date(2026, 12, 12), "workshop", "e1", 2, 0)


@pytest.mark.parametrize(
    "asked",
    [
        Wanted(),
        Wanted("лифт & хлеб", date(2026, 12, 12), "workshop", "e1", 2, 0, "Шоссе Энтузиастов"),
        Wanted(needs=frozenset({Need.QUIET, Need.STEP_FREE})),
    ],
)
def test_a_filter_makes_the_address_that_says_it(asked: Wanted):
    assert wanted(dict(parse_qsl(asked.query.removeprefix("?")))) == asked
    assert asked.query.startswith("?") is not asked.anything


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [(0, 130, "любой"), (12, 130, "с 12 лет"), (12, 16, "с 12 до 16 лет"), (0, 21, "до 21 года")],
)
def test_who_may_come_is_said_in_words(least: int, most: int, said: str):
    assert plain(conditions.ages(least, most)) == said


@pytest.mark.parametrize(("count", "said"), [(1, "1 ребёнка"), (4, "4 детей"), (21, "21 ребёнка")])
def test_how_many_children_one_adult_leads_agrees_with_the_number(count: int, said: str):
    assert plain(conditions.children(count)).endswith(f"не больше {said}")


@pytest.mark.parametrize(
    ("metro", "line", "said"),
    [
        ("Сокол", "Замоскворецкая", "Сокол, Замоскворецкая линия"),
        ("Щербинка (МЦД-2)", "МЦД-2", "Щербинка (МЦД-2)"),
        ("Крюково", "МЦД-3", "Крюково, МЦД-3"),
        ("", "Кольцевая", ""),
    ],
)
def test_a_line_is_named_where_it_says_more_than_the_station(metro: str, line: str, said: str):
    assert plain(conditions.station(replace(PLANT, metro=metro, line=line))) == said


def test_a_family_is_told_one_by_one_and_a_class_by_number():
    assert plain(words.of_party([34, 12])) == "2 человека: 34 года, 12 лет"
    assert plain(words.of_party([34, *[13] * 9, *[12] * 12])) == "22 человека: 12 лет — 12, 13 лет — 9, 34 года — 1"
