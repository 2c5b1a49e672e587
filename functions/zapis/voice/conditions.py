"""What a visit asks of those who come, and how hard the way is: said here, in the same words wherever it is shown.

Each rule is told in the catalogue's card, beside the form, in the letter and in the enterprise's list
(`tests/test_rules_told.py`). Only what an organiser said is told: an empty cell is neither a promise nor a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from urllib.parse import quote

from msgspec import Struct

from zapis.core.catalogue import ALWAYS, Enterprise, Season, Tour
from zapis.core.model import Terms
from zapis.core.rules import ADULT
from zapis.voice import speech
from zapis.voice.speech import counted, typeset
from zapis.voice.tongue import N_, _


class Rule(StrEnum):
    """What a visitor has to know before they ask for a seat."""

    AGE = "age"
    CHILDREN = "children"
    TASTING = "tasting"
    BRING = "bring"
    DOCUMENTS = "documents"
    CLOTHES = "clothes"
    WHEELCHAIR = "wheelchair"
    STAIRS = "stairs"
    NOISE = "noise"
    NOTES = "notes"
    PARTY = "party"
    SEASON = "season"
    OPEN = "open"
    FREEZE = "freeze"


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

_RULES: Mapping[Rule, tuple[str, str]] = {
    Rule.AGE: ("people", N_("Возраст в день визита")),
    Rule.CHILDREN: ("child", N_("Дети")),
    Rule.TASTING: ("glass", N_("Дегустация")),
    Rule.BRING: ("bag", N_("Что взять")),
    Rule.DOCUMENTS: ("card", N_("Документы")),
    Rule.CLOTHES: ("boot", N_("Одежда и обувь")),
    Rule.WHEELCHAIR: ("wheel", N_("На коляске")),
    Rule.STAIRS: ("stairs", N_("Лестницы")),
    Rule.NOISE: ("noise", N_("Шум")),
    Rule.NOTES: ("note", N_("Важно знать")),
    Rule.PARTY: ("people", N_("В одной заявке")),
    Rule.SEASON: ("card", N_("За сезон")),
    Rule.OPEN: ("calendar", N_("Запись")),
    Rule.FREEZE: ("gate", N_("Список предприятию")),
}
"""The drawing beside a rule, and what it is about."""
_WHEELCHAIR_MARK: Mapping[str, str] = {"yes": N_("можно на коляске"), "helped": N_("на коляске с помощью")}
_STAIRS_MARK: Mapping[str, str] = {"none": N_("без лестниц"), "lift": N_("есть лифт"), "only": N_("лестницы")}
_NOISE_MARK: Mapping[str, str] = {"quiet": N_("тихо"), "places": N_("местами шумно"), "loud": N_("шумно")}


class Condition(Struct, frozen=True):
    """One line: the drawing beside it, what it is about, what holds."""

    icon: str
    label: str
    text: str
    url: str = ""
    """Where more of it is to be seen."""
    rule: Rule | None = None
    """Which rule it is; None for a fact that nobody can break."""


def of_the_way_there(enterprise: Enterprise) -> list[Condition]:
    """Where to go and whom to ask for."""
    return _said(
        Condition("pin", _("Где"), enterprise.address, MAP + quote(enterprise.address)),
        Condition("metro", _("Метро"), station(enterprise)),
        Condition("gate", _("Место встречи"), enterprise.gate),
    )


def of_the_visit(tour: Tour, enterprise: Enterprise, terms: Terms) -> list[Condition]:
    """All rules of one visit: who may come, what the place asks, how seats are given."""
    return [*of_the_tour(tour, terms), *of_the_place(enterprise), *of_registering(terms)]


def of_the_tour(tour: Tour, limits: Tour | Terms) -> list[Condition]:
    """Who may come, with whom, and what to bring. `limits`: the visit's terms, or the tour's usual ones."""
    return _said(
        _rule(Rule.AGE, ages(limits.min_age, limits.max_age)),
        _rule(Rule.CHILDREN, children(limits.children_per_adult or 0)),
        _rule(Rule.TASTING, tasting(tour, limits.min_age)),
        _rule(Rule.BRING, tour.bring),
    )


def of_the_place(enterprise: Enterprise) -> list[Condition]:
    """What the enterprise asks of everybody, and how hard its way is."""
    return _said(
        _rule(Rule.DOCUMENTS, enterprise.documents),
        _rule(Rule.CLOTHES, enterprise.clothes),
        _rule(Rule.WHEELCHAIR, _(WHEELCHAIR.get(enterprise.wheelchair, ""))),
        _rule(Rule.STAIRS, _(STAIRS.get(enterprise.stairs, ""))),
        _rule(Rule.NOISE, _(NOISE.get(enterprise.noise, ""))),
        _rule(Rule.NOTES, enterprise.notes),
    )


def of_asking(limits: Tour | Terms, season: Season | Terms) -> list[Condition]:
    """How many may ask together, and how often. `limits` and `season`: a visit's terms, or what is usual."""
    return _said(_rule(Rule.PARTY, party(limits)), _rule(Rule.SEASON, a_season(season)))


def of_registering(terms: Terms) -> list[Condition]:
    """How many may ask, how often, from when until when, and when the list is final."""
    return _said(
        *of_asking(terms, terms),
        _rule(Rule.OPEN, registration(terms)),
        _rule(Rule.FREEZE, freeze(terms)),
    )


def in_one_line(conditions: Iterable[Condition]) -> str:
    """For a cell of a sheet: «Документы: паспорт. Шум: тихо»."""
    return ". ".join(f"{condition.label}: {' '.join(condition.text.split()).rstrip('.')}" for condition in conditions)


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


def tasting(tour: Tour, min_age: int) -> str:
    """Who may taste; empty where nothing is tasted that children must not."""
    if not tour.tasting:
        return ""
    return _("с 18 лет, как и весь визит") if min_age >= ADULT else _("только с 18 лет, детям не предлагают")


def party(limits: Tour | Terms) -> str:
    """How many may come together."""
    people = speech.people_genitive(limits.max_party)
    return typeset(_("до %(people)s, места получает вся группа сразу или никто") % {"people": people})


def a_season(season: Season | Terms) -> str:
    """How often one person may ask."""
    limit = counted("%d заявки", "%d заявок", season.season_limit)
    return typeset(_("с одного адреса не больше %(limit)s, лист ожидания тоже считается") % {"limit": limit})


def registration(terms: Terms) -> str:
    """From when until when requests are taken."""
    closes = speech.deadline(terms.closes)
    if terms.opens <= ALWAYS:
        return typeset(_("до %(closes)s") % {"closes": closes})
    return typeset(_("с %(opens)s до %(closes)s") % {"opens": speech.deadline(terms.opens), "closes": closes})


def freeze(terms: Terms) -> str:
    """When the enterprise has its list."""
    when = speech.deadline(terms.freezes)
    return typeset(_("%(when)s, после этого освободившиеся места не раздаём") % {"when": when})


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
    tastes = N_("дегустация 18+") if tour.tasting else None
    papers = N_("нужен документ") if enterprise.documents else None
    clothes = N_("особая одежда или обувь") if enterprise.clothes else None
    return [_(mark) for mark in (way, _NOISE_MARK.get(enterprise.noise), led, tastes, papers, clothes) if mark]


def _rule(rule: Rule, text: str) -> Condition:
    icon, label = _RULES[rule]
    return Condition(icon, _(label), text, rule=rule)


def _said(*conditions: Condition) -> list[Condition]:
    return list(_with_text(conditions))


def _with_text(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    return (condition for condition in conditions if condition.text)
