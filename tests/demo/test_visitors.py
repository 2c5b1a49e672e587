"""Who the invented visitors are, and which slots of a site they ask for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from local.demo.people import Wanted, parties
from local.demo.season import dated, read
from local.demo.visitors import MOSCOW, laid_out_on, targets
from tests.demo.typed import NOON

SEASON = read()
TODAY = date(2026, 11, 24)


@st.composite
def wanted(draw) -> Wanted:
    min_age = draw(st.integers(0, 18))
    return Wanted(
        number=draw(st.integers(1, 300)),
        seats=draw(st.integers(0, 40)),
        line=draw(st.integers(0, 6)),
        min_age=min_age,
        max_age=draw(st.integers(min_age, 130)),
        max_party=draw(st.integers(1, 6)),
    )


def site_slots(laid_out: date) -> list[dict]:
    """The season's slots as the site's API tells of them, all free."""
    return [
        {
            "id": f"s{number}",
            "title": row["tour"].replace("\u00a0", " "),
            "starts": datetime.fromisoformat(f"{row['date']} {row['time']}")
            .replace(tzinfo=MOSCOW)
            .astimezone(UTC)
            .isoformat(),
            "capacity": int(row["capacity"]),
            "free": int(row["capacity"]),
            "waiting": 0,
        }
        for number, row in enumerate(dated(SEASON.slots, datetime.combine(laid_out, NOON)))
        if row["status"]
    ]


@given(wanted())
def test_parties_are_exactly_the_heads_wanted_and_all_fit_the_slot(wanted):
    made = list(parties(wanted))

    assert sum(len(party.visitors) for party in made) == wanted.seats + wanted.line
    assert all(1 <= len(party.visitors) <= wanted.max_party for party in made)
    ages = [visitor.age for party in made for visitor in party.visitors]
    assert all(wanted.min_age <= age <= wanted.max_age for age in ages)


@given(wanted())
def test_the_seats_are_asked_for_to_the_last_before_the_line_begins(wanted):
    heads, sums = 0, set()
    for party in parties(wanted):
        heads += len(party.visitors)
        sums.add(heads)

    assert wanted.seats in sums | {0}


@given(wanted())
def test_the_same_slot_gets_the_same_visitors_each_time(wanted):
    assert list(parties(wanted)) == list(parties(wanted))


@given(wanted())
def test_nobody_asks_twice_and_nobody_real_is_written_to(wanted):
    emails = [party.email for party in parties(wanted)]

    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@example.com") for email in emails)
    for email in emails:
        validate_email(email, check_deliverability=False)


@pytest.mark.parametrize("days_ago", [0, 5, 60])
def test_the_day_of_laying_out_is_read_off_the_slots(days_ago):
    laid_out = TODAY - timedelta(days=days_ago)
    known = [
        (slot["title"], datetime.fromisoformat(slot["starts"]).astimezone(MOSCOW)) for slot in site_slots(laid_out)
    ]

    assert laid_out_on(SEASON.slots, known) == laid_out


def test_every_slot_to_be_filled_is_found_on_the_site():
    found = targets(SEASON, site_slots(TODAY))

    assert len(found) == sum(bool(slot["fill"]) for slot in SEASON.slots)
    assert {target.slot["title"] for target in found} == {
        slot["tour"].replace("\u00a0", " ") for slot in SEASON.slots if slot["fill"]
    }


def test_a_site_with_other_slots_is_left_alone():
    other = {"id": "x", "title": "Прогулка", "starts": "2026-11-25T09:00:00Z", "capacity": 9, "free": 9, "waiting": 0}

    assert targets(SEASON, [other]) == []


@pytest.mark.parametrize(
    ("fill", "least", "most"), [("some", 0.3, 0.5), ("nearly", 0.8, 0.99), ("full", 1, 1), ("waiting", 1, 1)]
)
def test_slots_are_filled_to_the_wanted_degree(fill, least, most):
    number_of = {number for number, slot in enumerate(SEASON.slots, 1) if slot["fill"] == fill}

    filled = [target for target in targets(SEASON, site_slots(TODAY)) if target.wanted.number in number_of]

    assert all(least <= target.wanted.seats / target.slot["capacity"] <= most for target in filled)
    assert all((target.wanted.line > 0) is (fill == "waiting") for target in filled)
    assert filled
