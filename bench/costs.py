"""What a season costs at Google's list prices: `python -m bench.costs` prints the README's table and the rest.

Arithmetic, not a bill: calls are counted on the emulator (a test holds the counts), a call takes what `make bench`
measured, and nothing is rounded in our favour: every request is billed as if it were alone. Amounts are dollars.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WATCH = Path(__file__).parents[1] / "watch"
CALL_SECONDS = 0.38
"""One call to Sheets, as docs/scale.md has it."""
SYNC_CALLS, ROSTERS_A_RUN = 2, 12
"""A run of `sync` in which nothing happens reads the ledger and the catalogue, and so many rosters for their ticks."""
SYNC_CALLS_AFTER_NEWS = 4
"""The lease with what landed, the catalogue's file, the roster's, and the word for the status page."""
DELIVER_CALLS, DELIVER_CALLS_TO_SEND = 1, 4
"""A run in which nothing is due reads the ledger; one that sends claims, records and looks again."""
LOOK_AGAIN_SECONDS, LETTER_SECONDS = 4.0, 0.15
"""How long such a run waits for company; one letter on an open connection to a server elsewhere."""
LETTERS, PAGES, PAGE_SECONDS = 3, 15, 0.1
"""For each registration: letters, requests of the site, and the least that is billed for one."""
RUNS_A_MONTH = 30 * 24 * 60
PLACES, LOOK_EVERY_MINUTES = 3, 5
"""From where, and how often, Google's uptime check asks `site`, which reads the ledger for it."""
LOOKS_A_MONTH = PLACES * RUNS_A_MONTH // LOOK_EVERY_MINUTES
DAY = 24 * 3600
GIB = 0.5
"""The memory of each function."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one unit, beyond what is free each month. Tier 1 regions, November 2026; figures move."""

    unit: float
    free: float = 0.0

    def of(self, amount: float) -> float:
        """What this much costs in a month."""
        return max(0.0, amount - self.free) * self.unit


CPU = Price(0.000024, 180_000)
MEMORY = Price(0.0000025, 360_000)
WARM_CPU = Price(0.000018)
"""Of an instance that waits: the list's rate for processors that are always allocated, an upper bound."""
WARM_MEMORY = Price(0.0000025)
REQUESTS = Price(0.40 / 1e6, 2e6)
JOBS = Price(0.10, 3)
SECRETS = Price(0.06, 6)
TASKS = Price(0.40 / 1e6, 1e6)
LOG_GIB = Price(0.50, 50)
IMAGES_GB = Price(0.10, 0.5)


@dataclass(frozen=True, slots=True)
class Season:
    """A programme of `months`, most of its registrations in the first of them."""

    registrations: int
    rosters: int
    months: int
    warm_days: int
    """For how many days one instance of `site` is kept warm."""
    database: bool = False


SEASONS = (
    Season(registrations=5_000, rosters=20, months=3, warm_days=2),
    Season(registrations=20_000, rosters=40, months=4, warm_days=7),
    Season(registrations=200_000, rosters=60, months=6, warm_days=30, database=True),
)


def cpu_seconds(season: Season, registrations: int) -> dict[str, float]:
    """Of a month in which so many register, by function."""
    call, ledger = CALL_SECONDS, 0.01 if season.database else CALL_SECONDS
    news = min(registrations, RUNS_A_MONTH)
    looks = 1 + min(season.rosters, ROSTERS_A_RUN)
    sync = RUNS_A_MONTH * (ledger + looks * call) + news * SYNC_CALLS_AFTER_NEWS * call
    sending = news * (DELIVER_CALLS_TO_SEND * ledger + LOOK_AGAIN_SECONDS)
    deliver = RUNS_A_MONTH * DELIVER_CALLS * max(ledger, 0.1) + sending + registrations * LETTERS * LETTER_SECONDS
    looks = LOOKS_A_MONTH * max(ledger, PAGE_SECONDS)
    return {"sync": sync, "deliver": deliver, "site": registrations * (PAGES * PAGE_SECONDS + 2 * ledger) + looks}


def month(season: Season, registrations: int, warm_days: int) -> dict[str, float]:
    """What a month costs, by what it is for."""
    seconds = sum(cpu_seconds(season, registrations).values())
    requests = registrations * PAGES + 2 * RUNS_A_MONTH + LOOKS_A_MONTH
    return {
        "processor and memory of the three functions": CPU.of(seconds) + MEMORY.of(seconds * GIB),
        "an instance kept warm": WARM_CPU.of(warm_days * DAY) + WARM_MEMORY.of(warm_days * DAY * GIB),
        "requests, tasks, two scheduler jobs": REQUESTS.of(requests) + TASKS.of(3 * registrations) + JOBS.of(2),
        "secrets, logs (1 kB a line, three lines a request)": SECRETS.of(4) + LOG_GIB.of(requests * 3e3 / 2**30),
        "images of four releases (3 GB)": IMAGES_GB.of(3),
    }


def season_costs(season: Season) -> dict[str, float]:
    """All months: half register in the first, the others spread over the rest."""
    first = month(season, season.registrations // 2, season.warm_days)
    other = month(season, season.registrations // 2 // max(1, season.months - 1), 0)
    return {name: first[name] + other[name] * (season.months - 1) for name in first}


def unpriced() -> str:
    """How much is watched. What Google asks for it is not known here, so the operator multiplies."""
    metrics, alerts = (list((WATCH / kind).glob("*.json")) for kind in ("metrics", "alerts"))
    conditions = sum(len(json.loads(path.read_text("utf-8"))["conditions"]) for path in alerts)
    watched = f"{len(metrics)} metrics made of the log, {conditions} conditions of {len(alerts)} alerts"
    return f"{watched}, {LOOKS_A_MONTH:,} calls of the uptime check a month"


def table() -> str:
    """The README's table."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    costs = [season_costs(season) for season in SEASONS]
    heads = (f"{s.registrations:,} registrations, {s.rosters} rosters, {s.months} months" for s in SEASONS)
    yield f"| at Google, US dollars a season | {' | '.join(heads)} |"
    yield "|---|" + "---:|" * len(SEASONS)
    for name in costs[0]:
        yield f"| {name} | {' | '.join(f'{cost[name]:.2f}' for cost in costs)} |"
    yield f"| **together** | {' | '.join(f'**{sum(cost.values()):.0f}**' for cost in costs)} |"


if __name__ == "__main__":
    print(table())
    print(f"\nNot in it: {unpriced()}.")
