"""How often one instance may call, so that all of them together stay within Google's quota.

A quota is per account and minute (60 write calls, facts of the Sheets API), shared by every instance. A lone
visitor must not wait, so calls are taken from a bucket that holds a few; under load the bucket runs dry and
calls spread evenly. After a 429 it is empty for a while. Moments are seconds of a monotonic clock.
A database has no quota: there only a refusal makes anybody wait.
"""

from __future__ import annotations

CALLS_A_MINUTE = 58
"""Of 60: a margin for clocks. What full buckets hold counts among them, or the first minute would exceed it."""
BURST = 4.0
QUOTA_PAUSE = 2.0
LONGEST_PAUSE = 16.0
READ_EVERY = 1.2
"""Seconds between two reads of all instances together: 50 a minute, of 60."""
BUSY_PAUSE = 0.05
LONGEST_BUSY_PAUSE = 2.0


class Pace:
    """A bucket of calls, shared out among the writers seen lately."""

    def __init__(self) -> None:
        self._calls = BURST
        self._filled_at: float | None = None
        self._not_before = 0.0
        self._refusals = 0

    def wait(self, now: float, writers: int) -> float:
        """Seconds to wait before the next call; 0 if it may go at once."""
        self._fill(now, writers)
        missing = max(1.0 - self._calls, 0.0) / self._rate(writers)
        return max(missing, self._not_before - now, 0.0)

    def called(self) -> None:
        """A call goes out."""
        self._calls -= 1.0

    def answered(self) -> None:
        """A call was carried out: the quota is not exhausted."""
        self._refusals = 0

    def between_reads(self, writers: int) -> float:
        """Seconds between two reads of one of so many instances."""
        return writers * READ_EVERY

    def refused(self, now: float) -> None:
        """Google answered 429: pause, longer each time."""
        pause = min(QUOTA_PAUSE * 2**self._refusals, LONGEST_PAUSE)
        self._refusals += 1
        self._calls = min(self._calls, 0.0)
        self._not_before = now + pause

    def _fill(self, now: float, writers: int) -> None:
        if self._filled_at is not None:
            self._calls += (now - self._filled_at) * self._rate(writers)
        self._calls = min(self._calls, _held(writers) / writers)
        self._filled_at = now

    @staticmethod
    def _rate(writers: int) -> float:
        """Calls a second of one writer."""
        spread = max(CALLS_A_MINUTE - _held(writers), CALLS_A_MINUTE / 2)
        return spread / 60 / writers


class Unlimited(Pace):
    """The pace of a ledger that asks for none; after a refusal it rests, longer each time."""

    def wait(self, now: float, writers: int) -> float:
        return max(self._not_before - now, 0.0)

    def between_reads(self, writers: int) -> float:
        return 0.0

    def refused(self, now: float) -> None:
        """The database was too busy for the call."""
        self._not_before = now + min(BUSY_PAUSE * 2**self._refusals, LONGEST_BUSY_PAUSE)
        self._refusals += 1


def _held(writers: int) -> float:
    """Calls that the buckets of all writers hold when they are full: each at least one."""
    return max(BURST, float(writers))
