"""A small programme over a ledger in memory, and the site before it: what every test of the site begins with.

It is 1 December 2026, 10:00 in Moscow. Slots are named by what is particular about them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette

from zapis.core import catalogue, ids, people
from zapis.core.catalogue import Catalogue, Enterprise, EnterpriseId, Season, Slot, Tour, TourId
from zapis.core.entries import Entry, LedgerClosed, Requested, SlotOffered, to_row
from zapis.core.model import EntryId, PersonKey, Registration, SlotId, SlotStatus
from zapis.core.people import Person
from zapis.core.vitals import Vitals
from zapis.ledger.committer import Committer
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Ledger, Part
from zapis.site.application import application
from zapis.site.launch import VkApp
from zapis.site.precautions import Precautions
from zapis.tokens import Tokens

NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
SITE = "http://site.test"
TOKENS = Tokens(["k" * 40])

SEASON = Season(
    title="Открой#Моспром",
    season="Восьмой сезон",
    opens=None,
    closes_hours=24,
    freezes_hours=24,
    season_limit=2,
    max_party=5,
    operator="Дирекция программы",
    email="help@mosprom.example",
    phone="+7 495 000-00-01",
)
PLANT = Enterprise(
    id=EnterpriseId("plant"),
    name="Завод «Москвич»",
    about="Здесь собирают автомобили.",
    address="Волгоградский проспект, 42",
    metro="Текстильщики",
    gate="Главная проходная",
    documents="Паспорт",
    clothes="Закрытая обувь",
    notes="Две лестницы, местами шумно",
    phone="+7 495 000-01-00",
    roster="",
    line="Таганско-Краснопресненская",
    wheelchair="no",
    stairs="lift",
    noise="loud",
)
BAKERY = replace(
    PLANT,
    id=EnterpriseId("bakery"),
    name="«Тёплая корка»",
    about="Хлеб.",
    metro="",
    notes="",
    line="",
    wheelchair="helped",
    stairs="",
    noise="quiet",
)
CARS = Tour(
    id=TourId("cars"),
    enterprise=PLANT.id,
    title="Как рождается «Москвич»",
    kind="excursion",
    about="Вдоль сборочной линии.",
    minutes=90,
    min_age=12,
    max_age=130,
    capacity=25,
    max_party=4,
    waiting_list=True,
    bring="Очки, если носите",
)
BREAD = replace(
    CARS,
    id=TourId("bread"),
    enterprise=BAKERY.id,
    title="Плетёнка и бублик",
    kind="workshop",
    min_age=6,
    waiting_list=False,
    bring="",
    children_per_adult=3,
)


def at(days: float, hours: float = 0) -> datetime:
    return NOW + timedelta(days=days, hours=hours)


def slot(id: str, days: float, tour: Tour = CARS, capacity: int = 25, **more: Any) -> Slot:
    more = {"status": SlotStatus.OPEN, "opens": None, "closes": None, **more}
    return Slot(SlotId(id), tour.id, at(days, 1), capacity, **more)


SLOTS = (
    slot("open", 11),
    slot("later", 18),
    slot("two-seats", 12, capacity=2),
    slot("no-line", 13, BREAD, capacity=1),
    slot("bread", 14, BREAD),
    slot("soon", 20, opens=at(3)),
    slot("closing", 9, closes=at(0, 1)),
    slot("closed", 5, status=SlotStatus.CLOSED),
    slot("cancelled", 6, status=SlotStatus.CANCELLED),
    slot("past", -2),
    slot("draft", 7, status=None),
)


class Programme:
    """The ledger, a clock that tests may turn, and one instance of the site before them."""

    def __init__(self) -> None:
        self.now = NOW
        self.precautions = Precautions()
        self.store = MemoryStore()
        self._ids = count(1)
        self.offer(*SLOTS)

    def offer(self, *slots: Slot, about: str = CARS.about) -> None:
        """Publish the catalogue with these slots, as `sync` does."""
        self.publish(
            Catalogue(
                SEASON,
                {e.id: e for e in (PLANT, BAKERY)},
                {t.id: t for t in (replace(CARS, about=about), BREAD)},
                {s.id: s for s in slots},
            )
        )

    def describe(self, about: str) -> None:
        """Publish the same with another text about cars."""
        self.offer(*SLOTS, about=about)

    def publish(self, offered: Catalogue) -> None:
        """Publish a whole catalogue."""
        slots = offered.slots.values()
        public = [s for s in slots if s.status is not None]
        rows = [self._offered(s.id, SlotOffered(0, catalogue.terms_of(offered, s))) for s in public]
        self._append(Append(journal=rows, catalogue=catalogue.to_rows(offered)))

    def leave_word(self, **found: Any) -> None:
        """`sync` was here just now, and found this."""
        MemoryLedger(self.store, lambda: self.now).note(Vitals(**{"at": self.now, **found}).to_text())

    def change(self, slot: str, version: int = 1, **terms: Any) -> None:
        """Put other terms of a slot in force."""
        offered = self.committer.state.slots[SlotId(slot)].terms
        row = self._offered(SlotId(slot), SlotOffered(version, replace(offered, **terms)))
        self._append(Append(journal=[row]))

    def book(self, slot: str, seats: int, who: str) -> None:
        """Somebody asked for seats before the next instance is opened."""
        id = ids.registration_id(SlotId(slot), who)
        fact = Requested((34,) * seats, (PersonKey(who),), waits=True, body=who)
        self._append(Append(journal=[to_row(Entry(self.now, EntryId(id), SlotId(slot), "other", fact))]))

    def open(
        self,
        ledger: Callable[[Ledger], Ledger] = lambda ledger: ledger,
        patience: float = 5,
        vk: VkApp | None = None,
    ) -> Starlette:
        """A new instance of the site; `ledger` may put something between it and the ledger."""
        self.committer = Committer(lambda: ledger(MemoryLedger(self.store, lambda: self.now)), "site", patience)
        return application(self.committer, TOKENS, SITE, vk, lambda: self.now, self.precautions)

    def close_the_ledger(self) -> None:
        """It is being moved elsewhere."""
        self._append(
            Append(journal=[to_row(Entry(self.now, EntryId("closed"), SlotId(""), "operator", LedgerClosed()))])
        )

    def registrations(self) -> list[Registration]:
        """All that the instance knows of."""
        return list(self.committer.state.registrations.values())

    def people(self) -> dict[Any, Person]:
        """Names and contacts as they were written."""
        found: dict[Any, Person] = {}
        people.add_rows(found, self.store.lists[Part.PEOPLE])
        return found

    def rows(self, kind: str) -> list[tuple[str, ...]]:
        """The journal's rows of one kind."""
        return [row for row in self.store.lists[Part.JOURNAL] if row[1] == kind]

    def _offered(self, slot: SlotId, fact: SlotOffered) -> tuple[str, ...]:
        return to_row(Entry(self.now - timedelta(days=10), EntryId(f"o{next(self._ids)}"), slot, "sync", fact))

    def _append(self, rows: Append) -> None:
        MemoryLedger(self.store, lambda: self.now).append(rows)


@pytest.fixture
def programme() -> Programme:
    return Programme()


@pytest.fixture
async def site(programme: Programme) -> AsyncIterator[httpx.AsyncClient]:
    async with client(programme.open()) as visitor:
        yield visitor
    await programme.committer.close()


def client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE)


def body(**changes: Any) -> dict[str, Any]:
    """A request that nothing is wrong with, as JSON."""
    return {
        "contact": {"name": "Анна Петрова", "email": "anna@example.org", "phone": "8 (916) 123-45-67"},
        "visitors": [{"name": "Анна Петрова", "age": 34}, {"name": "Маша Петрова", "age": 12}],
        "if_full": "wait",
        "consents": ["registration", "transfer", "authority"],
        "language": "ru",
    } | changes


def contact(**changes: Any) -> dict[str, Any]:
    return body()["contact"] | changes


async def ask(site: httpx.AsyncClient, slot: str = "open", key: str = "key-1", **changes: Any) -> httpx.Response:
    """Ask for seats through the API."""
    return await site.post(f"/api/slots/{slot}/registrations", json=body(**changes), headers={"Idempotency-Key": key})


def visitors(*ages: int) -> list[dict[str, Any]]:
    names = ("Анна", "Борис", "Вера", "Глеб", "Дина", "Егор")
    return [{"name": name, "age": age} for name, age in zip(names, ages, strict=False)]
