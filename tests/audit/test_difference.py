"""What is told of a journal that somebody changed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.journals import (
    HANDS,
    code,
    deleted,
    duplicated,
    edited,
    inserted,
    journal,
    restored,
    sorted_by_id,
)
from zapis.core.difference import compare
from zapis.core.findings import findings, spans
from zapis.core.marks import found, mark

ROWS = journal()
MARKS = [mark(row) for row in ROWS]
STRAY = ("hello", "", "", "", "", "")


def compared(rows, marks=MARKS):
    return compare(marks, found(rows))


def told(rows):
    return findings(compared(rows))


def test_rows_that_landed_since_are_no_disagreement():
    difference = compared(ROWS, MARKS[:4])

    assert not difference.disagrees
    assert [row.number for row in difference.new] == [6, 7, 8, 9]


@pytest.mark.parametrize("hand", HANDS)
def test_every_hand_is_noticed(hand):
    assert compared(HANDS[hand](ROWS)).disagrees


def test_a_deleted_row_is_named_by_its_number_and_code():
    assert told(deleted(ROWS)) == [f"row 4 is gone (requested {code('boris')})"]


def test_an_edited_row_is_named_by_what_landed():
    assert told(edited(ROWS)) == [f"row 5 was edited (requested {code('vera')})"]


def test_a_row_edited_beyond_reading_is_edited_and_not_a_stray():
    rows = [*ROWS[:3], ("", *ROWS[3][1:5], "oops"), *ROWS[4:]]

    assert told(rows) == [f"row 5 was edited (requested {code('vera')})"]


def test_an_edited_last_row_is_not_taken_for_a_new_one():
    rows = [*ROWS[:-1], ("2026-12-01T07:59:00.000Z", *ROWS[-1][1:])]

    assert told(rows) == [f"row 9 was edited (cancelled {code('boris')})"]


def test_a_copied_row_is_named_where_it_was_put():
    assert told(duplicated(ROWS)) == ["row 3 was put in, repeating what landed elsewhere"]


def test_a_row_put_in_is_told_from_a_copy():
    assert told(inserted(ROWS)) == ["row 3 was put in between (requested ZOYA-2222)"]


def test_an_old_version_is_known_by_the_missing_end():
    (finding,) = told(restored(ROWS))

    assert finding.startswith("rows 7-9 at the end (deleted, or an old version was restored) are gone (")
    assert f"cancelled {code('boris')}" in finding


def test_an_old_version_is_known_even_if_rows_landed_on_it():
    newcomer = inserted(ROWS)[1]

    (finding,) = told([*restored(ROWS), newcomer])

    assert finding.startswith("rows 7-9 at the end")


def test_sorting_names_the_rows_that_are_elsewhere():
    difference = compared(sorted_by_id(ROWS))

    assert difference.moved
    assert not difference.gone
    assert not difference.put_in
    assert None not in difference.standing


def test_one_moved_row_is_one_finding():
    rows = [*ROWS[:1], *ROWS[2:6], ROWS[1], *ROWS[6:]]

    assert told(rows) == ["row 7 is not where it landed (sorted or moved)"]


@pytest.mark.parametrize("place", [0, 3, 8])
def test_a_row_that_no_program_wrote_is_harmless_wherever_it_stands(place):
    difference = compared([*ROWS[:place], STRAY, *ROWS[place:]])

    assert not difference.disagrees
    assert [row.number for row in difference.strays] == [place + 2]


def test_a_row_of_a_newer_release_is_no_stray():
    newer = (*ROWS[1][:5], '{"v":99}')

    difference = compared([*ROWS, newer])

    assert difference.strays == ()
    assert [row.row for row in difference.new] == [newer]


@given(st.permutations(ROWS))
def test_any_other_order_disagrees_and_loses_nothing(rows):
    difference = compared(rows)

    assert difference.disagrees == (rows != ROWS)
    assert [row.row for row in difference.standing] == ROWS


@given(st.lists(st.sampled_from(ROWS), max_size=12))
def test_whatever_is_left_is_either_what_landed_or_disagrees(rows):
    assert compared(rows).disagrees == (rows[: len(ROWS)] != ROWS)


def test_runs_of_numbers_are_drawn_together():
    assert spans([2, 3, 4, 9, 11, 12]) == ["2-4", "9", "11-12"]
