"""The calendar entry of a visit, which clients update and take out by its UID and SEQUENCE.

One visitor is invited, by REQUEST (PUBLISH is not put into calendars by itself), and answers to nobody. An
entry travels to whoever shares the calendar, so it holds no link that acts for the party.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

from zapis.core.catalogue import MOSCOW

if TYPE_CHECKING:
    import icalendar

Method = Literal["REQUEST", "CANCEL"]
PRODUCT = "-//Zapis//Registration for visits//RU"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the calendar is told. `stamp` and moments are aware; addresses are bare."""

    method: Method
    uid: str
    sequence: int
    stamp: datetime
    starts: datetime
    ends: datetime
    summary: str
    location: str
    description: str
    organiser: str
    organiser_name: str
    attendee: str


def to_ics(invitation: Invitation) -> bytes:
    """The entry as iCalendar; the same invitation gives the same bytes."""
    import icalendar  # its import costs more than most runs of `deliver`, which have nothing to say

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    calendar.add_component(_zone(invitation.starts.year))
    calendar.add_component(_event(invitation))
    return bytes(calendar.to_ical())


@cache
def _zone(year: int) -> icalendar.Timezone:
    """Moscow's time around `year`: the zone's whole history would be forty lines. Made once, as it takes 20 ms."""
    import icalendar

    return icalendar.Timezone.from_tzid(MOSCOW.key, first_date=date(year - 1, 1, 1), last_date=date(year + 1, 1, 1))


def _event(invitation: Invitation) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamp)
    event.add("dtstart", invitation.starts.astimezone(MOSCOW))
    event.add("dtend", invitation.ends.astimezone(MOSCOW))
    event.add("summary", invitation.summary)
    event.add("location", invitation.location)
    event.add("description", invitation.description)
    event.add("status", "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _address(invitation.organiser, {"CN": invitation.organiser_name}))
    answered = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    event.add("attendee", _address(invitation.attendee, answered))
    return event


def _address(address: str, parameters: dict[str, str]) -> icalendar.vCalAddress:
    import icalendar

    value = icalendar.vCalAddress(f"mailto:{address}")
    value.params.update(parameters)
    return value
