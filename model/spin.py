"""Runs spin: a case in, what was found out.

Scenarios are explored depth first, which is quick; mutants breadth first, which gives the shortest trace.
Raises SpinFailed where spin or the compiler does not do its part: that is never taken for a verdict.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from model.cases import Case
from model.trace import Event, events

SOURCES = Path(__file__).parent
PATIENCE = 900.0
DEEPEST = 100_000
QUICK = ("-O1", "-DCOLLAPSE")
SHORTEST = ("-O0", "-DBFS")


class SpinFailed(Exception):
    """A tool stopped with something else than a verdict."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What spin found: how many states there are, what was violated (empty: nothing), and how it came to that."""

    states: int
    violated: str
    seconds: float
    trace: tuple[Event, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.violated


def installed() -> bool:
    """Whether spin and a C compiler are there."""
    return all(map(shutil.which, ("spin", "gcc")))


def explore(case: Case) -> Outcome:
    """Every interleaving of `case`, or those up to the first violation."""
    knobs = _knobs(case)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        _spin(folder, "-a", *knobs)
        _run(folder, "gcc", "-w", "-DSAFETY", *(QUICK if case.holds else SHORTEST), "-o", "pan", "pan.c")
        found = _run(folder, "./pan", f"-m{DEEPEST}")
        violated = _violated(found)
        trace = events(_spin(folder, "-t", *knobs)) if violated else ()
    return Outcome(_states(found), violated, time.monotonic() - began, tuple(trace))


def simulate(case: Case, seed: int) -> list[Event]:
    """One random walk through `case`."""
    with tempfile.TemporaryDirectory() as folder:
        return events(_spin(folder, f"-n{seed}", "-u5000", *_knobs(case)))


def _knobs(case: Case) -> list[str]:
    return [f"-D{define}" for define in (*case.defines, *(() if case.holds else ("SHORTEST",)))]


def _spin(folder: str, *arguments: str) -> str:
    for source in SOURCES.glob("*.pml"):
        shutil.copy(source, folder)
    return _run(folder, "spin", *arguments, "zapis.pml")


def _run(folder: str, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603
    if done.returncode:
        raise SpinFailed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _violated(found: str) -> str:
    """What pan says is wrong. It must have said how many errors there are, and have gone to the end."""
    errors = re.search(r"errors: (\d+)", found)
    if errors is None or "max search depth too small" in found or "out of memory" in found:
        raise SpinFailed(f"the search was not finished:\n{found}")
    if errors.group(1) == "0":
        return ""
    what = re.search(r"^pan:\d+: (.*)$", found, re.MULTILINE)
    return what.group(1) if what else "an error that pan does not name"


def _states(found: str) -> int:
    stored = re.search(r"(\d+) states, stored", found)
    return int(stored.group(1)) if stored else 0
