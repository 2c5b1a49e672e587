"""How fast a journal becomes a State, and how much memory that takes. Runs in a process of its own.

"From memory" folds decoded entries; "from rows" is what a cold instance does with the texts that Google sent:
decode, mark (so that a hand in the journal is noticed), fold. Garbage is collected as in the functions.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import season
from zapis import app
from zapis.core.audit import Witness
from zapis.core.entries import Row, from_row
from zapis.core.fold import State, evolve, fold
from zapis.core.marks import found

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Folding:
    """Entries a second, and megabytes that State and marks hold."""

    entries: int
    from_memory: float
    from_rows: float
    megabytes: float


def measure(sizes: tuple[int, ...] = (10_000, 100_000)) -> list[Folding]:
    """Each size in a fresh process."""
    return [_in_a_process(size) for size in sizes]


def _in_a_process(size: int) -> Folding:
    command = [sys.executable, "-m", "bench.folding", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
    return Folding(**json.loads(done.stdout))


def _journal(size: int) -> list[Row]:
    now = datetime.now(UTC)
    offered = season.season(now)
    return season.offers(offered, now) + season.requests(offered, size, now)


def _replay(rows: list[Row]) -> tuple[State, Witness]:
    """What the committer does with the first answer."""
    witness, state = Witness(), State()
    journal = found(rows)
    assert witness.look(journal, ()) is None
    for row in journal:
        evolve(state, row.entry)
    return state, witness


def _rate(entries: int, act: Callable[[], object]) -> float:
    return median(_timed(entries, act) for _ in range(ROUNDS))


def _timed(entries: int, act: Callable[[], object]) -> float:
    begun = time.process_time()
    kept = act()
    took = time.process_time() - begun
    del kept
    return entries / took


def _megabytes(rows: list[Row]) -> float:
    gc.collect()
    tracemalloc.start()
    kept = _replay(rows)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    del kept
    return held / 1e6


def main() -> None:
    rows = _journal(int(sys.argv[1]))
    entries = [from_row(row) for row in rows]
    app.collect_seldom()
    result = Folding(
        entries=len(rows),
        from_memory=_rate(len(rows), lambda: fold(entries)),
        from_rows=_rate(len(rows), lambda: _replay(rows)),
        megabytes=_megabytes(rows),
    )
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
