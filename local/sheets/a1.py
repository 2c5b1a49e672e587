"""The grammar of A1 and R1C1 notation: text <-> rectangles. It knows no workbook.

Indexes are zero-based and half-open, as in GridRange; None is an open end, which the grid closes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,8})\Z")
COLUMN = re.compile(r"\$?([A-Za-z]{1,3})\Z")
ROW = re.compile(r"\$?([1-9][0-9]{0,8})\Z")
R1C1 = re.compile(r"[Rr](\[-?\d+\]|\d+)[Cc](\[-?\d+\]|\d+)\Z")
PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LOOKS_R1C1 = re.compile(r"[Rr]\d*([Cc]\d*)?\Z|[Cc]\d*\Z")


class NotARange(ValueError):
    """The text is not a range in any notation; it may still be the name of one, or a title."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with ends that may be open."""

    top: int | None = None
    left: int | None = None
    bottom: int | None = None
    right: int | None = None


@dataclass(frozen=True, slots=True)
class Rect:
    """A closed rectangle: rows top..bottom, columns left..right, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_cell(self) -> bool:
        return self.height == 1 and self.width == 1

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row < self.bottom and self.left <= column < self.right

    def contains(self, other: Rect) -> bool:
        return (
            self.top <= other.top
            and other.bottom <= self.bottom
            and self.left <= other.left
            and other.right <= self.right
        )

    def meets(self, other: Rect) -> bool:
        return (
            self.top < other.bottom and other.top < self.bottom and self.left < other.right and other.left < self.right
        )


def column_letters(index: int) -> str:
    """0 -> "A", 26 -> "AA"."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """ "A" -> 0, "AA" -> 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int) -> str:
    return f"{column_letters(column)}{row + 1}"


def rect_name(rect: Rect) -> str:
    """The shortest name: one cell is "A1", never "A1:A1"."""
    first = cell_name(rect.top, rect.left)
    if rect.is_cell:
        return first
    return f"{first}:{cell_name(rect.bottom - 1, rect.right - 1)}"


def quote_title(title: str) -> str:
    """A title as Google echoes it: quoted only where it could be read as something else."""
    if PLAIN_TITLE.match(title) and not CELL.match(title) and not LOOKS_R1C1.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def range_name(title: str, rect: Rect) -> str:
    return f"{quote_title(title)}!{rect_name(rect)}"


def split_title(text: str) -> tuple[str | None, str | None]:
    """Split "'My tab'!A1" into its title and its cells; what is not there is None.

    A quoted word alone is a title; a bare word is handed back as cells, for it may be either.
    """
    if text.startswith("'"):
        return _split_quoted(text)
    title, bang, cells = text.rpartition("!")
    return (title, cells) if bang else (None, text)


def _split_quoted(text: str) -> tuple[str | None, str | None]:
    quoted = re.match(r"'((?:[^']|'')*)'(?:!(.*))?\Z", text, re.DOTALL)
    if quoted is None:
        raise NotARange(text)
    return quoted[1].replace("''", "'"), quoted[2]


def parse_cells(text: str) -> Box:
    """Read the part after the "!". Reversed ends are swapped. Raises NotARange."""
    first, colon, last = text.partition(":")
    start = _corner(first)
    if not colon:
        if not isinstance(start, tuple) or None in start:
            raise NotARange(text)
        row, column = start
        return Box(row, column, row + 1, column + 1)  # type: ignore[operator]
    if bool(R1C1.match(first)) != bool(R1C1.match(last)):
        raise NotARange(text)
    return _span(start, _corner(last))


def _corner(text: str) -> tuple[int | None, int | None]:
    if cell := CELL.match(text):
        return int(cell[2]) - 1, column_index(cell[1])
    if column := COLUMN.match(text):
        return None, column_index(column[1])
    if row := ROW.match(text):
        return int(row[1]) - 1, None
    if rc := R1C1.match(text):
        return _r1c1_index(rc[1]), _r1c1_index(rc[2])
    raise NotARange(text)


def _r1c1_index(text: str) -> int:
    """A relative index counts from A1: the API has no cell that one stands in."""
    index = int(text[1:-1]) if text.startswith("[") else int(text) - 1
    if index < 0:
        raise NotARange(text)
    return index


def _span(start: tuple[int | None, int | None], end: tuple[int | None, int | None]) -> Box:
    top, bottom = _ends(start[0], end[0])
    left, right = _ends(start[1], end[1])
    return Box(top, left, bottom, right)


def _ends(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """One end given: the span runs from it to the end of the grid."""
    if first is None or last is None:
        return (first if last is None else last), None
    return min(first, last), max(first, last) + 1
