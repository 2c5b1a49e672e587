"""The e-mail as other programs read it, its calendar entry among it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import icalendar
import pytest

from tests.mail import kinds
from tests.mail.kinds import STORIES
from tests.mail.spec import STARTS, Story, catalogue
from zapis.core.model import NoticeKind, RegistrationId
from zapis.mail.letters import Letter
from zapis.mail.mime import UnusableAddress, to_message

INVITED = ("confirmed", "promoted", "reduced", "moved", "slot_changed", "link")


def arrived(letter: Letter) -> EmailMessage:
    """The e-mail as the other end reads it."""
    message = message_from_bytes(to_message(letter).as_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def due(kind: str) -> EmailMessage:
    story, registration = STORIES[NoticeKind(kind)]()
    return arrived(story.letter(registration))


def shape(part: EmailMessage) -> object:
    """The tree of types."""
    if not part.is_multipart():
        return part.get_content_type()
    return part.get_content_type(), [shape(child) for child in part.iter_parts()]


def calendars(message: EmailMessage) -> list[bytes]:
    parts = (part for part in message.walk() if part.get_content_type() in ("text/calendar", "application/ics"))
    return [bytes(part.get_payload(decode=True)) for part in parts]


def entry(message: EmailMessage) -> tuple[icalendar.Calendar, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(calendars(message)[0])
    assert isinstance(calendar, icalendar.Calendar)
    [event] = calendar.events
    return calendar, event


def test_the_tree_is_the_one_that_clients_agree_on() -> None:
    alternatives = ("multipart/alternative", ["text/plain", "text/html", "text/calendar"])
    assert shape(due("confirmed")) == ("multipart/mixed", [alternatives, "application/ics"])


def test_without_a_calendar_entry_there_is_nothing_but_the_two_texts() -> None:
    assert shape(due("waiting")) == ("multipart/alternative", ["text/plain", "text/html"])


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_byte_is_ascii_and_every_line_short(kind: NoticeKind) -> None:
    story, registration = STORIES[kind]()
    content = to_message(story.letter(registration)).as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.count(b"\n") == content.count(b"\r\n")


def test_texts_arrive_as_they_were_written() -> None:
    story, anna = kinds.confirmed()
    letter = story.letter(anna)
    message = arrived(letter)
    for kind, text in (("plain", letter.text), ("html", letter.html)):
        body = message.get_body(preferencelist=(kind,))
        assert body is not None
        assert body.get_content().split() == text.split()


def test_headers_say_who_writes_and_that_a_machine_does() -> None:
    message = due("confirmed")
    assert str(message["From"]) == "Открой#Моспром <bot@mosprom.example>"
    assert str(message["To"]) == "anna@example.ru"
    assert str(message["Reply-To"]) == "visits@mosprom.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ru"
    assert message["Message-ID"].endswith("@mosprom.example>")
    assert message["References"] is None


def test_the_date_is_when_it_happened_not_when_it_was_sent() -> None:
    story, anna = kinds.confirmed()
    happened = story.clock()
    story.clock.advance(hours=5)
    assert arrived(story.letter(anna))["Date"].datetime == happened.replace(microsecond=0)


def test_a_later_letter_joins_the_thread() -> None:
    message = due("reduced")
    assert message["References"] == message["In-Reply-To"] != message["Message-ID"]


def test_a_garbled_address_of_the_organiser_leaves_the_letter_without_a_reply_address() -> None:
    story, anna = kinds.confirmed()
    letter = replace(story.letter(anna), reply_to="пишите нам")
    assert arrived(letter)["Reply-To"] is None


@pytest.mark.parametrize("kind", INVITED)
def test_who_has_a_seat_is_invited(kind: str) -> None:
    calendar, event = entry(due(kind))
    assert calendar["METHOD"] == "REQUEST"
    assert event["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize("kind", ["cancelled", "slot_cancelled"])
def test_who_had_a_seat_has_the_entry_taken_out(kind: str) -> None:
    calendar, event = entry(due(kind))
    assert calendar["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"


def _still_waiting(story: Story, anna: RegistrationId) -> None:
    """Nothing more happens."""


def _left_the_line(story: Story, anna: RegistrationId) -> None:
    story.cancel(anna)


def _asked_again(story: Story, anna: RegistrationId) -> None:
    story.again(anna)


def _was_moved_in_time(story: Story, anna: RegistrationId) -> None:
    story.offer(starts=STARTS + timedelta(days=1))


@pytest.mark.parametrize("then", [_still_waiting, _left_the_line, _asked_again, _was_moved_in_time])
def test_who_only_waited_has_nothing_in_the_calendar(then) -> None:  # type: ignore[no-untyped-def]
    story, anna = kinds.waiting()
    then(story, anna)
    assert calendars(arrived(story.letter(anna))) == []


def test_the_entry_is_the_same_in_both_places_and_its_method_in_the_type() -> None:
    message = due("confirmed")
    first, second = calendars(message)
    assert first == second
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "invite.ics"


def test_the_visit_begins_and_ends_in_moscow_time() -> None:
    ics = calendars(due("confirmed"))[0]
    assert b"DTSTART;TZID=Europe/Moscow:20261212T110000\r\n" in ics
    assert b"DTEND;TZID=Europe/Moscow:20261212T123000\r\n" in ics
    assert ics.count(b"BEGIN:VTIMEZONE") == 1
    assert ics.count(b"BEGIN:STANDARD") == 1
    assert b"TZOFFSETTO:+0300" in ics


def test_the_entry_keeps_its_uid_while_its_sequence_grows() -> None:
    story, anna = kinds.confirmed()
    told = [entry(arrived(story.letter(anna)))[1]]
    story.offer(starts=STARTS + timedelta(days=1))
    told.append(entry(arrived(story.letter(anna)))[1])
    story.cancel(anna)
    told.append(entry(arrived(story.letter(anna)))[1])

    assert {str(event["UID"]) for event in told} == {f"{anna}@visits.mosprom.example"}
    assert [event["SEQUENCE"] for event in told] == [0, 1, 2]
    assert [event.start.day for event in told] == [12, 13, 13]


def test_one_visitor_is_invited_and_owes_no_answer() -> None:
    _, event = entry(due("confirmed"))
    attendee = event["ATTENDEE"]
    assert attendee == "mailto:anna@example.ru"
    assert (attendee.params["RSVP"], attendee.params["PARTSTAT"]) == ("FALSE", "ACCEPTED")
    assert event["ORGANIZER"] == "mailto:bot@mosprom.example"


def test_the_entry_says_where_to_come_what_to_bring_and_the_code() -> None:
    story, anna = kinds.confirmed()
    _, event = entry(arrived(story.letter(anna)))
    assert event["LOCATION"] == "«Ральф Рингер», Москва, Колодочный проезд, 7"
    assert "стойки «Экскурсии»" in event["DESCRIPTION"]
    assert "Паспорт" in event["DESCRIPTION"]
    assert f"Код записи: {story.state().registrations[anna].code}" in event["DESCRIPTION"]


@pytest.mark.parametrize("kind", [*INVITED, "cancelled", "slot_cancelled"])
def test_no_secret_link_gets_into_a_calendar(kind: str) -> None:
    unfolded = calendars(due(kind))[0].replace(b"\r\n ", b"")
    assert b"secret-token" not in unfolded
    assert b"http" not in unfolded


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_a_line_break_in_a_title_adds_no_header(break_: str) -> None:
    story = Story(catalogue(title=f"Лифты{break_}Bcc: all@example.ru"))
    message = arrived(story.letter(story.register()))
    assert message["Bcc"] is None
    assert message["Subject"] == "Вы записаны: Лифты Bcc: all@example.ru, 12 декабря"
    assert entry(message)[1]["SUMMARY"] == "Лифты Bcc: all@example.ru"


@pytest.mark.parametrize(
    "email",
    [
        "anna@example.ru\r\nBcc: all@example.ru",
        "anna@example.ru, all@example.ru",
        "anna",
        "",
        "@",
        "анна@почта.рф",
        "a b@c",
    ],
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    story, anna = kinds.confirmed()
    with pytest.raises(UnusableAddress):
        to_message(replace(story.letter(anna), to=email))


def test_a_title_as_long_as_a_page_makes_a_short_subject() -> None:
    story = Story(catalogue(title="Очень " * 2000))
    subject = arrived(story.letter(story.register()))["Subject"]
    assert len(subject) <= 120
    assert subject.endswith("…")
