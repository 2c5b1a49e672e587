"""What `sync` costs: Google's calls, counted for each spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.stage import SLOT, Stage, offered, stage
from zapis.core.entries import Entry, Requested, from_row, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import registration_id
from zapis.core.model import PersonKey, SlotId
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.publish.sync import Sync
from zapis.sheets import Json, Sheets


class Counted:
    """The real client, and how often it was used for which spreadsheet."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self.reads, self.writes = Counter[str](), Counter[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sheets, name)

    def get(self, spreadsheet: str, *arguments: Any, **named: Any) -> Json:
        self.reads[spreadsheet] += 1
        return self._sheets.get(spreadsheet, *arguments, **named)

    def batch_update(self, spreadsheet: str, *arguments: Any, **named: Any) -> Json:
        self.writes[spreadsheet] += 1
        return self._sheets.batch_update(spreadsheet, *arguments, **named)


@pytest.fixture
def on_stage(tmp_path) -> Iterator[Stage]:
    with stage(tmp_path, offered) as running:
        running.sheets = Counted(running.sheets)  # type: ignore[assignment]
        yield running


@pytest.fixture
def sync(on_stage: Stage) -> Sync:
    """An instance that is warm, as one is that runs each minute."""
    sync = on_stage.syncer()
    on_stage.settle(sync)
    return sync


def cost(on_stage: Stage, sync: Sync) -> tuple[dict[str, int], dict[str, int]]:
    """One run's reads and writes of each file."""
    counted = on_stage.sheets
    assert isinstance(counted, Counted)
    counted.reads.clear()
    counted.writes.clear()
    sync.run()
    names = {on_stage.catalogue: "catalogue", on_stage.ledger: "ledger", on_stage.roster: "roster"}
    return ({names[id]: n for id, n in counted.reads.items()}, {names[id]: n for id, n in counted.writes.items()})


def register(on_stage: Stage, *names: str) -> None:
    state: State = fold(e for e in map(from_row, on_stage.journal()) if isinstance(e, Entry))
    (slot, *_) = state.slots
    for name in names:
        id = registration_id(SlotId(slot), name)
        entry = Entry(datetime.now(UTC), id, slot, "site", Requested((30,), (PersonKey(name),), True, name))
        on_stage.append(journal=[to_row(entry)], people=[person_row(id, Person(name, "", "", (name,)))])


def act(on_stage: Stage) -> None:
    on_stage.type("Заявки", 2, "Действие", "отметить приход")


EDITS = {
    "registrations": lambda on_stage: register(on_stage, "Анна", "Борис", "Вера"),
    "a new row": lambda on_stage: on_stage.fill("slots", 3, SLOT | {"date": "13.12.2030"}),
    "a slip": lambda on_stage: on_stage.type("Расписание", 2, "Мест", "много"),
    "a term": lambda on_stage: on_stage.type("Расписание", 2, "Мест", "20"),
    "a text": lambda on_stage: on_stage.type("Тексты", 2, "Тема", "Ждём вас"),
    "a tick": lambda on_stage: on_stage.type("Посетители", 2, "Пришли", True, on_stage.roster),
    "an action": act,
}


def test_a_run_costs_a_read_and_a_write_of_each_spreadsheet_at_most(on_stage, sync):
    for edit in EDITS.values():
        edit(on_stage)
        for _ in range(3):
            reads, writes = cost(on_stage, sync)
            assert max(reads.values()) == 1
            assert max(writes.values(), default=0) <= 1


def test_all_edits_at_once_cost_no_more(on_stage, sync):
    register(on_stage, "Анна", "Борис")
    on_stage.settle(sync)
    for edit in EDITS.values():
        edit(on_stage)

    reads, writes = cost(on_stage, sync)

    assert reads == {"catalogue": 1, "ledger": 1, "roster": 1}
    assert writes == {"catalogue": 1, "ledger": 1, "roster": 1}


def test_where_nothing_changed_nothing_is_written(on_stage, sync):
    register(on_stage, "Анна")
    on_stage.settle(sync)

    for _ in range(3):
        assert cost(on_stage, sync)[1] == {}
