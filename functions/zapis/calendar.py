"""The calendar entry of a visit: the ticket's file and the letter's invitation are made here, so that they agree.

Clients tell entries apart by UID, which stays, and their ages by SEQUENCE, then DTSTAMP: whichever came first, the
later state stands. An entry travels to whoever shares the calendar, so it holds no link that acts for the party.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from zapis.core.catalogue import MOSCOW, Enterprise, Tour
from zapis.core.model import Registration, Terms

if TYPE_CHECKING:
    import icalendar

Method = Literal["REQUEST", "CANCEL"]
PRODUCT = "-//Zapis//Registration for visits//RU"


class CalendarEntry(Struct, frozen=True):
    """What a calendar shows. Moments are aware; `stamp` is when this was so."""

    uid: str
    sequence: int
    stamp: datetime
    starts: datetime
    ends: datetime
    summary: str
    location: str
    description: str
    url: str


class Invitation(Struct, frozen=True):
    """By whom an entry is put into a visitor's calendar, or taken out of it. Addresses are bare."""

    method: Method
    entry: CalendarEntry
    organiser: str
    organiser_name: str
    attendee: str


def entry_of(
    registration: Registration,
    terms: Terms,
    tour: Tour,
    host: Enterprise,
    *,
    site: str,
    url: str,
    code_label: str,
    stamp: datetime,
) -> CalendarEntry:
    """The entry as the registration stands. `site` is the host that names it, `url` the visit's page."""
    told = (host.gate, host.documents, host.clothes, f"{code_label}: {registration.code}")
    return CalendarEntry(
        uid=f"{registration.id}@{site}",
        sequence=registration.revision,
        stamp=stamp,
        starts=terms.starts,
        ends=terms.starts + timedelta(minutes=tour.minutes),
        summary=" ".join(tour.title.split()),
        location=", ".join(filter(None, (host.name, host.address))),
        description="\n".join(filter(None, told)),
        url=url,
    )


def to_file(entry: CalendarEntry) -> bytes:
    """The entry as iCalendar that nobody sent: it has no method, so clients take it for what it says."""
    return bytes(_calendar(_event(entry), entry).to_ical())


def to_invitation(invitation: Invitation) -> bytes:
    """The invitation as iCalendar; the same invitation gives the same bytes.

    One visitor is invited, by REQUEST (PUBLISH is not put into calendars by itself), and answers to nobody.
    """
    event = _event(invitation.entry)
    event.add("status", "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _address(invitation.organiser, {"CN": invitation.organiser_name}))
    answered = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    event.add("attendee", _address(invitation.attendee, answered))
    calendar = _calendar(event, invitation.entry)
    calendar.add("method", invitation.method)
    return bytes(calendar.to_ical())


def _calendar(event: icalendar.Event, entry: CalendarEntry) -> icalendar.Calendar:
    import icalendar  # its import costs more than most runs of `deliver`, which have nothing to say

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(_zone(entry.starts.year))
    calendar.add_component(event)
    return calendar


@cache
def _zone(year: int) -> icalendar.Timezone:
    """Moscow's time around `year`: the zone's whole history would be forty lines. Made once, as it takes 20 ms."""
    import icalendar

    return icalendar.Timezone.from_tzid(MOSCOW.key, first_date=date(year - 1, 1, 1), last_date=date(year + 1, 1, 1))


def _event(entry: CalendarEntry) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.starts.astimezone(MOSCOW))
    event.add("dtend", entry.ends.astimezone(MOSCOW))
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("description", entry.description)
    event.add("url", entry.url)
    return event


def _address(address: str, parameters: dict[str, str]) -> icalendar.vCalAddress:
    import icalendar

    value = icalendar.vCalAddress(f"mailto:{address}")
    value.params.update(parameters)
    return value
