"""The campaign from the command line.

python -m tests.campaign --count 10000      many scenarios, on all cores
python -m tests.campaign --seed 42          one, told from beginning to end
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from multiprocessing import Pool

from tests.campaign.drawing import draw
from tests.campaign.run import Totals, play, play_many
from tests.campaign.story import shortened, told

CHUNK = 100
MOST_STORIES = 3


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaign", description="Play seeded scenarios and judge them."
    )
    parser.add_argument("--seed", type=int, help="play this one and tell it")
    parser.add_argument("--count", type=int, default=1000, help="how many to play (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="the first one's seed (default: 0)")
    chosen = parser.parse_args(arguments)
    return _one(chosen.seed) if chosen.seed is not None else _many(chosen.first, chosen.count)


def _one(seed: int) -> int:
    outcome = play(draw(seed))
    print(told(shortened(outcome) if outcome.failures else outcome))
    return bool(outcome.failures)


def _many(first: int, count: int) -> int:
    last = first + count
    chunks = [range(start, min(start + CHUNK, last)) for start in range(first, last, CHUNK)]
    totals = Totals()
    with Pool(os.cpu_count()) as pool:
        for part in pool.imap(play_many, chunks):
            totals.merge(part)
            failed = ", ".join(str(outcome.scenario.seed) for outcome in totals.failed) or "none"
            print(f"\r{totals.scenarios} of {count}; failed: {failed}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(totals.table())
    for outcome in totals.failed[:MOST_STORIES]:
        print("\n" + told(shortened(outcome)))
    return bool(totals.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
