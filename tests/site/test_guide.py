"""A page for each enterprise and each tour, and what machines are told of them."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from tests.site.conftest import SITE, Programme, ask, slot, visitors
from tests.site.visitor import text


def events(page: httpx.Response) -> list[dict]:
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    return json.loads(block[1])["@graph"] if block else []


def dates(page: httpx.Response) -> list[str]:
    return re.findall(r'href="/slots/([\w-]+)"', page.text)


async def test_an_enterprise_says_what_one_sees_how_to_get_there_and_what_it_asks(site: httpx.AsyncClient):
    said = text(await site.get("/enterprises/plant"))

    for words in (
        "Завод «Москвич»",
        "Здесь собирают автомобили",
        "Как рождается «Москвич»",
        "Вдоль сборочной линии",
        "Волгоградский проспект, 42",
        "Текстильщики, Таганско-Краснопресненская линия",
        "Главная проходная",
        "Паспорт",
        "Закрытая обувь",
        "суббота, 12 декабря, 11:00",
        "свободно 25 из 25",
    ):
        assert words in said
    assert "Плетёнка" not in said


async def test_a_tour_shows_all_its_coming_dates_with_their_seats(site: httpx.AsyncClient):
    await ask(site, "two-seats", visitors=visitors(30))

    page = await site.get("/tours/cars")

    assert dates(page) == ["closed", "cancelled", "closing", "open", "two-seats", "later", "soon"]
    assert "воскресенье, 13 декабря, 11:00 свободно 1 из 2" in text(page)
    assert 'href="/enterprises/plant"' in page.text


async def test_a_tour_says_how_many_may_ask_and_how_often(site: httpx.AsyncClient):
    said = text(await site.get("/tours/cars"))

    assert "В одной заявке до 4 человек" in said
    assert "За сезон с одного адреса не больше 2 заявок" in said


@pytest.mark.parametrize("path", ["/enterprises/nobody", "/tours/nothing", "/tours/%00"])
async def test_what_is_not_offered_has_no_page(site: httpx.AsyncClient, path: str):
    assert (await site.get(path)).status_code == 404


async def test_a_draft_has_no_page_and_is_not_told_to_search_engines(site: httpx.AsyncClient, programme: Programme):
    programme.offer(slot("draft", 7, status=None))

    for path in ("/enterprises/plant", "/tours/cars"):
        assert (await site.get(path)).status_code == 404
    assert "/tours/" not in (await site.get("/sitemap.xml")).text


async def test_a_tour_whose_dates_are_over_still_says_what_it_was(site: httpx.AsyncClient, programme: Programme):
    programme.offer(slot("past", -2))

    said = text(await site.get("/tours/cars"))

    assert "Новых дат пока нет" in said
    assert "Вдоль сборочной линии" in said


@pytest.mark.parametrize("path", ["/", "/calendar", "/embed", "/enterprises/plant", "/tours/cars", "/sitemap.xml"])
async def test_a_reload_of_what_did_not_change_is_a_304(site: httpx.AsyncClient, path: str):
    first = await site.get(path)

    again = await site.get(path, headers={"If-None-Match": first.headers["etag"]})
    await ask(site)
    changed = await site.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert changed.status_code == (304 if path == "/sitemap.xml" else 200)


async def test_a_slot_is_an_event_for_machines(site: httpx.AsyncClient):
    (event,) = events(await site.get("/slots/open"))

    assert event["@type"] == "Event"
    assert event["url"] == f"{SITE}/slots/open"
    assert (event["startDate"], event["endDate"]) == ("2026-12-12T11:00+03:00", "2026-12-12T12:30+03:00")
    assert event["eventStatus"].endswith("/EventScheduled")
    assert event["typicalAgeRange"] == "12-"
    assert event["location"]["address"] == "Волгоградский проспект, 42"
    assert event["offers"]["availability"].endswith("/InStock")


async def test_a_cancelled_slot_is_a_cancelled_event(site: httpx.AsyncClient):
    (event,) = events(await site.get("/slots/cancelled"))

    assert event["eventStatus"].endswith("/EventCancelled")
    assert event["offers"]["availability"].endswith("/SoldOut")


async def test_a_tour_is_as_many_events_as_it_has_dates(site: httpx.AsyncClient):
    page = await site.get("/tours/cars")

    assert [event["url"].rsplit("/", 1)[1] for event in events(page)] == dates(page)


async def test_what_organisers_typed_cannot_end_the_block_for_machines(site: httpx.AsyncClient, programme: Programme):
    programme.describe("</script><script>alert(1)</script>")

    page = await site.get("/slots/open")

    assert "<script>alert" not in page.text
    assert events(page)[0]["description"] == "</script><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Открой#Моспром"),
        ("/calendar", "Календарь визитов"),
        ("/enterprises/plant", "Завод «Москвич»"),
        ("/tours/cars", "Как рождается «Москвич»"),
        ("/slots/open", "Как рождается «Москвич»"),
    ],
)
async def test_a_shared_link_has_a_title_a_text_and_one_address(site: httpx.AsyncClient, path: str, title: str):
    page = await site.get(f"{path}?kind=workshop")
    said = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page.text))

    assert said["title"] == title
    assert said["description"]
    assert said["url"] == f"{SITE}{path}"
    assert f'<link rel="canonical" href="{SITE}{path}">' in page.text
    picture = await site.get(said["image"])
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert "noindex" not in page.text


async def test_the_sitemap_names_every_public_page(site: httpx.AsyncClient):
    sitemap = await site.get("/sitemap.xml")
    addresses = re.findall(r"<loc>([^<]+)</loc>", sitemap.text)

    assert sitemap.headers["content-type"] == "application/xml"
    assert {f"{SITE}/", f"{SITE}/calendar", f"{SITE}/tours/cars", f"{SITE}/enterprises/bakery"} < set(addresses)
    assert f"{SITE}/slots/draft" not in addresses
    assert f"{SITE}/slots/past" not in addresses
    assert {(await site.get(address)).status_code for address in addresses} == {200}


async def test_the_embed_alone_may_stand_in_any_frame(site: httpx.AsyncClient):
    embed, page = await site.get("/embed"), await site.get("/")

    assert "frame-ancestors *" in embed.headers["content-security-policy"]
    assert "script-src 'self'" in embed.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


async def test_the_embed_shows_what_takes_requests_and_opens_it_at_the_top(site: httpx.AsyncClient):
    embed = await site.get("/embed?kind=workshop")

    assert dates(embed) == ["no-line", "bread"]
    assert embed.text.count("<a ") == embed.text.count('target="_top"') == 3
    assert 'href="/?kind=workshop"' in embed.text


async def test_the_calendar_reads_each_day_in_full(site: httpx.AsyncClient):
    page = await site.get("/calendar")
    said = text(page)

    assert "Декабрь 2026" in said
    assert "суббота, 12 декабря: 1 визит, свободно 25 мест" in said
    assert "понедельник, 21 декабря: 1 визит, запись ещё не открылась" in said
    assert "воскресенье, 6 декабря: 1 визит, записаться нельзя" in said
    assert "декабря: визитов нет" in said
    assert 'href="/?date=2026-12-12"' in page.text


async def test_the_calendar_keeps_the_filter_and_gives_it_back(site: httpx.AsyncClient):
    page = await site.get("/calendar?kind=workshop&date=2026-12-12")

    assert 'href="/?date=2026-12-14&amp;kind=workshop"' in page.text
    assert 'href="/?kind=workshop"' in page.text
    assert "2026-12-12" not in page.text


async def test_an_empty_calendar_says_so(site: httpx.AsyncClient):
    assert "Подходящих дней нет" in text(await site.get("/calendar?q=нет+такого"))


async def test_a_season_across_a_new_year_has_each_of_its_months(site: httpx.AsyncClient, programme: Programme):
    programme.offer(slot("open", 11), slot("february", 70))

    said = re.findall(r"<caption>([^<]+)<", (await site.get("/calendar")).text)

    assert said == ["Декабрь 2026", "Январь 2027", "Февраль 2027"]


async def test_a_calendar_begins_with_the_first_visits_week_and_ends_with_the_lasts(
    site: httpx.AsyncClient, programme: Programme
):
    programme.offer(slot("open", 11), slot("later", 18))

    said = text(await site.get("/calendar"))

    assert " 7 декабря: визитов нет" in said
    assert "20 декабря: визитов нет" in said
    assert " 6 декабря: визитов нет" not in said
    assert "21 декабря: визитов нет" not in said
