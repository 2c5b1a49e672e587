"""The JSON API's shapes: what goes in and out, from which its description is generated.

Bodies that come in are read by `forms` (which finds all problems at once), not by these types; the types of
requests stand here to be described. Imported by the API alone, so that pages do not pay for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from zapis.core.catalogue import MOSCOW
from zapis.core.model import Reason, Registration, Standing
from zapis.site.links import Links
from zapis.site.offers import Availability, Offer

Name = Annotated[str, Meta(min_length=1, max_length=100, description="Letters of any script, no digits, no links.")]


class Slot(Struct, kw_only=True, frozen=True):
    """A visit at a date and time."""

    id: str
    title: str
    kind: Literal["excursion", "workshop"]
    enterprise: str
    metro: str
    starts: datetime
    minutes: int
    capacity: int
    free: Annotated[int, Meta(description="Seats that can be had now.")]
    waiting: Annotated[int, Meta(description="Registrations in line.")]
    waiting_list: bool
    state: Annotated[Availability, Meta(description="What can be asked of it now.")]
    min_age: int
    max_age: int
    max_party: Annotated[int, Meta(description="The largest party that one registration may bring.")]
    children_per_adult: Annotated[int, Meta(description="Visitors under 18 that one adult may lead; 0: any number.")]
    season_limit: Annotated[int, Meta(description="Registrations of one address in a season, the waiting counted.")]
    opens: datetime
    closes: datetime
    freezes: Annotated[datetime, Meta(description="When the list goes to the enterprise.")]
    url: str


class Opening(Struct, kw_only=True, frozen=True):
    """When a visit can be registered for, and what time it is here: a device's own clock may be wrong."""

    now: datetime
    opens: datetime
    state: Annotated[Availability, Meta(description="What can be asked of it now.")]


class Bound(Struct, frozen=True, rename={"for_": "for"}):
    """For which visit and key a challenge is, and since when (seconds since 1970)."""

    for_: str
    at: int


class ChallengeParameters(Struct, frozen=True, rename="camel"):
    """Find a counter: PBKDF2 of `nonce` and four bytes of it (big-endian) gives a key that begins with `keyPrefix`."""

    algorithm: Literal["PBKDF2/SHA-256"]
    cost: int
    key_length: int
    key_prefix: str
    nonce: str
    salt: str
    data: Bound


class Challenge(Struct, frozen=True):
    """What is sent back as it came, with its solution, in the header Altcha. It holds for an hour."""

    parameters: ChallengeParameters
    signature: str


class Slots(Struct, frozen=True):
    """All visits that have not begun, the soonest first."""

    slots: list[Slot]


class Contact(Struct, frozen=True):
    """Who registers and how to reach them. A phone may be typed in any habit; Russian numbers need no code."""

    name: Name
    email: Annotated[str, Meta(max_length=254)]
    phone: Annotated[str, Meta(max_length=100)]


class Visitor(Struct, frozen=True):
    """One of the party; the age is in full years on the day of the visit."""

    name: Name
    age: Annotated[int, Meta(ge=0, le=120)]


class GroupMembers(Struct, frozen=True):
    """So many of a group who are of one age."""

    age: Annotated[int, Meta(ge=0, le=120)]
    count: Annotated[int, Meta(ge=1, le=100)]


class Group(Struct, frozen=True):
    """Who comes as a group: nobody is named but whoever leads it (among `visitors`)."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    members: Annotated[list[GroupMembers], Meta(min_length=1, max_length=100)]


class RegistrationRequest(Struct, frozen=True):
    """A party that asks for seats."""

    contact: Contact
    consents: Annotated[
        list[Literal["registration", "transfer", "authority", "photo"]],
        Meta(min_length=2, description="`authority` is needed where others' children come along; `photo` never is."),
    ]
    visitors: Annotated[list[Visitor], Meta(max_length=100, description="Needed unless a group comes.")] = []
    group: Annotated[Group | None, Meta(description="A school class or the like, counted by age.")] = None
    if_full: Literal["wait", "refuse"] = "refuse"
    code: Annotated[str, Meta(max_length=100, description="What an organiser gave to who has a seat held back.")] = ""
    language: Literal["ru", "en"] = "ru"


class Member(Struct, frozen=True):
    """One of the party as the journal knows it."""

    age: int
    coming: bool


class Ticket(Struct, kw_only=True, frozen=True):
    """A registration as it stands now. `ticket` is a secret: whoever has it may cancel."""

    state: Standing
    code: str
    place: Annotated[int | None, Meta(description="The place in line; null unless waiting.")]
    reason: Annotated[Reason | None, Meta(description="Why it was refused or cancelled.")]
    detail: Annotated[str, Meta(description="The state in Russian words.")]
    ticket: str
    url: str
    slot: str
    starts: datetime | None
    visitors: list[Member]


class Move(Struct, frozen=True):
    """To which visit a party wants to move."""

    slot: str


class Newcomer(Struct, frozen=True):
    """One more in a party."""

    name: Name
    age: Annotated[int, Meta(ge=0, le=120)]
    consents: Annotated[
        list[Literal["authority"]], Meta(description="Needed for a child, unless it was stated before.")
    ] = []


class NamedVisitor(Struct, frozen=True):
    """One who comes, by the position among the registration's `visitors`."""

    member: int
    name: str


class People(Struct, frozen=True):
    """Names behind a registration. The applicant is not among the visitors."""

    name: str
    phone: str
    visitors: list[NamedVisitor]


class Correction(Struct, frozen=True):
    """What is to be put right; what is left out stays."""

    name: Name | None = None
    phone: str | None = None
    visitors: list[NamedVisitor] = []


class LostMail(Struct, frozen=True):
    """Where links are to be sent again."""

    email: Annotated[str, Meta(max_length=254)]


class FieldError(Struct, frozen=True):
    """What is wrong at a place in the body."""

    pointer: str
    detail: str


class Problem(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """RFC 9457: what went wrong. `type` tells programs, `detail` tells people (in Russian)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    reason: Reason | None = None
    alternatives: list[Slot] = []


def slot(offer: Offer, links: Links) -> Slot:
    """An offer's shape."""
    tour, terms = offer.tour, offer.terms
    return Slot(
        id=offer.id,
        title=tour.title,
        kind=tour.kind,
        enterprise=offer.enterprise.name,
        metro=offer.enterprise.metro,
        starts=_local(terms.starts),
        minutes=tour.minutes,
        capacity=terms.capacity,
        free=offer.free,
        waiting=offer.waiting,
        waiting_list=terms.waiting_list,
        state=offer.availability,
        min_age=terms.min_age,
        max_age=terms.max_age,
        max_party=terms.max_party,
        children_per_adult=terms.children_per_adult,
        season_limit=terms.season_limit,
        opens=_local(terms.opens),
        closes=_local(terms.closes),
        freezes=_local(terms.freezes),
        url=links.absolute(f"/slots/{offer.id}"),
    )


def opening(offer: Offer, now: datetime) -> Opening:
    """An offer's shape for who waits for the moment."""
    return Opening(now=_local(now), opens=_local(offer.terms.opens), state=offer.availability)


def ticket(registration: Registration, place: int | None, offer: Offer | None, token: str, links: Links) -> Ticket:
    """A registration's shape."""
    from zapis.site import words

    return Ticket(
        state=registration.standing,
        code=registration.code,
        place=place,
        reason=registration.reason,
        detail=words.of_registration(registration, place),
        ticket=token,
        url=links.ticket(token),
        slot=registration.slot,
        starts=_local(offer.terms.starts) if offer else None,
        visitors=[Member(age, position in registration.members) for position, age in enumerate(registration.ages)],
    )


def _local(moment: datetime) -> datetime:
    return moment.astimezone(MOSCOW)
