"""What a party is offered in place of a visit that will not take place."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.mail.spec import STARTS, T0, Story, catalogue, slot
from zapis.core.alternatives import alternatives
from zapis.core.catalogue import Catalogue, EnterpriseId, TourId
from zapis.core.model import RegistrationId, SlotStatus
from zapis.mail.letters import Matter

OPEN = {"capacity": 9}


def season(*tours: str) -> Catalogue:
    """Slots S10, S11… of these tours, each a day after the other; T and W are of one enterprise, the others not."""
    shown = catalogue()
    (host,) = shown.enterprises.values()
    other = replace(host, id=EnterpriseId("E2"))
    strangers = {
        TourId("X"): replace(shown.tours[TourId("T")], id=TourId("X"), enterprise=other.id),
        TourId("Y"): replace(shown.tours[TourId("W")], id=TourId("Y"), enterprise=other.id),
    }
    slots = {f"S{n}": slot(f"S{n}", tour, STARTS) for n, tour in enumerate(tours, 10)}
    return replace(
        shown,
        enterprises={**shown.enterprises, other.id: other},
        tours={**shown.tours, **strangers},
        slots={**shown.slots, **slots},
    )


def told(*tours: str, **terms: object) -> tuple[Story, RegistrationId]:
    """A family of three, ages 34, 8 and 41; each slot after the first week has `terms`."""
    shown = season(*tours)
    story = Story(shown)
    story.offer("S2", status=SlotStatus.CLOSED)
    for n in range(10, 10 + len(tours)):
        story.offer(f"S{n}", **{**OPEN, **terms})
    anna = story.register(visitors=("Анна", "Маша", "Пётр"), ages=(34, 8, 41))
    story.offer(status=SlotStatus.CANCELLED)
    return story, anna


def offered(story: Story, anna: RegistrationId) -> list[str]:
    state = story.state()
    return [other.slot for other in alternatives(state, story.shown, state.registrations[anna], story.clock())]


def test_the_same_tour_comes_first_then_the_enterprise_then_the_kind():
    assert offered(*told("Y", "X", "W", "T")) == ["S13", "S12", "S11"]


def test_of_several_dates_the_nearest_come_first():
    assert offered(*told("T", "T", "T", "T")) == ["S10", "S11", "S12"]


@pytest.mark.parametrize(
    "terms",
    [
        {"capacity": 2},
        {"min_age": 9},
        {"max_age": 40},
        {"max_party": 2},
        {"status": SlotStatus.CLOSED},
        {"status": SlotStatus.CANCELLED},
        {"opens": STARTS},
        {"closes": T0},
        {"held": 7},
    ],
    ids=lambda terms: next(iter(terms)),
)
def test_what_the_party_could_not_have_is_not_offered(terms: dict[str, object]):
    assert offered(*told("T", **terms)) == []


def test_a_visit_that_somebody_of_them_has_already_is_not_offered():
    story, anna = told("T", "T")
    story.register(slot="S10", key="another")

    assert offered(story, anna) == ["S11"]


def test_who_left_the_party_takes_no_seat():
    story = Story(season("T"))
    story.offer("S2", status=SlotStatus.CLOSED)
    story.offer("S10", capacity=2)
    anna = story.register(visitors=("Анна", "Маша", "Пётр"), ages=(34, 8, 41))
    story.cancel(anna, 2)
    story.offer(status=SlotStatus.CANCELLED)

    assert offered(story, anna) == ["S10"]


def test_of_a_slot_that_the_catalogue_lost_nothing_is_said():
    story, anna = told("T")
    gone = replace(story.shown, slots={})
    state = story.state()

    assert alternatives(state, gone, state.registrations[anna], story.clock()) == ()


def test_the_letter_is_given_them():
    story, anna = told("T")
    matter: Matter = story.matter(anna)

    assert [(other.slot, other.seats_left) for other in matter.instead] == [("S10", 9)]
