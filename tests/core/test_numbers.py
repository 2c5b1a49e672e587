"""What is counted, and what is not."""

from __future__ import annotations

from tests.spec import Season, minutes
from zapis.core.catalogue import MOSCOW, Catalogue, Enterprise, EnterpriseId, Slot, Tour, TourId
from zapis.core.entries import Attended
from zapis.core.model import RegistrationId, SlotId, SlotStatus
from zapis.core.numbers import Numbers, numbers

HOST = Enterprise(EnterpriseId("E"), "Завод", *[""] * 9)
TOUR = Tour(TourId("T"), HOST.id, "Цех", "excursion", "", 60, 0, 120, 25, 5, True, "")


def catalogue(*slots: str) -> Catalogue:
    offered = (Slot(SlotId(s), TOUR.id, minutes(2000), 2, SlotStatus.OPEN, None, None) for s in slots)
    return Catalogue(None, {HOST.id: HOST}, {TOUR.id: TOUR}, {slot.id: slot for slot in offered})


def counted(season: Season, *slots: str) -> Numbers:
    return numbers(season.state, catalogue(*slots or ("S",)))


def test_people_are_counted_by_what_became_of_them():
    season = Season(capacity=3)
    season.request("anna", seats=2)
    season.request("boris")
    season.request("vera", seats=2)
    season.cancel("boris")

    total = counted(season).total

    assert (total.visits, total.seats, total.asked) == (1, 3, 3)
    assert (total.taken, total.waiting, total.cancelled, total.fill) == (2, 2, 1, 67)


def test_who_left_a_party_is_counted_as_cancelled():
    season = Season(capacity=3)
    season.request("anna", seats=3)
    season.cancel("anna", 2)

    total = counted(season).total

    assert (total.taken, total.cancelled) == (2, 1)


def test_nobody_is_absent_where_nobody_said_who_came():
    season = Season(capacity=3)
    season.request("anna", seats=2)
    season.request("boris")
    silent = counted(season).total.absent

    season.land(Attended(RegistrationId("anna@S"), (0,)))

    assert (silent, counted(season).total.absent, counted(season).total.came) == (0, 2, 1)


def test_a_cancelled_visit_offers_no_seats():
    season = Season(capacity=3)
    season.request("anna", seats=2)
    season.offer(status=SlotStatus.CANCELLED, at=30)

    total = counted(season).total

    assert (total.visits, total.seats, total.taken, total.cancelled) == (0, 0, 0, 2)


def test_each_heading_adds_up_to_the_total():
    season = Season(capacity=3)
    season.offer("other", capacity=4)
    season.request("anna", seats=2)
    season.request("boris", slot="other")

    found = counted(season, "S", "other")

    day = minutes(2000).astimezone(MOSCOW).date().isoformat()
    assert found.enterprises["Завод"].taken == found.days[day].taken == found.channels["сайт"].taken == 3
    assert found.total.seats == 7
