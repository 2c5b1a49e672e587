"""What organisers offer: season, enterprises, tours, slots, as validated values; and a slot's resolved terms.

These values are what the site shows. They travel through the ledger's `_catalogue` as JSON, one item a row,
so that the public sees a validated catalogue and never a half-typed row. How a sheet becomes such values is
in `organisers`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, NewType, get_args, get_type_hints
from zoneinfo import ZoneInfo

from zapis.core.entries import Row, format_moment, parse_moment
from zapis.core.model import SlotId, SlotStatus, Terms
from zapis.core.texts import Text, TextId

MOSCOW = ZoneInfo("Europe/Moscow")
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""When a slot without an opening moment opened."""
OLDEST = 130

EnterpriseId = NewType("EnterpriseId", str)
TourId = NewType("TourId", str)
TourKind = Literal["excursion", "workshop"]
Stairs = Literal["", "none", "lift", "only"]
"""Whether a visitor climbs: never, or by lift if they wish, or on foot. Empty: nobody said."""
Wheelchair = Literal["", "yes", "helped", "no"]
"""Whether a wheelchair or a pram goes all the way: alone, with the hosts' help, or not. Empty: nobody said."""
Noise = Literal["", "quiet", "places", "loud"]
"""How loud the way is: nowhere, in places, everywhere. Empty: nobody said."""


@dataclass(frozen=True, slots=True)
class Season:
    """One run of the programme."""

    title: str
    season: str
    opens: datetime | None
    closes_hours: int
    freezes_hours: int
    season_limit: int
    max_party: int
    operator: str
    email: str
    phone: str
    rehearsal: str = ""
    """The organiser's address, to which all mail goes while this is not for real; empty in a real season."""


@dataclass(frozen=True, slots=True)
class Enterprise:
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
    """The id of its roster spreadsheet; empty while there is none."""
    line: str = ""
    """The metro line that its station lies on."""
    wheelchair: Wheelchair = ""
    stairs: Stairs = ""
    noise: Noise = ""

    @property
    def place(self) -> str:
        """Where visitors come to: the address and the way in. Who has a seat is told when it changes."""
        return ". ".join(filter(None, (self.address.strip(" ."), self.gate.strip())))


@dataclass(frozen=True, slots=True)
class Tour:
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A tour at a moment. `status` None is a draft, which nobody outside sees."""

    id: SlotId
    tour: TourId
    starts: datetime
    capacity: int
    status: SlotStatus | None
    opens: datetime | None
    closes: datetime | None
    confirmed: bool = False
    """Whether the organiser ticked «Подтверждаю»."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that is offered, by id; every reference resolves."""

    season: Season | None = None
    enterprises: Mapping[EnterpriseId, Enterprise] = field(default_factory=dict)
    tours: Mapping[TourId, Tour] = field(default_factory=dict)
    slots: Mapping[SlotId, Slot] = field(default_factory=dict)
    texts: Mapping[TextId, Text] = field(default_factory=dict)
    """The organisers' own words; where they have none the usual ones stand."""

    def tour_of(self, slot: SlotId) -> Tour:
        """The tour of a slot. Raises KeyError for an unknown slot."""
        return self.tours[self.slots[slot].tour]

    def enterprise_of(self, slot: SlotId) -> Enterprise:
        """The enterprise that receives a slot's visitors. Raises KeyError for an unknown slot."""
        return self.enterprises[self.tour_of(slot).enterprise]


def terms_of(catalogue: Catalogue, slot: Slot) -> Terms:
    """A slot's terms, resolved from season, tour and slot. The slot must not be a draft."""
    season, tour = catalogue.season, catalogue.tours[slot.tour]
    if season is None or slot.status is None:
        raise ValueError("terms are of a slot that is offered in a season")
    return Terms(
        status=slot.status,
        starts=slot.starts,
        opens=slot.opens or season.opens or ALWAYS,
        closes=slot.closes or slot.starts - timedelta(hours=season.closes_hours),
        freezes=slot.starts - timedelta(hours=season.freezes_hours),
        capacity=slot.capacity,
        min_age=tour.min_age,
        max_age=tour.max_age,
        max_party=tour.max_party,
        waiting_list=tour.waiting_list,
        season_limit=season.season_limit,
        children_per_adult=tour.children_per_adult or 0,
        place=catalogue.enterprises[tour.enterprise].place,
    )


def to_rows(catalogue: Catalogue) -> list[Row]:
    """The rows of `_catalogue`: the revision first, then one item a row."""
    items = [*_rows("enterprise", catalogue.enterprises.values()), *_rows("tour", catalogue.tours.values())]
    items += [*_rows("slot", catalogue.slots.values()), *_rows("text", catalogue.texts.values())]
    if catalogue.season:
        items.insert(0, ("season", "", _to_json(catalogue.season)))
    return [("revision", revision(items), ""), *items]


def from_rows(rows: Iterable[Sequence[str]]) -> Catalogue:
    """The catalogue that `to_rows` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    found: dict[str, list[Any]] = {kind: [] for kind in _ITEMS}
    for kind, _id, item in (tuple(row[:3]) for row in rows if len(row) >= 3):
        if kind in found:
            found[kind].append(_from_json(_ITEMS[kind], json.loads(item)))
    return Catalogue(
        season=found["season"][0] if found["season"] else None,
        enterprises={item.id: item for item in found["enterprise"]},
        tours={item.id: item for item in found["tour"]},
        slots={item.id: item for item in found["slot"]},
        texts={item.id: item for item in found["text"]},
    )


def revision(items: Sequence[Row]) -> str:
    """A digest that changes whenever an item does."""
    return hashlib.sha256(json.dumps(items, ensure_ascii=False).encode()).hexdigest()[:16]


_ITEMS: dict[str, type] = {"season": Season, "enterprise": Enterprise, "tour": Tour, "slot": Slot, "text": Text}


def _rows(kind: str, items: Iterable[Any]) -> list[Row]:
    return [(kind, item.id, _to_json(item)) for item in items]


def _to_json(item: Any) -> str:
    fields = dataclasses.asdict(item)
    plain = {key: format_moment(v) if isinstance(v, datetime) else v for key, v in fields.items()}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _from_json(item: type, fields: Mapping[str, Any]) -> Any:
    hints = _hints(item)
    return item(**{key: _value(hints[key], value) for key, value in fields.items() if key in hints})


@cache
def _hints(item: type) -> dict[str, Any]:
    """What each field holds; to find out costs more than to read a row, and a season has hundreds."""
    return get_type_hints(item)


def _value(hint: Any, value: Any) -> Any:
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if value is not None and datetime in options:
        return parse_moment(value)
    if value is not None and SlotStatus in options:
        return SlotStatus(value)
    return value
