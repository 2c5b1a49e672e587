"""Reminders and thanks: whom a moment owes a letter, and whom not."""

from __future__ import annotations

import pytest

from tests.spec import Season, minutes
from zapis.core.entries import Attended, Erased
from zapis.core.model import NoticeKind, RegistrationId, SlotStatus
from zapis.core.notices import SENT, Outbox, due, outbox_row, stands
from zapis.core.occasions import occasions

STARTS, DAY = 2000, 24 * 60
DUE, THANKS = STARTS - DAY, STARTS + DAY
ANNA = RegistrationId("anna@S")


@pytest.fixture
def season():
    season = Season(capacity=3)
    season.request("anna", at=10)
    return season


def kinds(season: Season, at: float) -> list[NoticeKind]:
    return [notice.kind for notice in occasions(season.state, minutes(at))]


@pytest.mark.parametrize(("at", "owed"), [(DUE - 1, 0), (DUE, 1), (STARTS - 1, 1), (STARTS, 0)])
def test_a_reminder_is_due_from_a_day_before_until_the_visit_begins(season, at, owed):
    assert kinds(season, at) == [NoticeKind.REMINDER] * owed


def test_a_reminder_that_was_sent_is_not_due_again_whatever_was_changed_meanwhile(season):
    (reminder,) = occasions(season.state, minutes(DUE))
    box = Outbox()
    box.apply(outbox_row(minutes(DUE), SENT, "run", [reminder.id, season.notice("anna").id]))
    season.request("boris", at=DUE + 1)
    season.cancel("boris", at=DUE + 2)

    assert [n.kind for n in due(season.state, box, minutes(DUE + 3))] == [NoticeKind.CANCELLED]


def test_a_visit_that_was_moved_is_reminded_of_anew(season):
    (first,) = occasions(season.state, minutes(DUE))
    season.offer(starts=minutes(STARTS + 3 * DAY), at=DUE + 10)
    (second,) = occasions(season.state, minutes(DUE + 3 * DAY))

    assert first.id != second.id
    assert not stands(season.state, first, minutes(DUE + 11))


@pytest.mark.parametrize(("told", "owed"), [(DUE - 181, 1), (DUE - 179, 0), (DUE + 5, 0)])
def test_who_was_told_all_of_it_just_before_is_not_reminded(told, owed):
    season = Season(capacity=3, closes=minutes(STARTS))
    season.request("anna", at=told)

    assert len(kinds(season, DUE + 10)) == owed


def test_who_waits_or_was_cancelled_or_forgotten_is_not_reminded():
    season = Season(capacity=3)
    for who in ("anna", "boris", "vera"):
        season.request(who)
    season.request("gleb")
    season.cancel("boris", at=20)
    season.land(Erased(RegistrationId("vera@S")), at=30)
    season.offer(status=SlotStatus.CLOSED, capacity=1, at=40)

    reminded = {notice.registration for notice in occasions(season.state, minutes(DUE))}

    assert reminded == {RegistrationId(f"{who}@S") for who in ("anna", "gleb")}


def test_nobody_is_reminded_of_a_cancelled_visit(season):
    season.offer(status=SlotStatus.CANCELLED, at=20)

    assert kinds(season, DUE) == []


def test_who_was_seated_over_the_capacity_is_reminded_too():
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris", waits=True)
    season.seat_over("boris", at=20)

    assert kinds(season, DUE) == [NoticeKind.REMINDER] * 2


@pytest.mark.parametrize(("at", "owed"), [(THANKS - 1, 0), (THANKS, 1), (STARTS + 7 * DAY, 0)])
def test_who_came_is_thanked_a_day_later_or_within_the_week(season, at, owed):
    season.land(Attended(ANNA, (0,)), at=STARTS + 60)

    assert kinds(season, at) == [NoticeKind.THANKS] * owed


@pytest.mark.parametrize("marks", [(), (Attended(ANNA, ()),), (Attended(ANNA, (0,)), Attended(ANNA, (0,), "undone"))])
def test_who_did_not_come_is_not_thanked(season, marks):
    for n, mark in enumerate(marks):
        season.land(mark, at=STARTS + 60 + n)

    assert kinds(season, THANKS) == []


def test_who_asked_to_be_forgotten_is_not_thanked(season):
    season.land(Attended(ANNA, (0,)), at=STARTS + 60)
    season.land(Erased(ANNA), at=STARTS + 70)

    assert kinds(season, THANKS) == []
