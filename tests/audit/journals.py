"""A journal of a small season as rows, and the hands that people lay on it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from tests.spec import Season
from zapis.core.entries import Cancelled, Row, from_row, to_row
from zapis.core.ids import registration_id
from zapis.core.model import RegistrationId, SlotId

NAMES = ("anna", "boris", "vera", "gleb", "dina", "egor")
Rows = list[Row]


def registration(name: str) -> RegistrationId:
    return registration_id(SlotId("S"), name)


def code(name: str) -> str:
    return f"{registration(name)[:4]}-{registration(name)[4:8]}"


def season(capacity: int = 2) -> Season:
    """Six ask for two seats; boris gives his up."""
    season = Season(capacity=capacity)
    for minute, name in enumerate(NAMES, 10):
        season.request(name, at=minute, id=registration(name))
    season.land(Cancelled(registration("boris")), at=20)
    return season


def journal(capacity: int = 2) -> Rows:
    """Row 2 offers the slot, rows 3 to 8 are requests, row 9 is a cancellation."""
    return [to_row(entry) for entry in season(capacity).entries]


def deleted(rows: Rows) -> Rows:
    """Row 4 (boris) is deleted."""
    return rows[:2] + rows[3:]


def sorted_by_id(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: row[2])


def edited(rows: Rows) -> Rows:
    """Row 5 (vera) asks for three."""
    vera = from_row(rows[3])
    changed = to_row(replace(vera, fact=replace(vera.fact, ages=(30, 30, 30))))
    return [*rows[:3], changed, *rows[4:]]


def duplicated(rows: Rows) -> Rows:
    """Row 8 (egor) is copied and put in as row 3, before everybody else."""
    return [rows[0], rows[6], *rows[1:]]


def restored(rows: Rows) -> Rows:
    """Rows 7 to 9 are not there yet."""
    return rows[:5]


def inserted(rows: Rows) -> Rows:
    """A request that nobody recorded stands in row 3."""
    late = Season()
    late.request("zoya", at=30, id="ZOYA2222ZOYA2222ZOYA2222")
    return [rows[0], to_row(late.entries[-1]), *rows[1:]]


HANDS: dict[str, Callable[[Rows], Rows]] = {
    "deleted": deleted,
    "sorted": sorted_by_id,
    "edited": edited,
    "duplicated": duplicated,
    "restored": restored,
    "inserted": inserted,
}
