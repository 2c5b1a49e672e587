"""Rules are shown before they bite: what an organiser typed of a visit is told alike in card, form, letter and list."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import date

import pytest

from local.demo.season import DemoSeason
from tests.demo.typed import tables
from tests.mail.spec import LINKS, SENDER
from tests.site.conftest import NOW, Programme, ask, client
from zapis.core.catalogue import Catalogue
from zapis.core.notices import Outbox
from zapis.core.organisers import read
from zapis.core.projections import View
from zapis.mail.letters import Letter, Matter, compose
from zapis.publish.rolls import OWN
from zapis.schema import tab
from zapis.voice.conditions import Rule

PLACES = ("card", "form", "letter", "letter as plain text", "list")
TYPED = DemoSeason(
    settings={
        "title": "Открой#Моспром",
        "season_limit": "3",
        "max_party": "5",
        "closes_hours": "48 часов",
        "freezes_hours": "24",
        "email": "visits@mosprom.example",
    },
    enterprises=(
        {
            "name": "Фабрика «Полюс»",
            "address": "Глазурный переулок, 5",
            "documents": "Паспорт; детям — свидетельство о рождении",
            "clothes": "Закрытая обувь.",
            "wheelchair": "помогут",
            "stairs": "есть лифт",
            "noise": "местами",
            "notes": "Жарко у печи",
        },
    ),
    tours=(
        {
            "title": "Конфеты",
            "enterprise": "Фабрика «Полюс»",
            "kind": "экскурсия",
            "minutes": "60",
            "min_age": "6",
            "capacity": "20",
            "max_party": "4",
            "children_per_adult": "3",
            "tasting": "да",
            "opens": "2026-11-20T10:00",
            "bring": "Пакет для конфет",
        },
    ),
    slots=(
        {
            "tour": "Конфеты",
            "day": "11",
            "time": "11:00",
            "capacity": "20",
            "status": "открыта",
            "opens": "",
            "closes": "",
        },
    ),
)
RUSSIAN = {
    Rule.AGE: "Возраст в день визита: с 6 лет",
    Rule.CHILDREN: "Дети: только со взрослыми: один взрослый ведёт не больше 3 детей",
    Rule.TASTING: "Дегустация: только с 18 лет, детям не предлагают",
    Rule.BRING: "Что взять: Пакет для конфет",
    Rule.DOCUMENTS: "Документы: Паспорт; детям — свидетельство о рождении",
    Rule.CLOTHES: "Одежда и обувь: Закрытая обувь",
    Rule.WHEELCHAIR: "На коляске: пройти можно, сотрудники помогут",
    Rule.STAIRS: "Лестницы: есть, но можно на лифте",
    Rule.NOISE: "Шум: местами шумно",
    Rule.NOTES: "Важно знать: Жарко у печи",
    Rule.PARTY: "В одной заявке: до 4 человек, места получает вся группа сразу или никто",
    Rule.SEASON: "За сезон: с одного адреса не больше 3 заявок, лист ожидания тоже считается",
    Rule.OPEN: "Запись: с 20 ноября в 10:00 до 10 декабря в 11:00",
    Rule.FREEZE: "Список предприятию: 11 декабря в 11:00, после этого освободившиеся места не раздаём",
}
ENGLISH = {
    Rule.AGE: "Age on the day of the visit: 6 years and older",
    Rule.CHILDREN: "Children: only with adults: one adult may lead 3 children at most",
    Rule.TASTING: "Tasting: from 18 only, children are not offered any",
    Rule.STAIRS: "Stairs: there are some, but there is a lift",
    Rule.PARTY: "In one registration: up to 4 people, the whole group gets seats or nobody does",
    Rule.SEASON: "In a season: at most 3 registrations of one address, waiting lists included",
    Rule.OPEN: "Registration: from 20 November at 10:00 to 10 December at 11:00",
    Rule.FREEZE: "The company’s list: 11 December at 11:00, seats that become free after that are not given away",
}


@pytest.fixture(scope="module")
def said() -> dict[tuple[str, str], str]:
    """What each place says, by language, once a visitor looked at the catalogue, opened the form and registered."""
    walks = {language: asyncio.run(_walk(language)) for language in ("ru", "en")}
    return {(language, place): plain(words) for language, walk in walks.items() for place, words in walk.items()}


async def _walk(language: str) -> dict[str, str]:
    programme, today = Programme(), NOW.date()
    programme.publish(_catalogue(today))
    async with client(programme.open()) as site:
        catalogue, page = await site.get(f"/{language}/"), await site.get(f"/{language}/slots/row0")
        await ask(site, "row0", language=language)
    letter = _letter(programme)
    found = {
        "card": _part(catalogue.text, "<article", "</article>"),
        "form": _part(page.text, '<form id="form"', "</form>"),
        "letter": _without_tags(letter.html),
        "letter as plain text": letter.text,
        "list": _list(programme),
    }
    await programme.committer.close()
    return found


def _catalogue(today: date) -> Catalogue:
    reading = read(tables(TYPED, today), Catalogue(), today)
    assert reading.problems == []
    return reading.catalogue


def _part(page: str, begins: str, ends: str) -> str:
    return _without_tags(page[page.index(begins) :].partition(ends)[0])


def _without_tags(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text)


def _letter(programme: Programme) -> Letter:
    (registration,), state = programme.registrations(), programme.committer.state
    matter = Matter(
        state.notices[registration.id],
        registration,
        programme.people()[registration.id],
        state.slots[registration.slot].terms,
    )
    return compose(matter, programme.committer.catalogue, SENDER, LINKS)


def _list(programme: Programme) -> str:
    committer = programme.committer
    view = View.of(committer.state, committer.catalogue, programme.people(), Outbox())
    lines, _ = OWN.shows(view, tuple(committer.catalogue.enterprises), set(), NOW)
    columns = [column.key for column in tab("roster", "lines").columns]
    (asked,) = {line[columns.index("asks") - 1] for line in lines.values() if len(line) > 1}
    return str(asked)


def plain(text: str) -> str:
    """Without the difference between spaces, and between a column of labels and labels with a colon."""
    return " ".join(html.unescape(text).replace(":", " ").split())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("rule", Rule)
def test_a_rule_is_told_in_every_place(said: dict[tuple[str, str], str], rule: Rule, place: str):
    assert plain(RUSSIAN[rule]) in said["ru", place]


@pytest.mark.parametrize("place", PLACES[:4])
@pytest.mark.parametrize("rule", ENGLISH)
def test_it_is_told_in_english_to_whoever_reads_that(said: dict[tuple[str, str], str], rule: Rule, place: str):
    assert plain(ENGLISH[rule]) in said["en", place]


def test_an_enterprise_reads_its_list_in_russian_whoever_registered(said: dict[tuple[str, str], str]):
    assert said["en", "list"] == said["ru", "list"]
