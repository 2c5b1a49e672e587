"""What can be put right in a journal that was changed by hand, and whom it concerns.

A row is put back where it landed, never made up: while one is missing the order stays as it is. Nothing that a
program wrote is lost, except a second row with an id that landed before, which the fold passes over anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from zapis.core.difference import Difference
from zapis.core.entries import Entry, Row, from_row
from zapis.core.fold import fold
from zapis.core.marks import Found
from zapis.core.model import NoticeKind, RegistrationId, Standing


class Mending(Struct, frozen=True):
    """The journal as it should stand."""

    rows: tuple[Row, ...]
    """All rows below the header."""
    removed: tuple[Found, ...]
    """Rows that no program wrote, and repetitions of rows that landed."""
    late: tuple[Found, ...]
    """Rows whose place nobody remembers: they follow the others by the moments they tell."""


class Change(Struct, frozen=True):
    """A registration that stands differently."""

    registration: RegistrationId
    before: Standing | None
    """None if nobody knows."""
    after: Standing | None
    """None if the journal does not have it."""


def mend(difference: Difference) -> Mending | None:
    """The journal in the order in which its rows landed; None while a row is missing."""
    standing = [row for row in difference.standing if row is not None]
    if len(standing) < len(difference.standing):
        return None
    landed = {_id(row) for row in standing}
    put_in = (*difference.copies, *difference.put_in)
    repeated = tuple(row for row in put_in if _id(row) in landed)
    late = tuple(row for row in put_in if _id(row) not in landed)
    rest = sorted((*late, *difference.new), key=_moment) if late else difference.new
    return Mending(tuple(row.row for row in (*standing, *rest)), (*difference.strays, *repeated), late)


def _id(row: Found) -> str:
    return row.row[2]


def _moment(row: Found) -> str:
    return row.row[0]


def standings(rows: Iterable[Row]) -> dict[RegistrationId, Standing]:
    """Where every registration stands by these rows."""
    entries = (entry for entry in map(from_row, rows) if isinstance(entry, Entry))
    return {registration.id: registration.standing for registration in fold(entries).registrations.values()}


_TELLS = {
    NoticeKind.CONFIRMED: Standing.CONFIRMED,
    NoticeKind.PROMOTED: Standing.CONFIRMED,
    NoticeKind.MOVED: Standing.CONFIRMED,
    NoticeKind.WAITING: Standing.WAITING,
    NoticeKind.CANCELLED: Standing.CANCELLED,
    NoticeKind.SLOT_CANCELLED: Standing.CANCELLED,
}


def told(notices: Iterable[str]) -> dict[RegistrationId, Standing]:
    """What the last of these letters told each registration."""
    said = sorted(_said(notices), key=lambda told: told[1])
    return {registration: standing for registration, _, standing in said}


def _said(notices: Iterable[str]) -> Iterator[tuple[RegistrationId, int, Standing]]:
    for notice in notices:
        registration, _, rest = notice.partition(".")
        revision, _, kind = rest.partition(".")
        if kind in _TELLS and revision.isdecimal():
            yield RegistrationId(registration), int(revision), _TELLS[NoticeKind(kind)]


def changes(before: Mapping[RegistrationId, Standing | None], after: Mapping[RegistrationId, Standing]) -> list[Change]:
    """Which registrations of `before` stand differently. Who has lost or won nothing by it is left out."""
    pairs = ((registration, was, after.get(registration)) for registration, was in before.items())
    return [Change(r, was, now) for r, was, now in pairs if was is None or (was != now and {was, now} & _HOLDS)]


_HOLDS = {Standing.CONFIRMED, Standing.WAITING}
