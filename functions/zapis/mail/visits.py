"""One slot as a letter tells of it: the journal says when and where to, the catalogue says what and whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from zapis.core.catalogue import Catalogue, Noise, Stairs, TourKind, Wheelchair
from zapis.core.model import SlotId, Terms


@dataclass(frozen=True, slots=True)
class Visit:
    """Empty texts are not told."""

    title: str
    kind: TourKind
    starts: datetime
    ends: datetime
    minutes: int
    place: str
    """Address and way in, as one sentence; for terms of before as they were told then."""
    bring: str
    enterprise: str
    address: str
    metro: str
    gate: str
    documents: str
    clothes: str
    notes: str
    phone: str
    wheelchair: Wheelchair = ""
    stairs: Stairs = ""
    noise: Noise = ""
    children_per_adult: int | None = None
    min_age: int = 0
    max_age: int = 130
    max_party: int = 0
    season_limit: int = 0


def visit_of(catalogue: Catalogue, slot: SlotId, terms: Terms) -> Visit:
    """The visit on these terms. Raises KeyError for a slot that the catalogue does not have."""
    tour, host = catalogue.tour_of(slot), catalogue.enterprise_of(slot)
    return Visit(
        title=tour.title,
        kind=tour.kind,
        starts=terms.starts,
        ends=terms.starts + timedelta(minutes=tour.minutes),
        minutes=tour.minutes,
        place=terms.place or host.place,
        bring=tour.bring,
        enterprise=host.name,
        address=host.address,
        metro=host.metro,
        gate=host.gate,
        documents=host.documents,
        clothes=host.clothes,
        notes=host.notes,
        phone=host.phone,
        wheelchair=host.wheelchair,
        stairs=host.stairs,
        noise=host.noise,
        children_per_adult=terms.children_per_adult or tour.children_per_adult,
        min_age=terms.min_age,
        max_age=terms.max_age,
        max_party=terms.max_party,
        season_limit=terms.season_limit,
    )
