"""A1 and R1C1 notation, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sheets import a1
from local.sheets.a1 import Box, NotARange, Rect


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("A1", Box(0, 0, 1, 1)),
        ("$b$2", Box(1, 1, 2, 2)),
        ("A1:B2", Box(0, 0, 2, 2)),
        ("B2:A1", Box(0, 0, 2, 2)),
        ("A1:A1", Box(0, 0, 1, 1)),
        ("A:A", Box(None, 0, None, 1)),
        ("A:C", Box(None, 0, None, 3)),
        ("1:2", Box(0, None, 2, None)),
        ("A5:A", Box(4, 0, None, 1)),
        ("A2:2", Box(1, 0, 2, None)),
        ("R1C1:R2C2", Box(0, 0, 2, 2)),
        ("R[1]C[1]", Box(1, 1, 2, 2)),
        ("R1", Box(0, 17, 1, 18)),
        ("C2", Box(1, 2, 2, 3)),
    ],
)
def test_cells_are_read_in_all_their_forms(text: str, box: Box) -> None:
    assert a1.parse_cells(text) == box


@pytest.mark.parametrize("text", ["A", "2", "A0", "Foo Bar", "", "A1:R2C2", "A1:B2:C3", "AAAA1", "1A", "A1:"])
def test_what_is_no_range_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotARange):
        a1.parse_cells(text)


@pytest.mark.parametrize(
    ("title", "echoed"),
    [
        ("Sheet1", "Sheet1"),
        ("My sheet", "'My sheet'"),
        ("D3", "'D3'"),
        ("R1C1", "'R1C1'"),
        ("2026", "'2026'"),
        ("It's", "'It''s'"),
        ("Заявки", "'Заявки'"),
        ("_journal", "_journal"),
        ("a!b", "'a!b'"),
    ],
)
def test_a_title_is_quoted_only_if_it_must_be(title: str, echoed: str) -> None:
    assert a1.quote_title(title) == echoed
    assert a1.split_title(f"{echoed}!A1") == (title, "A1")


def test_one_cell_is_never_echoed_as_two() -> None:
    assert a1.range_name("Sheet1", Rect(0, 0, 1, 1)) == "Sheet1!A1"


@given(st.integers(0, 18_277))
def test_columns_letters_lead_back_to_the_column(index: int) -> None:
    assert a1.column_index(a1.column_letters(index)) == index


@given(st.text(min_size=1).filter(lambda title: "\x00" not in title), st.integers(0, 999), st.integers(0, 700))
def test_any_title_can_be_written_and_read(title: str, row: int, column: int) -> None:
    rect = Rect(row, column, row + 2, column + 3)

    read_title, cells = a1.split_title(a1.range_name(title, rect))

    assert read_title == title
    assert a1.parse_cells(str(cells)) == Box(rect.top, rect.left, rect.bottom, rect.right)
