"""Google does not answer for an hour, from the minute on in which the season opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaign import actors, run
from tests.campaign.drawing import draw
from tests.campaign.run import play
from tests.campaign.scenario import DELIVERS, SITES, SYNCS, Ask, DeliverRun, Edit, Scenario, SlotPlan, SyncRun, Weather
from tests.site.conftest import PLANT, TOKENS, Programme, ask, at, client
from tests.site.conftest import programme as programme
from tests.site.test_trouble import Troubled, until_settled
from tests.site.visitor import fields_of, send, text, ticket
from zapis.core.model import Standing
from zapis.errors import AnswerLost
from zapis.site import status

HOUR = 3600.0
GATE = f"/gate/{TOKENS.gate(PLANT.id)}"
STATUS = f"/status/{TOKENS.status()}"


@pytest.fixture
def silent(programme: Programme) -> Troubled:
    """A site that knew the season before Google fell silent."""
    return Troubled(programme)


async def test_a_citizen_still_sees_the_programme_and_is_told_that_seats_are_being_checked(
    programme: Programme, silent: Troubled
):
    async with client(silent.app) as site:
        await site.get("/")
        silent.silence()
        catalogue, answer = await site.get("/"), await send(site)

        assert catalogue.status_code == 200
        assert "Как рождается" in text(catalogue)
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
        assert "Проверяем места, ещё не подтверждено" in text(answer)
        silent.relent()
        again = await until_settled(lambda: send(site, **fields_of(answer)))
        assert "Вы записаны" in text(await ticket(site, again))
    await programme.committer.close()


async def test_a_citizen_at_an_instance_that_knows_nothing_yet_is_asked_for_patience(programme: Programme):
    cold = Troubled(programme, AnswerLost("lost"))
    async with client(cold.app) as site:
        page = await site.get("/")

    assert (page.status_code, int(page.headers["retry-after"])) == (503, 15)
    assert "ничего из записанного не пропало" in text(page)
    await programme.committer.close()


async def test_an_organiser_reads_that_the_journal_does_not_answer(
    programme: Programme, silent: Troubled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(status, "SILENT", 0.0)
    programme.leave_word()
    async with client(silent.app) as site:
        await site.get("/")
        silent.silence()
        page = await site.get(STATUS)

    assert page.status_code == 200
    assert "Журнал не отвечает" in text(page)
    await programme.committer.close()


async def test_a_guard_keeps_todays_list_with_its_names(programme: Programme, silent: Troubled):
    async with client(silent.app) as site:
        await ask(site)
        programme.now = at(11, -1)
        await site.get(GATE)
        silent.silence()
        programme.now = at(11, 0)
        page = text(await site.get(GATE))

    assert "Анна Петрова" in page
    assert "Маша Петрова" in page
    await programme.committer.close()


def test_whoever_asked_meanwhile_is_answered_afterwards_and_every_letter_goes(monkeypatch: pytest.MonkeyPatch):
    """On the simulated clock: forty people, three instances, one page each that asks again until it is told."""
    for module in (actors, run):
        monkeypatch.setattr(module, "GIVES_UP_AFTER", 2 * HOUR)

    outcome = play(_the_hour())

    assert outcome.failures == []
    assert outcome.answers == PEOPLE
    confirmed = [
        what
        for _at, who, what in outcome.tale
        if who.startswith("v") and "is told" in what and Standing.CONFIRMED in what
    ]
    assert len(confirmed) == SEATS


PEOPLE, SEATS = 40, 6


def _the_hour() -> Scenario:
    slot = SlotPlan("S1", SEATS, SEATS, 3000, 1, waiting_list=True, max_party=2)
    people = [_ask(number) for number in range(PEOPLE)]
    silence = [Weather(60.0, HOUR, whom, "unavailable", 1.0) for whom in ("site", "jobs")]
    minutes = [60.0 * minute for minute in range(1, 70)]
    jobs = [SyncRun(at, SYNCS[0]) for at in minutes] + [DeliverRun(at + 9, DELIVERS[0]) for at in minutes]
    typed = Edit(HOUR / 2, "S1", (("letter", "Возьмите паспорт."), ("send", True)))
    happenings = sorted([*people, *silence, *jobs, typed], key=lambda happening: happening.at)
    return replace(
        draw(1), sites=SITES[:3], skews={}, slots=(slot,), gone_addresses=frozenset(), happenings=tuple(happenings)
    )


def _ask(number: int) -> Ask:
    """The first are served before Google falls silent; the others come in the same minute and the next ones."""
    who, door = f"v{number}", SITES[number % 3]
    return Ask(60.0 + number * 4, who, "S1", (30,), True, f"{who}@mail.example", f"key-{number}", (door,))
