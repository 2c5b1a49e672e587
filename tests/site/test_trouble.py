"""What a visitor is told while the ledger does not answer, or when the fault is ours."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme, ask, client
from tests.site.visitor import fields_of, send, text, ticket
from zapis.errors import AnswerLost, JournalDisturbed, SheetsUnavailable
from zapis.ledger import committer
from zapis.ledger.port import Append, Fresh, Ledger, Part
from zapis.site.launch import VkApp


class Trouble:
    """Stands between the site and its ledger, and raises what it is told at appends and readings."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.on_append: Exception | None = None
        self.on_read: Exception | None = None

    def anew(self) -> Ledger:
        return self.ledger.anew()

    def now(self) -> Any:
        return self.ledger.now()

    def read(self, *parts: Part) -> Fresh:
        if self.on_read:
            raise self.on_read
        return self.ledger.read(*parts)

    def append(self, rows: Append, *parts: Part) -> Fresh:
        if self.on_append:
            raise self.on_append
        return self.ledger.append(rows, *parts)

    def catalogue(self) -> Sequence[Any]:
        return self.ledger.catalogue()

    def forget(self, registrations: Any) -> None:
        self.ledger.forget(registrations)

    def recall(self) -> None:
        return None

    def people(self, registrations: Any) -> Any:
        return self.read(Part.PEOPLE) and self.ledger.people(registrations)


class Troubled:
    """A site whose ledger can be troubled."""

    def __init__(self, programme: Programme, from_the_start: Exception | None = None, vk: VkApp | None = None) -> None:
        self.ledgers: list[Trouble] = []
        self.from_the_start = from_the_start
        self.app = programme.open(self._between, vk=vk)
        self._committer = programme.committer

    def _between(self, ledger: Ledger) -> Ledger:
        self.ledgers.append(Trouble(ledger))
        self.ledgers[0].on_read = self.from_the_start
        return self.ledgers[0]

    def silence(self) -> None:
        """Neither appends nor readings are answered, and visitors are soon told so."""
        self._committer._patience = 0.1
        self.ledgers[0].on_append = self.ledgers[0].on_read = AnswerLost("lost")

    def relent(self) -> None:
        """All is well again."""
        self._committer._patience = 5
        self.ledgers[0].on_append = self.ledgers[0].on_read = None


async def until_settled(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Send again while the answer is 503, as the page does."""
    async with asyncio.timeout(10):
        while (answer := await send()).status_code == 503:
            pass
    return answer


async def test_while_seats_are_checked_the_page_carries_the_form_and_sends_it_again(programme: Programme):
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        await site.get("/")
        troubled.silence()
        page = await send(site, **{"visitors-1-name": "Маша", "visitors-1-age": "12"})

        assert page.status_code == 503
        assert int(page.headers["retry-after"]) > 0
        assert "Проверяем места, ещё не подтверждено" in text(page)
        assert 'action="/slots/open"' in page.text
        troubled.relent()
        again = fields_of(page)
        answer = await until_settled(lambda: send(site, **again))

        assert "Вы записаны" in text(await ticket(site, answer))
        assert len(programme.registrations()) == 1
    await programme.committer.close()


async def test_the_api_says_that_the_same_key_may_be_sent_again(programme: Programme):
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        await site.get("/")
        troubled.silence()
        answer = await ask(site)

        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.json()["type"] == "urn:zapis:problem:unsettled"
        assert "не запишется дважды" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 0
        troubled.relent()

        assert (await until_settled(lambda: ask(site))).status_code == 201
    await programme.committer.close()


async def test_without_any_reading_the_site_asks_for_patience_and_keeps_the_form(programme: Programme):
    troubled = Troubled(programme, SheetsUnavailable("no answer"))
    async with client(troubled.app) as site:
        assert (await site.get("/healthz")).text == "ok"
        assert troubled.ledgers == []
        for path in ("/", "/slots/open", "/consent/registration", f"/ticket/{TOKENS.ticket('x')}"):
            page = await site.get(path)
            assert (page.status_code, "retry-after" in page.headers) == (503, True)
            assert "no answer" not in page.text
        kept = fields_of(await send(site))

        assert kept["contact-email"] == "anna@example.org"


async def test_beyond_the_bound_a_newcomer_gets_a_kind_page_that_keeps_the_form(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(committer, "LONGEST_QUEUE", 0)
    async with client(programme.open()) as site:
        page, answer = await send(site), await ask(site)

    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "отправьте её снова через несколько секунд" in text(page)
    assert 'action="/slots/open"' in page.text
    assert fields_of(page)["contact-email"] == "anna@example.org"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "urn:zapis:problem:busy"
    await programme.committer.close()


async def test_a_ticket_of_another_instance_is_not_denied_while_nothing_can_be_read(programme: Programme):
    troubled = Troubled(programme)
    mine = programme.committer
    async with client(troubled.app) as site, client(programme.open()) as elsewhere:
        await site.get("/")
        token = (await ask(elsewhere)).json()["ticket"]
        troubled.ledgers[0].on_read = AnswerLost("no answer")
        bearer = {"Authorization": f"Bearer {token}"}
        answers = [await site.get("/api/registrations", headers=bearer), await site.get(f"/ticket/{token}")]
        troubled.ledgers[0].on_read = None
        later = await site.get("/api/registrations", headers=bearer)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert later.status_code == 200
    await mine.close()
    await programme.committer.close()


async def test_while_the_ledger_moves_pages_say_so_and_nothing_typed_is_lost(programme: Programme):
    async with client(programme.open()) as site:
        await site.get("/")
        programme.close_the_ledger()
        page, api, later = await send(site), await ask(site), await site.get("/")

        assert [answer.status_code for answer in (page, api, later)] == [503] * 3
        assert all(int(answer.headers["retry-after"]) > 0 for answer in (page, api, later))
        assert "Переезжаем, это недолго" in text(page)
        assert "Ничего не пропадёт" in text(page)
        assert fields_of(page)["contact-email"] == "anna@example.org"
        assert api.json()["type"] == "urn:zapis:problem:moving"
    await programme.committer.close()


@pytest.mark.parametrize("path", ["/", "/slots/open", "/api/slots"])
async def test_a_disturbed_journal_stops_everything_with_words(programme: Programme, path: str):
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        await site.get("/")
        troubled.ledgers[0].on_append = JournalDisturbed("row 7 is gone")
        refused = await send(site)
        answer = await site.get(path)

        assert (refused.status_code, answer.status_code) == (503, 503)
        assert "row 7" not in refused.text + answer.text
        assert "приостановлена" in html.unescape(answer.text)
    await programme.committer.close()


async def test_a_fault_of_ours_is_a_page_without_a_traceback(programme: Programme, caplog):
    secret = "anna-secret"
    async with client(Troubled(programme, RuntimeError(secret)).app) as site:
        page, api = await send(site), await ask(site)

    assert (page.status_code, api.status_code) == (500, 500)
    assert "У нас ошибка" in text(page)
    assert api.json()["type"] == "urn:zapis:problem:internal"
    assert secret not in page.text + api.text + caplog.text
    assert "RuntimeError" in caplog.text


async def test_logs_hold_nothing_that_a_visitor_sent(programme: Programme, caplog):
    caplog.set_level("DEBUG", logger="zapis")
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        ticketed = await send(site)
        await send(site, **{"contact-name": "<script>"})
        troubled.silence()
        await send(site, "later")
        troubled.relent()
        await site.get(ticketed.headers["location"])
        await site.get("/ticket/forged-token")

    said = caplog.text
    assert "zapis" in said
    secrets = ("anna@example.org", "Анна", "916", "forged-token", ticketed.headers["location"], "script")
    assert not any(secret in said for secret in secrets)
    await programme.committer.close()
