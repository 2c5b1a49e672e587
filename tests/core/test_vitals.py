"""How the season is found: what is owed, for how long, and that the word can be read back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.spec import Season, minutes
from zapis.core.notices import DEFERRED, SENT, Outbox, due, outbox_row
from zapis.core.vitals import Vitals, taken, vitals_of


@pytest.fixture
def season():
    season = Season(capacity=2)
    season.request("anna")
    season.request("boris")
    return season


def seen(season, *rows, at=30) -> Vitals:
    box = Outbox()
    for row in rows:
        box.apply(row)
    return taken(season.state, box, minutes(at), 3, "", None)


def letters(season):
    return [notice.id for notice in due(season.state, Outbox(), minutes(30))]


def row(at, kind, *items):
    return outbox_row(minutes(at), kind, "run", items)


def test_what_nobody_sent_is_owed_since_the_moment_that_made_it_due(season):
    first = min(notice.at for notice in season.state.notices.values())

    vitals = seen(season)

    assert (vitals.owed, vitals.oldest) == (2, first)
    assert vitals.oldest_seconds == (minutes(30) - first).total_seconds()


def test_nothing_is_owed_when_all_was_sent(season):
    vitals = seen(season, row(25, SENT, *letters(season)))

    assert (vitals.owed, vitals.oldest, vitals.oldest_seconds) == (0, None, 0.0)


def test_a_letter_whose_own_mailbox_is_full_alarms_nobody_while_others_are_taken(season):
    anna, boris = letters(season)

    assert seen(season, row(22, DEFERRED, anna), row(23, SENT, boris)).oldest is None
    assert seen(season, row(22, DEFERRED, anna)).oldest is not None


def test_a_server_that_takes_nothing_any_more_is_told_by_the_letters_that_wait(season):
    anna, boris = letters(season)

    assert seen(season, row(22, SENT, boris), row(23, DEFERRED, anna)).oldest is not None


@pytest.mark.parametrize(
    "vitals",
    [
        Vitals(minutes(5)),
        Vitals(minutes(5), 3, 21, minutes(1), minutes(2), "журнал"),
        Vitals(minutes(5) + timedelta(milliseconds=250)),
    ],
)
def test_a_word_is_read_as_it_was_left(vitals):
    assert vitals_of((("revision", "r1", vitals.to_text()),)) == vitals


@pytest.mark.parametrize("rows", [(), (("revision", "r1", ""),), (("revision", "r1", "{}"),), (("r", "1", '{"x":1}'),)])
def test_what_cannot_be_read_says_nothing(rows):
    assert vitals_of(rows) is None
