"""A mark is what is remembered of a row of the journal: a digest of its cells, its kind, whom it concerns.

It follows from the cells alone, whatever a release makes of them, so that every release gives a row one mark.
The kind and the code are there for people: they tell what a row said that is there no more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NewType

from msgspec import Struct

from zapis.core.entries import JOURNAL_COLUMNS, Entry, Row, Unreadable, from_row

Mark = NewType("Mark", str)
"""Eight hex signs, kind and code, such as `9f86d081 requested K7MQ-4T2X`."""

FIRST_ROW = 2
"""The row below the header, as people number rows."""
_REGISTRATION = re.compile(r'"registration":"([^"]+)"')
_LONGEST_SLOT = 12


class Found(Struct, frozen=True):
    """A row of the journal as it stands. `number` is what a person sees at its left."""

    number: int
    row: Row
    entry: Entry | Unreadable
    mark: Mark

    @property
    def stray(self) -> bool:
        """Whether no program wrote it: it says nothing, and not because a newer release wrote it."""
        return isinstance(self.entry, Unreadable) and not self.entry.newer


def found(rows: Iterable[Sequence[str]], first: int = FIRST_ROW) -> list[Found]:
    """Rows of the journal, decoded; `first` is the number of the first of them."""
    padded = map(_padded, rows)
    return [Found(number, row, from_row(row), mark(row)) for number, row in enumerate(padded, first)]


def mark(row: Row) -> Mark:
    """The mark of a row of six cells."""
    digest = hashlib.sha256("\x00".join(row).encode(errors="surrogatepass")).hexdigest()[:8]
    return Mark(f"{digest} {row[1]} {_concerns(row)}")


def words(mark: Mark) -> str:
    """What a mark says of its row, such as `requested K7MQ-4T2X`."""
    return mark.partition(" ")[2]


def concerned(mark: Mark) -> str:
    """The code of the registration, or the slot, that the row is about."""
    return mark.rpartition(" ")[2]


def _concerns(row: Row) -> str:
    _, kind, entry_id, slot, _, payload = row
    named = _REGISTRATION.search(payload)
    if named or kind == "requested":
        registration = named[1] if named else entry_id
        return f"{registration[:4]}-{registration[4:8]}"
    return slot[:_LONGEST_SLOT]


def _padded(row: Sequence[str]) -> Row:
    width = len(JOURNAL_COLUMNS)
    return (*row[:width], *("",) * (width - len(row)))
