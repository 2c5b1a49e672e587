"""How `sync` found the season when it last looked: what a status page tells and alerts watch. No personal data.

It stands beside the catalogue's revision, so that whoever reads the ledger finds it, and is replaced each minute.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from zapis.core.entries import Row, format_moment, parse_moment
from zapis.core.fold import State
from zapis.core.notices import Outbox, owed

QUIET = timedelta(minutes=5)
"""`sync` runs each minute: so long without it is trouble."""
SLOW_MAIL = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What `sync` saw at `at`."""

    at: datetime
    problems: int = 0
    """Rows of the catalogue that organisers are asked to mend."""
    owed: int = 0
    """Letters that have not been handed in, whatever the reason."""
    oldest: datetime | None = None
    """Since when the first of them is owed."""
    refused: datetime | None = None
    """When Google's quota was last used up."""
    alarm: str = ""
    """What is wrong with the journal, in organisers' words."""

    def to_text(self) -> str:
        """For the ledger."""
        moments = {"at": self.at, "oldest": self.oldest, "refused": self.refused}
        said = {name: format_moment(moment) for name, moment in moments.items() if moment}
        return json.dumps({**said, "problems": self.problems, "owed": self.owed, "alarm": self.alarm})

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest letter had been owed."""
        return (self.at - self.oldest).total_seconds() if self.oldest else 0.0


def vitals_of(rows: tuple[Row, ...]) -> Vitals | None:
    """What the catalogue's rows say of it; None if nothing that can be read."""
    try:
        said = json.loads(rows[0][2])
        said |= {name: parse_moment(said[name]) for name in ("at", "oldest", "refused") if name in said}
        return Vitals(**said)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def taken(state: State, outbox: Outbox, now: datetime, problems: int, alarm: str, refused: datetime | None) -> Vitals:
    """The vitals at `now`."""
    waiting = owed(state, outbox, now)
    oldest = min((notice.at for notice in waiting), default=None)
    return Vitals(now, problems, len(waiting), oldest, refused, alarm)
