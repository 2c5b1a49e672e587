"""What a ledger may keep beside its lists, so that a long journal is not read anew by each instance.

It has its own module because a ledger is asked before what its rows mean is imported.
"""

from __future__ import annotations

from msgspec import Struct

from zapis.core.audit import Memory
from zapis.core.fold import State
from zapis.core.notices import Outbox


class Snapshot(Struct, frozen=True):
    """What follows from the first rows of a ledger: a cold instance begins from it and reads only what landed since."""

    state: State
    outbox: Outbox
    memory: Memory
