"""Robots are told from people without a riddle; and a person who was taken for one comes through."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme
from tests.site.visitor import FORM, fields_of, send, text, ticket
from zapis.site.precautions import SHORTEST, Precautions
from zapis.site.robots import LURE


@pytest.fixture
def programme() -> Programme:
    programme = Programme()
    programme.precautions = Precautions(SHORTEST)
    return programme


async def form(site: httpx.AsyncClient, **changes: str) -> dict[str, str]:
    """The form of a page that was just opened, filled in."""
    return fields_of(await site.get("/slots/open")) | FORM | changes


async def test_a_form_that_a_person_took_time_for_goes_through(site: httpx.AsyncClient, programme: Programme):
    filled = await form(site)
    programme.now += SHORTEST

    assert "Вы записаны" in text(await ticket(site, await site.post("/slots/open", data=filled)))


async def test_a_form_that_lay_open_for_days_goes_through(site: httpx.AsyncClient, programme: Programme):
    filled = await form(site)
    programme.now += timedelta(days=3)

    assert (await site.post("/slots/open", data=filled)).status_code == 303


async def test_what_is_sent_at_once_is_answered_like_success_and_recorded_only_when_it_comes_again(
    site: httpx.AsyncClient, programme: Programme
):
    answer = await site.post("/slots/open", data=await form(site))

    assert answer.status_code == 200
    assert 'data-again="3"' in answer.text
    assert "Проверяем места" in text(answer)
    assert programme.registrations() == []

    programme.now += timedelta(seconds=3)
    again = await site.post("/slots/open", data=fields_of(answer))
    assert "Вы записаны" in text(await ticket(site, again))


@pytest.mark.parametrize(
    "key", ["k" * 24, "", TOKENS.form_key(Programme().now)[:-1] + "?"], ids=["made up", "none", "spoiled"]
)
async def test_a_key_that_no_page_was_given_is_like_a_form_that_came_at_once(
    site: httpx.AsyncClient, programme: Programme, key: str
):
    programme.now += timedelta(days=1)

    assert "Проверяем места" in text(await send(site, key=key))
    assert programme.registrations() == []


async def test_who_fills_in_the_hidden_field_is_answered_like_success_and_a_person_goes_on_with_one_press(
    site: httpx.AsyncClient, programme: Programme
):
    filled = await form(site, **{LURE: "https://cheap.example"})
    programme.now += timedelta(minutes=1)
    answer = await site.post("/slots/open", data=filled)

    assert (answer.status_code, "data-again" in answer.text) == (200, False)
    assert "Заявка получена" in text(answer)
    assert "cheap.example" not in answer.text
    assert programme.registrations() == []

    programme.now += SHORTEST
    assert "Вы записаны" in text(await ticket(site, await site.post("/slots/open", data=fields_of(answer))))


async def test_the_hidden_field_is_out_of_everybodys_way(site: httpx.AsyncClient):
    page = await site.get("/slots/open")
    (field,) = (line for line in page.text.splitlines() if f'name="{LURE}"' in line)

    assert 'aria-hidden="true"' in field
    assert 'tabindex="-1"' in field
    assert 'autocomplete="off"' in field


async def test_who_types_nonsense_in_haste_hears_of_the_nonsense_first(site: httpx.AsyncClient):
    answer = await site.post("/slots/open", data=await form(site, **{"contact-email": "anna"}))

    assert answer.status_code == 422
    assert "Проверьте адрес" in text(answer)
