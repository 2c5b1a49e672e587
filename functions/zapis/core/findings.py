"""What a difference is in words, for operators: rows by number, registrations by code, never by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zapis.core.difference import Difference
from zapis.core.marks import Found, words

STOPPED = "Nothing is decided by it until `zapis journal check` is content."
SHOWN = 6
"""How many of anything one sentence names."""


def findings(difference: Difference) -> list[str]:
    """One clause for each kind of finding, such as `row 9 was edited (requested K7MQ-4T2X)`."""
    return [*_taken(difference), *_displaced(difference), *_traces(difference)]


def sentence(difference: Difference) -> str:
    """All findings in one sentence; an alert may look for its beginning."""
    return f"The journal was changed by hand: {'; '.join(findings(difference))}. {STOPPED}"


def replaced(noted: int, rows: int) -> str:
    """The clause for a ledger file that is another one than the catalogue's file remembers."""
    return f"it has {rows} rows, not those {noted} that the catalogue's file remembers (an old version was restored)"


def rows(numbers: Sequence[int]) -> str:
    """Numbers of rows with their word, runs drawn together: `rows 2-4, 9`."""
    return f"{'row' if len(numbers) == 1 else 'rows'} {named(spans(numbers))}"


def spans(numbers: Sequence[int]) -> list[str]:
    """Rising numbers with their runs drawn together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


def named(names: Iterable[str], more: str = "and {} more") -> str:
    """The first few of `names`, and how many there are besides."""
    distinct = list(dict.fromkeys(names))
    shown = ", ".join(distinct[:SHOWN])
    return shown if len(distinct) <= SHOWN else f"{shown} {more.format(len(distinct) - SHOWN)}"


def _taken(difference: Difference) -> Iterator[str]:
    gone = difference.gone
    if gone:
        where = rows([row.number for row in gone])
        tail = " at the end (deleted, or an old version was restored)" if difference.cut else ""
        yield f"{where}{tail} {_are(gone)} gone ({named(words(row.mark) for row in gone)})"
    if difference.edited:
        where = rows(sorted(now.number for _, now in difference.edited))
        yield f"{where} {_were(difference.edited)} edited ({named(words(gone.mark) for gone, _ in difference.edited)})"


def _displaced(difference: Difference) -> Iterator[str]:
    if difference.moved:
        them = "it" if len(difference.moved) == 1 else "they"
        yield f"{_rows_of(difference.moved)} {_are(difference.moved)} not where {them} landed (sorted or moved)"
    if difference.copies:
        yield f"{_rows_of(difference.copies)} {_were(difference.copies)} put in, repeating what landed elsewhere"
    if difference.put_in:
        said = named(words(row.mark) for row in difference.put_in)
        yield f"{_rows_of(difference.put_in)} {_were(difference.put_in)} put in between ({said})"


def _traces(difference: Difference) -> Iterator[str]:
    codes = [f"{registration[:4]}-{registration[4:8]}" for registration in difference.without_request]
    if codes:
        yield f"{named(codes)} left a name or a letter elsewhere, but no request in the journal"


def _rows_of(found: Sequence[Found]) -> str:
    return rows([row.number for row in found])


def _are(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"


def _were(things: Sequence[object]) -> str:
    return "was" if len(things) == 1 else "were"
