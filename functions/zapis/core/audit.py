"""What is remembered of the journal, so that a hand in it is noticed.

A mark stands for one row that landed: a digest of its cells, its kind and whom it concerns. `sync` records the
marks in `_outbox`, in the order in which the rows landed. An instance goes by what it saw itself and by what
was recorded: while the journal says otherwise nothing may be decided, because row order decides who has a seat.

An old version of a spreadsheet takes all its tabs back, `_outbox` too; so how long the journal was is noted in
the catalogue's file as well.

A row that no program wrote (it cannot be read) has no mark and does no harm: the fold passes it over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from zapis.core import ids
from zapis.core.difference import Difference, compare
from zapis.core.entries import Entry, Proposed, Requested, Row, format_moment, parse_moment
from zapis.core.marks import FIRST_ROW, Found, Mark
from zapis.core.model import NoticeKind

FINGERPRINTS, ACCEPTED = "fingerprints", "accepted"
"""Kinds of rows in `_outbox`: marks in their order; the journal as it stands is the truth from now on."""
BLOCK = 1000
"""Marks in one row: a cell holds 50,000 characters."""
_NOTICES = frozenset(map(str, NoticeKind))


class Recorded(Struct):
    """What `_outbox` remembers of the journal."""

    marks: list[Mark] = field(default_factory=list)
    truth: str = ""
    """Which acceptance the marks go by; empty while nobody ever accepted anything."""
    at: datetime | None = None
    """When marks were last recorded."""
    known: set[str] = field(default_factory=lambda: {""})
    """Every acceptance there was, and what was overruled by one."""
    excused: set[str] = field(default_factory=set)
    """Registrations whose request is known to be gone, and accepted to be."""
    mentioned: set[str] = field(default_factory=set)
    """Registrations that letters were sent to."""

    @classmethod
    def of(cls, outbox: Iterable[Sequence[str]]) -> Recorded:
        """What all of the outbox's rows remember."""
        recorded = cls()
        for row in outbox:
            recorded.apply(row)
        return recorded

    def apply(self, row: Sequence[str]) -> None:
        """Take one row of the outbox in; a row that cannot be read says nothing."""
        try:
            at, kind, _, text = row[:4]
            self._apply(parse_moment(at), kind, json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError):
            return

    def _apply(self, at: datetime, kind: str, items: dict[str, Any]) -> None:
        if kind == ACCEPTED:
            self._accept(str(items["truth"]), items["without"], items["over"])
        elif kind != FINGERPRINTS:
            self.mentioned.update(filter(ids.is_registration, map(_registration_of, filter(_is_notice, items))))
        elif items["truth"] == self.truth:
            self._extend(items["first"] - FIRST_ROW, items["rows"])
            self.at = at

    def _accept(self, truth: str, without: list[str], over: list[str]) -> None:
        if truth != self.truth:
            self.truth, self.marks, self.excused = truth, [], set()
        self.excused.update(without)
        self.known.update((truth, *over))

    def _extend(self, start: int, marks: list[str]) -> None:
        """Two runs may record the same rows: what was recorded first stays. Marks after a gap say nothing."""
        if start <= len(self.marks):
            self.marks.extend(map(Mark, marks[len(self.marks) - start :]))


def _is_notice(item: str) -> bool:
    return item.rpartition(".")[2] in _NOTICES


def _registration_of(notice: str) -> str:
    return notice.rsplit(".", 2)[0]


def fingerprints(at: datetime, run: str, truth: str, start: int, marks: Sequence[Mark]) -> list[Row]:
    """The outbox's rows that record `marks`, the first of them being the row after `start` others."""
    return [
        _row(at, FINGERPRINTS, run, {"truth": truth, "first": FIRST_ROW + start + n, "rows": marks[n : n + BLOCK]})
        for n in range(0, len(marks), BLOCK)
    ]


def acceptance(
    at: datetime, run: str, truth: str, marks: Sequence[Mark], *, without: Sequence[str] = (), over: Sequence[str] = ()
) -> list[Row]:
    """The outbox's rows that make `marks` the truth over others, and excuse the requests `without` a row."""
    accepted = [
        _row(at, ACCEPTED, run, {"truth": truth, "without": [*without[n : n + BLOCK]], "over": [*over]})
        for n in range(0, max(len(without), 1), BLOCK)
    ]
    return accepted + fingerprints(at, run, truth, 0, marks)


def _row(at: datetime, kind: str, run: str, items: dict[str, Any]) -> Row:
    return (format_moment(at), kind, run, json.dumps(items, ensure_ascii=False, separators=(",", ":")))


def without_request(journal: Iterable[Found], recorded: Recorded, people: Iterable[Sequence[str]] = ()) -> list[str]:
    """Registrations that have a name in `people` or had a letter, but no request in the journal.

    A request and its people land in one call, so such a row was taken out of the journal.
    """
    requested = {row.entry.id for row in journal if isinstance(row.entry, Entry) and _asks(row.entry)}
    accounted_for = requested | recorded.excused
    known = dict.fromkeys([*(row[0] for row in people if row and row[0]), *sorted(recorded.mentioned)])
    return [registration for registration in known if registration not in accounted_for]


def _asks(entry: Entry) -> bool:
    return isinstance(entry.fact, Requested | Proposed)


class Note(Struct, frozen=True):
    """How long the journal was, and a digest of its marks: what is kept outside the ledger's file."""

    rows: int
    digest: str
    truth: str

    @classmethod
    def of(cls, marks: Sequence[Mark], truth: str) -> Note:
        """The note of a journal with these marks."""
        return cls(len(marks), hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16], truth)

    @classmethod
    def parse(cls, text: str) -> Note | None:
        """The note that `str` wrote; None for any other text."""
        rows, _, rest = text.partition(" ")
        digest, _, truth = rest.partition(" ")
        return cls(int(rows), digest, truth) if rows.isdecimal() and digest else None

    def __str__(self) -> str:
        return f"{self.rows} {self.digest} {self.truth}".rstrip()

    def contradicts(self, marks: Sequence[Mark], recorded: Recorded) -> bool:
        """Whether the journal with these marks is not the noted one, grown longer."""
        if self.truth != recorded.truth:
            return self.truth not in recorded.known
        return Note.of(marks[: self.rows], self.truth) != self


class Memory(Struct, frozen=True):
    """What a witness knew at some moment: another one may go on from there."""

    marks: list[Mark]
    recorded: int
    """How many of them `_outbox` had."""
    truth: str
    known: list[str]
    excused: list[str]


class Witness:
    """What one instance knows of the rows that landed: those that it saw, and those that were recorded."""

    def __init__(self) -> None:
        self.recorded = Recorded()
        self._seen: list[Mark] = []
        self._truth = ""

    @property
    def stale(self) -> bool:
        """Whether the journal was accepted anew since the last look: look again."""
        return self.recorded.truth != self._truth

    def look(
        self, journal: Sequence[Found], outbox: Iterable[Sequence[str]], people: Iterable[Sequence[str]] = ()
    ) -> Difference | None:
        """Compare the whole journal with what is known of it; None if it is content, and then remembered.

        The three lists are of one snapshot, or the outbox is the older one: what is recorded has landed before.
        """
        recorded = Recorded.of(outbox)
        seen = self._seen if recorded.truth == self._truth else []
        marks = seen + recorded.marks[len(seen) :]
        difference = compare(marks, journal, without_request(journal, recorded, people))
        if difference.disagrees:
            return difference
        self.recorded, self._truth = recorded, recorded.truth
        self._seen = [*marks, *(row.mark for row in difference.new)]
        return None

    def hear(self, journal: Iterable[Found], outbox: Iterable[Sequence[str]] = ()) -> None:
        """Remember rows that were read since."""
        self._seen.extend(row.mark for row in journal if not row.stray)
        for row in outbox:
            self.recorded.apply(row)

    @property
    def blank(self) -> bool:
        """Whether it has seen and heard nothing yet."""
        return not (self._seen or self.recorded.marks)

    @property
    def memory(self) -> Memory:
        """What it knows, for another instance to go on from."""
        recorded = self.recorded
        return Memory([*self._seen], len(recorded.marks), self._truth, sorted(recorded.known), sorted(recorded.excused))

    def go_on(
        self,
        memory: Memory,
        requested: Container[str],
        journal: Sequence[Found],
        outbox: Iterable[Sequence[str]],
        people: Iterable[Sequence[str]] = (),
    ) -> bool:
        """Remember what another one knew, and what landed since; False, and nothing, if the two disagree.

        `requested` are the registrations that it knew; `people` are all there are.
        """
        recorded = Recorded(memory.marks[: memory.recorded], memory.truth)
        recorded.known, recorded.excused = set(memory.known), set(memory.excused)
        for row in outbox:
            recorded.apply(row)
        seen = [*memory.marks, *(row.mark for row in journal if not row.stray)]
        if recorded.truth != memory.truth or recorded.marks != seen[: len(recorded.marks)]:
            return False
        if any(registration not in requested for registration in without_request(journal, recorded, people)):
            return False
        self.recorded, self._seen, self._truth = recorded, seen, memory.truth
        return True

    @property
    def unrecorded(self) -> Sequence[Mark]:
        """The marks that this instance saw and nobody recorded yet."""
        return self._seen[len(self.recorded.marks) :]

    @property
    def note(self) -> Note:
        """What to keep elsewhere of the journal as this instance knows it."""
        return Note.of(self._seen, self._truth)

    def contradicted_by(self, note: Note) -> bool:
        """Whether the journal was another one when `note` was taken."""
        return note.contradicts(self._seen, self.recorded)

    def to_record(self, at: datetime, run: str) -> list[Row]:
        """The outbox's rows that record what nobody recorded yet."""
        return fingerprints(at, run, self._truth, len(self.recorded.marks), self.unrecorded)
