"""What is to happen in one scenario with real processes, drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.campaign.real.ground import SITES

BEFORE, AFTER, WHENEVER = "before a call is heard", "after it was applied", "at any moment"
SITE_DIES, SITE_STOPS, GOOGLE_DIES = "a site is killed", "a site is told to stop", "Google is killed"
DELIVER_DIES, SYNC_DIES = "deliver is killed between sending and recording", "sync is killed between its calls"
WHILE_PEOPLE_COME = (
    (SITE_DIES, BEFORE),
    (SITE_STOPS, BEFORE),
    (GOOGLE_DIES, BEFORE),
    (SITE_DIES, AFTER),
    (SITE_STOPS, WHENEVER),
    (GOOGLE_DIES, WHENEVER),
    (SITE_DIES, WHENEVER),
    (SITE_STOPS, AFTER),
    (GOOGLE_DIES, AFTER),
)


@dataclass(frozen=True, slots=True)
class Misfortune:
    """Who dies, and when: at a call that is held up, or `moment` seconds after the first click."""

    what: str
    point: str
    victim: str
    moment: float

    @property
    def name(self) -> str:
        return f"{self.what}, {self.point}"


@dataclass(frozen=True, slots=True)
class Click:
    """One press of the button. The same `key` is the same request, the same `who` the same person."""

    at: float
    who: str
    key: str
    seats: int
    site: str


@dataclass(frozen=True, slots=True)
class Wave:
    """People who come at once, and what goes wrong among them."""

    misfortune: Misfortune
    clicks: tuple[Click, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario: two waves of people; one gives seats back in the second. Then the jobs run, or die in it."""

    number: int
    waves: tuple[Wave, ...]
    deliver_dies: str
    sync_dies: str
    """At which point; empty: it lives."""

    @property
    def name(self) -> str:
        return f"scenario {self.number}: {', then '.join(wave.misfortune.name for wave in self.waves)}"


def draw(number: int, misfortunes: Sequence[tuple[str, str]] = WHILE_PEOPLE_COME) -> Plan:
    """The scenario with this number: always the same one."""
    dice = Random(f"real scenario {number}")
    point = (BEFORE, AFTER)[number // 4 % 2]
    return Plan(
        number=number,
        waves=tuple(_wave(2 * number + n, misfortunes, dice) for n in range(2)),
        deliver_dies=point if number % 4 else "",
        sync_dies=point if number % 4 != 1 else "",
    )


def _wave(turn: int, misfortunes: Sequence[tuple[str, str]], dice: Random) -> Wave:
    what, point = misfortunes[turn % len(misfortunes)]
    victim = dice.choice(SITES)
    first = Click(0.0, f"v{turn}-0", f"key-{turn}-0", 1, victim)
    others = [_click(turn, n, dice) for n in range(1, dice.randint(4, 6))]
    return Wave(Misfortune(what, point, victim, dice.uniform(0.0, 0.3)), (first, *others, *_repeated(others, dice)))


def _click(turn: int, n: int, dice: Random) -> Click:
    return Click(dice.uniform(0.0, 0.2), f"v{turn}-{n}", f"key-{turn}-{n}", dice.choice((1, 1, 2)), dice.choice(SITES))


def _repeated(clicks: list[Click], dice: Random) -> list[Click]:
    """A double click at another instance, and a person who asks again under another key."""
    double, again = dice.choice(clicks), dice.choice(clicks)
    return [
        Click(double.at + 0.01, double.who, double.key, double.seats, dice.choice(SITES)),
        Click(again.at + 0.05, again.who, f"{again.key}-again", again.seats, dice.choice(SITES)),
    ]
