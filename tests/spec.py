"""Given entries, when another lands, then this stands: the language of the fold's tests.

Moments are minutes after T0; a slot opens at T0, closes at +1000, freezes at +1000 and starts at +2000
unless a test says otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from zapis.core.entries import (
    AddressConfirmed,
    Cancelled,
    Corrected,
    Entry,
    Fact,
    HeldReleased,
    Joined,
    MailAsked,
    Moved,
    Proposed,
    Requested,
    SeatedOver,
    SlotOffered,
)
from zapis.core.fold import State, evolve
from zapis.core.model import (
    EntryId,
    Notice,
    NoticeKind,
    PersonKey,
    Reason,
    Registration,
    RegistrationId,
    SlotId,
    SlotStatus,
    Standing,
    Terms,
)

T0 = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


def minutes(n: float) -> datetime:
    return T0 + timedelta(minutes=n)


TERMS = Terms(
    status=SlotStatus.OPEN,
    starts=minutes(2000),
    opens=T0,
    closes=minutes(1000),
    freezes=minutes(1000),
    capacity=2,
    min_age=0,
    max_age=120,
    max_party=5,
    waiting_list=True,
    season_limit=3,
)


class Season:
    """A journal being written by hand, folded as it grows."""

    def __init__(self, **terms: Any) -> None:
        self.state = State()
        self.entries: list[Entry] = []
        self._ids = count(1)
        if terms.pop("offered", True):
            self.offer(**terms)

    def land(self, fact: Fact, *, slot: str = "S", at: float = 10, id: str | None = None) -> Entry:
        entry = Entry(minutes(at), EntryId(id or f"e{next(self._ids)}"), SlotId(slot), "w1", fact)
        self.entries.append(entry)
        evolve(self.state, entry)
        return entry

    def offer(self, slot: str = "S", *, at: float = 0, replaces: int | None = None, **terms: Any) -> Entry:
        ledger = self.state.slots.get(SlotId(slot))
        version = ledger.version if ledger else 0
        offered = replace(ledger.terms if ledger else TERMS, **terms)
        return self.land(SlotOffered(version if replaces is None else replaces, offered), slot=slot, at=at)

    def request(
        self,
        who: str,
        *,
        seats: int = 1,
        ages: tuple[int, ...] = (),
        waits: bool = True,
        slot: str = "S",
        at: float = 10,
        id: str | None = None,
        code: str = "",
    ) -> Registration:
        fact = Requested(ages or (30,) * seats, (PersonKey(who),), waits, body=f"{who}:{seats}", code=code)
        self.land(fact, slot=slot, at=at, id=id or f"{who}@{slot}")
        return self.of(who, slot) if id is None else self.state.registrations[RegistrationId(id)]

    def propose(self, who: str, *, seats: int = 1, slot: str = "S", at: float = 10, id: str = "") -> Registration:
        asked = Requested((30,) * seats, (PersonKey(who),), True, body=f"{who}:{seats}")
        self.land(Proposed(asked), slot=slot, at=at, id=id or f"{who}@{slot}")
        return self.state.registrations[RegistrationId(id or f"{who}@{slot}")]

    def confirm(self, who: str, *, slot: str = "S", at: float = 20) -> Entry:
        return self.land(AddressConfirmed(RegistrationId(f"{who}@{slot}")), slot=slot, at=at)

    def cancel(self, who: str, *members: int, slot: str = "S", at: float = 20) -> None:
        self.land(Cancelled(RegistrationId(f"{who}@{slot}"), members), slot=slot, at=at)

    def join(self, who: str, *ages: int, slot: str = "S", at: float = 20, people: int = 1) -> Entry:
        return self.land(Joined(RegistrationId(f"{who}@{slot}"), ages, people), slot=slot, at=at)

    def correct(self, who: str, *, slot: str = "S", at: float = 20, people: int = 1) -> Entry:
        return self.land(Corrected(RegistrationId(f"{who}@{slot}"), people), slot=slot, at=at)

    def ask_for_mail(self, *who: str, slot: str = "S", at: float = 20) -> Entry:
        return self.land(MailAsked(tuple(RegistrationId(f"{one}@{slot}") for one in who)), slot="", at=at)

    def move(self, who: str, to: str, *, slot: str = "S", at: float = 20) -> Entry:
        return self.land(Moved(RegistrationId(f"{who}@{slot}"), SlotId(slot)), slot=to, at=at)

    def seat_over(self, who: str, *, slot: str = "S", at: float = 20) -> None:
        self.land(SeatedOver(RegistrationId(f"{who}@{slot}")), slot=slot, at=at)

    def release(self, seats: int, *, slot: str = "S", at: float = 20) -> None:
        self.land(HeldReleased(seats), slot=slot, at=at)

    def of(self, who: str, slot: str = "S") -> Registration:
        return self.state.registrations[RegistrationId(f"{who}@{slot}")]

    def standing(self, who: str, slot: str = "S") -> Standing:
        return self.of(who, slot).standing

    def reason(self, who: str, slot: str = "S") -> Reason | None:
        return self.of(who, slot).reason

    def told(self, who: str, slot: str = "S") -> NoticeKind | None:
        notice = self.notice(who, slot)
        return notice.kind if notice else None

    def notice(self, who: str, slot: str = "S") -> Notice | None:
        return self.state.notices.get(RegistrationId(f"{who}@{slot}"))
