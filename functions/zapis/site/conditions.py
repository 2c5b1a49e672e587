"""What a visit asks of those who come, and how hard the way is: said once, in the same words on every page.

Only what an organiser said is told: an empty cell is neither a promise nor a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from zapis.core.catalogue import Enterprise, Tour
from zapis.core.russian import NBSP, plural
from zapis.site import russian

MAP = "https://yandex.ru/maps/?text="
"""A map that most visitors have at hand; it is a link to follow, and nothing of it is loaded here."""
WHEELCHAIR: Mapping[str, str] = {
    "yes": "весь маршрут доступен",
    "helped": "пройти можно, сотрудники помогут",
    "no": "маршрут не подходит",
}
STAIRS: Mapping[str, str] = {
    "none": "ступеней нет",
    "lift": "есть, но можно на лифте",
    "only": "есть, без них не пройти",
}
NOISE: Mapping[str, str] = {"quiet": "тихо", "places": "местами шумно", "loud": "шумно на всём маршруте"}

_WHEELCHAIR_MARK: Mapping[str, str] = {"yes": "можно на коляске", "helped": "на коляске с помощью"}
_STAIRS_MARK: Mapping[str, str] = {"none": "без лестниц", "lift": "есть лифт", "only": "лестницы"}
_NOISE_MARK: Mapping[str, str] = {"quiet": "тихо", "places": "местами шумно", "loud": "шумно"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line: the drawing beside it, what it is about, what holds."""

    icon: str
    label: str
    text: str
    url: str = ""
    """Where more of it is to be seen."""


def of_the_way_there(enterprise: Enterprise) -> list[Condition]:
    """Where to go and whom to ask for."""
    return _said(
        Condition("pin", "Где", enterprise.address, MAP + quote(enterprise.address)),
        Condition("metro", "Метро", station(enterprise)),
        Condition("gate", "Место встречи", enterprise.gate),
    )


def of_the_place(enterprise: Enterprise) -> list[Condition]:
    """What the enterprise asks of everybody, and how hard its way is."""
    return _said(
        Condition("card", "Документы", enterprise.documents),
        Condition("boot", "Одежда и обувь", enterprise.clothes),
        Condition("wheel", "На коляске", WHEELCHAIR.get(enterprise.wheelchair, "")),
        Condition("stairs", "Лестницы", STAIRS.get(enterprise.stairs, "")),
        Condition("noise", "Шум", NOISE.get(enterprise.noise, "")),
        Condition("note", "Важно знать", enterprise.notes),
    )


def of_the_tour(tour: Tour, min_age: int, max_age: int) -> list[Condition]:
    """Who may come, with whom, and what to bring. Ages are those of the slot's terms, or the tour's usual ones."""
    return _said(
        Condition("people", "Возраст в день визита", ages(min_age, max_age)),
        Condition("child", "Дети", children(tour.children_per_adult or 0)),
        Condition("bag", "Что взять", tour.bring),
    )


def ages(min_age: int, max_age: int) -> str:
    """Who may come: «с 12 лет», «с 12 до 16 лет», «до 16 лет», «любой»."""
    if max_age >= russian.ANY_AGE:
        return f"с{NBSP}{russian.years_genitive(min_age)}" if min_age else "любой"
    most = f"до{NBSP}{russian.years_genitive(max_age)}"
    return f"с{NBSP}{min_age} {most}" if min_age else most


def children(count: int) -> str:
    """How many children one adult may lead; empty where they may come alone (0)."""
    if not count:
        return ""
    led = f"{count}{NBSP}{plural(count, 'ребёнка', 'детей', 'детей')}"
    return f"только со взрослыми: один взрослый ведёт не{NBSP}больше{NBSP}{led}"


def station(enterprise: Enterprise) -> str:
    """The station with its line, where the line's name says more."""
    metro, line = enterprise.metro, enterprise.line
    if not metro or not line or line in metro:
        return metro
    return f"{metro}, {line}{NBSP}линия" if line.endswith("ая") else f"{metro}, {line}"


def marks(tour: Tour, enterprise: Enterprise) -> list[str]:
    """The same in a word or two each, for a card."""
    way = _WHEELCHAIR_MARK.get(enterprise.wheelchair) or _STAIRS_MARK.get(enterprise.stairs)
    led = "дети со взрослыми" if tour.children_per_adult is not None else None
    papers = "нужен документ" if enterprise.documents else None
    clothes = "особая одежда или обувь" if enterprise.clothes else None
    return [mark for mark in (way, _NOISE_MARK.get(enterprise.noise), led, papers, clothes) if mark]


def _said(*conditions: Condition) -> list[Condition]:
    return list(_with_text(conditions))


def _with_text(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    return (condition for condition in conditions if condition.text)
