"""Samples of organisers' own words: one letter for each ticked text, to the organiser's own address.

A sample is due as a notice is: its id follows from the words, so it goes once, and again only when they changed.
It tells of a visit of the season and of people who do not exist; its links lead nowhere but to the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from zapis.core import ids
from zapis.core.alternatives import Alternative, alternatives
from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.model import (
    Notice,
    NoticeId,
    NoticeKind,
    Reason,
    Registration,
    RegistrationId,
    Standing,
)
from zapis.core.notices import Outbox, is_due
from zapis.core.people import Person
from zapis.core.rules import SlotLedger
from zapis.core.texts import PARTS, Text
from zapis.mail.letters import Letter, Links, Matter, Sender, compose

VISITORS = {"ru": ("Анна Образцова", "Маша Образцова"), "en": ("Anna Sample", "Masha Sample")}
AGES = (34, 12)
KINDS = frozenset(kind.value for kind in NoticeKind)
MARK = {"ru": "Образец", "en": "Sample"}
_STANDINGS = {
    NoticeKind.WAITING: Standing.WAITING,
    NoticeKind.CANCELLED: Standing.CANCELLED,
    NoticeKind.SLOT_CANCELLED: Standing.CANCELLED,
}
_REASONS = {NoticeKind.CANCELLED: Reason.BY_CITIZEN, NoticeKind.SLOT_CANCELLED: Reason.SLOT_CANCELLED}


def samples(state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> dict[NoticeId, Matter]:
    """The samples to send at `now`, by their notices' ids; none while there is no address or no visit to tell of."""
    slots = [slot for slot in state.slots.values() if slot.id in catalogue.slots]
    if not slots or catalogue.season is None or not catalogue.season.email:
        return {}
    slot = min(slots, key=lambda slot: (slot.terms.starts < now, slot.terms.starts, slot.id))
    matters = (_matter(text, kind, slot, catalogue.season.email, now) for text, kind in _asked(catalogue))
    matters = (replace(matter, instead=_instead(state, catalogue, matter, now)) for matter in matters)
    return {matter.notice.id: matter for matter in matters if is_due(matter.notice.id, outbox, now)}


def letter(matter: Matter, catalogue: Catalogue, sender: Sender, links: Links) -> Letter:
    """The sample itself; nothing of it goes into a calendar. Raises what `compose` raises."""
    composed = compose(matter, catalogue, sender, links)
    return replace(composed, subject=f"{MARK[composed.language]}: {composed.subject}", calendar=None)


def _asked(catalogue: Catalogue) -> Iterator[tuple[Text, NoticeKind]]:
    for text in catalogue.texts.values():
        if text.sample and text.kind in KINDS:
            yield text, NoticeKind(text.kind)


def _instead(state: State, catalogue: Catalogue, matter: Matter, now: datetime) -> tuple[Alternative, ...]:
    if matter.notice.kind is not NoticeKind.SLOT_CANCELLED:
        return ()
    return alternatives(state, catalogue, matter.registration, now)


def _matter(text: Text, kind: NoticeKind, slot: SlotLedger, address: str, now: datetime) -> Matter:
    language = text.id.rpartition(".")[2]
    standing = _STANDINGS.get(kind, Standing.CONFIRMED)
    words = ids.digest(text.id, *(getattr(text, part) for part in PARTS))
    registration = Registration(
        id=RegistrationId(f"SAMPLE{words}"),
        slot=slot.id,
        standing=standing,
        reason=_REASONS.get(kind),
        asked_at=now,
        ages=AGES,
        members=tuple(range(len(AGES))),
        persons=(),
        body="",
    )
    notice = Notice(
        kind=kind,
        registration=registration.id,
        slot=slot.id,
        at=now,
        sequence=0,
        before=slot.terms if kind is NoticeKind.SLOT_CHANGED else None,
        left=slot.id if kind is NoticeKind.MOVED else None,
        was=Standing.CONFIRMED if standing is Standing.CANCELLED else None,
    )
    visitors = VISITORS[language]
    return Matter(
        notice=notice,
        registration=registration,
        person=Person(visitors[0], address, "", visitors, language),
        terms=slot.terms,
        left=slot.terms if notice.left else None,
        place=1 if standing is Standing.WAITING else None,
    )
