"""The organisers' status page says what is wrong, in their words; `/readyz` says it in one, to machines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.site.conftest import NOW, TOKENS, ask, client
from tests.site.test_trouble import Troubled
from tests.site.visitor import text
from zapis.errors import AnswerLost, CannotDecide, JournalDisturbed, LedgerMoves

PAGE = f"/status/{TOKENS.status()}"
MINUTE = timedelta(minutes=1)
ALARM = "В журнале не хватает строк 4–7."


async def test_all_is_well_when_sync_was_here_and_letters_are_out(programme, site):
    programme.leave_word()
    await ask(site)

    said = text(await site.get(PAGE))

    assert "Всё в порядке" in said
    assert "Сверена в 10:00." in said
    assert "Все отправлены." in said
    assert "Занято мест: 2. Заявок в листе ожидания: 0. Новых заявок за час: 1." in said


@pytest.mark.parametrize(
    ("found", "headline", "sentence"),
    [
        ({"problems": 3}, "Всё работает, есть замечания", "3 замечания."),
        ({"refused": NOW - 5 * MINUTE}, "Всё работает, есть замечания", "Google просил подождать в 09:55."),
        ({"refused": NOW - 61 * MINUTE}, "Всё в порядке", "За последний час отказов не было."),
        ({"owed": 2, "oldest": NOW - 9 * MINUTE}, "Всё в порядке", "Ждут отправки 2 письма"),
        ({"owed": 21, "oldest": NOW - 11 * MINUTE}, "Нужно внимание", "Ждёт отправки 21 письмо"),
        ({"at": NOW - 14 * MINUTE}, "Всё в порядке", "Сверена в 09:46."),
        ({"at": NOW - 16 * MINUTE}, "Нужно внимание", "Не сверяется: последний раз в 09:44."),
        ({"owed": 1}, "Всё в порядке", "Почтовые ящики получателей пока не принимают"),
        ({"at": NOW - timedelta(days=2)}, "Нужно внимание", "последний раз 29 ноября в 10:00."),
        ({"alarm": ALARM}, "Нужно внимание", ALARM),
    ],
)
async def test_what_sync_found_is_said(programme, site, found, headline, sentence):
    programme.leave_word(**found)

    said = text(await site.get(PAGE))

    assert headline in said
    assert sentence in said


async def test_a_table_that_was_never_read_is_said(site):
    assert "Ещё не сверялась." in text(await site.get(PAGE))


@pytest.mark.parametrize(
    ("trouble", "sentence", "word"),
    [
        (JournalDisturbed("rows are gone"), "журнал изменили руками", "JournalDisturbed"),
        (AnswerLost("silence"), "Журнал не отвечает.", "AnswerLost"),
        (CannotDecide("rules 9"), "более нового выпуска", "CannotDecide"),
        (LedgerMoves(), "журнал переезжает", "LedgerMoves"),
    ],
)
async def test_an_instance_that_decides_nothing_says_so_and_is_not_ready(programme, trouble, sentence, word):
    programme.leave_word(problems=1)
    async with client(Troubled(programme, trouble).app) as site:
        page, ready = await site.get(PAGE), await site.get("/readyz")

    assert page.status_code == 200
    assert "Нужно внимание" in text(page)
    assert sentence in text(page)
    assert str(trouble) not in text(page)
    assert (ready.status_code, ready.text) == (503, f"not ready: {word}")
    await programme.committer.close()


async def test_an_instance_whose_ledger_answers_is_ready_and_reads_it_seldom(programme):
    trouble = Troubled(programme)
    async with client(trouble.app) as site:
        assert (await site.get("/readyz")).text == "ready"
        trouble.ledgers[0].on_read = AnswerLost("silence")

        assert (await site.get("/readyz")).text == "ready"
    await programme.committer.close()


async def test_the_link_opens_only_as_it_was_signed(site):
    for token in (TOKENS.status() + "x", TOKENS.gate("season"), "season"):
        assert (await site.get(f"/status/{token}")).status_code == 404


async def test_the_page_is_kept_nowhere_and_is_not_read_anew_by_everybody_who_looks(programme, site):
    programme.leave_word()
    first = await site.get(PAGE)
    programme.leave_word(problems=1)

    again = await site.get(PAGE)
    programme.now += timedelta(seconds=11)
    later = await site.get(PAGE)

    assert first.headers["cache-control"] == "no-store"
    assert "замечание" not in text(again)
    assert "1 замечание." in text(later)
