"""How long names and contacts are kept, and whose are due to be destroyed.

The law wants them destroyed when their purpose is reached: some days after the visit, sooner where nothing came of
the request, at once where the person says so. The journal keeps seats and counts, which name nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from zapis.core.fold import State
from zapis.core.model import Registration, RegistrationId
from zapis.core.notices import Outbox

ASKED, VISITED, ENDED = "on demand", "the visit is over", "cancelled or refused"
"""Why something was destroyed."""


class Keeping(Struct, frozen=True):
    """How long contacts are kept after the visit, and of requests that came to nothing."""

    after_visit: timedelta = timedelta(days=30)
    after_end: timedelta = timedelta(days=7)


def due(
    state: State, outbox: Outbox, known: Collection[RegistrationId], keeping: Keeping, now: datetime
) -> Mapping[RegistrationId, str]:
    """Whose names and contacts are to be destroyed, and why.

    `known` are those of whom something is known. Who was destroyed and is known again (a row was sent once more)
    is due again; who is to be destroyed and not known at all still gets a line in the record.
    """
    found = {}
    for registration in state.registrations.values():
        if registration.id in outbox.destroyed and registration.id not in known:
            continue
        reason = _reason(state, registration, keeping, now)
        if reason:
            found[registration.id] = reason
    return found


def _reason(state: State, registration: Registration, keeping: Keeping, now: datetime) -> str:
    if registration.id in state.erased:
        return ASKED
    slot = state.slots.get(registration.slot)
    if slot is not None and now >= slot.terms.starts + keeping.after_visit:
        return VISITED
    if not registration.active and now >= _ended_at(state, registration) + keeping.after_end:
        return ENDED
    return ""


def _ended_at(state: State, registration: Registration) -> datetime:
    """Its last letter told of the end; a request refused at once had none."""
    notice = state.notices.get(registration.id)
    return max(notice.at, registration.asked_at) if notice else registration.asked_at
