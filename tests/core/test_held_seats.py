"""Seats that the public does not see: a code opens them, an organiser releases them."""

from __future__ import annotations

import pytest

from tests.spec import Season
from zapis.core import rules
from zapis.core.entries import from_row, to_row
from zapis.core.fold import fold
from zapis.core.model import Standing


@pytest.fixture
def season() -> Season:
    return Season(capacity=4, held=2, codes=("press", "class"))


def left(season: Season) -> int:
    return rules.seats_left(season.state.slots["S"])


def test_the_public_cannot_have_a_held_seat(season):
    season.request("anna", seats=2)

    assert (season.request("boris").standing, left(season)) == (Standing.WAITING, 0)


@pytest.mark.parametrize("code", ["press", "class"])
def test_each_code_opens_held_seats(season, code):
    season.request("anna", seats=2)

    assert season.request("vera", seats=2, code=code).standing is Standing.CONFIRMED
    assert season.state.slots["S"].taken == 4


def test_who_comes_by_a_code_leaves_the_publics_seats_alone(season):
    season.request("vera", code="press")

    assert left(season) == 2


def test_a_party_by_a_code_may_spread_over_held_seats_and_the_publics(season):
    season.request("vera", seats=3, code="press")

    assert (season.standing("vera"), left(season)) == (Standing.CONFIRMED, 1)


def test_a_wrong_code_and_yesterdays_code_open_nothing(season):
    season.request("anna", seats=2)
    wrong = season.request("boris", code="prose")
    season.offer(codes=("class",))

    assert (wrong.standing, season.request("vera", code="press").standing) == (Standing.WAITING, Standing.WAITING)


def test_held_seats_that_are_all_taken_are_nobodys_by_a_code(season):
    season.request("anna", seats=2)
    season.request("vera", seats=2, code="press")

    assert season.request("gleb", code="press").standing is Standing.WAITING


def test_a_code_does_not_pass_the_capacity(season):
    season.offer(capacity=1)
    season.request("vera", code="press")

    assert season.request("gleb", waits=False, code="press").standing is Standing.REFUSED


def test_who_came_by_a_code_and_cancels_leaves_the_seat_held(season):
    season.request("vera", seats=2, code="press")
    season.request("anna", seats=2)
    season.request("boris")
    season.cancel("vera")

    assert (season.standing("boris"), rules.held_back(season.state.slots["S"])) == (Standing.WAITING, 2)


def test_part_of_a_party_that_stays_away_frees_held_seats(season):
    season.request("vera", seats=2, code="press")
    season.cancel("vera", 1)

    assert rules.held_back(season.state.slots["S"]) == 1


def test_a_party_by_a_code_grows_into_held_seats(season):
    season.request("anna", seats=2)
    season.request("vera", code="press")
    season.join("vera", 30)

    assert season.of("vera").seats == 2


def test_released_seats_go_to_the_line_first(season):
    season.request("anna", seats=2)
    season.request("boris", seats=2)
    season.release(2)

    assert (season.standing("boris"), left(season)) == (Standing.CONFIRMED, 0)


def test_after_the_release_a_code_opens_what_everybody_may_have(season):
    season.release(2)
    season.request("anna", seats=3)

    assert season.request("vera", code="press").standing is Standing.CONFIRMED
    assert season.request("gleb", code="press").standing is Standing.WAITING


def test_fewer_held_seats_promote_those_who_wait(season):
    season.request("anna", seats=3)
    season.offer(held=1)

    assert season.standing("anna") is Standing.CONFIRMED


def test_codes_travel_through_the_journal(season):
    season.request("vera", seats=2, code="press")

    again = fold(from_row(to_row(entry)) for entry in season.entries)

    assert again.slots["S"].invited == season.state.slots["S"].invited == {"vera@S": 2}
