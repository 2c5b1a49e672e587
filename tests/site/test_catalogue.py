"""The page that shows what is offered, and its filter."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.site.conftest import Programme, ask, at, client, contact, slot, visitors
from tests.site.visitor import fields_of, text


async def test_the_catalogue_groups_coming_slots_by_day(site: httpx.AsyncClient):
    page = await site.get("/")

    days = re.findall(r'<h2 id="day-([\d-]+)"', page.text)
    links = re.findall(r'href="/slots/([\w-]+)"', page.text)
    assert days == sorted(days)
    assert links == ["closed", "cancelled", "closing", "open", "two-seats", "no-line", "bread", "later", "soon"]


async def test_a_day_that_is_over_is_folded_until_somebody_asks_for_it(site: httpx.AsyncClient):
    everything, asked = await site.get("/"), await site.get("/?date=2026-12-06")

    assert everything.text.count("<details><summary>") == 2
    assert "6 декабря, воскресенье 1 визит, записаться уже нельзя" in text(everything)
    assert "<details><summary>" not in asked.text


async def test_cards_say_in_words_what_can_be_had(site: httpx.AsyncClient):
    for n in range(2):
        await ask(site, "two-seats", f"key-{n}", contact=contact(email=f"v{n}@example.org"), visitors=visitors(30))
    await ask(site, "no-line", "key-3", contact=contact(email="v3@example.org"), visitors=visitors(30))

    said = text(await site.get("/"))

    for words in ("свободно 25 из 25", "лист ожидания", "мест нет", "запись с 4 декабря в 10:00", "запись закрыта"):
        assert words in said
    assert "отменена" in said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=москвич+линии", ["closed", "cancelled", "closing", "open", "two-seats", "later", "soon"]),
        ("q=ТЁПЛАЯ", ["no-line", "bread"]),
        ("q=теплая", ["no-line", "bread"]),
        ("date=2026-12-12", ["open"]),
        ("kind=workshop", ["no-line", "bread"]),
        ("enterprise=bakery", ["no-line", "bread"]),
        ("seats=2", ["closing", "open", "two-seats", "bread", "later"]),
        ("seats=5", []),
        ("metro=Текстильщики&seats=1", ["closing", "open", "two-seats", "later"]),
        ("metro=Таганско-Краснопресненская&date=2026-12-12", ["open"]),
        ("step_free=on&date=2026-12-12", ["open"]),
        ("wheelchair=on", ["no-line", "bread"]),
        ("quiet=on&wheelchair=on", ["no-line", "bread"]),
        ("quiet=on&step_free=on", []),
        ("age=7", ["no-line", "bread"]),
        ("age=7&seats=2", ["bread"]),
        ("q=нет+такого", []),
    ],
)
async def test_the_filter_lives_in_the_address(site: httpx.AsyncClient, query: str, found: list[str]):
    page = await site.get(f"/?{query}")

    assert re.findall(r'href="/slots/([\w-]+)"', page.text) == found
    assert ("ничего не нашлось" in text(page)) is (found == [])


async def test_the_filter_keeps_what_was_asked(site: httpx.AsyncClient):
    page = await site.get('/?q="><script>&seats=2&age=7&kind=workshop')

    assert "<script>" not in page.text
    assert fields_of(page)["q"] == '"><script>'
    assert (fields_of(page)["seats"], fields_of(page)["age"]) == ("2", "7")
    assert '<option value="workshop" selected>' in page.text


async def test_the_form_shows_the_metro_and_the_needs_that_were_asked_for(site: httpx.AsyncClient):
    page = await site.get("/?metro=Текстильщики&step_free=on")

    assert '<optgroup label="Таганско-Краснопресненская">' in page.text
    assert "<option selected>Текстильщики</option>" in page.text
    assert fields_of(page).get("step_free") == "on"
    assert "wheelchair" not in fields_of(page)


async def test_a_card_says_how_hard_the_way_is_and_leads_to_its_enterprise(site: httpx.AsyncClient):
    page = await site.get("/?kind=workshop")

    assert "на коляске с помощью, тихо, дети со взрослыми" in text(page)
    assert 'href="/enterprises/bakery"' in page.text


async def test_a_reload_of_the_same_catalogue_is_a_304(site: httpx.AsyncClient):
    first = await site.get("/")

    again = await site.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


async def test_a_seat_taken_changes_the_catalogue_at_once(site: httpx.AsyncClient):
    first = await site.get("/")
    await ask(site)

    again = await site.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 200
    assert "свободно 23 из 25" in text(again)


async def test_registration_opens_in_the_catalogue_at_its_minute(site: httpx.AsyncClient, programme: Programme):
    assert "запись с 4 декабря" in text(await site.get("/"))
    programme.now = at(3)

    assert "запись с 4 декабря" not in text(await site.get("/"))


async def test_all_instances_give_the_same_catalogue_the_same_etag(site: httpx.AsyncClient, programme: Programme):
    first, mine = await site.get("/"), programme.committer
    async with client(programme.open()) as other:
        second = await other.get("/")
    await programme.committer.close()
    programme.committer = mine

    assert first.headers["etag"] == second.headers["etag"]


async def test_an_empty_catalogue_says_so(site: httpx.AsyncClient, programme: Programme):
    programme.offer(slot("draft", 3, status=None))

    assert "Скоро здесь появится расписание" in text(await site.get("/"))
