"""The emulator's clock, which a test may set.

Quotas, tokens' lives, file times and the Date header all ask it, and so agree with one another.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate


class Clock:
    """Real time, moved by an offset of seconds or stopped at an instant."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._stopped: float | None = None

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset if self._stopped is None else self._stopped

    def advance(self, seconds: float) -> None:
        self._offset += seconds
        if self._stopped is not None:
            self._stopped += seconds

    def stop_at(self, instant: float) -> None:
        self._stopped = instant

    def reset(self) -> None:
        self._offset, self._stopped = 0.0, None

    def rfc3339(self) -> str:
        """Now, as Drive writes times: 2024-05-06T07:08:09.123Z."""
        now = datetime.fromtimestamp(self.time(), UTC)
        return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"

    def http_date(self) -> str:
        return formatdate(self.time(), usegmt=True)
