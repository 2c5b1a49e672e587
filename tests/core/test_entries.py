"""Rows that nobody should have written are values, never exceptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zapis.core.entries import Entry, Unreadable, from_row, parse_moment

GOOD = ("2026-12-01T07:00:00.000Z", "held_released", "e1", "S", "w1", '{"v":1,"seats":2}')


def test_a_good_row_is_an_entry():
    assert isinstance(from_row(GOOD), Entry)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (0, "yesterday"),
        (0, "2026-12-01T07:00:00"),
        (1, "unheard_of"),
        (2, ""),
        (5, ""),
        (5, "[]"),
        (5, '{"v":1}'),
        (5, '{"v":1,"seats":-1}'),
        (5, '{"v":1,"seats":true}'),
        (5, '{"v":"1","seats":2}'),
    ],
)
def test_a_damaged_cell_makes_the_row_unreadable(column, text):
    row = [*GOOD[:column], text, *GOOD[column + 1 :]]

    outcome = from_row(row)

    assert isinstance(outcome, Unreadable)
    assert not outcome.newer


def test_a_payload_of_a_later_release_is_told_apart():
    outcome = from_row([*GOOD[:5], '{"v":2,"seats":"many"}'])

    assert isinstance(outcome, Unreadable)
    assert outcome.newer


@given(st.lists(st.text(max_size=40), max_size=8))
def test_no_row_raises(row):
    from_row(row)


@given(st.text(max_size=60))
def test_no_payload_raises(payload):
    from_row([*GOOD[:5], payload])


def test_a_moment_needs_a_zone():
    with pytest.raises(ValueError, match="no zone"):
        parse_moment("2026-12-01T07:00:00")
