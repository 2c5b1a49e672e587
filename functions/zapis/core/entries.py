"""Rows of the journal <-> entries.

A row is six plain strings: at | kind | id | slot | writer | payload. A payload is JSON with a version `v`.
A row that cannot be read is a value (`Unreadable`), never an exception: one bad row must not take the
season with it. A payload of a later version is told apart (`newer`), because then this release must stop
deciding rather than guess. What a row *does* is not known here: see `fold`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from zapis.core.model import EntryId, PersonKey, RegistrationId, SlotId, SlotStatus, Terms

PAYLOAD_VERSION = 1
LATER_KINDS = {"proposed": 2, "address_confirmed": 2}
"""Payload versions of kinds that earlier releases do not know: they stop at the number instead of passing it over."""
RULES_VERSION = 1
"""The newest rules that this release can judge by."""

JOURNAL_COLUMNS = ("at", "kind", "id", "slot", "writer", "payload")


class SlotOffered(Struct, frozen=True):
    """A slot's terms. Applied only if `replaces` is the version in force (0: the slot is new)."""

    replaces: int
    terms: Terms


class Requested(Struct, frozen=True):
    """A party asks for the entry's slot. The entry's id is the registration's."""

    ages: tuple[int, ...]
    persons: tuple[PersonKey, ...]
    waits: bool
    body: str
    consents: tuple[str, ...] = ()
    channel: str = "site"
    code: str = ""
    """The digest of a code that opens held seats; empty for everybody else."""


class Proposed(Struct, frozen=True):
    """A request that counts for nothing until its address is confirmed. The entry's id is the registration's."""

    request: Requested


class AddressConfirmed(Struct, frozen=True):
    """Who reads the letters of a proposed request's address stands behind it: it is judged at this row."""

    registration: RegistrationId


class Cancelled(Struct, frozen=True):
    """All of the party (`members` empty) or some of it will not come."""

    registration: RegistrationId
    members: tuple[int, ...] = ()
    by: str = "citizen"


class Joined(Struct, frozen=True):
    """Visitors of these ages ask to join a party; nothing changes unless there is room for all of them.

    `people` is the revision of the row of people that names them.
    """

    registration: RegistrationId
    ages: tuple[int, ...]
    people: int
    consents: tuple[str, ...] = ()


class Corrected(Struct, frozen=True):
    """Names or a telephone number were put right: they stand in the row of people of this revision."""

    registration: RegistrationId
    people: int


class MailAsked(Struct, frozen=True):
    """Somebody has lost the mails: the last one of each of these registrations is due again."""

    registrations: tuple[RegistrationId, ...]


class Messaged(Struct, frozen=True):
    """An organiser writes these words to everybody who has a seat in the entry's slot at this row."""

    text: str


class Moved(Struct, frozen=True):
    """A party asks to leave `leaves` for the entry's slot; nothing changes unless the new seat is sure."""

    registration: RegistrationId
    leaves: SlotId


class SeatedOver(Struct, frozen=True):
    """An organiser seats a party whatever the capacity says."""

    registration: RegistrationId


class HeldReleased(Struct, frozen=True):
    """Held-back seats of the entry's slot become everybody's."""

    seats: int


AttendanceChange = Literal["", "came", "undone"]


class Attended(Struct, frozen=True):
    """Who of the party came: all of them (a later one replaces it), or a change of what was known before."""

    registration: RegistrationId
    members: tuple[int, ...]
    change: AttendanceChange = ""
    """Two guards may mark one party at once, so a mark says what it changes and not what it believes to be so."""


class ConsentWithdrawn(Struct, frozen=True):
    """A consent of the given kind no longer stands."""

    registration: RegistrationId
    consent: str


class Erased(Struct, frozen=True):
    """The person behind a registration is forgotten; seats and counts stay."""

    registration: RegistrationId


class RulesRaised(Struct, frozen=True):
    """From this row on requests are judged by the rules of `version`."""

    version: int


class LedgerClosed(Struct, frozen=True):
    """The ledger moves elsewhere: what lands here after this row is void, until it is opened again."""


class LedgerOpened(Struct, frozen=True):
    """The ledger has arrived here, or stays after all."""


Fact = (
    SlotOffered
    | Requested
    | Proposed
    | AddressConfirmed
    | Cancelled
    | Joined
    | Corrected
    | MailAsked
    | Messaged
    | Moved
    | SeatedOver
    | HeldReleased
    | Attended
    | ConsentWithdrawn
    | Erased
    | RulesRaised
    | LedgerClosed
    | LedgerOpened
)


class Entry(Struct, frozen=True):
    """One immutable fact that bears on a seat. `at` is the writer's clock, corrected, UTC."""

    at: datetime
    id: EntryId
    slot: SlotId
    writer: str
    fact: Fact


class Unreadable(Struct, frozen=True):
    """A row that says nothing to this release. `newer`: a later release may have written it."""

    why: str
    newer: bool = False


Row = tuple[str, ...]


def to_row(entry: Entry) -> Row:
    """The six strings that stand for `entry` in the journal."""
    kind, encode = _ENCODERS[type(entry.fact)]
    payload = json.dumps({"v": _version(kind)} | encode(entry.fact), ensure_ascii=False, separators=(",", ":"))
    return (format_moment(entry.at), kind, entry.id, entry.slot, entry.writer, payload)


def from_row(row: Sequence[str]) -> Entry | Unreadable:
    """The entry that `row` stands for; a value that says why where it stands for none."""
    if len(row) < len(JOURNAL_COLUMNS):
        return Unreadable(f"expected {len(JOURNAL_COLUMNS)} cells, found {len(row)}")
    at, kind, entry_id, slot, writer, payload = row[: len(JOURNAL_COLUMNS)]
    if not entry_id:
        return Unreadable("the id is empty")
    try:
        fields = json.loads(payload)
        if fields["v"] > _version(kind):
            return Unreadable(f"payload version {fields['v']} is newer than {_version(kind)}", newer=True)
        fact = _DECODERS[kind](fields)
        return Entry(parse_moment(at), EntryId(entry_id), SlotId(slot), writer, fact)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return Unreadable(f"{kind}: {type(error).__name__}")


def _version(kind: str) -> int:
    return LATER_KINDS.get(kind, PAYLOAD_VERSION)


def format_moment(moment: datetime) -> str:
    """UTC with milliseconds, such as 2026-12-01T07:00:00.000Z; sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_moment(text: str) -> datetime:
    """The moment that `format_moment` wrote. Raises ValueError for a moment without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no zone in {text!r}")
    return moment


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """`terms` as JSON values, moments as text. What came later is left out while it says nothing."""
    later = {"children_per_adult": terms.children_per_adult, "place": terms.place, "codes": list(terms.codes)}
    return {key: value for key, value in later.items() if value} | {
        "status": terms.status.value,
        "starts": format_moment(terms.starts),
        "opens": format_moment(terms.opens),
        "closes": format_moment(terms.closes),
        "freezes": format_moment(terms.freezes),
        "capacity": terms.capacity,
        "min_age": terms.min_age,
        "max_age": terms.max_age,
        "max_party": terms.max_party,
        "waiting_list": terms.waiting_list,
        "season_limit": terms.season_limit,
        "held": terms.held,
    }


def terms_from_json(fields: Mapping[str, Any]) -> Terms:
    """The terms that `terms_to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Terms(
        status=SlotStatus(fields["status"]),
        starts=parse_moment(fields["starts"]),
        opens=parse_moment(fields["opens"]),
        closes=parse_moment(fields["closes"]),
        freezes=parse_moment(fields["freezes"]),
        capacity=_count(fields["capacity"]),
        min_age=_count(fields["min_age"]),
        max_age=_count(fields["max_age"]),
        max_party=_count(fields["max_party"]),
        waiting_list=fields["waiting_list"] is True,
        season_limit=_count(fields["season_limit"]),
        held=_count(fields["held"]),
        children_per_adult=_count(fields.get("children_per_adult", 0)),
        place=_text(fields.get("place", "")),
        codes=_texts(fields.get("codes", [])),
    )


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"expected a count, found {value!r}")
    return value


def _counts(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise TypeError("expected a list of counts")
    return tuple(map(_count, values))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("expected a list of texts")
    return tuple(map(_text, values))


def _newcomers(values: object) -> tuple[int, ...]:
    ages = _counts(values)
    if not ages:
        raise ValueError("a party of nobody")
    return ages


def _registration(fields: Mapping[str, Any]) -> RegistrationId:
    return RegistrationId(_text(fields["registration"]))


def _encode_requested(fact: Requested) -> dict[str, Any]:
    return {
        "ages": fact.ages,
        "persons": fact.persons,
        "waits": fact.waits,
        "body": fact.body,
        "consents": fact.consents,
        "channel": fact.channel,
    } | ({"code": fact.code} if fact.code else {})


def _encode_joined(fact: Joined) -> dict[str, Any]:
    who = {"registration": fact.registration, "ages": fact.ages}
    return who | {"people": fact.people, "consents": fact.consents}


def _decode_requested(fields: Mapping[str, Any]) -> Requested:
    return Requested(
        _newcomers(fields["ages"]),
        tuple(map(PersonKey, _texts(fields["persons"]))),
        fields["waits"] is True,
        _text(fields["body"]),
        _texts(fields["consents"]),
        _text(fields["channel"]),
        _text(fields.get("code", "")),
    )


def _encode_attended(fact: Attended) -> dict[str, Any]:
    changed = {"change": fact.change} if fact.change else {}
    return {"registration": fact.registration, "members": fact.members} | changed


_CHANGES: dict[object, AttendanceChange] = {"": "", "came": "came", "undone": "undone"}


_ENCODERS: dict[type, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    SlotOffered: ("slot_offered", lambda f: {"replaces": f.replaces, "terms": terms_to_json(f.terms)}),
    Requested: ("requested", _encode_requested),
    Proposed: ("proposed", lambda f: _encode_requested(f.request)),
    AddressConfirmed: ("address_confirmed", lambda f: {"registration": f.registration}),
    Cancelled: ("cancelled", lambda f: {"registration": f.registration, "members": f.members, "by": f.by}),
    Joined: ("joined", _encode_joined),
    Corrected: ("corrected", lambda f: {"registration": f.registration, "people": f.people}),
    MailAsked: ("mail_asked", lambda f: {"registrations": f.registrations}),
    Messaged: ("messaged", lambda f: {"text": f.text}),
    Moved: ("moved", lambda f: {"registration": f.registration, "leaves": f.leaves}),
    SeatedOver: ("seated_over", lambda f: {"registration": f.registration}),
    HeldReleased: ("held_released", lambda f: {"seats": f.seats}),
    Attended: ("attended", _encode_attended),
    ConsentWithdrawn: (
        "consent_withdrawn",
        lambda f: {"registration": f.registration, "consent": f.consent},
    ),
    Erased: ("erased", lambda f: {"registration": f.registration}),
    RulesRaised: ("rules_raised", lambda f: {"version": f.version}),
    LedgerClosed: ("ledger_closed", lambda f: {}),
    LedgerOpened: ("ledger_opened", lambda f: {}),
}

_DECODERS: dict[str, Callable[[Mapping[str, Any]], Fact]] = {
    "slot_offered": lambda f: SlotOffered(_count(f["replaces"]), terms_from_json(f["terms"])),
    "requested": _decode_requested,
    "proposed": lambda f: Proposed(_decode_requested(f)),
    "address_confirmed": lambda f: AddressConfirmed(_registration(f)),
    "cancelled": lambda f: Cancelled(_registration(f), _counts(f["members"]), _text(f["by"])),
    "joined": lambda f: Joined(_registration(f), _newcomers(f["ages"]), _count(f["people"]), _texts(f["consents"])),
    "corrected": lambda f: Corrected(_registration(f), _count(f["people"])),
    "mail_asked": lambda f: MailAsked(tuple(map(RegistrationId, _texts(f["registrations"])))),
    "messaged": lambda f: Messaged(_text(f["text"])),
    "moved": lambda f: Moved(_registration(f), SlotId(_text(f["leaves"]))),
    "seated_over": lambda f: SeatedOver(_registration(f)),
    "held_released": lambda f: HeldReleased(_count(f["seats"])),
    "attended": lambda f: Attended(_registration(f), _counts(f["members"]), _CHANGES[f.get("change", "")]),
    "consent_withdrawn": lambda f: ConsentWithdrawn(_registration(f), _text(f["consent"])),
    "erased": lambda f: Erased(_registration(f)),
    "rules_raised": lambda f: RulesRaised(_count(f["version"])),
    "ledger_closed": lambda f: LedgerClosed(),
    "ledger_opened": lambda f: LedgerOpened(),
}

KINDS = tuple(_DECODERS)
"""Every kind of entry that this release reads."""
