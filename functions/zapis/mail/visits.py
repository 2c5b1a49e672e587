"""One slot as a letter tells of it: the journal says when and where to, the catalogue says what and whose."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from zapis.core.catalogue import Catalogue, TourKind
from zapis.core.model import SlotId, Terms


class Visit(Struct, frozen=True):
    """Empty texts are not told."""

    title: str
    kind: TourKind
    starts: datetime
    ends: datetime
    minutes: int
    place: str
    """Address and way in, as one sentence; for terms of before as they were told then."""
    enterprise: str
    address: str
    metro: str
    gate: str
    phone: str


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
        enterprise=host.name,
        address=host.address,
        metro=host.metro,
        gate=host.gate,
        phone=host.phone,
    )
