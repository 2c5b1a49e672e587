"""Every mail in every language, about an invented season: for who words and lays out letters to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from zapis.core import ids
from zapis.core.catalogue import Catalogue, Enterprise, EnterpriseId, Season, Slot, Tour, TourId, terms_of
from zapis.core.entries import Entry, Requested, SlotOffered
from zapis.core.fold import State, fold
from zapis.core.handovers import Change, Handover, HandoverKind
from zapis.core.ids import registration_id
from zapis.core.model import EntryId, Notice, NoticeKind, RegistrationId, SlotId, SlotStatus
from zapis.core.people import Person
from zapis.mail.handovers import Ways, letter
from zapis.mail.letters import RUSSIAN, Letter, Links, Sender, compose
from zapis.mail.specimens import VISITORS, specimen

NOW = datetime(2031, 12, 1, 7, 0, tzinfo=UTC)
VISIT = datetime(2031, 12, 13, 8, 0, tzinfo=UTC)
SENDER = Sender("", "visits@zapis.example", "visits.zapis.example")
SITE = "https://visits.zapis.example/"
LINKS = Links(
    f"{SITE}ticket/invented", f"{SITE}ticket/invented/cancel", SITE, f"{SITE}show/invented", f"{SITE}confirm/invented"
)

SEASON = Season(
    title="Открой#Моспром",
    season="Образцовый сезон",
    opens=None,
    closes_hours=24,
    freezes_hours=24,
    season_limit=3,
    max_party=5,
    operator="Дирекция программы",
    email="visits@zapis.example",
    phone="+7 495 000-00-01",
)
ENTERPRISE = Enterprise(
    id=EnterpriseId("E"),
    name="Фабрика «Образец»",
    about="",
    address="Москва, Образцовая улица, 7",
    metro="Площадь Ильича",
    gate="Вход со двора, стойка «Экскурсии»",
    documents="Паспорт; детям до 14 лет — свидетельство о рождении",
    clothes="Закрытая обувь без каблука",
    notes="В цехе жарко: возьмите воду",
    phone="+7 495 000-02-00",
    roster="",
    wheelchair="helped",
    stairs="lift",
    noise="places",
)
SHOES = Tour(
    id=TourId("T"),
    enterprise=ENTERPRISE.id,
    title="Пара за сорок операций",
    kind="excursion",
    about="",
    minutes=90,
    min_age=6,
    max_age=130,
    capacity=25,
    max_party=5,
    waiting_list=True,
    bring="Хорошее настроение",
    children_per_adult=4,
)
WALLET = replace(SHOES, id=TourId("W"), title="Сшей кошелёк сам", kind="workshop", minutes=120)
PARTIES = (
    ("Анна Образцова", "Маша Образцова", "Миша Образцов"),
    ("Ирина Ковалёва", "Пётр Ковалёв"),
    ("Борис Андреев",),
    ("Тимур Сафин",),
)
AGES = (34, 12, 9)


def letters() -> Iterator[tuple[str, str, Letter]]:
    """Each kind in each language, and what enterprises are sent."""
    catalogue = _catalogue()
    state = _state(catalogue)
    slot = state.slots[SlotId("S0")]
    before = replace(ENTERPRISE, address="Москва, Прежняя улица, 2", gate="Главная проходная").place
    for kind in NoticeKind:
        for language in VISITORS:
            matter = specimen(
                kind, slot, state, catalogue, id=ids.digest(kind), to="anna@zapis.example", language=language, now=NOW
            )
            if matter.notice.before:
                known = replace(matter.notice.before, place=before)
                matter = replace(matter, notice=replace(matter.notice, before=known))
            yield kind, language, compose(matter, catalogue, SENDER, LINKS)
    yield from _to_an_enterprise(catalogue)


def _to_an_enterprise(catalogue: Catalogue) -> Iterator[tuple[str, str, Letter]]:
    """The list of some parties, and what follows it when one of them came late and another will not come."""
    slot, freeze = SlotId("S0"), VISIT - timedelta(hours=24)
    people = {registration_id(slot, names[0]): Person(names[0], "", "", names) for names in PARTIES}
    asked = ((id, Requested(AGES[: len(person.visitors)], (), False, id)) for id, person in people.items())
    state = fold((Entry(NOW, EntryId(id), slot, "preview", fact) for id, fact in asked), _state(catalogue))
    ways = Ways(lambda enterprise: f"{SITE}gate/invented", lambda roster: f"{SITE}roster")
    came, *_, left = people
    changes = (Change(came, (0, 1), ()), Change(left, (), (0,)))
    notice = Notice(NoticeKind.MESSAGE, RegistrationId("LIST-S0"), slot, freeze, 0)
    for handover in (Handover(HandoverKind.LIST, notice), Handover(HandoverKind.CHANGES, notice, changes)):
        yield handover.kind, RUSSIAN, letter(handover, state, catalogue, people, SENDER, ways)


def _catalogue() -> Catalogue:
    tours = (SHOES, SHOES, WALLET, WALLET)
    slots = [
        Slot(SlotId(f"S{n}"), tour.id, VISIT + timedelta(days=7 * n), 12 + n, SlotStatus.OPEN, None, None)
        for n, tour in enumerate(tours)
    ]
    return Catalogue(
        SEASON,
        {ENTERPRISE.id: ENTERPRISE},
        {tour.id: tour for tour in (SHOES, WALLET)},
        {slot.id: slot for slot in slots},
    )


def _state(catalogue: Catalogue) -> State:
    offers = (SlotOffered(0, terms_of(catalogue, slot)) for slot in catalogue.slots.values())
    return fold(
        Entry(NOW - timedelta(days=1), EntryId(slot), slot, "preview", offer)
        for slot, offer in zip(catalogue.slots, offers, strict=True)
    )
