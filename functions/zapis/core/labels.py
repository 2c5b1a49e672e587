"""What a slot is called in a list to choose from, and which slot a person meant by what stands in a cell.

A label says date, time and title. People also type date and time alone; that is understood wherever only one slot
can be meant, the same tour's before any other's. What could be two is asked about, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from zapis.core import habits
from zapis.core.catalogue import MOSCOW, Catalogue, Slot, TourId
from zapis.core.habits import Unclear
from zapis.core.model import SlotId, SlotStatus
from zapis.core.russian import clock, day_in_figures
from zapis.core.tables import Cell

_SPACES = re.compile(r"\s+")


def label(catalogue: Catalogue, slot: Slot) -> str:
    """Such as «12.12.2026 11:00 Как рождается автомобиль»."""
    return f"{day_in_figures(slot.starts)} {clock(slot.starts)} {catalogue.tours[slot.tour].title}"


def labels(catalogue: Catalogue, now: datetime) -> dict[SlotId, str]:
    """The slots that a party may be sent to, the soonest first."""
    coming = (slot for slot in catalogue.slots.values() if _is_offered(slot) and slot.starts > now)
    return {slot.id: label(catalogue, slot) for slot in sorted(coming, key=lambda slot: (slot.starts, slot.id))}


def meant(cell: Cell, catalogue: Catalogue, now: datetime, tour: TourId | None = None) -> SlotId:
    """The slot that `cell` names; of several at one time the one of `tour`. Raises Unclear."""
    offered = [slot for slot in catalogue.slots.values() if _is_offered(slot)]
    named = [slot for slot in offered if _plain(label(catalogue, slot)) == _plain(cell.text)]
    found = named or _at_a_moment(cell, offered, now)
    if len(found) > 1:
        found = [slot for slot in found if slot.tour == tour] or found
    if len(found) == 1:
        return found[0].id
    what = "такого визита нет" if not found else "в это время несколько визитов"
    raise Unclear(f"{what}: «{cell.text.strip()}», выберите из списка")


def _at_a_moment(cell: Cell, slots: Iterable[Slot], now: datetime) -> list[Slot]:
    """Slots at the date and time that a cell begins with; what follows must be in their title's place."""
    typed = cell if cell.number is not None else Cell(" ".join(cell.text.split()[:2]))
    try:
        starts = habits.moment(typed, now.astimezone(MOSCOW).date())
    except Unclear:
        return []
    return [slot for slot in slots if slot.starts == starts] if len(cell.text.split()) <= 2 else []


def _is_offered(slot: Slot) -> bool:
    return slot.status not in (None, SlotStatus.CANCELLED)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()
