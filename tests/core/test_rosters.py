"""What an enterprise sees of its visitors: in order, children under their adult, and what changed too late."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta

import pytest

from tests.mail.spec import STARTS, TERMS, Story
from zapis.core import rosters
from zapis.core.catalogue import EnterpriseId
from zapis.core.notices import Outbox
from zapis.core.projections import View

HOST = (EnterpriseId("E"),)
NUMBER, NAME, AGE, CHANGED = 0, 1, 2, 5


@pytest.fixture
def story() -> Story:
    """Яковлев came first, then Анна with a child, her sister and another child."""
    story = Story(capacity=20)
    story.register("Пётр Яковлев", email="petr@example.ru")
    party = ("Анна Арбузова", "Миша Арбузов", "Ольга Арбузова", "Маша Арбузова")
    story.register(party[0], visitors=party, ages=(34, 11, 30, 8))
    return story


def view(story: Story) -> View:
    return View.of(story.state(), story.shown, story.people(), Outbox())


def printed(story: Story) -> list[tuple[object, ...]]:
    """The rows of people on the list to print."""
    return [row.cells for row in rosters.printed(view(story), HOST, story.clock()) if not row.heading]


def standings(story: Story, listed: Set[str] = frozenset()) -> dict[str, str]:
    """What is said beside each visitor's line, by name."""
    return {str(cells[4]): str(cells[9]) for cells in rosters.visitors(view(story), HOST, listed, str).values()}


def test_parties_stand_by_surname_each_adult_before_the_children_and_all_are_numbered(story: Story) -> None:
    rows = [(row[NUMBER], row[NAME]) for row in printed(story)]

    assert rows == [
        (1, "Анна Арбузова"),
        (2, "   Ольга Арбузова"),
        (3, "   Миша Арбузов"),
        (4, "   Маша Арбузова"),
        (5, "Пётр Яковлев"),
    ]


def test_visits_stand_by_date_and_say_how_many_come_and_whether_that_is_final(story: Story) -> None:
    story.register("Вера Ильина", email="vera@example.ru", slot="S2")
    story.clock.time = TERMS.freezes

    headings = [str(row.cells[1]) for row in rosters.printed(view(story), HOST, story.clock()) if row.heading]
    said = [heading.replace("\u00a0", " ") for heading in headings]
    assert [heading.partition(",")[0] for heading in said] == ["суббота", "суббота"]
    assert said[0].startswith("суббота, 12 декабря, 11:00. Пара за сорок операций")
    assert said[0].endswith("5 человек; список окончательный")
    assert said[1].endswith("1 человек; список ещё меняется")


def test_who_leaves_after_the_list_went_is_crossed_out_and_who_comes_is_marked(story: Story) -> None:
    story.clock.time = TERMS.freezes + timedelta(minutes=1)
    petr, _ = story.state().registrations
    story.cancel(petr, by="organiser")
    vera = story.register("Вера Ильина", email="vera@example.ru")
    story.seat_over(vera)

    changed = {str(row[NAME]).strip(): (row[NUMBER], row[CHANGED]) for row in printed(story) if row[CHANGED]}
    assert changed == {"Пётр Яковлев": ("", "отменил"), "Вера Ильина": (5, "добавлен")}
    said = standings(story, {f"{petr}.0"})
    assert said["Пётр Яковлев"] == "не придёт: отменил после передачи списка"
    assert said["Вера Ильина"] == "придёт: добавлен после передачи списка"
    assert said["Анна Арбузова"] == "придёт"


def test_who_leaves_in_time_is_not_on_the_list_to_print(story: Story) -> None:
    petr, _ = story.state().registrations
    story.cancel(petr)

    assert "Пётр Яковлев" not in {row[NAME] for row in printed(story)}
    assert standings(story, {f"{petr}.0"})["Пётр Яковлев"] == "не придёт"


def test_no_address_is_on_any_list(story: Story) -> None:
    cells = repr(list(rosters.visitors(view(story), HOST, set(), str).values())) + repr(printed(story))

    assert "@" not in cells


def test_a_visit_of_yesterday_is_not_printed(story: Story) -> None:
    story.clock.time = STARTS + timedelta(days=1)

    assert printed(story) == []
