"""A ticket's calendar entry. It holds no secret: calendars are shared with families and employers."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from zapis.core.catalogue import Season
from zapis.core.model import Registration
from zapis.site.links import Links
from zapis.site.offers import Offer


def event(registration: Registration, offer: Offer, season: Season, links: Links, now: datetime) -> bytes:
    """The entry as iCalendar. Its UID stays when the visit changes, its SEQUENCE grows."""
    entry = Event()
    entry.add("uid", f"{registration.id}@{links.host}")
    entry.add("sequence", registration.revision)
    entry.add("dtstamp", now)
    entry.add("dtstart", offer.terms.starts)
    entry.add("dtend", offer.terms.starts + timedelta(minutes=offer.tour.minutes))
    entry.add("summary", f"{offer.tour.title} — {offer.enterprise.name}")
    entry.add("location", offer.enterprise.address)
    entry.add("description", "\n".join(filter(None, (offer.enterprise.gate, offer.enterprise.documents))))
    entry.add("url", links.absolute(f"/slots/{offer.id}"))
    calendar = Calendar()
    calendar.add("prodid", f"-//Zapis//{season.title}//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
