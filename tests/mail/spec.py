"""A small season with people in it: what the tests of mail write their journals in.

Anna's, Boris's and others' registrations land in a `MemoryStore` row by row, as the site and `sync` would
write them; letters are then composed or delivered from what is read back.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from zapis.core import catalogue as shelf
from zapis.core import messages, people
from zapis.core.alternatives import alternatives
from zapis.core.catalogue import Catalogue, Enterprise, EnterpriseId, Season, Slot, Tour, TourId
from zapis.core.entries import (
    Attended,
    Cancelled,
    Corrected,
    Entry,
    Erased,
    Fact,
    Joined,
    Messaged,
    Moved,
    Proposed,
    Requested,
    SeatedOver,
    SlotOffered,
    from_row,
    to_row,
)
from zapis.core.fold import State, evolve
from zapis.core.ids import registration_id
from zapis.core.model import EntryId, NoticeKind, PersonKey, RegistrationId, SlotId, SlotStatus, Terms
from zapis.core.notices import OUTBOX_COLUMNS
from zapis.core.occasions import occasion
from zapis.core.people import Person
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Part
from zapis.mail.letters import Letter, Links, Matter, Sender, compose

SENDER = Sender("", "bot@mosprom.example", "visits.mosprom.example")
LINKS = Links(
    "https://visits.mosprom.example/ticket/secret-token",
    "https://visits.mosprom.example/ticket/secret-token/cancel",
    "https://visits.mosprom.example/",
    "https://visits.mosprom.example/show/a-pass",
    "https://visits.mosprom.example/confirm/secret-address",
)
T0 = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
STARTS = datetime(2026, 12, 12, 8, 0, tzinfo=UTC)
"""Saturday, 11:00 in Moscow."""

TERMS = Terms(
    status=SlotStatus.OPEN,
    starts=STARTS,
    opens=T0,
    closes=STARTS - timedelta(hours=24),
    freezes=STARTS - timedelta(hours=24),
    capacity=3,
    min_age=0,
    max_age=120,
    max_party=5,
    waiting_list=True,
    season_limit=3,
)


def later(terms: Terms, days: int = 7) -> Terms:
    """The same terms, so many days later."""
    by = timedelta(days=days)
    return replace(terms, starts=terms.starts + by, closes=terms.closes + by, freezes=terms.freezes + by)


def slot(id: str = "S", tour: str = "T", starts: datetime = STARTS) -> Slot:
    return Slot(SlotId(id), TourId(tour), starts, 3, SlotStatus.OPEN, None, None)


def catalogue(**tour: Any) -> Catalogue:
    host = Enterprise(
        id=EnterpriseId("E"),
        name="«Ральф Рингер»",
        about="Обувная фабрика.",
        address="Москва, Колодочный проезд, 7",
        metro="Текстильщики",
        gate="Вход со стороны фирменного магазина, у стойки «Экскурсии»",
        documents="Паспорт; детям до 14 лет — свидетельство о рождении",
        clothes="Закрытая обувь без каблука",
        notes="Два этажа, есть грузовой лифт",
        phone="+7 495 000-02-00",
        roster="",
    )
    shoes = Tour(
        id=TourId("T"),
        enterprise=host.id,
        title="Пара за сорок операций",
        kind="excursion",
        about="От кожи до коробки.",
        minutes=90,
        min_age=0,
        max_age=120,
        capacity=25,
        max_party=5,
        waiting_list=True,
        bring="Хорошее настроение",
    )
    shoes = replace(shoes, **tour)
    wallet = replace(shoes, id=TourId("W"), title="Сшей кошелёк", kind="workshop", minutes=120)
    season = Season(
        title="Открой#Моспром",
        season="Восьмой сезон",
        opens=None,
        closes_hours=24,
        freezes_hours=24,
        season_limit=3,
        max_party=5,
        operator="Дирекция программы",
        email="visits@mosprom.example",
        phone="+7 495 000-00-01",
    )
    slots = [slot(), slot("S2", "W", STARTS + timedelta(days=7))]
    return Catalogue(season, {host.id: host}, {shoes.id: shoes, wallet.id: wallet}, {item.id: item for item in slots})


class Clock:
    """The ledger's clock, moved by hand."""

    def __init__(self) -> None:
        self.time = T0 + timedelta(minutes=10)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **parts: float) -> None:
        self.time += timedelta(**parts)


class Story:
    """A ledger being written by the site and by `sync`."""

    def __init__(self, shown: Catalogue | None = None, **terms: Any) -> None:
        self.clock = Clock()
        self.store = MemoryStore()
        self.shown = shown or catalogue()
        self._writer = self.ledger()
        self._writer.append(Append(catalogue=shelf.to_rows(self.shown)))
        self._ids = count(1)
        self._versions: dict[str, int] = defaultdict(int)
        self._terms: dict[str, Terms] = defaultdict(lambda: TERMS, S2=later(TERMS))
        self.offer("S", **terms)
        self.offer("S2")

    def ledger(self) -> MemoryLedger:
        return MemoryLedger(self.store, self.clock)

    def offer(self, slot: str = "S", **terms: Any) -> None:
        self._terms[slot] = replace(self._terms[slot], **terms)
        self.land(SlotOffered(self._versions[slot], self._terms[slot]), slot)
        self._versions[slot] += 1

    def register(
        self,
        name: str = "Анна Петрова",
        *,
        email: str = "anna@example.ru",
        visitors: tuple[str, ...] = (),
        ages: tuple[int, ...] = (),
        language: str = "ru",
        slot: str = "S",
        key: str = "",
    ) -> RegistrationId:
        party = visitors or (name,)
        id = registration_id(SlotId(slot), key or email)
        person = Person(name, email, "+79161234567", party, language)
        fact = Requested(ages or (34,) * len(party), (PersonKey(email),), True, f"{email}{key}")
        self.land(fact, slot, id=id, person=person)
        return id

    def propose(self, name: str = "Анна Петрова", language: str = "ru") -> RegistrationId:
        """Somebody without JavaScript asks where proof of work is asked for."""
        id = registration_id(SlotId("S"), "proposed")
        person = Person(name, "anna@example.ru", "+79161234567", (name,), language)
        asked = Requested((34,), (PersonKey("anna@example.ru"),), True, "body")
        self.land(Proposed(asked), id=id, person=person)
        return id

    def again(self, id: RegistrationId, email: str = "anna@example.ru") -> None:
        """Somebody asks for the same slot with the same address."""
        self.register(email=email, key=f"again{next(self._ids)}")

    def cancel(self, id: RegistrationId, *members: int, by: str = "citizen", slot: str = "S") -> None:
        self.land(Cancelled(id, members, by), slot)

    def join(self, id: RegistrationId, name: str, age: int, slot: str = "S") -> None:
        person = self.people()[id]
        larger = replace(person, visitors=(*person.visitors, name), revision=person.revision + 1)
        self._land_about(id, Joined(id, (age,), larger.revision), larger, slot)

    def correct(self, id: RegistrationId, slot: str = "S", **changes: Any) -> None:
        person = self.people()[id]
        corrected = replace(person, revision=person.revision + 1, **changes)
        self._land_about(id, Corrected(id, corrected.revision), corrected, slot)

    def _land_about(self, id: RegistrationId, fact: Fact, person: Person, slot: str) -> None:
        self._writer.append(Append(people=[people.to_row(id, person)]))
        self.land(fact, slot)

    def move(self, id: RegistrationId, to: str = "S2", leaves: str = "S") -> None:
        self.land(Moved(id, SlotId(leaves)), to)

    def write(self, text: str, slot: str = "S") -> None:
        self.land(Messaged(text), slot)

    def seat_over(self, id: RegistrationId, slot: str = "S") -> None:
        self.land(SeatedOver(id), slot)

    def attend(self, id: RegistrationId, *members: int, slot: str = "S") -> None:
        self.land(Attended(id, members), slot)

    def erase(self, id: RegistrationId) -> None:
        self.land(Erased(id))

    def land(self, fact: Fact, slot: str = "S", *, id: str | None = None, person: Person | None = None) -> None:
        entry = Entry(self.clock(), EntryId(id or f"e{next(self._ids)}"), SlotId(slot), "w1", fact)
        rows = [people.to_row(RegistrationId(entry.id), person)] if person else []
        self._writer.append(Append(journal=[to_row(entry)], people=rows))

    def matter(self, id: RegistrationId) -> Matter:
        """What the letter that is due to a registration is made of."""
        state = self.state()
        registration, now = state.registrations[id], self.clock()
        written = [notice for notice in messages.notices(state, now) if notice.registration == id]
        notice = written[-1] if written else occasion(state, registration, now) or state.notices[id]
        left = state.slots[notice.left].terms if notice.left else None
        terms = state.slots[notice.slot].terms
        cancelled = notice.kind is NoticeKind.SLOT_CANCELLED
        instead = alternatives(state, self.shown, registration, now) if cancelled else ()
        return Matter(notice, registration, self.people()[id], terms, left, state.place(id), instead)

    def letter(self, id: RegistrationId) -> Letter:
        """The letter that is due to a registration."""
        return compose(self.matter(id), self.shown, SENDER, LINKS)

    def state(self) -> State:
        state = State()
        for row in self.store.lists[Part.JOURNAL]:
            entry = from_row(row)
            assert isinstance(entry, Entry)
            evolve(state, entry)
        return state

    def people(self) -> dict[RegistrationId, Person]:
        found: dict[RegistrationId, Person] = {}
        people.add_rows(found, self.store.lists[Part.PEOPLE])
        return found

    def outbox(self, kind: str) -> list[dict[str, str]]:
        """The outbox's rows of one kind, by column."""
        rows = (dict(zip(OUTBOX_COLUMNS, row, strict=True)) for row in self.store.lists[Part.OUTBOX])
        return [row for row in rows if row["kind"] == kind]
