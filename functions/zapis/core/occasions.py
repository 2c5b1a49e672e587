"""Letters that a moment makes due, and no entry: the reminder before a visit, the thanks after it.

They are arithmetic over the State and the clock, as all that is due. Such a notice is numbered by its moment, not
by the registration's revision: so it goes once whatever is corrected meanwhile, and a visit that was moved is
reminded of anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from zapis.core.fold import State
from zapis.core.model import Notice, NoticeKind, Registration, Standing
from zapis.core.rules import SlotLedger

REMINDED_BEFORE = timedelta(days=1)
TOLD_LATELY = timedelta(hours=3)
"""Who was written to so shortly before the reminder's moment, or after it, knows all that it would say."""
THANKED_AFTER = timedelta(days=1)
"""After the visit's beginning: by then the gate's ticks are in and slips are mended."""
THANKED_WITHIN = timedelta(days=7)


def occasions(state: State, now: datetime) -> Iterator[Notice]:
    """The reminders and thanks that are due by their moment at `now`, whoever had them already."""
    for slot in state.slots.values():
        if _reminds(slot, now) or _thanks(slot, now):
            for holder in (*slot.confirmed, *slot.over):
                notice = occasion(state, state.registrations[holder], now)
                if notice is not None:
                    yield notice


def occasion(state: State, registration: Registration, now: datetime) -> Notice | None:
    """The reminder or the thanks that `now` owes a registration."""
    slot = state.slots.get(registration.slot)
    if slot is None or registration.standing is not Standing.CONFIRMED or registration.id in state.erased:
        return None
    if _reminds(slot, now):
        at = slot.terms.starts - REMINDED_BEFORE
        return None if _knows(state, registration, at) else _notice(NoticeKind.REMINDER, registration, at)
    if _thanks(slot, now) and registration.attended:
        return _notice(NoticeKind.THANKS, registration, slot.terms.starts + THANKED_AFTER)
    return None


def _reminds(slot: SlotLedger, now: datetime) -> bool:
    return slot.terms.starts - REMINDED_BEFORE <= now < slot.terms.starts


def _thanks(slot: SlotLedger, now: datetime) -> bool:
    return slot.terms.starts + THANKED_AFTER <= now < slot.terms.starts + THANKED_WITHIN


def _knows(state: State, registration: Registration, at: datetime) -> bool:
    last = state.notices.get(registration.id)
    return last is not None and last.at > at - TOLD_LATELY


def _notice(kind: NoticeKind, registration: Registration, at: datetime) -> Notice:
    return Notice(kind, registration.id, registration.slot, at, sequence=int(f"{at:%Y%m%d%H%M}"))
