"""Visits as schema.org events, for search engines: facts that the page itself says, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from zapis.core.catalogue import ALWAYS, Season
from zapis.site.links import Links
from zapis.site.offers import Availability, Offer
from zapis.voice import speech

SCHEMA = "https://schema.org"
_STOCK: Mapping[Availability, str] = {
    Availability.OPEN: "InStock",
    Availability.WAITING: "BackOrder",
    Availability.NOT_OPEN_YET: "PreSale",
}

Json = dict[str, Any]


class Events:
    """Makes events whose addresses are those of this site."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def of(self, offers: Iterable[Offer], season: Season) -> Json:
        """One document for all of `offers`."""
        return {"@context": SCHEMA, "@graph": [self._event(offer, season) for offer in offers]}

    def _event(self, offer: Offer, season: Season) -> Json:
        tour, terms = offer.tour, offer.terms
        cancelled = offer.availability is Availability.CANCELLED
        url = self._links.absolute(f"/slots/{offer.id}")
        return {
            "@type": "Event",
            "@id": url,
            "url": url,
            "name": tour.title,
            "description": tour.about,
            "inLanguage": "ru",
            "startDate": speech.local(terms.starts),
            "endDate": speech.local(terms.starts + timedelta(minutes=tour.minutes)),
            "eventStatus": f"{SCHEMA}/{'EventCancelled' if cancelled else 'EventScheduled'}",
            "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
            "maximumAttendeeCapacity": terms.capacity,
            "remainingAttendeeCapacity": offer.free,
            "typicalAgeRange": _age_range(terms.min_age, terms.max_age),
            "location": {
                "@type": "Place",
                "name": offer.enterprise.name,
                "address": offer.enterprise.address,
                "url": self._links.absolute(f"/enterprises/{offer.enterprise.id}"),
            },
            "organizer": {"@type": "Organization", "name": season.operator or season.title},
            "offers": {
                "@type": "Offer",
                "url": url,
                "availability": f"{SCHEMA}/{_STOCK.get(offer.availability, 'SoldOut')}",
                **({"validFrom": speech.local(terms.opens)} if terms.opens > ALWAYS else {}),
                "validThrough": speech.local(terms.closes),
            },
        }


def _age_range(min_age: int, max_age: int) -> str:
    return f"{min_age}-{max_age if max_age < speech.ANY_AGE else ''}"
