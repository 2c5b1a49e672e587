"""`make model`: explores every scenario, then takes out one safeguard after another. Non-zero if any is a surprise."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from model.cases import MUTANTS, SCENARIOS, Case
from model.spin import Outcome, explore, installed

USAGE = "usage: python -m model [NAME]: all cases, or one with the trace that spin found"


def main(arguments: list[str]) -> int:
    """Run the cases that `arguments` ask for; 0 if each came out as it should."""
    if not installed():
        print("make model needs spin and gcc: apt-get install spin gcc", file=sys.stderr)
        return 2
    cases = _chosen(arguments)
    if not cases:
        print(USAGE, file=sys.stderr)
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        outcomes = zip(cases, workers.map(explore, cases), strict=True)
        surprises = [case.name for case, outcome in outcomes if not _tell(case, outcome, with_trace=len(cases) == 1)]
    if surprises:
        print(f"Not as it should be: {', '.join(surprises)}.", file=sys.stderr)
    return 1 if surprises else 0


def _chosen(arguments: list[str]) -> tuple[Case, ...]:
    everything = (*SCENARIOS, *MUTANTS)
    return tuple(case for case in everything if not arguments or case.name in arguments)


def _tell(case: Case, outcome: Outcome, *, with_trace: bool) -> bool:
    """Print what came of `case`; whether that is what should have."""
    print(_line(case, outcome), flush=True)
    if with_trace:
        for event in outcome.trace:
            print(f"    {event}")
    return outcome.holds == case.holds


def _line(case: Case, outcome: Outcome) -> str:
    label = case.name if case.holds else f"no {case.name}"
    verdict = "holds" if outcome.holds else "fault found"
    surprise = "" if outcome.holds == case.holds else "  <- should not"
    return f"{label:<16}{outcome.states:>11,} states {outcome.seconds:>5.0f} s  {verdict:<12}{case.says}{surprise}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
