"""What is put right, and whom an acceptance concerns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.journals import HANDS, duplicated, edited, inserted, journal, registration, sorted_by_id
from zapis.core.difference import compare
from zapis.core.marks import found, mark
from zapis.core.mending import Change, changes, mend, standings, told
from zapis.core.model import RegistrationId, Standing

ROWS = journal()
MARKS = [mark(row) for row in ROWS]


def mended(rows, marks=MARKS):
    return mend(compare(marks, found(rows)))


@pytest.mark.parametrize("hand", ["sorted", "duplicated"])
def test_what_was_only_moved_or_repeated_is_put_back_wholly(hand):
    assert mended(HANDS[hand](ROWS)).rows == tuple(ROWS)


@pytest.mark.parametrize("hand", ["deleted", "edited", "restored"])
def test_a_row_that_is_gone_is_never_made_up(hand):
    assert mended(HANDS[hand](ROWS)) is None


def test_rows_pasted_below_the_last_one_go_back_where_they_landed():
    pasted = [*edited(ROWS), ROWS[3]]

    mending = mended(pasted)

    assert mending.rows == tuple(ROWS)
    assert [row.number for row in mending.removed] == [5]


def test_a_request_that_nobody_recorded_is_kept_and_goes_to_the_end():
    mending = mended(inserted(ROWS))

    assert mending.rows[:-1] == tuple(ROWS)
    assert mending.rows[-1][2].startswith("ZOYA")


def test_rows_that_were_not_recorded_before_a_sort_follow_by_their_moments():
    assert mended(sorted_by_id(ROWS), MARKS[:4]).rows == tuple(ROWS)


def test_a_row_that_no_program_wrote_is_removed():
    mending = mended([*ROWS[:2], ("hello", "", "", "", "", ""), *ROWS[2:]])

    assert mending.rows == tuple(ROWS)


@given(st.permutations([*ROWS, ROWS[2], ("x", "", "", "", "", "")]))
def test_a_mended_journal_agrees(rows):
    assert not compare(MARKS, found(mended(rows).rows)).disagrees


def test_an_acceptance_names_whose_standing_changes():
    before, after = standings(ROWS), standings(duplicated(ROWS))

    assert changes(before, after) == [
        Change(registration("vera"), Standing.CONFIRMED, Standing.WAITING),
        Change(registration("egor"), Standing.WAITING, Standing.CONFIRMED),
    ]


def test_letters_tell_how_a_registration_stood():
    letters = ["K7MQ.0.waiting", "K7MQ.1.promoted", "ABCD.0.confirmed", "ABCD.1.reduced", "ABCD.2.cancelled", "lease"]

    assert told(letters) == {
        RegistrationId("K7MQ"): Standing.CONFIRMED,
        RegistrationId("ABCD"): Standing.CANCELLED,
    }
