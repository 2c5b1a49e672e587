"""How often an instance reads what others wrote, by a clock that only the test turns."""

from __future__ import annotations

import pytest

from tests.spec import minutes
from zapis.core.entries import Cancelled, Entry, to_row
from zapis.core.model import EntryId, RegistrationId, SlotId
from zapis.ledger import committer as module
from zapis.ledger.committer import Committer
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Fresh, Part

NOW = minutes(10)


class CountedLedger(MemoryLedger):
    """Knows how often it was read."""

    reads = 0

    def read(self, *parts: Part) -> Fresh:
        self.reads += 1
        return super().read(*parts)


def beside(writers: int) -> tuple[Committer, CountedLedger]:
    """An instance over a journal into which so many others wrote within the minute."""
    store = MemoryStore()
    fact = Cancelled(RegistrationId("nobody"))
    rows = [to_row(Entry(NOW, EntryId(f"c{n}"), SlotId("S"), f"w{n}", fact)) for n in range(writers)]
    MemoryLedger(store, lambda: NOW).append(Append(journal=rows))
    ledger = CountedLedger(store, lambda: NOW)
    return Committer(lambda: ledger, "mine"), ledger


@pytest.fixture
def turn(monkeypatch):
    seconds = [0.0]
    monkeypatch.setattr(module, "_clock", lambda: seconds[0])
    return lambda by: seconds.__setitem__(0, seconds[0] + by)


@pytest.mark.parametrize(("writers", "most"), [(1, 20), (10, 5), (40, 2)])
async def test_readers_share_a_minute_of_reads(turn, writers, most):
    committer, ledger = beside(writers)
    for _ in range(60):
        await committer.refresh(3.0)
        turn(1.0)

    assert 1 < ledger.reads <= most


async def test_what_must_be_new_is_read_whoever_else_writes(turn):
    committer, ledger = beside(40)
    await committer.refresh(3.0)
    await committer.refresh(0)

    assert ledger.reads == 1  # no time has passed

    turn(0.1)
    await committer.refresh(0)

    assert ledger.reads == 2
