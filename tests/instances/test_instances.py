"""One, three and ten separate processes of the deployed server over one ledger; two releases side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign.checks import Readings
from tests.campaign.real.ground import SITES, Ground, ground
from tests.instances.visitors import Visitors
from zapis.core.entries import Entry, RulesRaised, to_row
from zapis.core.model import EntryId, SlotId
from zapis.ledger.port import Append
from zapis.ledger.sheet import SheetLedger

TEN = tuple(f"site-{number}" for number in range(1, 11))
COUNTS = (1, 3, 10)
SEATS = 2
"""Of each slot."""
pytestmark = pytest.mark.xdist_group("instances")
NEXT = Path(__file__).with_name("next_release.py")


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ten"), slots=4 * len(COUNTS), sites=TEN) as made:
        for name in TEN:
            made.wait_for(name)
        yield made


def slot_for(made: Ground, count: int, turn: int) -> str:
    """A slot that no other test asks for."""
    return made.slots()[4 * COUNTS.index(count) + turn]


@pytest.mark.parametrize("count", COUNTS)
def test_each_instance_sees_the_others_seats_within_one_call(ten: Ground, count: int):
    people = Visitors(ten, slot_for(ten, count, 0))
    for number in range(SEATS):
        people.ask(TEN[0], f"first-{number}")

    told = [people.ask(site, f"later-{site}").json() for site in TEN[:count]]

    assert [(answer["state"], answer["place"]) for answer in told] == [("waiting", n + 1) for n in range(count)]


@pytest.mark.parametrize("count", COUNTS)
def test_the_last_seats_are_sold_once_whoever_sells_them(ten: Ground, count: int):
    people = Visitors(ten, slot_for(ten, count, 1))

    told = people.ask_at_once([(site, f"{n}-{site}", "") for site in TEN[:count] for n in range(3)])

    assert Counter(answer.json()["state"] for answer in told) == {"confirmed": SEATS, "waiting": 3 * count - SEATS}
    assert Readings(ten.news()).oversold == []


@pytest.mark.parametrize("count", COUNTS)
def test_one_person_through_all_instances_is_one_registration(ten: Ground, count: int):
    people = Visitors(ten, slot_for(ten, count, 2))

    told = people.ask_at_once([(site, "anna", f"key {n} at {site}") for site in TEN[:count] for n in range(2)])

    assert Counter(answer.status_code for answer in told) == {201: 1, 409: 2 * count - 1}
    assert {answer.json()["reason"] for answer in told if answer.status_code == 409} == {"already_registered"}


@pytest.mark.parametrize("count", COUNTS)
def test_one_key_through_all_instances_is_one_registration_with_one_ticket(ten: Ground, count: int):
    people = Visitors(ten, slot_for(ten, count, 3))

    told = people.ask_at_once([(site, "boris", "one and the same key") for site in TEN[:count] * 2])

    assert {answer.status_code for answer in told} <= {200, 201}
    assert len({answer.json()["ticket"] for answer in told}) == 1


def test_two_releases_sell_side_by_side_until_the_rules_are_raised(tmp_path: Path):
    this, following = SITES[:2]
    with ground(tmp_path, slots=1, sites=(this, following), releases={following: NEXT}) as made:
        people = Visitors(made, made.slots()[0])
        for site in (this, following):
            made.wait_for(site)
        before = [people.ask(site, f"{site}-{n}").json()["state"] for n in range(2) for site in (this, following)]
        raise_the_rules(made)
        stopped, goes_on = people.ask(this, "vera"), people.ask(following, "gleb")

    assert before == ["confirmed", "confirmed", "waiting", "waiting"]
    assert (stopped.status_code, goes_on.json()["state"]) == (503, "waiting")
    assert int(stopped.headers["retry-after"]) > 0
    assert "Ранее подтверждённые записи в силе" in stopped.json()["detail"]


def raise_the_rules(made: Ground) -> None:
    """What an operator does once every instance runs the next release; here somebody was too quick."""
    ledger = SheetLedger(made.sheets, made.ledger)
    raised = Entry(ledger.now(), EntryId("rules-2"), SlotId(""), "operator", RulesRaised(2))
    ledger.append(Append(journal=[to_row(raised)]))
