"""What a visit asks of those who come, and how hard the way is: said once, in the same words on every page.

Only what an organiser said is told: an empty cell is neither a promise nor a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from zapis.core.catalogue import Enterprise, Tour
from zapis.voice import speech
from zapis.voice.speech import counted, typeset
from zapis.voice.tongue import N_, _

MAP = "https://yandex.ru/maps/?text="
"""A map that most visitors have at hand; it is a link to follow, and nothing of it is loaded here."""
WHEELCHAIR: Mapping[str, str] = {
    "yes": N_("весь маршрут доступен"),
    "helped": N_("пройти можно, сотрудники помогут"),
    "no": N_("маршрут не подходит"),
}
STAIRS: Mapping[str, str] = {
    "none": N_("ступеней нет"),
    "lift": N_("есть, но можно на лифте"),
    "only": N_("есть, без них не пройти"),
}
NOISE: Mapping[str, str] = {"quiet": N_("тихо"), "places": N_("местами шумно"), "loud": N_("шумно на всём маршруте")}

_WHEELCHAIR_MARK: Mapping[str, str] = {"yes": N_("можно на коляске"), "helped": N_("на коляске с помощью")}
_STAIRS_MARK: Mapping[str, str] = {"none": N_("без лестниц"), "lift": N_("есть лифт"), "only": N_("лестницы")}
_NOISE_MARK: Mapping[str, str] = {"quiet": N_("тихо"), "places": N_("местами шумно"), "loud": N_("шумно")}


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
        Condition("pin", _("Где"), enterprise.address, MAP + quote(enterprise.address)),
        Condition("metro", _("Метро"), station(enterprise)),
        Condition("gate", _("Место встречи"), enterprise.gate),
    )


def of_the_place(enterprise: Enterprise) -> list[Condition]:
    """What the enterprise asks of everybody, and how hard its way is."""
    return _said(
        Condition("card", _("Документы"), enterprise.documents),
        Condition("boot", _("Одежда и обувь"), enterprise.clothes),
        Condition("wheel", _("На коляске"), _(WHEELCHAIR.get(enterprise.wheelchair, ""))),
        Condition("stairs", _("Лестницы"), _(STAIRS.get(enterprise.stairs, ""))),
        Condition("noise", _("Шум"), _(NOISE.get(enterprise.noise, ""))),
        Condition("note", _("Важно знать"), enterprise.notes),
    )


def of_the_tour(tour: Tour, min_age: int, max_age: int) -> list[Condition]:
    """Who may come, with whom, and what to bring. Ages are those of the slot's terms, or the tour's usual ones."""
    return _said(
        Condition("people", _("Возраст в день визита"), ages(min_age, max_age)),
        Condition("child", _("Дети"), children(tour.children_per_adult or 0)),
        Condition("bag", _("Что взять"), tour.bring),
    )


def ages(min_age: int, max_age: int) -> str:
    """Who may come: «с 12 лет», «с 12 до 16 лет», «до 16 лет», «любой»."""
    least, most = speech.years_genitive(min_age), speech.years_genitive(max_age)
    if max_age >= speech.ANY_AGE:
        return typeset(_("с %(least)s") % {"least": least}) if min_age else _("любой")
    if not min_age:
        return typeset(_("до %(most)s") % {"most": most})
    return typeset(_("с %(least)d до %(most)s") % {"least": min_age, "most": most})


def children(count: int) -> str:
    """How many children one adult may lead; empty where they may come alone (0)."""
    if not count:
        return ""
    led = counted("%d ребёнка", "%d детей", count)
    return typeset(_("только со взрослыми: один взрослый ведёт не больше %(children)s") % {"children": led})


def station(enterprise: Enterprise) -> str:
    """The station with its line, where the line's name says more."""
    metro, line = enterprise.metro, enterprise.line
    if not metro or not line or line in metro:
        return metro
    return f"{metro}, {_('%(line)s линия') % {'line': line}}" if line.endswith("ая") else f"{metro}, {line}"


def marks(tour: Tour, enterprise: Enterprise) -> list[str]:
    """The same in a word or two each, for a card."""
    way = _WHEELCHAIR_MARK.get(enterprise.wheelchair) or _STAIRS_MARK.get(enterprise.stairs)
    led = N_("дети со взрослыми") if tour.children_per_adult is not None else None
    papers = N_("нужен документ") if enterprise.documents else None
    clothes = N_("особая одежда или обувь") if enterprise.clothes else None
    return [_(mark) for mark in (way, _NOISE_MARK.get(enterprise.noise), led, papers, clothes) if mark]


def _said(*conditions: Condition) -> list[Condition]:
    return list(_with_text(conditions))


def _with_text(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    return (condition for condition in conditions if condition.text)
