"""A slot says its rules before they bite."""

from __future__ import annotations

import httpx
import pytest

from tests.site.visitor import fields_of, text


async def test_a_slot_shows_its_rules_before_they_bite(site: httpx.AsyncClient):
    said = text(await site.get("/slots/open"))

    for rule in (
        "в субботу, 12 декабря, в 11:00",
        "Волгоградский проспект, 42",
        "Текстильщики",
        "Главная проходная",
        "с 12 лет",
        "Паспорт",
        "Закрытая обувь",
        "Очки, если носите",
        "Две лестницы, местами шумно",
        "Текстильщики, Таганско-Краснопресненская линия",
        "На коляске маршрут не подходит",
        "Лестницы есть, но можно на лифте",
        "Шум шумно на всём маршруте",
        "до 4 человек",
        "За сезон: с одного адреса не больше 2 заявок",
        "Запись: до 11 декабря в 11:00",
        "Список предприятию: 11 декабря в 11:00",
        "первый в очереди, чья группа помещается целиком",
    ):
        assert rule in said


async def test_who_must_lead_the_children_is_said_among_the_facts_and_in_the_form(site: httpx.AsyncClient):
    said = text(await site.get("/slots/bread"))

    assert said.count("только со взрослыми: один взрослый ведёт не больше 3 детей") == 3


async def test_a_slot_leads_to_its_enterprise_and_to_its_other_dates(site: httpx.AsyncClient):
    page = await site.get("/slots/open")

    assert 'href="/enterprises/plant"' in page.text
    assert 'href="/tours/cars"' in page.text


async def test_each_form_has_a_key_of_its_own(site: httpx.AsyncClient):
    first, second = fields_of(await site.get("/slots/open")), fields_of(await site.get("/slots/open"))

    assert first["key"] != second["key"]
    assert len(first["key"]) >= 22


async def test_consent_is_not_given_beforehand_and_going_is(site: httpx.AsyncClient):
    form = fields_of(await site.get("/slots/open"))

    assert not any(name.startswith("consents-") for name in form)
    assert form["visitors-0-going"] == "on"


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("soon", "Запись откроется 4 декабря в 10:00"),
        ("closed", "Запись закрыта"),
        ("cancelled", "Визит отменён"),
        ("past", "Визит уже прошёл"),
    ],
)
async def test_where_nothing_can_be_asked_there_is_no_form(site: httpx.AsyncClient, slot: str, said: str):
    page = await site.get(f"/slots/{slot}")

    assert page.status_code == 200
    assert said in text(page)
    assert 'method="post"' not in page.text


@pytest.mark.parametrize(
    "path", ["/slots/nothing", "/slots/draft", "/slots/%00", "/nowhere", "/consent/spam", "/static/x/y.css"]
)
async def test_what_is_not_there_is_a_page_in_russian(site: httpx.AsyncClient, path: str):
    page = await site.get(path)

    assert page.status_code == 404
    assert "Такой страницы нет" in text(page)
