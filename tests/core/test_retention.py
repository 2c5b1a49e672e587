"""How long names and contacts are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.spec import Season, minutes
from zapis.core.entries import Erased
from zapis.core.model import RegistrationId
from zapis.core.notices import DESTROYED, Outbox, outbox_row
from zapis.core.retention import ASKED, ENDED, VISITED, Keeping, due

KEEPING = Keeping(after_visit=timedelta(days=30), after_end=timedelta(days=7))


ANNA, BORIS = RegistrationId("anna@S"), RegistrationId("boris@S")


@pytest.fixture
def season():
    """Anna has the seat, Boris was refused."""
    season = Season(capacity=1)
    season.request("anna")
    season.request("boris", waits=False)
    return season


def whom(season, *, after_visit=None, after_request=None, known=(ANNA, BORIS), destroyed=()):
    """Who is due so many days after the one or the other."""
    begin = season.of("anna").asked_at if after_visit is None else minutes(2000)
    now = begin + timedelta(days=after_request if after_visit is None else after_visit)
    outbox = Outbox()
    outbox.apply(outbox_row(now, DESTROYED, "run", dict.fromkeys(destroyed, VISITED)))
    return dict(due(season.state, outbox, known, KEEPING, now))


def test_contacts_of_a_past_visit_are_kept_for_the_days_after_it(season):
    assert ANNA not in whom(season, after_visit=29.9)
    assert whom(season, after_visit=30) == {ANNA: VISITED, BORIS: VISITED}


def test_contacts_of_who_was_refused_are_kept_for_a_week(season):
    assert whom(season, after_request=6.9) == {}
    assert whom(season, after_request=7) == {BORIS: ENDED}


def test_the_week_of_who_cancelled_begins_with_the_cancellation(season):
    season.cancel("anna", at=10 + 3 * 24 * 60)

    assert ANNA not in whom(season, after_request=9.9)
    assert ANNA in whom(season, after_request=10)


def test_who_asks_is_forgotten_at_once(season):
    season.land(Erased(ANNA))

    assert whom(season, after_request=0) == {ANNA: ASKED}


def test_who_was_destroyed_is_not_due_again_unless_known_again(season):
    assert whom(season, after_visit=31, known=(), destroyed=(ANNA, BORIS)) == {}
    assert whom(season, after_visit=31, known=(ANNA,), destroyed=(ANNA, BORIS)) == {ANNA: VISITED}


def test_who_is_not_known_gets_a_line_in_the_record_all_the_same(season):
    assert whom(season, after_visit=31, known=()) == {ANNA: VISITED, BORIS: VISITED}
