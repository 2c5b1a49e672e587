"""The spreadsheets as a scenario finds them: the organisers' catalogue, two rosters, an empty ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.campaign.google import Book
from tests.campaign.scenario import CODE, Scenario, SlotPlan
from zapis.core.catalogue import MOSCOW
from zapis.schema import Tab, schema, tab

BEGINS = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
"""When scenarios begin: ten in the morning, Moscow."""
ROSTERS = {"E1": "roster-of-the-first-plant", "E2": "roster-of-the-second-plant"}
SLOTS, REGISTRATIONS, VISITORS = tab("catalogue", "slots"), tab("catalogue", "registrations"), tab("roster", "visitors")


def books(scenario: Scenario) -> dict[str, Book]:
    """All spreadsheets by id."""
    found = {"ledger": _laid_out("ledger"), "catalogue": _laid_out("catalogue")}
    found |= {roster: _laid_out("roster") for roster in ROSTERS.values()}
    _type_season(found["catalogue"], scenario)
    for book in found.values():
        book.snapshots.append(book.now())
    return found


def type_beside(book: Book, declared: Tab, id_: str, cells: Mapping[str, str | bool]) -> bool:
    """What a person types into the row with this id; False if there is none yet."""
    keys = [column.key for column in declared.columns]
    lines = [row[keys.index("id")] if len(row) > keys.index("id") else "" for row in book.texts(declared.title)]
    if id_ not in lines:
        return False
    for key, value in cells.items():
        book.type(declared.title, lines.index(id_) + 1, keys.index(key), value)
    return True


def _laid_out(kind: str) -> Book:
    book = Book()
    for declared in schema()[kind]:
        rows = [[row.get(column.key, "") for column in declared.columns] for row in declared.rows]
        book.add(declared.title, [column.header for column in declared.columns], *rows)
    return book


def _type_season(book: Book, scenario: Scenario) -> None:
    for id_, roster in ROSTERS.items():
        _type(book, tab("catalogue", "enterprises"), id=id_, name=f"Завод {id_}", address="Москва", roster=roster)
    for number, slot in enumerate(scenario.slots):
        tour = {
            "id": f"T{slot.id}",
            "title": f"Экскурсия {slot.id}",
            "enterprise": f"Завод E{number % 2 + 1}",
            "kind": "экскурсия",
            "minutes": "60",
            "min_age": "10",
            "capacity": str(slot.usual),
            "max_party": str(slot.max_party),
            "children_per_adult": str(slot.children_per_adult or ""),
            "waiting_list": "да" if slot.waiting_list else "нет",
        }
        _type(book, tab("catalogue", "tours"), **tour)
        _type(book, SLOTS, **_slot(slot))


def _slot(slot: SlotPlan) -> dict[str, str]:
    starts = _moscow(slot.starts)
    return {
        "id": slot.id,
        "tour": f"Экскурсия {slot.id}",
        "date": f"{starts:%d.%m.%Y}",
        "time": f"{starts:%H:%M}",
        "capacity": str(slot.capacity),
        "status": "открыта",
        "opens": _typed(slot.opens),
        "held": str(slot.held or ""),
        "codes": CODE if slot.held else "",
        "release": _typed(slot.release),
    }


def _typed(minutes: int | None) -> str:
    return "" if minutes is None else f"{_moscow(minutes):%d.%m.%Y %H:%M}"


def _moscow(minutes: int) -> datetime:
    return (BEGINS + timedelta(minutes=minutes)).astimezone(MOSCOW)


def _type(book: Book, declared: Tab, **cells: str) -> None:
    book.add_row(declared.title, [cells.get(column.key, "") for column in declared.columns])
