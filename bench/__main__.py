"""All of it in one run, one table at the end: `python -m bench [--quick]`.

Nothing is carried from one run to another: every ratio divides figures of this run on this machine. What is
going on is told on standard error.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench import batch, cold, folding, letters, pages, rush, sql, syncing
from bench.batch import Batch
from bench.cold import Cold, FirstVisitor
from bench.folding import Folding
from bench.letters import Backlog
from bench.pages import Pages
from bench.rush import Rush
from bench.sql import INSTANCES, Measured
from bench.syncing import Syncing
from bench.table import facts, table

T = TypeVar("T")
TUTORIAL_STREAMS = (30, 40)
"""Visitors a minute, evenly: what the quota carries at two reads each, and somewhat more."""
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of each."""

    visitors: int = 5_000
    seconds: float = 60.0
    tutorial_crowd: int = 300
    calls: int = 50
    lone: int = 25
    starts: int = 9
    mail: bool = True
    mailing: float = 30.0
    synced: int = 10_000
    crowd: int = 1_000
    stream: int = 2_000
    streaming: float = 24.0
    past: tuple[int, ...] = (10_000, 100_000)


QUICK = Plan(
    visitors=500,
    seconds=6.0,
    tutorial_crowd=60,
    calls=20,
    lone=8,
    starts=3,
    mail=False,
    mailing=3.0,
    synced=1_000,
    crowd=200,
    stream=300,
    streaming=3.0,
    past=(10_000,),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Zapis on this machine (twenty minutes).")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, to see that it runs")
    plan = QUICK if parser.parse_args().quick else Plan()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    begun, load = time.time(), os.getloadavg()[0]
    call = _doing("the median of one Sheets call", rush.one_call(calls=plan.calls))
    lone = _doing("visitors who come alone", rush.lone(plan.lone))
    columns = _columns(plan)
    starts = _doing("cold starts", cold.starts(plan.starts))
    first = _doing("first visitors of a cold instance", cold.first_visitors())
    folds = _doing("the fold", folding.measure())
    read = _doing("the catalogue's page", pages.measure())
    one = _doing("one batch", batch.measure())
    owed = _doing("a backlog of letters", letters.measure(seconds=plan.mailing))
    synced = _doing("runs of sync", syncing.measure(plan.synced))
    over_sql = _doing("the ledger in PostgreSQL", sql.measure(plan.crowd, plan.stream, plan.streaming, plan.past))
    print(_machine(load, time.time() - begun))
    print(f"One Sheets call: {call * 1e3:.0f} ms (median). Waits are in multiples of it.\n")
    print(_rushes(columns, call))
    print()
    print(
        facts(
            [
                *_peaks(columns, lone, call),
                *_cold(starts, first, call),
                *_speeds(folds, read),
                *_letters(owed),
                *_syncs(synced),
            ]
        )
    )
    print()
    print(_batch(one, call))
    print()
    print(_over_sql(over_sql, columns[-len(INSTANCES) :]))


def _doing(what: str, result: T) -> T:
    print(f"{time.strftime('%H:%M:%S')} {what}: done", file=sys.stderr, flush=True)
    return result


def _columns(plan: Plan) -> list[Rush]:
    streams = [rush.tutorial("tutorial,|calm", stream, 60.0, rush.CALM) for stream in TUTORIAL_STREAMS]
    columns = [_doing("the tutorial's function, calmly", max(streams, key=lambda stream: stream.a_minute))]
    columns.append(
        _doing("the same, a crowd", rush.tutorial("tutorial,|crowd", plan.tutorial_crowd, 0.0, rush.CONTESTED))
    )
    columns.append(_doing("1,000 at once", rush.zapis("Zapis,|at once", 1, AT_ONCE, 0.0, mail=False)))
    for count in (1, 3, 10):
        name = f"Zapis,|{count} inst."
        columns.append(_doing(f"{count} instances", rush.zapis(name, count, plan.visitors, plan.seconds, plan.mail)))
    return columns


def _machine(load: float, seconds: float) -> str:
    return (
        f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}; load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end; "
        f"{seconds / 60:.0f} minutes"
    )


def _rushes(columns: Sequence[Rush], call: float) -> str:
    rows = [
        ("visitors", *(f"{c.came:,}" for c in columns)),
        ("accepted registrations a minute", *(f"{c.a_minute:,.0f}" for c in columns)),
        ("errors (no answer, or a 5xx)", *(str(c.errors) for c in columns)),
        ("seats oversold", *(str(c.oversold) for c in columns)),
        ("told otherwise than the journal", *(_known(c.contradicted) for c in columns)),
        ("wait p50, Sheets calls", *(f"{c.wait(0.50) / call:.1f}" for c in columns)),
        ("wait p99, Sheets calls", *(f"{c.wait(0.99) / call:.1f}" for c in columns)),
        ("write calls per registration", *(f"{c.writes / max(c.accepted, 1):.4f}" for c in columns)),
        ("calls answered 429", *(str(c.refused) for c in columns)),
        ("pages that had to ask again", *(str(c.asked_again) for c in columns)),
        ("mails sent", *(_known(c.mails) for c in columns)),
    ]
    return table([column.name for column in columns], rows)


def _known(figure: int | None) -> str:
    return "-" if figure is None else f"{figure:,}"


def _peaks(columns: Sequence[Rush], lone: Sequence[float], call: float) -> list[tuple[str, str, str]]:
    best, one = max(column.a_minute for column in columns[:2]), columns[3]
    return [
        ("one instance beside the tutorial's best", f"{one.a_minute / max(best, 1e-9):.0f} x", "(100 x)"),
        ("a lone visitor's wait, p50", f"{rush.quantile(lone, 0.5) / call:.2f} calls", "(1.2)"),
        ("at the peak on one instance, p50", f"{one.wait(0.50) / call:.2f} calls", "(3)"),
        ("at the peak on one instance, p99", f"{one.wait(0.99) / call:.2f} calls", "(8)"),
        ("write calls per registration, one instance", f"{one.writes / max(one.accepted, 1):.4f}", "(0.012)"),
    ]


def _cold(starts: Cold, first: FirstVisitor, call: float) -> list[tuple[str, str, str]]:
    hello = starts.hello
    return [
        ("cold start, bare hello-world", f"{hello * 1e3:.0f} ms", ""),
        ("cold start, bare asynchronous hello-world", f"{starts.asgi / hello:.2f} x", ""),
        ("cold start, /healthz", f"{starts.health / hello:.2f} x", ""),
        ("cold start, a static file", f"{starts.static / hello:.2f} x", "(1.4)"),
        ("cold start, the first API answer", f"{starts.api / hello:.2f} x", "(2)"),
        ("first page, journal of 10,000 registrations", f"{first.page / call:.2f} calls", "(3)"),
        ("first registration, the same journal", f"{first.registration / call:.2f} calls", ""),
    ]


def _speeds(folds: Sequence[Folding], read: Pages) -> list[tuple[str, str, str]]:
    told = []
    for each in folds:
        name = f"fold of {each.entries:,} entries"
        told += [
            (f"{name}, from memory", f"{each.from_memory:,.0f} entries/s", "(100,000)"),
            (f"{name}, from rows", f"{each.from_rows:,.0f} entries/s", "(40,000)"),
            (f"{name}, what it holds", f"{each.megabytes:.0f} MB", ""),
        ]
    return [
        *told,
        (f"catalogue pages of {read.slots} slots, 32 readers", f"{read.a_second:,.0f} a second", ""),
        ("one catalogue page", f"{read.one * 1e3:.2f} ms, {read.kilobytes:.1f} kB", "(10 ms)"),
        ("the same after a registration, made anew", f"{read.anew * 1e3:.1f} ms", ""),
        ("the same reloaded, a 304", f"{read.unchanged * 1e3:.2f} ms", ""),
        ("a style sheet", f"{read.style * 1e3:.2f} ms", ""),
    ]


def _letters(owed: Backlog) -> list[tuple[str, str, str]]:
    return [
        (f"letters, {owed.owed:,} of them owed", f"{owed.a_second:,.0f} a second", ""),
        ("runs of deliver until all are sent", f"{owed.runs:.1f}", f"({owed.connections} connection a run)"),
    ]


def _syncs(synced: Syncing) -> list[tuple[str, str, str]]:
    name = f"sync of {synced.registrations:,}"
    runs = [
        ("every line new", synced.first),
        ("cold, nothing changed", synced.cold),
        ("a hundred came", synced.busy),
        ("nothing changed", synced.idle),
    ]
    return [
        *((f"{name}, {what}", f"{took:.1f} s of processor", "") for what, took in runs),
        ("most calls of a run to one spreadsheet", f"{synced.reads} read, {synced.writes} write", "(1 and 1)"),
        ("writes of a run in which nothing changed", f"{synced.idle_writes}", "(0)"),
    ]


def _batch(one: Batch, call: float) -> str:
    ours = one.forms + one.encode + one.decode + one.fold + one.answer
    rows = [
        ("read and check the forms", one.forms),
        ("encode rows and JSON", one.encode),
        ("the call to Google", call * 1e3),
        ("decode the answer", one.decode),
        ("fold", one.fold),
        ("write the answers", one.answer),
    ]
    told = [(name, f"{took:.1f} ms", f"{took / (ours + call * 1e3):.0%}") for name, took in rows]
    sizes = f"{one.sent_kb:.0f} kB out, {one.received_kb:.0f} kB back"
    return f"Where the time of one batch of {one.size} goes ({sizes}):\n{facts(told)}"


def _over_sql(measured: Measured, sheets: Sequence[Rush]) -> str:
    """A ledger in PostgreSQL beside one in a sheet and beside bare transactions; waits in milliseconds."""
    at_once, streams, floors = measured.at_once, measured.streams, measured.floors
    both = [*zip(at_once, streams, strict=True)]
    rows = [
        ("registrations a second, sheet", *(f"{c.a_minute / 60:,.0f}" for c in sheets)),
        ("registrations a second, PostgreSQL", *(f"{c.accepted / c.seconds:,.0f}" for c in at_once)),
        ("bare transactions a second", *(f"{f.a_second:,.0f}" for f in floors)),
        ("wait p50, sheet", *(_ms(c.wait(0.5)) for c in sheets)),
        ("wait p50, PostgreSQL", *(_ms(c.wait(0.5)) for c in streams)),
        ("one bare transaction p50", *(_ms(rush.quantile(f.waits, 0.5)) for f in floors)),
        ("wait p99, sheet", *(_ms(c.wait(0.99)) for c in sheets)),
        ("wait p99, PostgreSQL", *(_ms(c.wait(0.99)) for c in streams)),
        ("one bare transaction p99", *(_ms(rush.quantile(f.waits, 0.99)) for f in floors)),
        ("errors, PostgreSQL", *(str(a.errors + b.errors) for a, b in both)),
        ("seats oversold", *(str(a.oversold + b.oversold) for a, b in both)),
        ("told otherwise than the journal", *(str(a.contradicted + b.contradicted) for a, b in both)),
    ]
    starts = [
        (f"first page, {start.entries:,} entries, journal read whole", f"{start.whole * 1e3:,.0f} ms", "")
        for start in measured.starts
    ] + [
        (f"first page, {start.entries:,} entries, from a snapshot", f"{start.resumed * 1e3:,.0f} ms", "")
        for start in measured.starts
    ]
    head = f"A ledger in PostgreSQL: {at_once[0].came:,} at once, then {streams[0].came:,} evenly."
    return f"{head}\n{table([f'{count} inst.' for count in INSTANCES], rows)}\n{facts(starts)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f} ms"


if __name__ == "__main__":
    main()
