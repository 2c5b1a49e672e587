"""What is to happen in one scenario, as data.

A scenario is a list of happenings, each by itself: leaving one out leaves the others as they were, which is
how a failing scenario is cut down to its story. Moments are seconds since the scenario began.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

SITES = ("site-1", "site-2", "site-3", "site-4")
SYNCS = ("sync-1", "sync-2")
DELIVERS = ("deliver-1", "deliver-2")
LASTS = 240.0
"""When everybody has acted who will."""
CODE = "школа"
"""What opens held seats, wherever some are held."""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """A slot as the organiser typed it. Minutes are from the scenario's beginning."""

    id: str
    capacity: int
    usual: int
    starts: int
    opens: int | None
    waiting_list: bool
    max_party: int
    children_per_adult: int = 0
    held: int = 0
    """Seats for those who know `CODE`."""
    release: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A visitor asks for seats, and asks again with the same key until told. Each of `doors` is one click."""

    at: float
    who: str
    slot: str
    ages: tuple[int, ...]
    waits: bool
    email: str
    key: str
    doors: tuple[str, ...]
    patient: bool = True
    """Whether the page is left open until it has an answer."""
    poisoned: bool = False
    """Google finds something wrong with this very entry."""
    code: str = ""
    confirms_after: float | None = None
    """Seconds until the address is confirmed by its letter's link; None: the page proved itself, and nobody asks."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Whoever holds the ticket cancels all of the party (`members` empty) or some."""

    at: float
    who: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Whoever holds the ticket changes it: "move" (to `slot`), "join", "correct", "mail again" or "forget"."""

    at: float
    what: str
    who: str
    slot: str
    ages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decide:
    """What is decided about a registration at once: "seat over", "attend", "came", "undone" or "withdraw"."""

    at: float
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class Errand:
    """An organiser chooses `action` beside a registration, or clears the cell (an empty one)."""

    at: float
    who: str
    action: str


@dataclass(frozen=True, slots=True)
class Tick:
    """An enterprise ticks a visitor in its roster as having come, or takes the tick back."""

    at: float
    who: str
    member: int
    came: bool


@dataclass(frozen=True, slots=True)
class Move:
    """An operator closes the ledger for its move and lets it go on after all; the rules in force are raised then."""

    at: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Edit:
    """An organiser types into the timetable; `value` is text, or True for a tick."""

    at: float
    slot: str
    cells: tuple[tuple[str, str | bool], ...]


@dataclass(frozen=True, slots=True)
class HandEdit:
    """Somebody edits the journal's rows: "delete", "duplicate", "sort" or "restore"."""

    at: float
    how: str


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9: "now", or when the next append was "sent" or "applied"; it is back after `gone` seconds."""

    at: float
    process: str
    point: str
    gone: float


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One run of sync. It may dawdle between reading and writing, or die after so many calls."""

    at: float
    process: str
    dawdles: float = 0.0
    dies_after: int | None = None


@dataclass(frozen=True, slots=True)
class DeliverRun:
    """One run of deliver. It may dawdle before it writes; it may die after so many letters, before it records them."""

    at: float
    process: str
    dawdles: float = 0.0
    dies_after: int | None = None


@dataclass(frozen=True, slots=True)
class Weather:
    """For a while, calls from `whom` (site, jobs, mail) meet `fault` with this probability."""

    at: float
    lasts: float
    whom: str
    fault: str
    rate: float


Happening = (
    Ask | Cancel | Change | Decide | Errand | Tick | Edit | Move | HandEdit | Kill | SyncRun | DeliverRun | Weather
)

CALL_FAULTS = ("quota", "lost", "dropped", "stall", "stall, applied", "unavailable", "slow", "stale")
MAIL_FAULTS = ("busy", "stall", "refuses us", "answer lost")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story's plan. `skews` are seconds by which a process's clock is wrong."""

    seed: int
    sites: tuple[str, ...]
    skews: dict[str, float]
    slots: tuple[SlotPlan, ...]
    gone_addresses: frozenset[str] = frozenset()
    """Addresses that no mail server knows."""
    happenings: tuple[Happening, ...] = field(default=())

    def without(self, left_out: set[int]) -> Scenario:
        """The same scenario, but for the happenings at these positions."""
        return replace(self, happenings=tuple(h for n, h in enumerate(self.happenings) if n not in left_out))
