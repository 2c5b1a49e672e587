"""What is to happen in one scenario with real processes, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.campaign.real.ground import SITES

BEFORE, AFTER, WHENEVER = "before Google hears of it", "after Google applied it", "at any moment"
SITE_DIES, SITE_STOPS, GOOGLE_DIES = "a site is killed", "a site is told to stop", "Google is killed"
DELIVER_DIES, SYNC_DIES = "deliver is killed between sending and recording", "sync is killed between its calls"
MISFORTUNES = (
    (SITE_DIES, BEFORE),
    (SITE_DIES, AFTER),
    (SITE_DIES, WHENEVER),
    (SITE_STOPS, BEFORE),
    (GOOGLE_DIES, BEFORE),
    (GOOGLE_DIES, WHENEVER),
    (DELIVER_DIES, BEFORE),
    (DELIVER_DIES, AFTER),
    (SYNC_DIES, BEFORE),
    (SYNC_DIES, AFTER),
)


@dataclass(frozen=True, slots=True)
class Click:
    """One press of the button. The same `key` is the same request, the same `who` the same person."""

    at: float
    who: str
    key: str
    seats: int
    site: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario: who comes, and what goes wrong. `moment` is seconds after the first click."""

    number: int
    misfortune: str
    point: str
    victim: str
    moment: float
    clicks: tuple[Click, ...]
    gives_back: bool
    """Whether one who has a seat cancels in the end."""

    @property
    def name(self) -> str:
        return f"scenario {self.number}: {self.misfortune}, {self.point}"


def draw(number: int) -> Plan:
    """The scenario with this number: always the same one."""
    dice = Random(f"real scenario {number}")
    misfortune, point = MISFORTUNES[number % len(MISFORTUNES)]
    victim = dice.choice(SITES)
    first = Click(0.0, f"v{number}-0", f"key-{number}-0", 1, victim)
    others = [_click(number, n, dice) for n in range(1, dice.randint(5, 8))]
    return Plan(
        number=number,
        misfortune=misfortune,
        point=point,
        victim=victim,
        moment=dice.uniform(0.0, 0.3),
        clicks=(first, *others, *_repeated(others, dice)),
        gives_back=dice.random() < 0.5,
    )


def _click(number: int, n: int, dice: Random) -> Click:
    return Click(
        dice.uniform(0.0, 0.2), f"v{number}-{n}", f"key-{number}-{n}", dice.choice((1, 1, 2)), dice.choice(SITES)
    )


def _repeated(clicks: list[Click], dice: Random) -> list[Click]:
    """A double click at another instance, and a person who asks again under another key."""
    double, again = dice.choice(clicks), dice.choice(clicks)
    return [
        Click(double.at + 0.01, double.who, double.key, double.seats, dice.choice(SITES)),
        Click(again.at + 0.05, again.who, f"{again.key}-again", again.seats, dice.choice(SITES)),
    ]
