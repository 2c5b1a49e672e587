"""The words of Zapis as types.

Everything here is an immutable value. Moments are aware datetimes in UTC; seats, ages (full years on the day
of the visit) and places in line are whole numbers. Who may change what is not said here: see `rules`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

SlotId = NewType("SlotId", str)
RegistrationId = NewType("RegistrationId", str)
EntryId = NewType("EntryId", str)
NoticeId = NewType("NoticeId", str)
PersonKey = NewType("PersonKey", str)
"""A keyed HMAC of an address or of a VK user: tells persons apart, names nobody."""


class SlotStatus(StrEnum):
    """What the organiser said of a slot. A draft (an empty status) never reaches the journal."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Terms(Struct, frozen=True):
    """All that the fold needs to judge requests for one slot, already resolved from season, tour and slot."""

    status: SlotStatus
    starts: datetime
    opens: datetime
    closes: datetime
    freezes: datetime
    """When the list goes to the enterprise: from then on nobody is promoted."""
    capacity: int
    min_age: int
    max_age: int
    max_party: int
    waiting_list: bool
    season_limit: int
    """How many registrations one person may hold in the season, the waiting counted."""
    held: int = 0
    """Seats kept back from the public until they are released."""
    children_per_adult: int = 0
    """How many visitors under age one adult may lead; 0 where they may come alone."""
    place: str = ""
    """Where visitors come to, as they were told; empty in journals of before it was noted."""
    codes: tuple[str, ...] = ()
    """Digests of the codes by which held seats are booked."""


class Standing(StrEnum):
    """Where a registration stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a registration was refused or cancelled. The words for people are chosen at the edge."""

    UNKNOWN_SLOT = "unknown_slot"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    SLOT_CANCELLED = "slot_cancelled"
    PARTY_SIZE = "party_size"
    AGE = "age"
    ADULTS = "too_few_adults"
    ALREADY = "already_registered"
    LIMIT = "season_limit"
    UNCONFIRMED = "address_unconfirmed"
    FULL = "full"
    BY_CITIZEN = "by_citizen"
    BY_ORGANISER = "by_organiser"
    ERASED = "erased"
    NOT_ACTIVE = "not_active"
    FROZEN = "frozen"
    STALE = "stale"


class Registration(Struct, frozen=True):
    """A party that asked for a slot, as the journal knows it: no name, no contact."""

    id: RegistrationId
    slot: SlotId
    standing: Standing
    reason: Reason | None
    asked_at: datetime
    ages: tuple[int, ...]
    """One age for each visitor that was ever in the party; a visitor is known by the position here."""
    members: tuple[int, ...]
    """Positions of those who are still coming."""
    persons: tuple[PersonKey, ...]
    body: str
    """Digest of what was asked: tells a repeated request from another one under the same key."""
    consents: tuple[str, ...] = ()
    channel: str = "site"
    waits: bool = False
    over: bool = False
    """Seated by an organiser above the capacity: counted apart."""
    revision: int = 0
    """Grows with every change that people are told of; becomes the calendar's SEQUENCE."""
    attended: tuple[int, ...] | None = None
    """Positions of those who came; None while nobody said."""
    same_as: RegistrationId | None = None
    """For a refusal as already registered: the registration that holds."""
    people: int = 0
    """The revision of its row of people that the journal last spoke of."""

    @property
    def seats(self) -> int:
        """How many seats the party needs."""
        return len(self.members)

    @property
    def active(self) -> bool:
        """Whether it holds a seat or a place in line."""
        return self.standing is Standing.CONFIRMED or self.standing is Standing.WAITING

    @property
    def code(self) -> str:
        """What a person reads aloud: eight letters and digits of the id, such as K7MQ-4T2X."""
        return f"{self.id[:4]}-{self.id[4:8]}"


class NoticeKind(StrEnum):
    """What a mail tells."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    PROMOTED = "promoted"
    CANCELLED = "cancelled"
    REDUCED = "reduced"
    ENLARGED = "enlarged"
    CORRECTED = "corrected"
    MOVED = "moved"
    SLOT_CHANGED = "slot_changed"
    SLOT_CANCELLED = "slot_cancelled"
    LINK = "link"
    REMINDER = "reminder"
    THANKS = "thanks"
    MESSAGE = "message"
    CONFIRM_ADDRESS = "confirm_address"


class Late(Struct, frozen=True):
    """Who of a party comes, changed after the enterprise had its list: positions before and after."""

    at: datetime
    registration: RegistrationId
    before: tuple[int, ...]
    after: tuple[int, ...]


class Message(Struct, frozen=True):
    """An organiser's words to those who had seats when it was written."""

    slot: SlotId
    at: datetime
    text: str
    to: tuple[RegistrationId, ...]


class Notice(Struct, frozen=True):
    """A mail that is due because of an entry. Its id follows from the entries, so a replay makes the same."""

    kind: NoticeKind
    registration: RegistrationId
    slot: SlotId
    at: datetime
    sequence: int
    """What tells the notices of one registration apart: its revision, or the moment that makes a letter due."""
    before: Terms | None = None
    """For a changed slot: the terms that people knew until now."""
    left: SlotId | None = None
    """For a move: the slot that was left."""
    was: Standing | None = None
    """For an ending: where the registration stood until then."""
    text: str = ""
    """For a message: the organiser's words."""

    @property
    def id(self) -> NoticeId:
        """What the outbox calls it. Made when asked for: a replay makes all notices and few are ever due."""
        return NoticeId(f"{self.registration}.{self.sequence}.{self.kind}")
