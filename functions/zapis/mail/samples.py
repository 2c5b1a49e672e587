"""Samples of organisers' own words: one letter for each ticked text, to the organiser's own address.

A sample is due as a notice is: its id follows from the words, so it goes once, and again only when they changed.
It tells of a visit of the season and of people who do not exist; its links lead nowhere but to the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from zapis.core import ids
from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.model import NoticeId, NoticeKind
from zapis.core.notices import Outbox, is_due
from zapis.core.texts import PARTS, Text
from zapis.mail.letters import Letter, Links, Matter, Sender, compose
from zapis.mail.specimens import specimen

KINDS = frozenset(kind.value for kind in NoticeKind)
MARK = {"ru": "Образец", "en": "Sample"}


def samples(state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> dict[NoticeId, Matter]:
    """The samples to send at `now`, by their notices' ids; none while there is no address or no visit to tell of."""
    slots = [slot for slot in state.slots.values() if slot.id in catalogue.slots]
    if not slots or catalogue.season is None or not catalogue.season.email:
        return {}
    slot = min(slots, key=lambda slot: (slot.terms.starts < now, slot.terms.starts, slot.id))
    address = catalogue.season.email
    matters = [
        specimen(kind, slot, state, catalogue, id=_id(text), to=address, language=text.language, now=now)
        for text, kind in _asked(catalogue)
    ]
    return {matter.notice.id: matter for matter in matters if is_due(matter.notice.id, outbox, now)}


def letter(matter: Matter, catalogue: Catalogue, sender: Sender, links: Links) -> Letter:
    """The sample itself; nothing of it goes into a calendar. Raises what `compose` raises."""
    composed = compose(matter, catalogue, sender, links)
    return replace(composed, subject=f"{MARK[composed.language]}: {composed.subject}", calendar=None)


def _asked(catalogue: Catalogue) -> Iterator[tuple[Text, NoticeKind]]:
    for text in catalogue.texts.values():
        if text.sample and text.kind in KINDS:
            yield text, NoticeKind(text.kind)


def _id(text: Text) -> str:
    """Other words are another sample."""
    return f"SAMPLE{ids.digest(text.id, *(getattr(text, part) for part in PARTS))}"
