"""Cold starts: from starting the process to its first answer, beside functions-framework's bare hello-world.

Starts are taken in turn, so that a busy moment of the machine falls on all alike. What runs is compiled before, as the
platform's build and the image's do, and asks the platform for its token, as whatever runs there does. Google answers at
once here (imports and start are measured); what a cold instance waits for Google is a measurement of its own.
"""

from __future__ import annotations

import compileall
import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from bench.crowd import Visitor, meet
from bench.ground import SITE, Ground, get, ground
from bench.platform import metadata
from bench.rush import visitors
from local.plan import ROOT, Part
from local.ports import LOOPBACK, free
from local.sheets.latency import MEDIAN, Latency

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Cold:
    """Seconds to the first answer, medians."""

    hello: float
    asgi: float
    health: float
    static: float
    api: float


@dataclass(frozen=True, slots=True)
class FirstVisitor:
    """Seconds that the first visitor of an instance waits that has read nothing of a long journal yet."""

    page: float
    registration: float


def starts(times: int = 9) -> Cold:
    """Start each in turn, so many times."""
    for folder in ("functions", "bench"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    with ground(restless=False) as made, metadata(made.key(SITE)) as platform:
        style = _style_sheet(made)
        site = partial(_site, platform)
        kinds: dict[str, Callable[[], float]] = {
            "hello": lambda: _start(made, _hello("hello"), "/"),
            "asgi": lambda: _start(made, _hello("hello_async", FUNCTION_USE_ASGI="true"), "/"),
            "health": lambda: _start(made, site, "/healthz"),
            "static": lambda: _start(made, site, style),
            "api": lambda: _start(made, site, "/api/slots"),
        }
        rounds = [{kind: start() for kind, start in kinds.items()} for _ in range(times)]
    return Cold(**{kind: median(each[kind] for each in rounds) for kind in kinds})


def first_visitors(past: int = 10_000, times: int = 5) -> FirstVisitor:
    """The process is up and has answered nothing but its health. Each call waits for Google's median, so that no draw
    of a wait decides."""
    with ground(past) as made:
        made.emulator.api.latency = Latency(MEDIAN)
        pages, registrations = [], []
        for number in range(times):
            begun_at = made.site()
            pages.append(_wait(lambda url=begun_at: get(f"{url}/")))
            registrations.append(_registers(visitors(made, [made.site()], 1, 0.0, f"first-{number}")[0]))
    return FirstVisitor(median(pages), median(registrations))


def _registers(visitor: Visitor) -> float:
    (outcome,) = meet([visitor], PATIENCE)
    assert outcome.status == 201, outcome
    return outcome.wait


def _wait(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _style_sheet(made: Ground) -> str:
    page = get(made.site() + "/")[1].decode()
    return page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]


def _start(made: Ground, part: Callable[[Ground, int], Part], path: str) -> float:
    port = free()
    started = part(made, port)
    begun = time.perf_counter()
    child = made.start(started, ready=False)
    with made.ending(child):
        _first_answer(f"http://{LOOPBACK}:{port}{path}", begun)
        return time.perf_counter() - begun


def _first_answer(url: str, begun: float) -> None:
    while time.perf_counter() - begun < PATIENCE:
        with contextlib.suppress(OSError):
            status, _ = get(url)
            assert status == 200, (url, status)
            return
        time.sleep(0.002)
    raise TimeoutError(f"{url} did not answer in {PATIENCE:.0f} s")


def _site(platform: Mapping[str, str], made: Ground, port: int) -> Part:
    """An instance that has no key: the platform tells it who it is."""
    part = made.function("site", port)
    kept = {name: value for name, value in part.env.items() if name != "GOOGLE_APPLICATION_CREDENTIALS"}
    return replace(part, env={**kept, **platform})


def _hello(target: str, **more: str) -> Callable[[Ground, int], Part]:
    def part(made: Ground, port: int) -> Part:
        program = os.path.join(os.path.dirname(sys.executable), "functions-framework")
        source = str(ROOT / "bench" / target / "main.py")
        argv = (program, f"--source={source}", f"--target={target}", f"--host={LOOPBACK}", f"--port={port}")
        return Part(f"{target}-{port}", argv, {**os.environ, **more})

    return part


if __name__ == "__main__":
    print(starts(), first_visitors())
