"""Google's quotas: so many reads and so many writes a minute, for each user and for the project."""

from __future__ import annotations

from collections import Counter

from local.sheets.accounts import PROJECT_NUMBER
from local.sheets.clock import Clock
from local.sheets.errors import ApiError

PER_USER, PER_PROJECT = 60, 300
METRICS = {"read": "Read", "write": "Write"}


class Quota:
    """Counts calls in each minute of the clock; all counts begin anew with the next one."""

    def __init__(self, clock: Clock, enforced: bool = False) -> None:
        self.enforced = enforced
        self.per_user, self.per_project = PER_USER, PER_PROJECT
        self._clock = clock
        self._minute = 0
        self._calls: Counter[tuple[str, str]] = Counter()

    def reset(self) -> None:
        self.per_user, self.per_project = PER_USER, PER_PROJECT
        self._calls.clear()

    def spend(self, user: str, kind: str) -> None:
        """Take one call of a kind ("read" or "write") from what is left. Raises ApiError 429."""
        minute = int(self._clock.time() // 60)
        if minute != self._minute:
            self._minute = minute
            self._calls.clear()
        if self.enforced and self._calls[kind, user] >= self.per_user:
            raise exceeded(kind, "per user")
        if self.enforced and self._calls[kind, ""] >= self.per_project:
            raise exceeded(kind, "")
        self._calls[kind, user] += 1
        self._calls[kind, ""] += 1

    def spent(self) -> dict[str, int]:
        """Calls of this minute, as "kind user" -> count."""
        return {f"{kind} {user}".strip(): count for (kind, user), count in self._calls.items()}


def exceeded(kind: str, whose: str = "per user") -> ApiError:
    """Google's refusal of one call too many."""
    word = METRICS[kind]
    limit = f"{word} requests per minute{' ' + whose if whose else ''}"
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{PROJECT_NUMBER}",
            "quota_limit": f"{word}RequestsPerMinutePer{'User' if whose else 'Project'}",
            "quota_limit_value": str(PER_USER if whose else PER_PROJECT),
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{kind}_requests",
        },
    }
    more = {
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [
            {
                "description": "Request a higher quota limit.",
                "url": "https://cloud.google.com/docs/quotas/help/request_increase",
            }
        ],
    }
    message = (
        f"Quota exceeded for quota metric '{word} requests' and limit '{limit}' of service "
        f"'sheets.googleapis.com' for consumer 'project_number:{PROJECT_NUMBER}'."
    )
    return ApiError(429, message, details=[info, more], reason="rateLimitExceeded")
