"""«Потеряли письмо?»: the address gets its links, and who asks learns nothing."""

from __future__ import annotations

import httpx
import pytest

from tests.site.conftest import Programme, ask, at, client, contact, visitors
from tests.site.test_trouble import Troubled
from tests.site.visitor import fields_of, text


async def asked(site: httpx.AsyncClient, email: str) -> httpx.Response:
    return await site.post("/lost", data=fields_of(await site.get("/lost")) | {"contact-email": email})


async def test_all_that_an_address_holds_is_mailed_again(site: httpx.AsyncClient, programme: Programme):
    for slot in ("open", "later"):
        await ask(site, slot, slot)
    await ask(site, "bread", "other", contact=contact(email="boris@example.org"), visitors=visitors(30))
    before = {id: notice.id for id, notice in programme.committer.state.notices.items()}

    await asked(site, " Anna@EXAMPLE.org ")

    anna, again, boris = programme.registrations()
    after = {id: notice.id for id, notice in programme.committer.state.notices.items()}
    assert after[boris.id] == before[boris.id]
    assert after[anna.id] != before[anna.id]
    assert after[again.id] != before[again.id]


async def test_the_answer_and_its_cost_are_the_same_for_a_strangers_address(
    site: httpx.AsyncClient, programme: Programme
):
    await ask(site)

    known, unknown = await asked(site, "anna@example.org"), await asked(site, "nobody@example.org")

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("anna@", "nobody@") == unknown.text
    assert "Проверьте почту" in text(unknown)
    assert len(programme.rows("mail_asked")) == 2
    assert "example.org" not in str(programme.rows("mail_asked"))


async def test_nobody_fills_a_strangers_mailbox_by_asking(site: httpx.AsyncClient, programme: Programme):
    await ask(site)

    for _ in range(5):
        answer = await asked(site, "anna@example.org")

    assert answer.status_code == 200
    assert len(programme.rows("mail_asked")) == 1
    programme.now = at(0, 0.2)
    await asked(site, "anna@example.org")
    assert len(programme.rows("mail_asked")) == 2


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a" * 300 + "@example.org"])
async def test_an_address_that_is_none_is_said_beside_its_field(site: httpx.AsyncClient, email: str):
    page = await asked(site, email)

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert fields_of(page)["contact-email"] == email


async def test_while_the_ledger_is_silent_the_address_stays_in_its_field(programme: Programme):
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        await ask(site)
        troubled.silence()

        page = await asked(site, "anna@example.org")

    assert page.status_code == 503
    assert fields_of(page)["contact-email"] == "anna@example.org"
    troubled.relent()
    await programme.committer.close()


async def test_a_slip_in_the_address_is_mended_with_one_click(site: httpx.AsyncClient):
    page = await asked(site, "anna@gmial.com")

    assert "Вы имели в виду anna@gmail.com?" in text(page)
    assert 'name="contact-email" value="anna@gmail.com"' in page.text
    assert "Вы имели в виду" not in text(await asked(site, "anna@gmail.com"))
