"""The campaign without one of the safeguards: each must make it fail, or it would prove nothing.

A safeguard is taken out of the real code while a test runs; production code has no switches for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from zapis.core import fold
from zapis.core.entries import Entry, Row, SlotOffered
from zapis.core.fold import State
from zapis.core.model import Reason
from zapis.core.notices import Outbox
from zapis.ledger import sheet
from zapis.ledger.committer import Committer
from zapis.ledger.sheet import SheetLedger
from zapis.mail.deliver import Deliverer


def without_dedupe(patch: pytest.MonkeyPatch) -> None:
    """An entry that lands twice counts twice."""
    real = fold.evolve

    def evolve(state: State, entry: Entry) -> None:
        state.seen.discard(entry.id)
        real(state, entry)

    for name, module in list(sys.modules.items()):
        if name.startswith("zapis.") and getattr(module, "evolve", None) is real:
            patch.setattr(module, "evolve", evolve)


def without_the_anchor(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the last row read is still the one that was there."""

    def tail(self: SheetLedger, part: Any, read: Any) -> tuple[Row, ...]:
        rows = [sheet._padded(row, sheet.WIDTHS[part]) for row in sheet._rows(read)]
        return tuple(rows[1:])

    patch.setattr(SheetLedger, "_tail", tail)


def without_claims(patch: pytest.MonkeyPatch) -> None:
    """A run of deliver sends what it wants to send, whoever claimed it first."""
    patch.setattr(Outbox, "holds", lambda self, run, item: item not in self.done)


def without_the_offers_version(patch: pytest.MonkeyPatch) -> None:
    """The offer that lands last holds, however old what its writer knew."""
    real = fold._EVOLVE[SlotOffered]

    def slot_offered(state: State, entry: Entry, fact: SlotOffered) -> Reason | None:
        slot = state.slots.get(entry.slot)
        return real(state, entry, replace(fact, replaces=slot.version if slot else 0))

    patch.setitem(fold._EVOLVE, SlotOffered, slot_offered)


def without_row_order(patch: pytest.MonkeyPatch) -> None:
    """An instance decides by what it knew before its rows landed."""
    real = Committer._append

    def append(self: Committer, batch: Sequence[Any]) -> Any:
        for pending in batch:
            fold.evolve(self.state, pending.entry)
        return real(self, batch)  # type: ignore[arg-type]

    patch.setattr(Committer, "_append", append)


def without_a_second_look_at_notices(patch: pytest.MonkeyPatch) -> None:
    """A notice is sent although a later entry has overtaken it."""
    patch.setattr(Deliverer, "_stands", lambda self, notice: True)


MUTANTS: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    without_dedupe,
    without_the_anchor,
    without_claims,
    without_the_offers_version,
    without_row_order,
    without_a_second_look_at_notices,
)
