"""An invented season, written straight into a ledger: what is measured is the rush, not how it was typed in.

It goes through the ledger's own port, in the operator's name, so that the quota of the site is untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from zapis.core import catalogue
from zapis.core.audit import Witness
from zapis.core.catalogue import Catalogue, Enterprise, EnterpriseId, Season, Slot, Tour, TourId
from zapis.core.entries import Entry, Requested, Row, SlotOffered, to_row
from zapis.core.ids import registration_id
from zapis.core.marks import found
from zapis.core.model import EntryId, NoticeKind, PersonKey, SlotId, SlotStatus
from zapis.core.notices import CLAIMED, SENT, outbox_row

SLOTS, SEATS = 120, 25
CLAIM = 400
"""Letters in one row of the outbox."""
LONG_AGO = timedelta(days=10)


def season(now: datetime | None = None, slots: int = SLOTS, seats: int = SEATS) -> Catalogue:
    """`slots` visits of `seats` seats each, all open, at ten enterprises."""
    now = now or datetime.now(UTC)
    enterprises = [_enterprise(number) for number in range(10)]
    tours = [_tour(number, enterprise, seats) for number, enterprise in enumerate(enterprises)]
    offered = [_slot(number, tours[number % len(tours)], seats, now) for number in range(slots)]
    return Catalogue(_season(), {e.id: e for e in enterprises}, {t.id: t for t in tours}, {s.id: s for s in offered})


def offers(of: Catalogue, now: datetime) -> list[Row]:
    """The journal's rows that put the season's terms in force."""
    return [to_row(_offer(of, slot, now)) for slot in of.slots.values()]


def requests(of: Catalogue, count: int, now: datetime) -> list[Row]:
    """So many people's requests, spread over the slots: a journal with a past."""
    slots = tuple(of.slots)
    return [to_row(_request(number, slots[number % len(slots)], now)) for number in range(count)]


def outbox(journal: Sequence[Row], now: datetime) -> list[Row]:
    """What `sync` recorded of such a journal, and `deliver` of its letters: a cold instance reads that, too."""
    witness = Witness()
    witness.hear(found(journal))
    letters = [f"{row[2]}.0.{NoticeKind.CONFIRMED}" for row in journal if row[1] == "requested"]
    claims = [letters[start : start + CLAIM] for start in range(0, len(letters), CLAIM)]
    told = [outbox_row(now, kind, "past", claim) for claim in claims for kind in (CLAIMED, SENT)]
    return [*witness.to_record(now, "past"), *told]


def keys(of: Catalogue) -> Sequence[str]:
    return tuple(of.slots)


def _offer(of: Catalogue, slot: Slot, now: datetime) -> Entry:
    fact = SlotOffered(0, catalogue.terms_of(of, slot))
    return Entry(now - LONG_AGO, EntryId(f"offered.{slot.id}"), slot.id, "sync", fact)


def _request(number: int, slot: SlotId, now: datetime) -> Entry:
    person = PersonKey(f"{number:024x}")
    fact = Requested((34, 12), (person,), True, f"{number:024X}", ("registration/2026-11",), "site")
    id = registration_id(slot, f"past-{number}")
    return Entry(now - LONG_AGO + timedelta(seconds=number), EntryId(id), slot, f"{number % 3:08x}", fact)


def _season() -> Season:
    return Season(
        title="Открой#Моспром",
        season="Сезон для замеров",
        opens=None,
        closes_hours=24,
        freezes_hours=24,
        season_limit=3,
        max_party=5,
        operator="Дирекция программы",
        email="help@zapis.example",
        phone="+7 495 000-00-01",
    )


def _enterprise(number: int) -> Enterprise:
    return Enterprise(
        id=EnterpriseId(f"enterprise-{number}"),
        name=f"Завод №{number + 1}",
        about="Здесь собирают автомобили.",
        address="Волгоградский проспект, 42",
        metro="Текстильщики",
        gate="Главная проходная",
        documents="Паспорт",
        clothes="Закрытая обувь",
        notes="",
        phone="+7 495 000-01-00",
        roster="",
    )


def _tour(number: int, enterprise: Enterprise, seats: int) -> Tour:
    return Tour(
        id=TourId(f"tour-{number}"),
        enterprise=enterprise.id,
        title=f"Как рождается автомобиль № {number + 1}",
        kind="excursion",
        about="Вдоль сборочной линии, от листа стали до ключей.",
        minutes=90,
        min_age=6,
        max_age=120,
        capacity=seats,
        max_party=4,
        waiting_list=True,
        bring="",
    )


def _slot(number: int, tour: Tour, seats: int, now: datetime) -> Slot:
    starts = (now + timedelta(days=14 + number // 4, hours=number % 4)).replace(minute=0, second=0, microsecond=0)
    return Slot(SlotId(f"slot-{number:03d}"), tour.id, starts, seats, SlotStatus.OPEN, None, None)
