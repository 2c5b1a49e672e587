"""How long an answer takes: nothing, a constant, or a draw from what Google was seen to take."""

from __future__ import annotations

import math
import random

MEDIAN, NINETY_NINTH = 0.350, 1.500
SIGMA = math.log(NINETY_NINTH / MEDIAN) / 2.3263


class Latency:
    """Draws seconds. "google" is lognormal with a median of 350 ms and one in a hundred above 1.5 s."""

    def __init__(self, kind: str | float | None = None, seed: int = 0) -> None:
        if isinstance(kind, str) and kind not in ("google", "none", ""):
            kind = _seconds(kind)
        self.kind = None if kind in ("none", "", 0) else kind
        self._random = random.Random(seed)  # noqa: S311

    def draw(self) -> float:
        if self.kind is None:
            return 0.0
        if self.kind == "google":
            return self._random.lognormvariate(math.log(MEDIAN), SIGMA)
        return float(self.kind)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'latency is "google", "none" or a number of seconds, not "{text}"') from None
