"""Finding a visit: the filter that lives in the catalogue's address, and other dates that would suit a party.

Pure. A filter value that says nothing (a day that is no day, a kind that does not exist) filters nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from zapis.core import rules
from zapis.core.catalogue import Enterprise
from zapis.site.offers import Availability, Offer
from zapis.voice import speech
from zapis.voice.tongue import N_

LONGEST_WORDS = 100
MOST_ALTERNATIVES = 3


class Need(StrEnum):
    """What the way must be like for somebody of the party. What nobody said of a place meets no need."""

    STEP_FREE = "step_free"
    WHEELCHAIR = "wheelchair"
    QUIET = "quiet"

    def met_at(self, enterprise: Enterprise) -> bool:
        """Whether the way at this enterprise is like that."""
        if self is Need.STEP_FREE:
            return enterprise.stairs in ("none", "lift")
        if self is Need.WHEELCHAIR:
            return enterprise.wheelchair in ("yes", "helped")
        return enterprise.noise == "quiet"


NEEDS: Mapping[Need, str] = {
    Need.STEP_FREE: N_("без лестниц"),
    Need.WHEELCHAIR: N_("на коляске"),
    Need.QUIET: N_("без шума"),
}


class Wanted(Struct, frozen=True):
    """What a visitor looks for. None and the empty text stand for anything; `age` is the youngest's.

    `metro` is a station or a whole line.
    """

    words: str = ""
    day: date | None = None
    kind: str = ""
    enterprise: str = ""
    seats: int | None = None
    age: int | None = None
    metro: str = ""
    needs: frozenset[Need] = frozenset()

    @property
    def anything(self) -> bool:
        """Whether nothing was asked for."""
        return self == Wanted()

    @property
    def query(self) -> str:
        """The shortest query that `wanted` reads as this, with its question mark; empty for anything."""
        fields = {
            "q": self.words,
            "date": self.day,
            "kind": self.kind,
            "enterprise": self.enterprise,
            "metro": self.metro,
            "seats": self.seats,
            "age": self.age,
        }
        said = {name: value for name, value in fields.items() if value not in ("", None)}
        return "".join(["?" * bool(said or self.needs), urlencode(said | dict.fromkeys(sorted(self.needs), "on"))])

    def on(self, day: date | None) -> Wanted:
        """The same on another day, or on any."""
        return replace(self, day=day)

    def suits(self, offer: Offer) -> bool:
        """Whether the offer is what is looked for."""
        return (
            self._has_the_words(offer)
            and (self.day is None or speech.day_of(offer.terms.starts) == self.day)
            and self.kind in ("", offer.tour.kind)
            and self.enterprise in ("", offer.enterprise.id)
            and self.metro in ("", offer.enterprise.metro, offer.enterprise.line)
            and all(need.met_at(offer.enterprise) for need in self.needs)
            and (self.seats is None or (offer.asks and offer.free >= self.seats <= offer.terms.max_party))
            and (self.age is None or offer.terms.min_age <= self.age <= offer.terms.max_age)
        )

    def _has_the_words(self, offer: Offer) -> bool:
        tour, enterprise = offer.tour, offer.enterprise
        place = f"{enterprise.name} {enterprise.about} {enterprise.metro} {enterprise.line}"
        text = _plain(f"{tour.title} {tour.about} {place}")
        return all(word in text for word in _plain(self.words).split())


def wanted(query: Mapping[str, str]) -> Wanted:
    """The filter in an address's query."""
    return Wanted(
        words=query.get("q", "").strip()[:LONGEST_WORDS],
        day=_day(query.get("date", "")),
        kind=query["kind"] if query.get("kind") in ("excursion", "workshop") else "",
        enterprise=query.get("enterprise", "")[:LONGEST_WORDS],
        seats=_number(query.get("seats", ""), 1, 100),
        age=_number(query.get("age", ""), 0, 120),
        metro=query.get("metro", "")[:LONGEST_WORDS],
        needs=frozenset(need for need in Need if query.get(need)),
    )


def alternatives(offers: Iterable[Offer], instead_of: Offer, ages: tuple[int, ...]) -> list[Offer]:
    """The nearest slots with seats for the whole party: other dates of the same tour, then what is most like it."""
    suitable = [o for o in offers if o.id != instead_of.id and _has_room_for(o, ages)]
    return sorted(suitable, key=lambda offer: _unlikeness(offer, instead_of))[:MOST_ALTERNATIVES]


def _has_room_for(offer: Offer, ages: tuple[int, ...]) -> bool:
    return (
        offer.availability is Availability.OPEN
        and offer.free >= len(ages)
        and rules.party_fits_the_terms(offer.terms, ages) is None
    )


def _unlikeness(offer: Offer, other: Offer) -> tuple[bool, bool, bool, datetime]:
    return (
        offer.tour.id != other.tour.id,
        offer.enterprise.id != other.enterprise.id,
        offer.tour.kind != other.tour.kind,
        offer.terms.starts,
    )


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str, least: int, most: int) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    return number if number is not None and least <= number <= most else None
