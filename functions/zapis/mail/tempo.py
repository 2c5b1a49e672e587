"""How fast letters may go: providers count them by the minute, and shut the door on whom they find too fast."""

from __future__ import annotations

import time


class Tempo:
    """Letters at even distances. `per_minute` 0: as fast as the server takes them."""

    def __init__(self, per_minute: float = 0.0) -> None:
        self.per_minute = per_minute
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next letter may go."""
        if self.per_minute:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 60 / self.per_minute

    def within(self, seconds: float) -> float:
        """How many letters may go in so many seconds."""
        return seconds * self.per_minute / 60 if self.per_minute else float("inf")
