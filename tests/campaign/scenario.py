"""What is to happen in one scenario, as data; and how it is drawn from a seed.

A scenario is a list of happenings, each by itself: leaving one out leaves the others as they were, which is
how a failing scenario is cut down to its story. Moments are seconds since the scenario began.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

SITES = ("site-1", "site-2", "site-3", "site-4")
SYNCS = ("sync-1", "sync-2")
DELIVERS = ("deliver-1", "deliver-2")
LASTS = 240.0
"""When everybody has acted who will."""


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


@dataclass(frozen=True, slots=True)
class Cancel:
    """Whoever holds the ticket cancels all of the party (`members` empty) or some."""

    at: float
    who: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decide:
    """An organiser's decision about a registration: "move" (to `slot`), "seat over", "attend" or "erase"."""

    at: float
    what: str
    who: str
    slot: str


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


Happening = Ask | Cancel | Decide | Edit | HandEdit | Kill | SyncRun | DeliverRun | Weather

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


def draw(seed: int) -> Scenario:
    """The scenario of a seed: always the same one."""
    return _Drawing(seed).scenario()


class _Drawing:
    """A scenario being drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice = Random(f"scenario {seed}")
        self._sites = SITES[: self._dice.choice((1, 2, 2, 3, 3, 4))]
        self._edited_by_hand = self._chance(0.2)
        """After such an edit no process starts anew: only who read before can notice a shift."""
        self._visitors: list[Ask] = []
        self._slots: tuple[SlotPlan, ...] = ()

    def scenario(self) -> Scenario:
        self._slots = tuple(self._slot(n) for n in range(1, self._dice.choice((1, 1, 2, 3)) + 1))
        self._visitors = [self._ask(n) for n in range(self._dice.randint(4, 14))]
        happenings = [*self._visitors, *self._repeats(), *self._followers(), *self._organisers()]
        happenings += [*self._jobs(), *self._weather(), *self._deaths()]
        if self._edited_by_hand:
            how = self._dice.choice(("delete", "duplicate", "sort", "restore"))
            happenings.append(HandEdit(self._dice.uniform(60, LASTS - 20), how))
        return Scenario(
            seed=self._seed,
            sites=self._sites,
            skews=self._skews(),
            slots=self._slots,
            gone_addresses=frozenset(v.email for v in self._visitors if self._chance(0.06)),
            happenings=tuple(sorted(happenings, key=lambda happening: happening.at)),
        )

    def _chance(self, probability: float) -> bool:
        return self._dice.random() < probability

    def _skews(self) -> dict[str, float]:
        clocks = (*self._sites[1:], *SYNCS, *DELIVERS)
        skews = {name: self._dice.choice((0, 0, 0.7, -1.6, 9, -28, 29, 47, -300)) for name in clocks}
        # Somebody must be able to write, or nobody is ever answered.
        return skews | {self._sites[0]: self._dice.choice((0, 0, 1.2, -20)), SYNCS[0]: 0, DELIVERS[0]: 0}

    def _slot(self, number: int) -> SlotPlan:
        capacity = self._dice.choice((1, 1, 2, 2, 3, 4, 6))
        return SlotPlan(
            id=f"S{number}",
            capacity=capacity,
            usual=capacity + self._dice.choice((0, 1, 3)),
            starts=self._dice.choice((1442, 1443, 3000, 3000, 3000, 5000)),
            opens=self._dice.choice((None, None, None, 1)),
            waiting_list=self._chance(0.8),
            max_party=self._dice.choice((2, 3, 5)),
        )

    def _ask(self, number: int) -> Ask:
        slot = self._dice.choice(self._slots)
        opening = (slot.opens or 0) * 60.0 + 5
        rush = self._chance(0.7)
        return Ask(
            at=opening + (self._dice.uniform(0, 1.5) if rush else self._dice.uniform(0, LASTS - opening)),
            who=f"v{number}",
            slot=slot.id,
            ages=tuple(self._dice.choice((7, 15, 30, 44, 68)) for _ in range(self._dice.choice((1, 1, 1, 2, 2, 3)))),
            waits=self._chance(0.75),
            email=f"v{number}@mail.example",
            key=f"key-{number}",
            doors=(self._door(),),
            patient=self._chance(0.9),
            poisoned=self._chance(0.04),
        )

    def _door(self) -> str:
        return self._dice.choice(self._sites)

    def _repeats(self) -> list[Ask]:
        """Double clicks, one key at two instances, and persons who ask twice under different keys."""
        repeats = []
        for visitor in self._visitors:
            if self._chance(0.15):
                repeats.append(replace(visitor, at=visitor.at + self._dice.uniform(0, 0.6), doors=(self._door(),)))
            if self._chance(0.12):
                other = replace(visitor, who=f"{visitor.who}-again", key=f"{visitor.key}-again", poisoned=False)
                slot = self._dice.choice(self._slots).id if self._chance(0.4) else visitor.slot
                repeats.append(replace(other, at=self._later(visitor), slot=slot, doors=(self._door(),)))
        return repeats

    def _later(self, visitor: Ask) -> float:
        return visitor.at + self._dice.choice((self._dice.uniform(0, 2), self._dice.uniform(2, 90)))

    def _followers(self) -> list[Happening]:
        """What becomes of those who asked."""
        acts: list[Happening] = []
        for visitor in self._visitors:
            at = self._later(visitor)
            if self._chance(0.25):
                members = self._dice.choice(((), (), (0,), (1,)))
                acts += [Cancel(at, visitor.who, members)] * self._dice.choice((1, 1, 2))
            if self._chance(0.12):
                what = self._dice.choice(("move", "move", "seat over", "seat over", "attend", "erase"))
                acts.append(Decide(at, what, visitor.who, self._dice.choice(self._slots).id))
        return acts

    def _organisers(self) -> list[Edit]:
        edits = []
        for _ in range(self._dice.choice((0, 1, 1, 2, 3))):
            slot = self._dice.choice(self._slots)
            cells = self._dice.choice(
                (
                    (("capacity", str(slot.capacity + 1)),),
                    (("capacity", str(slot.capacity + 5)), ("confirm", True)),
                    (("capacity", str(max(slot.capacity - 1, 0))),),
                    (("capacity", str(slot.capacity)),),
                    (("capacity", "много"),),
                    (("status", "закрыта"),),
                    (("status", "открыта"),),
                    (("status", "отменена"), ("confirm", True)),
                    (("time", "14:30"), ("confirm", True)),
                )
            )
            edits.append(Edit(self._dice.uniform(3, LASTS - 60), slot.id, cells))
        return edits

    def _jobs(self) -> list[Happening]:
        runs: list[Happening] = []
        for minute in range(int(LASTS // 60)):
            at = 60.0 * minute + self._dice.uniform(15, 40)
            dawdles, dies = self._dice.choice((0.0, 0.0, 10.0)), self._dice.choice((None, None, None, 1, 2))
            runs.append(DeliverRun(at, DELIVERS[0], dawdles, dies))
            runs.append(SyncRun(at - 5, SYNCS[0], self._dice.choice((0.0, 0.0, 0.0, 12.0))))
            if self._edited_by_hand:
                continue
            if self._chance(0.5):
                runs.append(DeliverRun(at + self._dice.uniform(0, 2), DELIVERS[1]))
            if self._chance(0.5):
                dies = self._dice.choice((None, None, 1, 2, 3, 4, 5))
                runs.append(SyncRun(at + self._dice.uniform(-8, 2), SYNCS[1], self._dice.choice((0.0, 25.0)), dies))
        return [replace(run, dies_after=None) for run in runs] if self._edited_by_hand else runs

    def _weather(self) -> list[Weather]:
        return [self._spell() for _ in range(self._dice.choice((0, 1, 1, 2, 3)))]

    def _spell(self) -> Weather:
        whom = self._dice.choice(("site", "site", "jobs", "mail", "mail"))
        rate = self._dice.choice((0.3, 0.6, 1.0))
        if whom == "mail":
            return Weather(self._dice.choice((0.0, 60.0)), 90, whom, self._dice.choice(MAIL_FAULTS), rate)
        begins = self._dice.choice((0.0, 0.0, self._dice.uniform(0, LASTS - 60)))
        return Weather(begins, self._dice.choice((8, 20, 45)), whom, self._dice.choice(CALL_FAULTS), rate)

    def _deaths(self) -> list[Kill]:
        if self._edited_by_hand:
            return []
        count = self._dice.choice((0, 0, 1, 1, 2))
        return [
            Kill(
                at=self._dice.choice((self._dice.uniform(4, 9), self._dice.uniform(4, LASTS - 30))),
                process=self._door(),
                point=self._dice.choice(("now", "sent", "applied", "applied")),
                gone=self._dice.choice((0.5, 3.0, 20.0)),
            )
            for _ in range(count)
        ]
