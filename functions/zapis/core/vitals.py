"""How `sync` found the season when it last looked: what a status page tells and alerts watch. No personal data.

It stands beside the catalogue's revision, so that whoever reads the ledger finds it. Where nothing happens it is
replaced now and then, not each minute: a season at rest costs no writes.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.entries import Row, format_moment, parse_moment
from zapis.core.fold import State
from zapis.core.notices import Outbox, held_up, owed

LEAVE_EVERY = timedelta(minutes=10)
"""How often `sync` leaves its word where nothing is new."""
QUIET = timedelta(minutes=15)
"""So long without its word is trouble."""
SLOW_MAIL = timedelta(minutes=10)


class Vitals(Struct, frozen=True):
    """What `sync` saw at `at`."""

    at: datetime
    problems: int = 0
    """Rows of the catalogue that organisers are asked to mend."""
    owed: int = 0
    """Letters that have not been handed in, whatever the reason."""
    oldest: datetime | None = None
    """Since when the first of them is owed that does not wait for its own mailbox alone."""
    refused: datetime | None = None
    """When Google's quota was last used up."""
    alarm: str = ""
    """What is wrong with the journal, in organisers' words."""

    def to_text(self) -> str:
        """For the ledger."""
        moments = {"at": self.at, "oldest": self.oldest, "refused": self.refused}
        said = {name: format_moment(moment) for name, moment in moments.items() if moment}
        return json.dumps({**said, "problems": self.problems, "owed": self.owed, "alarm": self.alarm})

    def is_news_after(self, left: Vitals) -> bool:
        """Whether it says more than `left`, or `left` grows old."""
        return self.at - left.at >= LEAVE_EVERY or replace(self, at=left.at).to_text() != left.to_text()

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


def alarm_of(word: str) -> str:
    """What such a word says is wrong with the journal; empty if it says nothing of the kind."""
    vitals = vitals_of((("", "", word),))
    return vitals.alarm if vitals else ""


def taken(state: State, outbox: Outbox, now: datetime, problems: int, alarm: str, refused: datetime | None) -> Vitals:
    """The vitals at `now`."""
    waiting = owed(state, outbox, now)
    oldest = min((notice.at for notice in waiting if held_up(notice, outbox)), default=None)
    return Vitals(now, problems, len(waiting), oldest, refused, alarm)
