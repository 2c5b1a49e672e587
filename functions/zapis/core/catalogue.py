"""What organisers offer: season, enterprises, tours, slots, as validated values; and a slot's resolved terms.

These values are what the site shows. They travel through the ledger's `_catalogue` as JSON, one item a row,
so that the public sees a validated catalogue and never a half-typed row. How a sheet becomes such values is
in `organisers`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, NewType

import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict

from zapis.core.deadlines import MOSCOW as MOSCOW
from zapis.core.deadlines import Deadline, Lead, Moment, resolved
from zapis.core.entries import Row, format_moment
from zapis.core.ids import code_digest, digest
from zapis.core.model import SlotId, SlotStatus, Terms
from zapis.core.texts import Text, TextId

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""When a slot without an opening moment opened."""
OLDEST = 130

HERE = "here"
"""For a roster spreadsheet's id: the catalogue's own file."""

EnterpriseId = NewType("EnterpriseId", str)
TourId = NewType("TourId", str)
TourKind = Literal["excursion", "workshop"]
Stairs = Literal["", "none", "lift", "only"]
"""Whether a visitor climbs: never, or by lift if they wish, or on foot. Empty: nobody said."""
Wheelchair = Literal["", "yes", "helped", "no"]
"""Whether a wheelchair or a pram goes all the way: alone, with the hosts' help, or not. Empty: nobody said."""
Noise = Literal["", "quiet", "places", "loud"]
"""How loud the way is: nowhere, in places, everywhere. Empty: nobody said."""


class Season(Struct, frozen=True):
    """One run of the programme."""

    title: str
    season: str
    opens: Moment | None
    closes_hours: int
    freezes_hours: int
    season_limit: int
    max_party: int
    operator: str
    email: str
    phone: str
    rehearsal: str = ""
    """The organiser's address, to which all mail goes while this is not for real; empty in a real season."""
    closes: Deadline | None = None
    """When registration ends, where `closes_hours` does not say it."""
    freezes: Deadline | None = None
    """When lists go out, where `freezes_hours` does not say it."""
    holidays: tuple[date, ...] = ()
    """Days on which nobody works besides Saturdays and Sundays."""
    photo: bool = False
    """Whether visitors are asked if they may be photographed."""


class Enterprise(Struct, frozen=True):
    """Who receives visitors."""

    id: EnterpriseId
    name: str
    about: str
    address: str
    metro: str
    gate: str
    documents: str
    clothes: str
    notes: str
    phone: str
    roster: str
    """The id of its roster spreadsheet, or `HERE`; empty while there is none."""
    line: str = ""
    """The metro line that its station lies on."""
    wheelchair: Wheelchair = ""
    stairs: Stairs = ""
    noise: Noise = ""
    contact_email: str = ""
    """Who is sent the list at the freeze; nobody where it is empty."""

    @property
    def place(self) -> str:
        """Where visitors come to: the address and the way in. Who has a seat is told when it changes."""
        return ". ".join(filter(None, (self.address.strip(" ."), self.gate.strip())))


class Tour(Struct, frozen=True):
    """What is offered: an excursion or a workshop. Durations are minutes, ages full years."""

    id: TourId
    enterprise: EnterpriseId
    title: str
    kind: TourKind
    about: str
    minutes: int
    min_age: int
    max_age: int
    capacity: int
    """The usual largest group: more needs the organiser's tick."""
    max_party: int
    waiting_list: bool
    bring: str
    children_per_adult: int | None = None
    """How many children one adult may bring along; None where children may come alone."""
    opens: Moment | None = None
    closes: Deadline | None = None
    freezes: Deadline | None = None
    min_group: int = 0
    """Fewer people than this are hardly worth the visit: organisers are warned once the list goes out."""
    tasting: bool = False
    """Whether something is tasted that only adults may have: children may come, and go without."""


class Slot(Struct, frozen=True):
    """A tour at a moment. `status` None is a draft, which nobody outside sees."""

    id: SlotId
    tour: TourId
    starts: Moment
    capacity: int
    status: SlotStatus | None
    opens: Moment | None
    closes: Deadline | None
    confirmed: bool = False
    """Whether the organiser ticked «Подтверждаю»."""
    held: int = 0
    """Seats that the public does not see."""
    codes: tuple[str, ...] = ()
    """What opens the held seats, as it was typed."""
    release: Moment | None = None
    """When held seats that are left become everybody's; None: when an organiser says so."""


class Concern(Struct, frozen=True):
    """What organisers must not miss, in Russian, and since when it is so."""

    text: str
    since: Moment

    @property
    def id(self) -> str:
        """Follows from the words: other words are another concern."""
        return digest("concern", self.text)


Storage = Literal["sheets", "database", "both"]
"""Where names and contacts lie: in Google's tables, in the programme's own database, or shown in both."""


class Wording(Struct, frozen=True):
    """What texts of consent say of the programme: who answers for people's data, how to reach them, where data lie."""

    operator: str
    email: str
    storage: Storage = "sheets"

    @property
    def id(self) -> str:
        """Follows from the words."""
        return digest("wording", self.operator, self.email, self.storage)


class Catalogue(Struct, frozen=True):
    """All that is offered, by id; every reference resolves."""

    season: Season | None = None
    enterprises: Mapping[EnterpriseId, Enterprise] = field(default_factory=dict)
    tours: Mapping[TourId, Tour] = field(default_factory=dict)
    slots: Mapping[SlotId, Slot] = field(default_factory=dict)
    texts: Mapping[TextId, Text] = field(default_factory=dict)
    """The organisers' own words; where they have none the usual ones stand."""
    concerns: tuple[Concern, ...] = ()
    """What they are to be written about."""
    wordings: tuple[Wording, ...] = ()
    """All that texts of consent have said of the programme so far, so that each can be shown again; the last is in
    force."""

    def tour_of(self, slot: SlotId) -> Tour:
        """The tour of a slot. Raises KeyError for an unknown slot."""
        return self.tours[self.slots[slot].tour]

    def enterprise_of(self, slot: SlotId) -> Enterprise:
        """The enterprise that receives a slot's visitors. Raises KeyError for an unknown slot."""
        return self.enterprises[self.tour_of(slot).enterprise]


def wording_of(season: Season, storage: Storage = "sheets") -> Wording:
    """What texts of consent say in this season."""
    operator = season.operator or f"Организатор программы «{season.title}»"
    return Wording(operator, season.email, storage)


def worded(before: tuple[Wording, ...], season: Season | None, storage: Storage) -> tuple[Wording, ...]:
    """The wordings once the season says what it says now."""
    said = wording_of(season, storage) if season else None
    return before if said is None or before[-1:] == (said,) else (*before, said)


def terms_of(catalogue: Catalogue, slot: Slot) -> Terms:
    """A slot's terms, resolved from season, tour and slot. The slot must not be a draft."""
    season, tour = catalogue.season, catalogue.tours[slot.tour]
    if season is None or slot.status is None:
        raise ValueError("terms are of a slot that is offered in a season")
    return Terms(
        status=slot.status,
        starts=slot.starts,
        opens=slot.opens or tour.opens or season.opens or ALWAYS,
        closes=resolved(
            slot.closes or tour.closes or season.closes or Lead(season.closes_hours), slot.starts, season.holidays
        ),
        freezes=resolved(tour.freezes or season.freezes or Lead(season.freezes_hours), slot.starts, season.holidays),
        capacity=slot.capacity,
        min_age=tour.min_age,
        max_age=tour.max_age,
        max_party=tour.max_party,
        waiting_list=tour.waiting_list,
        season_limit=season.season_limit,
        held=slot.held,
        codes=tuple(code_digest(slot.id, code) for code in slot.codes),
        children_per_adult=tour.children_per_adult or 0,
        place=catalogue.enterprises[tour.enterprise].place,
    )


def to_rows(catalogue: Catalogue) -> list[Row]:
    """The rows of `_catalogue`: the revision first, then one item a row."""
    items = [*_rows("enterprise", catalogue.enterprises.values()), *_rows("tour", catalogue.tours.values())]
    items += [*_rows("slot", catalogue.slots.values()), *_rows("text", catalogue.texts.values())]
    items += _rows("concern", catalogue.concerns) + _rows("wording", catalogue.wordings)
    if catalogue.season:
        items.insert(0, ("season", "", _to_json(catalogue.season)))
    return [("revision", revision(items), ""), *items]


def from_rows(rows: Iterable[Sequence[str]]) -> Catalogue:
    """The catalogue that `to_rows` wrote. Raises ValueError for anything else."""
    found: dict[str, list[Any]] = {kind: [] for kind in _ITEMS}
    for kind, id, item in (tuple(row[:3]) for row in rows if len(row) >= 3):
        if kind in found:
            found[kind].append(_from_json(kind, id, item))
    return Catalogue(
        season=found["season"][0] if found["season"] else None,
        enterprises={item.id: item for item in found["enterprise"]},
        tours={item.id: item for item in found["tour"]},
        slots={item.id: item for item in found["slot"]},
        texts={item.id: item for item in found["text"]},
        concerns=tuple(found["concern"]),
        wordings=tuple(found["wording"]),
    )


def revision(items: Sequence[Row]) -> str:
    """A digest that changes whenever an item does."""
    return hashlib.sha256(json.dumps(items, ensure_ascii=False).encode()).hexdigest()[:16]


_ITEMS: dict[str, type] = {
    "season": Season,
    "enterprise": Enterprise,
    "tour": Tour,
    "slot": Slot,
    "text": Text,
    "concern": Concern,
    "wording": Wording,
}


def _rows(kind: str, items: Iterable[Any]) -> list[Row]:
    return [(kind, item.id, _to_json(item)) for item in items]


def _to_json(item: Any) -> str:
    return json.dumps(asdict(item), ensure_ascii=False, separators=(",", ":"), default=_plain)


def _from_json(kind: str, id: str, item: str) -> Any:
    try:
        return msgspec.json.decode(item, type=_ITEMS[kind])
    except msgspec.DecodeError as error:
        raise ValueError(f"{kind} {id} of the catalogue is not one ({error}).") from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_moment(value)
    return value.isoformat() if isinstance(value, date) else asdict(value)
