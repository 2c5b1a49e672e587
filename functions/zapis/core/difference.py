"""How the journal differs from what is remembered of it: which rows are gone, edited, moved, put in.

Rows are matched by their marks. The rows in place are the longest run of matches that stand in the order in
which they landed; every other finding is told from those. The words may err where several things were done
at once; whether anything was done at all does not depend on them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from zapis.core.marks import FIRST_ROW, Found, Mark, words


class Gone(Struct, frozen=True):
    """A row that landed and is not there. `number` is where it stood."""

    number: int
    mark: Mark


class Difference(Struct, frozen=True):
    """What a comparison found; without `disagrees` only `standing`, `new` and `strays` hold anything."""

    standing: tuple[Found | None, ...]
    """For each mark the row that has it."""
    new: tuple[Found, ...] = ()
    """Rows that landed since, after all that are remembered."""
    strays: tuple[Found, ...] = ()
    """Rows that no program wrote: harmless."""
    gone: tuple[Gone, ...] = ()
    cut: bool = False
    """Whether those that are gone were the last ones: so it looks when an old version is restored."""
    edited: tuple[tuple[Gone, Found], ...] = ()
    """What landed, and what stands in its place."""
    moved: tuple[Found, ...] = ()
    put_in: tuple[Found, ...] = ()
    """Rows among those that are remembered, nobody knows since when."""
    copies: tuple[Found, ...] = ()
    """Rows put in that repeat one that landed."""
    without_request: tuple[str, ...] = ()
    """Registrations that left a trace elsewhere, but have no request in the journal."""

    @property
    def disagrees(self) -> bool:
        """Whether the rows that landed are not the journal's first ones, in their order."""
        return bool(self.gone or self.edited or self.moved or self.put_in or self.copies or self.without_request)

    @property
    def whole(self) -> bool:
        """Whether every row that landed is still there, wherever it stands."""
        return None not in self.standing and not self.without_request


def compare(marks: Sequence[Mark], journal: Sequence[Found], without_request: Sequence[str] = ()) -> Difference:
    """Compare the journal with the marks of the rows that landed, in the order in which they landed."""
    known = set(marks)
    strays = tuple(row for row in journal if row.stray and row.mark not in known)
    landed = [row for row in journal if not row.stray or row.mark in known]
    traces = tuple(without_request)
    if [row.mark for row in landed[: len(marks)]] == list(marks):
        return Difference(tuple(landed[: len(marks)]), tuple(landed[len(marks) :]), strays, without_request=traces)
    return _differences(marks, landed, strays, traces)


def _differences(
    marks: Sequence[Mark], landed: Sequence[Found], strays: tuple[Found, ...], traces: tuple[str, ...]
) -> Difference:
    places, known = _places(marks, [row.mark for row in landed]), set(marks)
    used = {place for place in places if place is not None}
    last, in_place = max(used, default=-1), _longest_rise(places)
    standing = tuple(landed[place] if place is not None else None for place in places)
    others = [row for place, row in enumerate(landed) if place not in used and place < last]
    new = [row for place, row in enumerate(landed) if place not in used and place > last]
    pairs = _edited(marks, standing, {landed[place].number for place in in_place}, [*others, *strays, *new])
    stand_ins, stood = {row.number for _, row in pairs}, {gone.number for gone, _ in pairs}
    gone = tuple(g for g in _gone(marks, standing) if g.number not in stood)
    return Difference(
        standing=standing,
        new=_without(new, stand_ins),
        strays=_without(strays, stand_ins),
        gone=gone,
        cut=bool(gone) and gone[0].number - FIRST_ROW + len(gone) == len(marks),
        edited=tuple(pairs),
        moved=tuple(sorted((landed[place] for place in used - in_place), key=_number)),
        put_in=_without((row for row in others if row.mark not in known), stand_ins),
        copies=_without((row for row in others if row.mark in known), stand_ins),
        without_request=traces,
    )


def _number(row: Found) -> int:
    return row.number


def _without(rows: Iterable[Found], numbers: set[int]) -> tuple[Found, ...]:
    return tuple(row for row in rows if row.number not in numbers)


def _gone(marks: Sequence[Mark], standing: Sequence[Found | None]) -> list[Gone]:
    return [Gone(FIRST_ROW + n, marks[n]) for n, row in enumerate(standing) if row is None]


def _places(marks: Sequence[Mark], landed: Sequence[Mark]) -> list[int | None]:
    """Where each mark's row stands; what agrees at both ends is matched first, so that one edit stays one."""
    known, end, stop = set(marks), len(marks), len(landed)
    start = next((n for n, pair in enumerate(zip(marks, landed, strict=False)) if pair[0] != pair[1]), min(end, stop))
    while stop > start and landed[stop - 1] not in known:
        stop -= 1
    tail: deque[int] = deque()
    while end > start and stop > start and marks[end - 1] == landed[stop - 1]:
        end, stop = end - 1, stop - 1
        tail.appendleft(stop)
    waiting: defaultdict[Mark, deque[int]] = defaultdict(deque)
    for place in range(start, stop):
        waiting[landed[place]].append(place)
    middle = [waiting[mark].popleft() if waiting[mark] else None for mark in marks[start:end]]
    return [*range(start), *middle, *tail]


def _longest_rise(places: Sequence[int | None]) -> set[int]:
    """The longest choice of places that rise in the order of the marks (patience sorting)."""
    tops: list[int] = []
    below: dict[int, int | None] = {}
    for place in places:
        if place is None:
            continue
        pile = bisect_left(tops, place)
        below[place] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [place]
    rise: set[int] = set()
    top = tops[-1] if tops else None
    while top is not None:
        rise.add(top)
        top = below[top]
    return rise


def _edited(
    marks: Sequence[Mark], standing: Sequence[Found | None], in_place: set[int], others: Sequence[Found]
) -> list[tuple[Gone, Found]]:
    """Pairs of a row that is gone and the one in its place, gap by gap between the rows in place."""
    pairs: list[tuple[Gone, Found]] = []
    candidates = sorted(others, key=_number)
    numbers = [row.number for row in candidates]
    for gone, above, below in _gaps(marks, standing, in_place):
        stop = len(candidates) if below is None else bisect_left(numbers, below)
        pairs += _paired(gone, candidates[bisect_left(numbers, above) : stop], closed=below is not None)
    return pairs


def _gaps(
    marks: Sequence[Mark], standing: Sequence[Found | None], in_place: set[int]
) -> Iterator[tuple[list[Gone], int, int | None]]:
    """The runs of rows that are gone, each with the numbers of the rows in place around it."""
    above, gone = FIRST_ROW - 1, list[Gone]()
    for n, row in enumerate(standing):
        if row is None:
            gone.append(Gone(FIRST_ROW + n, marks[n]))
        elif row.number in in_place:
            if gone:
                yield gone, above, row.number
            above, gone = row.number, []
    if gone:
        yield gone, above, None


def _paired(gone: list[Gone], candidates: list[Found], *, closed: bool) -> list[tuple[Gone, Found]]:
    """Who stands for whom: in a gap of as many rows each for its own, else by what they say."""
    if closed and len(gone) == len(candidates):
        return list(zip(gone, candidates, strict=True))
    strays = deque(row for row in candidates if row.stray)
    alike: defaultdict[str, deque[Found]] = defaultdict(deque)
    for row in candidates:
        if not row.stray:
            alike[words(row.mark)].append(row)
    matches = ((missing, alike[words(missing.mark)] or strays) for missing in gone)
    return [(missing, rows.popleft()) for missing, rows in matches if rows]
