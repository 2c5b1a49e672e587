"""Calls that a person started may wait: an exhausted quota is waited out, and counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from zapis.errors import QuotaExceeded

PAUSE = 5.0
"""Seconds between attempts."""
LONGEST = 150.0

Result = TypeVar("Result")


class Patience:
    """Waits for Google's quota; several threads may share one."""

    def __init__(self) -> None:
        self._refusals: list[float] = []
        self.given_up = threading.Event()
        """Set: nobody waits any longer."""

    @property
    def waits(self) -> int:
        """How many calls were refused for the quota."""
        return len(self._refusals)

    def call(self, call: Callable[[], Result]) -> Result:
        """What `call` returns once the quota lets it. Raises QuotaExceeded after two minutes and a half."""
        until = time.monotonic() + LONGEST
        while True:
            try:
                return call()
            except QuotaExceeded:
                self._refusals.append(time.monotonic())
                if time.monotonic() >= until or self.given_up.wait(PAUSE):
                    raise
