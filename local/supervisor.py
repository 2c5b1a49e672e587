"""Starts the parts, watches them, and leaves none behind.

A run has one fate: a part that dies takes the others with it and is named, because a run with
a part missing looks like a fault of the program. All is done in one thread, by looking often.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from local.child import Child
from local.errors import LocalError
from local.log import worth_showing
from local.plan import Part

LOOK_EVERY = 0.1
READY_WITHIN = 90.0
STOP_WITHIN = 8.0
LAST_LINES = 15


class Stopped(Exception):
    """The run was asked to stop."""


class Supervisor:
    """`tell` gets the name of a part and a line of its log that a person should see."""

    def __init__(self, logs: Path, tell: Callable[[str, str], None]) -> None:
        self._logs = logs
        self._tell = tell
        self._stages: list[list[Child]] = []
        self._requests = 0

    def request_stop(self) -> None:
        """Stop soon; asked a second time, at once. Safe to call from a signal's handler."""
        self._requests += 1

    def start(self, parts: Iterable[Part]) -> None:
        """Start the parts together and wait until all are ready. Raises LocalError, Stopped."""
        started = self._add(parts)
        deadline = time.monotonic() + READY_WITHIN
        # What a part says while it starts is for its log: it either gets ready, or is reported whole.
        while late := [child for child in started if not child.is_ready()]:
            if time.monotonic() > deadline:
                raise LocalError(_report(late[0], f"was not ready in {READY_WITHIN:.0f} s"))
            self._check()
        for child in started:
            child.log.fresh()

    def finish(self, part: Part) -> None:
        """Run the part to its end, which must be a good one. Raises LocalError, Stopped."""
        [child] = self._add([part])
        while child.exit_code() is None:
            self._check(leaving=child)
        self._stages.pop()
        if child.exit_code():
            raise LocalError(_report(child, _end(child)))

    def watch(self) -> None:
        """Look after the parts for as long as all of them live. Raises LocalError, Stopped."""
        while True:
            self._check()
            self._pass_on_news()

    def stop(self) -> None:
        """Stop every part, those first that lean on others. Whoever lingers is killed."""
        deadline = time.monotonic() + STOP_WITHIN
        for stage in reversed(self._stages):
            for child in stage:
                child.terminate()
            while any(child.exit_code() is None for child in stage) and self._may_wait(deadline):
                time.sleep(LOOK_EVERY / 5)
        for child in self._children():
            child.kill()
        self._stages.clear()

    def _may_wait(self, deadline: float) -> bool:
        return time.monotonic() < deadline and self._requests < 2

    def _children(self) -> list[Child]:
        return [child for stage in self._stages for child in stage]

    def _add(self, parts: Iterable[Part]) -> list[Child]:
        stage: list[Child] = []
        self._stages.append(stage)
        for part in parts:
            stage.append(Child(part, self._logs))
        return stage

    def _check(self, leaving: Child | None = None) -> None:
        time.sleep(LOOK_EVERY)
        if self._requests:
            raise Stopped
        for child in self._children():
            if child is not leaving and not child.may_end and child.exit_code() is not None:
                raise LocalError(_report(child, _end(child)))

    def _pass_on_news(self) -> None:
        for child in self._children():
            for line in child.log.fresh():
                for words in worth_showing(line):
                    self._tell(child.name, words)


def _end(child: Child) -> str:
    code = child.exit_code() or 0
    return f"was ended by signal {-code}" if code < 0 else f"ended by itself with exit code {code}"


def _report(child: Child, trouble: str) -> str:
    last = "".join(f"\n    {line}" for line in child.log.last(LAST_LINES)) or "\n    (it said nothing)"
    return f"{child.name} {trouble}, so everything was stopped. Its last lines ({child.log.path}):\n{last}"
