"""Letters to an enterprise: its list when that is final, and what changed since, to the address in «Предприятия».

Words stand in `templates/mail/ru/handover.jinja`; `handover.html` and `handover.txt` lay them out. Names are in them
only where they may stand in sheets; otherwise codes and head counts are, and names are on the gate's page alone.
Neither address nor phone of a visitor is ever in one: mail is forwarded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.catalogue import Catalogue, EnterpriseId, Season
from zapis.core.fold import State
from zapis.core.handovers import Handover, HandoverKind, Party, changed, handovers, handovers_of, parties
from zapis.core.model import Notice, RegistrationId
from zapis.core.notices import Outbox, is_due
from zapis.core.people import Person
from zapis.core.rosters import UNKNOWN
from zapis.mail.letters import LONGEST_SUBJECT, RUSSIAN, Letter, Sender, one_line, presentable, templates_of
from zapis.mail.speech import SPEECHES

TONES = {
    HandoverKind.LIST: "#1b6a45",
    HandoverKind.CHANGES: "#84500a",
    HandoverKind.REOPENED: "#84500a",
    HandoverKind.CANCELLED: "#a8221c",
}


class Ways(Struct, frozen=True):
    """What leads an enterprise to its list, and whether letters may name visitors.

    `roster`: the address of a spreadsheet, from what «Предприятия» says of it; empty where there is none.
    """

    gate: Callable[[EnterpriseId], str]
    roster: Callable[[str], str] = lambda roster: ""
    names: bool = True


def due(state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> list[Notice]:
    """What enterprises are to be sent at `now`; nothing without a season in whose name to write."""
    if catalogue.season is None:
        return []
    found = (handover.notice for handover in handovers(state, catalogue, outbox, now))
    return [notice for notice in found if is_due(notice.id, outbox, now)]


def standing(notice: Notice, state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> Handover | None:
    """What a notice that was due is about; None if something that landed since has overtaken it."""
    slot = state.slots[notice.slot]
    found = handovers_of(slot, state, catalogue, outbox, now)
    return next((handover for handover in found if handover.notice.id == notice.id), None)


def letter(
    handover: Handover,
    state: State,
    catalogue: Catalogue,
    people: Mapping[RegistrationId, Person],
    sender: Sender,
    ways: Ways,
) -> Letter:
    """The letter itself. Raises KeyError without a season."""
    season, notice = catalogue.season, handover.notice
    if season is None:
        raise KeyError("season")
    host = catalogue.enterprise_of(notice.slot)
    scene = _scene(handover, state, catalogue, season, people if ways.names else {}, ways)
    templates = templates_of(RUSSIAN)
    words = templates.get_template("handover.jinja").make_module(scene)
    layout = scene | {"words": words}
    rehearsed = "[Репетиция] " if season.rehearsal else ""
    bind = SPEECHES[RUSSIAN].bind
    return Letter(
        to=season.rehearsal or host.contact_email,
        sender=sender if sender.name else replace(sender, name=season.title),
        reply_to=season.email or season.rehearsal,
        subject=one_line(rehearsed + str(getattr(words, "subject", "")), LONGEST_SUBJECT),
        text=bind(templates.get_template("handover.txt").render(layout)),
        html=bind(templates.get_template("handover.html").render(layout)),
        language=RUSSIAN,
        date=notice.at,
        message_id=f"{notice.registration}.{notice.sequence}@{sender.address.rpartition('@')[2]}",
        references=None,
        calendar=None,
    )


def _scene(
    handover: Handover,
    state: State,
    catalogue: Catalogue,
    season: Season,
    people: Mapping[RegistrationId, Person],
    ways: Ways,
) -> dict[str, Any]:
    """All that templates know."""
    notice = handover.notice
    slot, host = state.slots[notice.slot], catalogue.enterprise_of(notice.slot)
    added, left = changed(state, handover.changes, people)
    listed = parties(state, slot, people) if handover.kind is HandoverKind.LIST else []
    return {
        "language": RUSSIAN,
        "kind": handover.kind.value,
        "tint": TONES[handover.kind],
        "again": handover.again,
        "revived": handover.revived,
        "season": season,
        "title": catalogue.tour_of(notice.slot).title,
        "host": host.name,
        "terms": slot.terms,
        "coming": slot.taken + sum(slot.over.values()),
        "parties": [_shown(party) for party in listed],
        "added": [_shown(party) for party in added],
        "left": [_shown(party) for party in left],
        "names": ways.names,
        "roster": ways.roster(host.roster),
        "gate": ways.gate(host.id),
    }


def _shown(party: Party) -> Party:
    """A name that looks like an address would make the letter an advertisement."""
    return Party(party.code, tuple((presentable(name) or UNKNOWN, age) for name, age in party.guests))
