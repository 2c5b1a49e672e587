"""What a notice says: words, facts and calendar entry, before they are MIME. Pure, but for reading templates.

A kind's words stand once, in `templates/mail/<language>/<kind>.jinja`, and what all kinds share in
`common.jinja` there; `letter.html` and `letter.txt` lay both out and hold no words. So the two parts of a mail
cannot disagree, and a language is a folder.

Whatever people typed is data here: escaped in HTML, on one line in the subject, never in a header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec import Struct
from msgspec.structs import replace

from zapis import qr
from zapis.calendar import Invitation, Method, entry_of
from zapis.core.alternatives import Alternative
from zapis.core.catalogue import Catalogue, Season
from zapis.core.model import Notice, NoticeKind, Registration, SlotId, Standing, Terms
from zapis.core.people import Person
from zapis.core.texts import filled
from zapis.mail.speech import SPEECHES, clock, year
from zapis.mail.visits import Visit, visit_of
from zapis.mail.wording import in_own_words, values
from zapis.resources import resource
from zapis.voice import conditions
from zapis.voice.tongue import Tongue, speaking

LONGEST_SUBJECT = 120
LONGEST_NAME = 80
RUSSIAN = "ru"
TONES = {
    NoticeKind.CONFIRMED: "good",
    NoticeKind.PROMOTED: "good",
    NoticeKind.MOVED: "good",
    NoticeKind.WAITING: "wait",
    NoticeKind.SLOT_CHANGED: "wait",
    NoticeKind.CANCELLED: "end",
    NoticeKind.SLOT_CANCELLED: "end",
    NoticeKind.REDUCED: "plain",
    NoticeKind.ENLARGED: "good",
    NoticeKind.CORRECTED: "plain",
    NoticeKind.LINK: "plain",
    NoticeKind.REMINDER: "good",
    NoticeKind.THANKS: "good",
    NoticeKind.MESSAGE: "plain",
    NoticeKind.CONFIRM_ADDRESS: "wait",
}
NOTHING_CHANGED = (NoticeKind.REMINDER, NoticeKind.THANKS, NoticeKind.MESSAGE)
STAGES = {Standing.CONFIRMED: "seat", Standing.WAITING: "line"}
_LOOKS_LIKE_A_LINK = re.compile(r"://|www\.|@|\.\w{2,}", re.IGNORECASE)


class Sender(Struct, frozen=True):
    """Whose letters these are. `name` empty: the season's title."""

    name: str
    address: str
    site: str
    """The host of the site: calendar entries are named by it."""


class Links(Struct, frozen=True):
    """Where a registration's letter leads; whoever has them may act for the party."""

    ticket: str
    cancel: str
    site: str
    shown: str = ""
    """What the QR code holds: it is recognised at the gate, and cancels nothing."""
    confirm: str = ""
    """Where the address is confirmed that a request came with."""

    def visit(self, slot: SlotId) -> str:
        """Where a slot is registered for."""
        return f"{self.site}slots/{quote(slot)}"


class Matter(Struct, frozen=True):
    """What one letter is about, as journal and people know it."""

    notice: Notice
    registration: Registration
    person: Person
    terms: Terms
    left: Terms | None = None
    """For a move: the terms of the slot that was left."""
    place: int | None = None
    """The place in line, the first being 1."""
    instead: tuple[Alternative, ...] = ()
    """For a visit that will not take place: what the party could visit instead."""


class Picture(Struct, frozen=True):
    """A PNG that travels with the letter; `id` is what its HTML calls it."""

    id: str
    png: bytes


class Letter(Struct, frozen=True):
    """A mail, before it is MIME. Ids are without angle brackets; `date` is the notice's, so a retry is the same."""

    to: str
    sender: Sender
    reply_to: str
    subject: str
    text: str
    html: str
    language: str
    date: datetime
    message_id: str
    references: str | None
    """The id of the registration's first letter, for every later one."""
    calendar: Invitation | None
    picture: Picture | None = None


def language_of(person: Person) -> str:
    """The language that a person is written in: that of the form, if letters are worded in it."""
    return person.language if person.language in SPEECHES else RUSSIAN


def compose(matter: Matter, catalogue: Catalogue, sender: Sender, links: Links) -> Letter:
    """The letter for `matter`. Raises KeyError for a slot or season that the catalogue does not have."""
    notice, season = matter.notice, catalogue.season
    if season is None:
        raise KeyError("season")
    language = language_of(matter.person)
    scene = _scene(matter, catalogue, season, sender, links, language)
    scene["message"] = filled(notice.text, values(scene, SPEECHES[language]))
    templates = templates_of(language)
    usual = templates.get_template(f"{notice.kind}.jinja").make_module(scene)
    shared = templates.get_template("common.jinja").make_module(scene)
    words, common, signature = in_own_words(usual, shared, catalogue, notice.kind, scene, SPEECHES[language])
    layout = scene | {"words": words, "common": common, "signature": signature}
    bind = SPEECHES[language].bind
    rehearsed = f"[{getattr(common, 'rehearsal', '')}] " if season.rehearsal else ""
    return Letter(
        to=season.rehearsal or matter.person.email,
        sender=sender if sender.name else replace(sender, name=season.title),
        reply_to=season.email,
        subject=one_line(rehearsed + str(getattr(words, "subject", "")), LONGEST_SUBJECT),
        text=bind(templates.get_template("letter.txt").render(layout)),
        html=bind(templates.get_template("letter.html").render(layout)),
        language=language,
        date=notice.at,
        message_id=_message_id(notice, sender),
        references=_message_id(replace(notice, sequence=0), sender) if notice.sequence else None,
        calendar=_invitation(matter, catalogue, season, sender, links, str(getattr(common, "code_label", ""))),
        picture=Picture(scene["picture"], qr.picture(links.shown)) if scene["picture"] else None,
    )


def _scene(
    matter: Matter, catalogue: Catalogue, season: Season, sender: Sender, links: Links, language: str
) -> dict[str, Any]:
    """All that templates know."""
    notice, registration = matter.notice, matter.registration
    visit, before = visit_of(catalogue, notice.slot, matter.terms), _before(matter, catalogue)
    stage = _stage(matter)
    return {
        "language": language,
        "tone": TONES[notice.kind],
        "stage": stage,
        "was": notice.was and STAGES.get(notice.was),
        "reason": registration.reason,
        "season": season,
        "visit": visit,
        "before": before,
        "later": bool(before and before.starts != visit.starts),
        "elsewhere": bool(notice.before and before and before.place != visit.place),
        "instead": [(visit_of(catalogue, a.slot, a.terms), links.visit(a.slot), a.seats_left) for a in matter.instead],
        "links": links,
        "picture": f"code.{_message_id(notice, sender)}" if stage == "seat" and links.shown else "",
        "name": presentable(matter.person.name),
        "code": registration.code,
        "seats": registration.seats,
        "party": _party(registration, matter.person),
        "place": matter.place,
        "freezes": matter.terms.freezes,
        "frozen": notice.at >= matter.terms.freezes,
        "asks": _asks(catalogue, notice.slot, matter.terms, language),
    }


def _asks(catalogue: Catalogue, slot: SlotId, terms: Terms, language: str) -> list[tuple[str, str]]:
    """What the visit asks of those who come, as the site tells it."""
    with speaking(Tongue(language)):
        told = conditions.of_the_visit(catalogue.tour_of(slot), catalogue.enterprise_of(slot), terms)
    return [(condition.label, condition.text) for condition in told]


def _stage(matter: Matter) -> str:
    """What the letter is to its reader: a seat, a place in line, an end, or a memory."""
    if matter.notice.kind is NoticeKind.THANKS:
        return "past"
    return STAGES.get(matter.registration.standing, "end")


def _before(matter: Matter, catalogue: Catalogue) -> Visit | None:
    """What people knew until now, for a change or a move."""
    notice = matter.notice
    if notice.before is not None:
        return visit_of(catalogue, notice.slot, notice.before)
    if notice.left is not None and matter.left is not None and notice.left in catalogue.slots:
        return visit_of(catalogue, notice.left, matter.left)
    return None


def _party(registration: Registration, person: Person) -> list[tuple[str, int]]:
    """Who is coming: name and age on the day."""
    names = person.visitors
    return [(presentable(names[m]), registration.ages[m]) for m in registration.members if m < len(names)]


def presentable(name: str) -> str:
    """A name as typed, on one line; empty if it would turn a letter to somebody else into an advertisement."""
    return "" if _LOOKS_LIKE_A_LINK.search(name) else one_line(name, LONGEST_NAME)


def one_line(text: str, longest: int) -> str:
    """The text without what breaks lines, cut where it is too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _message_id(notice: Notice, sender: Sender) -> str:
    """A registration's sequence names one notice, so the first letter's id is known without having it."""
    return f"{notice.registration}.{notice.sequence}@{sender.address.rpartition('@')[2]}"


def _invitation(
    matter: Matter, catalogue: Catalogue, season: Season, sender: Sender, links: Links, code_label: str
) -> Invitation | None:
    method, slot = _method(matter), matter.notice.slot
    if method is None:
        return None
    return Invitation(
        method=method,
        entry=entry_of(
            matter.registration,
            matter.terms,
            catalogue.tour_of(slot),
            catalogue.enterprise_of(slot),
            site=sender.site,
            url=links.visit(slot),
            code_label=code_label,
            stamp=matter.notice.at,
        ),
        organiser=sender.address,
        organiser_name=season.operator or season.title,
        attendee=season.rehearsal or matter.person.email,
    )


def _method(matter: Matter) -> Method | None:
    """Who waits has nothing in the calendar, and so nothing to take out of it."""
    if matter.notice.kind in NOTHING_CHANGED:
        return None
    if matter.registration.standing is Standing.CONFIRMED:
        return "REQUEST"
    return "CANCEL" if matter.notice.was is Standing.CONFIRMED else None


@cache
def templates_of(language: str) -> Environment:
    """The templates of one language, and those that all share."""
    root, speech = resource("templates") / "mail", SPEECHES[language]
    environment = Environment(
        loader=FileSystemLoader([root / language, root]),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Any] = {
        "day": speech.day,
        "date": speech.date,
        "clock": clock,
        "counted": speech.counted,
        "weekday": speech.weekday,
        "year": year,
        "paragraphs": _paragraphs,
    }
    environment.filters.update(filters)
    return environment


def _paragraphs(text: str) -> list[str]:
    """The lines that a condition did not leave empty."""
    return [paragraph for line in text.splitlines() if (paragraph := line.strip(" "))]
