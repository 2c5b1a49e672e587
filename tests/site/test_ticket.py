"""The ticket proves, and lets go."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme, ask, at, contact, visitors
from tests.site.visitor import send, text
from zapis.core.model import Registration, Standing


async def holder_of(site: httpx.AsyncClient, programme: Programme, *ages: int) -> tuple[str, Registration]:
    await ask(site, visitors=visitors(*ages))
    registration = programme.registrations()[0]
    return f"/ticket/{TOKENS.ticket(registration.id)}", registration


async def test_a_ticket_says_when_where_and_what_to_bring(site: httpx.AsyncClient, programme: Programme):
    path, registration = await holder_of(site, programme, 34, 12)

    said = text(await site.get(path))

    for words in (
        "в субботу, 12 декабря, в 11:00",
        "Главная проходная",
        "Паспорт",
        "Закрытая обувь",
        "Очки, если носите",
    ):
        assert words in said
    assert registration.code in said


async def test_a_ticket_is_kept_by_no_cache_and_told_to_no_search_engine(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)

    for page in (await site.get(path), await site.get(f"{path}/cancel"), await send(site, key="q" * 24)):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-robots-tag"] == "noindex"
        assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["forged", "%00", "a" * 5000, "ImFiYyI.AAAA"])
@pytest.mark.parametrize("rest", ["", "/cancel", "/calendar.ics"])
async def test_a_forged_ticket_is_not_found(site: httpx.AsyncClient, token: str, rest: str):
    assert (await site.get(f"/ticket/{token}{rest}")).status_code == 404


async def test_a_ticket_signed_for_nobody_is_not_found(site: httpx.AsyncClient):
    assert (await site.get(f"/ticket/{TOKENS.ticket('nobody')}")).status_code == 404


async def test_opening_the_cancel_page_cancels_nothing(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)

    page = await site.get(f"{path}/cancel")

    assert "Отменить заявку?" in text(page)
    assert programme.registrations()[0].standing is Standing.CONFIRMED


async def test_the_whole_party_cancels_once_however_often_it_clicks(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)

    first, second = await asyncio.gather(*(site.post(f"{path}/cancel", data={"everybody": "1"}) for _ in range(2)))
    third = await site.post(f"{path}/cancel", data={"everybody": "1"})

    assert {answer.headers["location"] for answer in (first, second, third)} == {path}
    assert "Заявка отменена" in text(await site.get(path))
    assert len(programme.rows("cancelled")) == 1


async def test_one_of_a_party_can_leave_it(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12, 40)

    await site.post(f"{path}/cancel", data={"member-1": "on", "some": "1"})

    said = text(await site.get(path))
    assert "Вы записаны" in said
    assert "2 человека: 34 года, 40 лет" in said


async def test_cancelling_nobody_is_asked_again(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)

    page = await site.post(f"{path}/cancel", data={"some": "1"})

    assert (page.status_code, "Отметьте хотя бы одного" in text(page)) == (422, True)
    assert programme.rows("cancelled") == []


async def test_after_the_list_has_gone_the_ticket_says_so(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    programme.now = at(10, 2)

    assert "Список передан предприятию" in text(await site.get(path))


async def test_a_visit_that_began_cannot_be_cancelled(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    programme.now = at(12)

    page = await site.get(f"{path}/cancel")
    await site.post(f"{path}/cancel", data={"everybody": "1"})

    assert "Визит уже начался" in text(page)
    assert programme.rows("cancelled") == []


async def test_the_calendar_entry_names_the_visit_and_no_secret(site: httpx.AsyncClient, programme: Programme):
    from icalendar import Calendar

    path, _ = await holder_of(site, programme, 34)

    answer = await site.get(f"{path}/calendar.ics")

    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert event.decoded("dtstart") == at(11, 1)
    assert "Как рождается «Москвич»" in event["summary"]
    assert path.rsplit("/", 1)[1] not in answer.text.replace("\r\n ", "")
    assert TOKENS.registration(str(event["uid"])) is None


async def test_who_waits_has_nothing_for_a_calendar(site: httpx.AsyncClient, programme: Programme):
    await ask(site, "two-seats")
    waiting = await ask(site, "two-seats", "key-2", contact=contact(email="b@example.org"))

    assert (await site.get(f"/ticket/{waiting.json()['ticket']}/calendar.ics")).status_code == 404
