"""The ticket's calendar file and the letter's invitation say the same, and the later state wins over any earlier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import httpx
import pytest
from icalendar import Calendar, Event

from tests.mail.server import Behaviour, Server
from tests.site.conftest import SITE, TOKENS, Programme, ask, at
from tests.site.visitor import fields_of
from zapis.core.model import SlotStatus
from zapis.ledger.memory import MemoryLedger
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport

SHOWN = ("UID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION", "URL")


class Post:
    """Letters of the programme, and what the last of them tells the calendar."""

    def __init__(self, programme: Programme, server: Server, behaviour: Behaviour) -> None:
        self._letters = behaviour.letters
        ledger = MemoryLedger(programme.store, lambda: programme.now)
        self._deliverer = Deliverer(
            lambda: ledger, SmtpTransport(f"smtp://127.0.0.1:{server.port}"), TOKENS, SITE, "visits@zapis.example"
        )

    def told(self) -> tuple[Event, str]:
        """The invitation of the letter that is due now, and its method."""
        self._letters.clear()
        assert self._deliverer.run("run").sent == 1
        (part,) = (
            part
            for part in message_from_bytes(self._letters[0], policy=default).walk()
            if part.get_content_type() == "text/calendar"
        )
        calendar = Calendar.from_ical(part.get_content())
        return calendar.walk("VEVENT")[0], str(calendar["METHOD"])


@pytest.fixture
def post(programme: Programme) -> Iterator[Post]:
    behaviour = Behaviour()
    with Server(behaviour) as server:
        yield Post(programme, server, behaviour)


class Calendars:
    """One visitor's: what the file and the letter said, state after state."""

    def __init__(self, site: httpx.AsyncClient, programme: Programme, post: Post, ticket: str) -> None:
        self.site, self.programme, self.post = site, programme, post
        self.page = f"/ticket/{ticket}"
        self.states: list[list[Event]] = []

    async def agree(self) -> None:
        """The letter that is due now and the file say the same, whichever is looked at later."""
        invitation, method = await self._told()
        answer = await self.site.get(f"{self.page}/calendar.ics")
        calendar = Calendar.from_ical(answer.content)
        (entry,) = calendar.walk("VEVENT")

        assert (method, invitation["STATUS"]) == ("REQUEST", "CONFIRMED")
        assert "METHOD" not in calendar, "a file is no invitation, so it needs neither organizer nor attendee"
        assert [line(entry, name) for name in SHOWN] == [line(invitation, name) for name in SHOWN]
        assert entry.decoded("DTSTAMP") >= invitation.decoded("DTSTAMP")
        self.states.append([invitation, entry])

    async def end(self) -> None:
        """The letter that is due now takes the visit out, and there is no file any more."""
        invitation, method = await self._told()

        assert (method, invitation["STATUS"]) == ("CANCEL", "CANCELLED")
        assert (await self.site.get(f"{self.page}/calendar.ics")).status_code == 404
        self.states.append([invitation])

    async def _told(self) -> tuple[Event, str]:
        """The letter goes a minute after what it tells of, and the site is looked at a minute later."""
        self.programme.now += timedelta(minutes=1)
        told = self.post.told()
        self.programme.now += timedelta(minutes=1)
        await self.programme.committer.refresh(0)
        return told

    def follow(self) -> None:
        """In whatever order they are imported, the last state stands: of one UID, it is the newest by RFC 5546."""
        ages = [[(entry["SEQUENCE"], entry.decoded("DTSTAMP")) for entry in state] for state in self.states]

        assert len({str(entry["UID"]) for state in self.states for entry in state}) == 1
        for earlier, later in pairwise(ages):
            assert max(earlier) < min(later)
            assert max(earlier)[0] < min(later)[0]


def line(entry: Event, name: str) -> bytes:
    """A property as it is written, its zone included."""
    return bytes(entry[name].to_ical()) + bytes(entry[name].params.to_ical())


async def registered(site: httpx.AsyncClient, programme: Programme, post: Post, key: str) -> Calendars:
    """A visitor's calendars, after the first letter."""
    answer = await ask(site, key=key)
    calendars = Calendars(site, programme, post, answer.json()["ticket"])
    await calendars.agree()
    return calendars


async def test_the_file_and_the_letters_agree_through_a_season(
    site: httpx.AsyncClient, programme: Programme, post: Post
):
    anna = await registered(site, programme, post, "anna")

    programme.change("open", starts=at(11, 4))
    await anna.agree()
    question = await site.get(f"{anna.page}/move?to=later")
    await site.post(f"{anna.page}/move?to=later", data=fields_of(question))
    await anna.agree()
    await site.post(f"{anna.page}/cancel", data={"everybody": "1"})
    await anna.end()

    anna.follow()
    starts = [state[0].decoded("DTSTART") for state in anna.states]
    assert starts == [at(11, 1), at(11, 4), at(18, 1), at(18, 1)]


async def test_a_visit_that_organisers_cancel_leaves_calendars_too(
    site: httpx.AsyncClient, programme: Programme, post: Post
):
    anna = await registered(site, programme, post, "anna")

    programme.change("open", status=SlotStatus.CANCELLED)
    await anna.end()

    anna.follow()
