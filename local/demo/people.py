"""Invented visitors: the parties that ask for a slot, the same every time for the same slot and number.

Names are common, addresses lie under example.com, phones in a group that no operator gives out; nobody
real is written to.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

MEN = {"Иван": "ivan", "Пётр": "petr", "Олег": "oleg", "Тимур": "timur", "Максим": "maxim", "Артём": "artem"}
WOMEN = {"Анна": "anna", "Мария": "maria", "Юлия": "yulia", "Дарья": "daria", "Алина": "alina", "Вера": "vera"}
SURNAMES = {
    "Петров": "petrov",
    "Смирнов": "smirnov",
    "Орлов": "orlov",
    "Зайцев": "zaitsev",
    "Соколов": "sokolov",
    "Журавлёв": "zhuravlev",
    "Медведев": "medvedev",
    "Сорокин": "sorokin",
    "Карпов": "karpov",
    "Лосев": "losev",
    "Галкин": "galkin",
    "Чижов": "chizhov",
}
GROWN, OLD = 18, 67


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who comes; `age` is full years on the day of the visit."""

    name: str
    age: int


@dataclass(frozen=True, slots=True)
class Party:
    """Who writes and who comes. The writer need not be among those who come."""

    name: str
    email: str
    phone: str
    visitors: tuple[Visitor, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a slot takes, and the heads that are to be seated and to stand in line."""

    number: int
    """The slot's number in the season."""
    seats: int
    line: int
    min_age: int
    max_age: int
    max_party: int
    children_per_adult: int = 0


def parties(wanted: Wanted) -> Iterator[Party]:
    """Parties that together are exactly the heads wanted: first those for the seats, then those for the line."""
    chance = random.Random(wanted.number)  # noqa: S311 - the same visitors each time, nothing secret
    sizes = [*_sizes(wanted.seats, wanted.max_party, chance), *_sizes(wanted.line, wanted.max_party, chance)]
    for place, size in enumerate(sizes):
        yield _party(wanted, place, size, chance)


def _sizes(heads: int, most: int, chance: random.Random) -> Iterator[int]:
    while heads:
        size = min(chance.choice((1, 2, 2, 3, 4)), most, heads)
        yield size
        heads -= size


def _party(wanted: Wanted, place: int, size: int, chance: random.Random) -> Party:
    first, last, latin = _name(chance)
    ages = _ages(wanted, size, chance)
    companions = [Visitor(" ".join(_name(chance)[:2]), age) for age in ages[1:]]
    number = wanted.number * 100 + place
    return Party(
        name=f"{first} {last}",
        email=f"{latin}.{number}@example.com",
        phone=f"+7 495 000-{number // 100 % 100:02}-{number % 100:02}",
        visitors=(Visitor(f"{first} {last}", ages[0]), *companions),
    )


def _name(chance: random.Random) -> tuple[str, str, str]:
    """First name, last name, and both as an address has them."""
    woman = chance.random() < 0.6
    first, latin_first = chance.choice([*(WOMEN if woman else MEN).items()])
    last, latin_last = chance.choice([*SURNAMES.items()])
    ending = "а" if woman else ""
    return first, last + ending, f"{latin_first}.{latin_last}{'a' if woman else ''}"


def _ages(wanted: Wanted, size: int, chance: random.Random) -> list[int]:
    """A grown-up first, where grown-ups are taken; the others of any age that is."""
    oldest = min(wanted.max_age, OLD)
    first = chance.randint(min(max(GROWN, wanted.min_age), oldest), oldest)
    youths = max(wanted.min_age, min(GROWN - 1, oldest))
    others = [chance.randint(wanted.min_age, youths) for _ in range(size - 1)]
    led = wanted.children_per_adult
    # Where one grown-up leads so many, the next of the party is grown up, too.
    return [first, *(first if led and place % (led + 1) == 0 else age for place, age in enumerate(others, 1))]
