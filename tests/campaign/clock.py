"""Simulated time: the event loop's clock jumps to the next timer, and synchronous code can wait on it.

A season's hour takes milliseconds, and the same scenario happens twice in exactly the same way. Synchronous
code (a ledger call, a run of `deliver`) runs in a `Strand`, which `pause` suspends while the world goes on.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

TICK = 1e-6
"""A clock never stands quite still: who waits for less than it can tell would wait for ever."""


class Standstill(AssertionError):
    """Somebody waits and nothing will ever happen."""


class Killed(BaseException):
    """The process is no more; nothing in it may go on, not even its last words."""


class _Jump(selectors.SelectSelector):
    """Waits by moving the loop's clock."""

    loop: SimulatedLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Standstill("somebody waits and nothing is planned any more")
        self.loop.moment += max(timeout, TICK)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop without a real clock. `moment` is seconds since the scenario began."""

    def __init__(self) -> None:
        self.moment = 0.0
        jump = _Jump()
        jump.loop = self
        super().__init__(jump)

    def time(self) -> float:
        return self.moment

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)


class Strand(greenlet):
    """A synchronous call that takes simulated time. `done` gets its value or its error, unless it was killed."""

    def __init__(self, call: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> None:
        super().__init__(self._call)
        self._given = call
        self._done = done
        self._timer: asyncio.TimerHandle | None = None
        self._killed = False

    def kill(self) -> None:
        """End it where it stands. The one that kills goes on first, though it be this one."""
        self._killed = True
        if self._timer:
            self._timer.cancel()
        asyncio.get_running_loop().call_soon(self._unwind)

    def _unwind(self) -> None:
        if self and not self.dead:
            self.throw(Killed)

    def pause(self, seconds: float) -> None:
        if self._killed:
            raise Killed
        self._timer = asyncio.get_running_loop().call_later(seconds, self.switch)
        self.parent.switch()

    def _call(self) -> None:
        try:
            value = self._given()
        except Killed:
            return
        except Exception as error:
            outcome: tuple[Any, BaseException | None] = (None, error)
        else:
            outcome = (value, None)
        if not self._killed:
            self._done(*outcome)


def pause(seconds: float) -> None:
    """Let simulated time pass in the current strand."""
    strand = getcurrent()
    assert isinstance(strand, Strand), "only a strand can wait"
    strand.pause(seconds)
