"""Which mails are owed: notices implied by entries (and moments), minus those that the outbox says were dealt with.

The outbox is rows too: `claimed`, `sent`, `failed`. Two runs of `deliver` may overlap; the claim whose row
landed first wins and lapses after `CLAIM_LASTS`, so a run that died holds nothing up for long. There is no
queue and no status column: what is due is arithmetic over two lists of rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from zapis.core.entries import Row, format_moment, parse_moment
from zapis.core.model import Notice, NoticeId, NoticeKind

if TYPE_CHECKING:
    from zapis.core.fold import State

OUTBOX_COLUMNS = ("at", "kind", "run", "items")
CLAIM_LASTS = timedelta(minutes=15)
STALE_AFTER = timedelta(days=1)
"""How long after the visit began nobody is mailed about it any more."""

FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
CLAIMED, SENT, FAILED, DEFERRED = "claimed", "sent", "failed", "deferred"
HELD = "held"
"""The mail server wants to be left alone for a while: it refused us, whatever the letter."""
DESTROYED = "destroyed"
"""Names and contacts of registrations were destroyed, and why."""
SYNC_LEASE = "lease.sync"
"""What a run of `sync` claims before it writes to people's spreadsheets."""
LEASE_LASTS = timedelta(minutes=1)
LISTS = "LIST-"
"""What the name of a letter to an enterprise begins with; no registration's does."""


class Claim(Struct, frozen=True):
    """Who works on something, since when."""

    run: str
    at: datetime


class Destruction(Struct, frozen=True):
    """When and why somebody's names and contacts were destroyed."""

    at: datetime
    reason: str


class Outbox(Struct):
    """What the outbox's rows say, folded in their order."""

    claims: dict[str, Claim] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    """Sent, or failed for good."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why a notice will never be sent (a mailbox that does not exist, say)."""
    bounced: dict[str, str] = field(default_factory=dict)
    """Why the last letter to a registration did not arrive and never will."""
    deferred: dict[str, list[datetime]] = field(default_factory=dict)
    """When a notice was tried in vain."""
    taken_at: datetime | None = None
    """When the mail server last took a letter."""
    held: list[datetime] = field(default_factory=list)
    """When the mail server refused us, since it last took a letter."""
    destroyed: dict[str, Destruction] = field(default_factory=dict)
    """Registrations whose names and contacts are no more."""
    handed: dict[str, dict[str, datetime]] = field(default_factory=dict)
    """Letters to enterprises that went, by what they are about, each with the moment as of which it was written."""

    def apply(self, row: Sequence[str]) -> None:
        """Take one row in; a row that cannot be read says nothing."""
        try:
            at, kind, run, items = row[:4]
            self._apply(parse_moment(at), kind, run, json.loads(items))
        except (ValueError, TypeError, AttributeError):
            return

    def _apply(self, at: datetime, kind: str, run: str, items: dict[str, str]) -> None:
        if kind == HELD:
            self.held.append(at)
        elif kind == SENT:
            self.held.clear()
        for item, detail in items.items():
            if kind == CLAIMED:
                self._claim(item, Claim(run, at))
            elif kind == SENT:
                self._note_list(item, at)
                self._end(item)
                self.taken_at = at
                self.bounced.pop(_registration(item), None)
            elif kind == FAILED:
                self._end(item)
                self.failed[item] = self.bounced[_registration(item)] = detail
            elif kind == DESTROYED:
                self.destroyed[item] = Destruction(at, detail)
            elif kind == DEFERRED:
                self._put_off(item, Claim(run, at))

    def _put_off(self, item: str, by: Claim) -> None:
        """A run gives its own claim back, never another's: its word may be written twice, and late."""
        if item in self.claims and self.claims[item].run == by.run:
            del self.claims[item]
        self.deferred.setdefault(item, []).append(by.at)

    def _claim(self, item: str, claim: Claim) -> None:
        standing = self.claims.get(item)
        if standing is None or standing.run == claim.run or claim.at - standing.at >= _lasts(item):
            self.claims[item] = claim

    def _note_list(self, item: str, at: datetime) -> None:
        """What a letter says is as old as the claim under which it was written."""
        if item.startswith(LISTS):
            claim = self.claims.get(item)
            self.handed.setdefault(_registration(item), {}).setdefault(item, claim.at if claim else at)

    def _end(self, item: str) -> None:
        self.claims.pop(item, None)
        self.done.add(item)

    def rests(self, now: datetime) -> bool:
        """Whether the mail server is to be left alone at `now`: a minute after it refused us, then ever longer."""
        return bool(self.held) and now < max(self.held) + min(FIRST_REST * 2 ** (len(self.held) - 1), LONGEST_REST)

    def holds(self, run: str, item: str) -> bool:
        """Whether `run` has the claim on `item` and it was not dealt with before."""
        claim = self.claims.get(item)
        return claim is not None and claim.run == run and item not in self.done


def _registration(notice: str) -> str:
    return notice.partition(".")[0]


def _lasts(item: str) -> timedelta:
    return LEASE_LASTS if item == SYNC_LEASE else CLAIM_LASTS


def outbox_row(at: datetime, kind: str, run: str, items: Collection[str] | dict[str, str]) -> Row:
    """The row that says that `run` did `kind` to `items` (with a detail for each, if a mapping)."""
    details = items if isinstance(items, dict) else dict.fromkeys(items, "")
    return (format_moment(at), kind, run, json.dumps(details, ensure_ascii=False, separators=(",", ":")))


def retry_at(tries: Sequence[datetime]) -> datetime:
    """When to try again after `tries` in vain: half a minute later, then ever longer, at most an hour."""
    doublings = min(len(tries) - 1, 7)
    return max(tries) + min(timedelta(seconds=30 * 2**doublings), timedelta(hours=1))


def due(state: State, outbox: Outbox, now: datetime) -> list[Notice]:
    """The notices to send at `now`, the oldest first: not dealt with, not claimed, not waiting to be retried."""
    notices = [notice for notice in _implied(state, now) if is_due(notice.id, outbox, now)]
    return sorted(notices, key=lambda notice: (notice.at, notice.id))


def owed(state: State, outbox: Outbox, now: datetime) -> list[Notice]:
    """The notices that nobody has dealt with, claimed and put off ones among them: what a stopped `deliver` leaves."""
    return [notice for notice in _implied(state, now) if notice.id not in outbox.done]


def held_up(notice: Notice, outbox: Outbox) -> bool:
    """Whether an owed letter waits for us or the mail server, and not for its own mailbox while others are taken."""
    tries = outbox.deferred.get(notice.id)
    return not tries or outbox.taken_at is None or outbox.taken_at < tries[0]


def _implied(state: State, now: datetime) -> Iterator[Notice]:
    # Only where letters are counted or sent: a ledger is read without.
    from zapis.core.messages import notices as messages
    from zapis.core.occasions import occasions

    yield from (notice for notice in state.notices.values() if not _is_stale(state, notice, now))
    yield from occasions(state, now)
    yield from messages(state, now)


def stands(state: State, notice: Notice, now: datetime) -> bool:
    """Whether nothing that landed since has overtaken a notice that was due."""
    from zapis.core.messages import has_a_seat
    from zapis.core.occasions import occasion

    if notice.kind is NoticeKind.MESSAGE:
        return has_a_seat(state, notice.registration, notice.slot)
    owed = (state.notices.get(notice.registration), occasion(state, state.registrations[notice.registration], now))
    return any(other is not None and other.id == notice.id for other in owed)


def _is_stale(state: State, notice: Notice, now: datetime) -> bool:
    return now >= state.slots[notice.slot].terms.starts + STALE_AFTER


def is_due(notice: NoticeId, outbox: Outbox, now: datetime) -> bool:
    """Whether the outbox leaves a notice to be sent at `now`."""
    if notice in outbox.done:
        return False
    claim = outbox.claims.get(notice)
    if claim is not None and now - claim.at < CLAIM_LASTS:
        return False
    tries = outbox.deferred.get(notice)
    return tries is None or now >= retry_at(tries)
