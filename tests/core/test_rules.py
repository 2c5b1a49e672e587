"""Each rule by itself: what a party must be, whatever the seats."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.spec import TERMS, Season
from zapis.core.entries import Erased, SlotOffered, terms_from_json, terms_to_json
from zapis.core.model import Reason, RegistrationId, SlotId, Standing
from zapis.core.rules import party_fits_the_terms, too_few_adults


@pytest.mark.parametrize(
    ("ages", "led"),
    [
        ((40, 12, 13), True),
        ((40, 12, 13, 14), False),
        ((40, 41, 10, 11, 12, 13), True),
        ((17, 17), False),
        ((18, 17, 17), True),
        ((40,), True),
        ((12,), False),
    ],
)
def test_one_adult_leads_so_many_children_and_no_more(ages: tuple[int, ...], led: bool):
    assert too_few_adults(replace(TERMS, children_per_adult=2), ages) is not led


def test_children_may_come_alone_where_no_rule_was_given():
    assert party_fits_the_terms(TERMS, (12, 13)) is None


def test_where_no_adult_may_come_nobody_has_to_lead():
    assert not too_few_adults(replace(TERMS, children_per_adult=2, max_age=14), (12, 13))


def test_a_party_with_too_few_adults_is_refused_and_told_why():
    season = Season(capacity=9, children_per_adult=2)

    alone = season.request("masha", ages=(12,))
    led = season.request("anna", ages=(34, 12, 8))

    assert (alone.standing, alone.reason) == (Standing.REFUSED, Reason.ADULTS)
    assert led.standing is Standing.CONFIRMED


def test_a_party_cannot_move_to_where_its_adults_are_too_few():
    season = Season(capacity=9)
    season.offer("T", capacity=9, children_per_adult=1)
    season.request("anna", ages=(34, 12, 8))

    entry = season.move("anna", "T")

    assert season.state.rejected[entry.id] is Reason.ADULTS
    assert season.of("anna").slot == SlotId("S")


def test_terms_of_an_older_journal_lead_nobody_and_stay_as_they_were_written():
    written = terms_to_json(TERMS)

    assert "children_per_adult" not in written
    assert terms_from_json(written) == TERMS
    assert "place" not in written
    ruled = replace(TERMS, children_per_adult=4, place="Москва, Колодочный проезд, 7")
    assert terms_from_json(terms_to_json(ruled)) == ruled
    assert SlotOffered(0, ruled) != SlotOffered(0, TERMS)


def seats(season: Season, slot: str = "S") -> int:
    return season.state.slots[SlotId(slot)].taken


def test_who_joins_takes_a_seat_of_their_own():
    season = Season(capacity=3)
    season.request("anna")

    season.join("anna", 12, 40)

    anna = season.of("anna")
    assert (anna.ages, anna.members, seats(season)) == ((30, 12, 40), (0, 1, 2), 3)
    assert season.told("anna") == "enlarged"


def test_nobody_joins_half_and_nothing_changes_where_there_is_no_room():
    season = Season(capacity=2)
    season.request("anna")

    entry = season.join("anna", 12, 40)

    assert season.state.rejected[entry.id] is Reason.FULL
    assert (season.of("anna").seats, seats(season)) == (1, 1)


@pytest.mark.parametrize(
    ("terms", "ages", "at", "why"),
    [
        ({"max_party": 2}, (30, 30), 20, Reason.PARTY_SIZE),
        ({"min_age": 12}, (7,), 20, Reason.AGE),
        ({"children_per_adult": 1}, (7, 8), 20, Reason.ADULTS),
        ({}, (30,), 1001, Reason.CLOSED),
    ],
)
def test_who_joins_must_fit_like_everybody_else(terms: dict[str, int], ages: tuple[int, ...], at: float, why: Reason):
    season = Season(capacity=9, **terms)
    season.request("anna")

    entry = season.join("anna", *ages, at=at)

    assert season.state.rejected[entry.id] is why


def test_who_waits_may_ask_for_more_and_keeps_the_place_in_line():
    season = Season(capacity=1)
    for who in ("boris", "anna", "vera"):
        season.request(who)

    season.join("anna", 12)
    season.cancel("boris", at=30)

    assert season.state.place(RegistrationId("anna@S")) == 1
    assert season.standing("vera") is Standing.CONFIRMED


def test_of_two_corrections_of_one_reading_the_first_holds():
    season = Season()
    season.request("anna")

    season.correct("anna", people=1)
    late = season.correct("anna", people=1, at=21)

    assert season.of("anna").people == 1
    assert season.state.rejected[late.id] is Reason.STALE
    assert season.told("anna") == "corrected"


def test_nothing_is_corrected_once_the_list_has_gone():
    season = Season()
    season.request("anna")

    entry = season.correct("anna", at=1001)

    assert season.state.rejected[entry.id] is Reason.FROZEN


def test_a_lost_mail_is_the_last_one_once_more():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris")
    season.cancel("anna")
    first = season.state.notices[RegistrationId("boris@S")]

    season.ask_for_mail("anna", "boris", "nobody", at=30)

    again = season.state.notices[RegistrationId("boris@S")]
    assert (first.kind, again.kind) == ("promoted", "promoted")
    assert again.id != first.id
    assert season.told("anna") == "cancelled"


def test_asking_for_nobodys_mail_changes_nothing():
    season = Season()

    entry = season.ask_for_mail("nobody")

    assert season.state.rejected[entry.id] is Reason.NOT_ACTIVE


def test_who_is_forgotten_before_the_visit_gives_the_seat_back_and_afterwards_was_there():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris")

    season.land(Erased(RegistrationId("anna@S")), at=30)
    season.land(Erased(RegistrationId("boris@S")), at=2001)

    assert (season.standing("anna"), season.reason("anna")) == (Standing.CANCELLED, Reason.ERASED)
    assert season.standing("boris") is Standing.CONFIRMED
    assert season.of("boris").persons == ()
    assert season.state.active == {}
    assert season.state.rejected[season.ask_for_mail("boris", at=2002).id] is Reason.NOT_ACTIVE
    assert season.state.rejected[season.correct("boris", at=2002).id] is Reason.NOT_ACTIVE
