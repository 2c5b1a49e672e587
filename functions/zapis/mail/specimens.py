"""A letter of each kind about people who do not exist: what organisers are sent as samples and operators look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from zapis.core.alternatives import alternatives
from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.model import Notice, NoticeKind, Reason, Registration, RegistrationId, Standing
from zapis.core.people import Person
from zapis.core.rules import SlotLedger
from zapis.mail.letters import Matter

VISITORS = {"ru": ("Анна Образцова", "Маша Образцова"), "en": ("Anna Sample", "Masha Sample")}
AGES = (34, 12)
MESSAGES = {
    "ru": "{дата} перед входом попросят надеть бахилы: они лежат у стойки.\nВозникли вопросы? Ответьте на письмо.",
    "en": "On {date} you will be asked at the door to put on shoe covers: they lie at the desk.\nQuestions? Answer.",
}
EARLIER = timedelta(days=1)
"""By how much a visit that was moved was earlier before."""
_STANDINGS = {
    NoticeKind.WAITING: Standing.WAITING,
    NoticeKind.CANCELLED: Standing.CANCELLED,
    NoticeKind.SLOT_CANCELLED: Standing.CANCELLED,
    NoticeKind.CONFIRM_ADDRESS: Standing.REFUSED,
}
_REASONS = {NoticeKind.CANCELLED: Reason.BY_CITIZEN, NoticeKind.SLOT_CANCELLED: Reason.SLOT_CANCELLED}


def specimen(
    kind: NoticeKind,
    slot: SlotLedger,
    state: State,
    catalogue: Catalogue,
    *,
    id: str,
    to: str,
    language: str,
    now: datetime,
) -> Matter:
    """What a letter of this kind about `slot` would be made of at `now`, for two invented people."""
    standing = _STANDINGS.get(kind, Standing.CONFIRMED)
    earlier = replace(slot.terms, starts=slot.terms.starts - EARLIER)
    registration = Registration(
        id=RegistrationId(id),
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
        before=earlier if kind is NoticeKind.SLOT_CHANGED else None,
        left=slot.id if kind is NoticeKind.MOVED else None,
        was=Standing.CONFIRMED if standing is Standing.CANCELLED else None,
        text=MESSAGES[language] if kind is NoticeKind.MESSAGE else "",
    )
    visitors, cancelled = VISITORS[language], kind is NoticeKind.SLOT_CANCELLED
    return Matter(
        notice=notice,
        registration=registration,
        person=Person(visitors[0], to, "", visitors, language),
        terms=slot.terms,
        left=earlier if notice.left else None,
        place=1 if standing is Standing.WAITING else None,
        instead=alternatives(state, catalogue, registration, now) if cancelled else (),
    )
