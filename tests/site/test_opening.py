"""Before registration opens: a form to fill in, one clock for all, and nothing that anybody has to reload."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from tests.site.conftest import NOW, Programme
from tests.site.visitor import FORM, fields_of, send, text, ticket
from zapis.site.opening import COMES_BACK_WITHIN, NEAR, SPREAD

OPENS = NOW + timedelta(days=3)
SECOND = timedelta(seconds=1)


async def test_until_shortly_before_there_is_no_form_and_the_page_says_when_there_will_be(
    site: httpx.AsyncClient, programme: Programme
):
    programme.now = OPENS - NEAR - SECOND
    page = await site.get("/slots/soon")

    assert "contact-name" not in page.text
    assert "Запись откроется 4 декабря в 10:00" in text(page)
    assert "За полчаса до открытия здесь появится форма" in text(page)


async def test_a_page_comes_back_once_when_the_form_is_there_each_at_another_second(
    site: httpx.AsyncClient, programme: Programme
):
    programme.now = OPENS - NEAR - timedelta(minutes=10)
    waits = {int((await site.get("/slots/soon")).headers["refresh"]) for _ in range(30)}

    assert all(600 <= wait < 600 + SPREAD.total_seconds() for wait in waits)
    assert len(waits) > 5


@pytest.mark.parametrize("before", [NEAR + COMES_BACK_WITHIN + SECOND, NEAR, SECOND, timedelta()])
async def test_no_page_reloads_hours_before_or_while_somebody_types(
    site: httpx.AsyncClient, programme: Programme, before: timedelta
):
    programme.now = OPENS - before

    assert "refresh" not in (await site.get("/slots/soon")).headers


async def test_the_form_can_be_filled_in_before_the_moment(site: httpx.AsyncClient, programme: Programme):
    programme.now = OPENS - timedelta(minutes=5)
    page = await site.get("/slots/soon")

    assert 'data-opens-in="300"' in page.text
    assert "Заполните форму заранее" in text(page)
    programme.now = OPENS
    answer = await site.post("/slots/soon", data=fields_of(page) | FORM)
    assert "Вы записаны" in text(await ticket(site, answer))


async def test_what_is_sent_too_early_is_kept_and_goes_by_itself_at_the_moment(
    site: httpx.AsyncClient, programme: Programme
):
    programme.now = OPENS - timedelta(seconds=40)
    answer = await send(site, "soon")

    assert (answer.status_code, answer.headers["retry-after"]) == (409, "40")
    assert 'data-again="40"' in answer.text
    assert "Отправим сами ровно в 10:00" in text(answer)
    assert programme.registrations() == []
    programme.now = OPENS
    again = await site.post("/slots/soon", data=fields_of(answer))
    assert "Вы записаны" in text(await ticket(site, again))


async def test_what_is_sent_days_too_early_is_kept_and_goes_when_its_owner_says_so(site: httpx.AsyncClient):
    answer = await send(site, "soon")

    assert (answer.status_code, "data-again" in answer.text) == (409, False)
    assert "Запись откроется 4 декабря в 10:00" in text(answer)
    assert fields_of(answer)["contact-name"] == "Анна Петрова"


async def test_wrong_fields_are_told_before_the_moment_too(site: httpx.AsyncClient, programme: Programme):
    programme.now = OPENS - timedelta(minutes=5)
    answer = await send(site, "soon", **{"contact-email": "anna"})

    assert answer.status_code == 422
    assert 'data-opens-in="300"' in answer.text


async def test_who_reloads_at_the_moment_has_the_page_already(site: httpx.AsyncClient, programme: Programme):
    programme.now = OPENS
    page = await site.get("/slots/soon")
    again = await site.get("/slots/soon", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    await send(site, "soon")
    fresh = await site.get("/slots/soon", headers={"If-None-Match": page.headers["etag"]})
    assert (fresh.status_code, "свободно 24 из 25" in text(fresh)) == (200, True)


async def test_a_page_that_is_rendered_once_gives_each_visitor_a_key_and_a_countdown(
    site: httpx.AsyncClient, programme: Programme
):
    programme.now = OPENS - timedelta(seconds=300)
    first = await site.get("/slots/soon")
    programme.now += timedelta(seconds=10)
    second = await site.get("/slots/soon")

    assert fields_of(first)["key"] != fields_of(second)["key"]
    assert 'data-opens-in="300"' in first.text
    assert 'data-opens-in="290"' in second.text
    assert first.headers["etag"] == second.headers["etag"]
    assert "private" in first.headers["cache-control"]


async def test_a_device_is_told_what_time_it_is_here(site: httpx.AsyncClient, programme: Programme):
    programme.now = OPENS - timedelta(minutes=5)
    answer = await site.get("/api/slots/soon/opening")
    told = answer.json()

    assert datetime.fromisoformat(told["opens"]) - datetime.fromisoformat(told["now"]) == timedelta(minutes=5)
    assert told["state"] == "not_open_yet"
    assert answer.headers["cache-control"] == "no-store"
    assert (await site.get("/api/slots/nowhere/opening")).status_code == 404
