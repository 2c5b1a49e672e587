"""A ticket is for a visit: the day after it proves nothing any more, a month after it opens nothing."""

from __future__ import annotations

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme, ask, at
from tests.site.visitor import text
from zapis.core.model import Registration

PAGES = ("", "/cancel", "/move", "/add", "/edit", "/forget", "/data", "/data.json", "/calendar.ics")


@pytest.fixture
async def anna(site: httpx.AsyncClient, programme: Programme) -> Registration:
    """Registered for a visit eleven days from now."""
    await ask(site)
    return programme.registrations()[0]


def ticket(who: Registration) -> str:
    return f"/ticket/{TOKENS.ticket(who.id)}"


async def test_until_the_end_of_its_day_a_ticket_shows_its_code(site, programme, anna):
    programme.now = at(11, 10)

    assert "<svg" in (await site.get(ticket(anna))).text.partition("qr-box")[2]
    assert "Запись действительна" in text(await site.get(f"/show/{TOKENS.shown(anna.id)}"))


async def test_the_day_after_a_ticket_proves_nothing_and_changes_nothing(site, programme, anna):
    programme.now = at(12)
    page = await site.get(ticket(anna))

    assert "Визит прошёл" in text(page)
    assert "qr-box" not in page.text
    assert (await site.get(f"{ticket(anna)}/calendar.ics")).status_code == 404
    assert "Визит уже прошёл" in text(await site.get(f"/show/{TOKENS.shown(anna.id)}"))
    await site.post(f"{ticket(anna)}/cancel", data={"everybody": "1"})
    assert programme.rows("cancelled") == []


async def test_the_day_after_a_person_still_sees_and_deletes_their_data(site, programme, anna):
    programme.now = at(12)

    assert f"{ticket(anna)}/data" in (await site.get(ticket(anna))).text
    assert "Анна Петрова" in text(await site.get(f"{ticket(anna)}/data"))
    assert (await site.post(f"{ticket(anna)}/forget", data={"sure": "1"})).status_code == 303
    assert "Анна" not in programme.people()[anna.id].name


async def test_a_month_after_the_visit_a_ticket_opens_nothing(site, programme, anna):
    programme.now = at(11 + 30, 2)
    answers = [await site.get(ticket(anna) + path) for path in PAGES]
    answers.append(await site.get(f"/show/{TOKENS.shown(anna.id)}"))
    answers.append(await site.post(f"{ticket(anna)}/forget", data={"sure": "1"}))
    bearer = {"Authorization": f"Bearer {TOKENS.ticket(anna.id)}"}
    by_program = await site.get("/api/registrations", headers=bearer)

    assert {answer.status_code for answer in answers} == {410}
    assert all("Петров" not in answer.text for answer in answers)
    assert "Билет отработал своё" in text(answers[0])
    assert (by_program.status_code, by_program.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (410, "gone")


async def test_a_code_opens_no_door(site, anna):
    for door in ("/ticket", "/show", "/gate", "/office", "/slots", "/status"):
        for name in (anna.code, anna.code.replace("-", ""), anna.id):
            assert (await site.get(f"{door}/{name}")).status_code == 404
    for name in (anna.code, anna.id):
        answer = await site.get("/api/registrations", headers={"Authorization": f"Bearer {name}"})
        assert answer.status_code == 401
