"""Seats that the public does not see, and how who has a code gets one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.site.conftest import BREAD, SLOTS, Programme, ask, slot, visitors
from tests.site.visitor import FORM, fields_of, send, text, ticket
from zapis.core.model import Standing

HELD: dict[str, Any] = {"held": 2, "codes": ("Пресса", "Школа 57")}


@pytest.fixture
def programme() -> Programme:
    programme = Programme()
    programme.offer(*SLOTS, slot("held", 15, capacity=3, **HELD), slot("all-held", 16, BREAD, capacity=2, **HELD))
    return programme


async def test_the_public_does_not_see_held_seats(site: httpx.AsyncClient):
    shown = (await site.get("/api/slots/held")).json()

    assert (shown["capacity"], shown["free"]) == (1, 1)
    assert "свободно 1 из 1" in text(await site.get("/slots/held"))
    assert "Мест нет" in text(await site.get("/slots/all-held"))


async def test_a_code_in_the_link_shows_its_seats_and_books_one(site: httpx.AsyncClient, programme: Programme):
    page = await site.get("/slots/all-held", params={"code": "пресса"})
    answer = await site.post("/slots/all-held", data=fields_of(page) | FORM)

    assert "свободно 2 из 2" in text(page)
    assert "Вы записаны" in text(await ticket(site, answer))
    assert programme.committer.state.slots["all-held"].invited


async def test_a_code_may_be_typed_whatever_its_case_and_spaces(site: httpx.AsyncClient, programme: Programme):
    await send(site, "held", **{"code": " школа57 ", "visitors-1-name": "Маша Котова", "visitors-1-age": "14"})

    (registration,) = programme.registrations()
    assert registration.standing is Standing.CONFIRMED


async def test_a_code_that_opens_nothing_is_told_and_what_was_typed_stays(
    site: httpx.AsyncClient, programme: Programme
):
    answer = await send(site, "held", code="прессса")

    assert answer.status_code == 422
    assert "Такого кода для этого визита нет" in text(answer)
    assert fields_of(answer)["contact-name"] == "Анна Петрова"
    assert programme.registrations() == []


async def test_programs_book_by_codes_too(site: httpx.AsyncClient):
    wrong = await ask(site, "all-held", code="нет такого", visitors=visitors(30))
    right = await ask(site, "all-held", code="пресса", visitors=visitors(30))

    assert [problem["pointer"] for problem in wrong.json()["errors"]] == ["/code"]
    assert right.json()["state"] == "confirmed"


async def test_a_slot_without_codes_asks_for_none(site: httpx.AsyncClient):
    assert "есть код" not in text(await site.get("/slots/open"))
