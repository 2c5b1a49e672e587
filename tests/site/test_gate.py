"""The gate: whom guards see, when, and how a mark arrives once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from tests.site.conftest import BAKERY, BREAD, PLANT, SLOTS, TOKENS, Programme, ask, at, contact, slot
from tests.site.visitor import fields_of, text
from zapis.core import people
from zapis.core.entries import Corrected, Entry, to_row
from zapis.core.model import EntryId, Registration
from zapis.ledger.port import Append

GATE = f"/gate/{TOKENS.gate(PLANT.id)}"
KEY = "k" * 20


@pytest.fixture
async def anna(site: httpx.AsyncClient, programme: Programme) -> Registration:
    """Anna and her daughter are expected; it is the morning of the day."""
    await ask(site)
    programme.now = at(11, -1)
    return programme.registrations()[0]


async def mark(site: httpx.AsyncClient, who: Registration, mark: str, key: str = KEY, gate: str = GATE):
    return await site.post(gate, data={"registration": who.id, "mark": mark, "key": key})


def came(programme: Programme, who: Registration) -> tuple[int, ...] | None:
    return programme.committer.state.registrations[who.id].attended


async def test_the_gate_lists_who_is_expected_today(site, anna):
    page = text(await site.get(GATE))

    assert "Как рождается" in page
    assert "Анна Петрова" in page
    assert "Маша Петрова" in page
    assert "Пришли 0 из 2" in page


async def test_parties_stand_by_surname_and_are_numbered(site, programme):
    for name in ("Яна Андреева", "Антон Яковлев", "Борис Котов"):
        party = [{"name": name, "age": 40}]
        await ask(site, key=name.encode().hex(), visitors=party, contact=contact(name=name, email=f"{len(name)}@e.org"))
    programme.now = at(11, -1)

    page = text(await site.get(GATE))

    assert page.index("1 Яна Андреева") < page.index("2 Борис Котов") < page.index("3 Антон Яковлев")


async def test_before_its_hours_it_names_nobody_and_says_when_and_whom_to_ring(site, anna, programme):
    programme.now = at(11, -2.5)

    page = text(await site.get(GATE))

    assert "Петрова" not in page
    assert "Список откроется 12 декабря в 08:00" in page
    assert "+7 495 000-00-01" in page


async def test_the_day_after_it_names_nobody(site, anna, programme):
    programme.now = at(12)

    assert "Петрова" not in text(await site.get(GATE))


async def test_after_the_last_visit_the_link_has_done_its_work(site, anna, programme):
    programme.now = at(100)

    assert "Визитов больше нет" in text(await site.get(GATE))


async def test_a_link_shows_its_own_enterprise_alone(site, anna, programme):
    await ask(site, "bread", key="another", contact=contact(email="b@example.org", name="Борис Хлебов"))
    programme.now = at(14, -1)

    bakery, plant = await site.get(f"/gate/{TOKENS.gate(BAKERY.id)}"), await site.get(GATE)

    assert "Плетёнка" in text(bakery)
    assert "Плетёнка" not in text(plant)


@pytest.mark.parametrize("token", ["forged", TOKENS.ticket("plant"), TOKENS.shown("plant")])
async def test_no_other_link_opens_a_gate(site, anna, token):
    assert (await site.get(f"/gate/{token}")).status_code == 404


@pytest.mark.parametrize("asked", ["петро", "МАША", "{code}"])
async def test_a_surname_or_a_code_finds_the_party(site, anna, asked):
    page = await site.get(GATE, params={"q": asked.format(code=anna.code)})

    assert f'<li id="{anna.code}" data-find' in page.text
    assert "<p data-none hidden>" in page.text


async def test_who_is_not_expected_is_said_so(site, anna):
    page = await site.get(GATE, params={"q": "Иванов"})

    assert f'<li id="{anna.code}" hidden' in page.text
    assert "<p data-none>" in page.text


async def test_one_tap_marks_a_party_and_undo_takes_it_back(site, anna, programme):
    answer = await mark(site, anna, "come-all")
    both = came(programme, anna)
    await mark(site, anna, "undo-1", key="u" * 20)

    assert answer.status_code == 303
    assert (both, came(programme, anna)) == ((0, 1), (0,))


async def test_without_script_the_pages_own_form_marks_a_person(site, anna, programme):
    page = await site.get(GATE)

    await site.post(GATE, data=fields_of(page) | {"mark": "come-1"})

    assert came(programme, anna) == (1,)
    assert "Пришли 1 из 2" in text(await site.get(GATE))


async def test_a_mark_that_arrives_twice_counts_once(site, anna, programme):
    for _ in range(2):
        await mark(site, anna, "come-0")
    await mark(site, anna, "undo-0", key="u" * 20)
    await mark(site, anna, "come-0")

    assert came(programme, anna) == ()
    assert len(programme.rows("attended")) == 2


async def test_two_guards_who_mark_one_party_at_once_are_both_heard(site, anna, programme):
    await asyncio.gather(mark(site, anna, "come-0"), mark(site, anna, "come-1", key="u" * 20))

    assert came(programme, anna) == (0, 1)


async def test_a_mark_made_without_network_still_counts_on_the_next_day(site, anna, programme):
    programme.now = at(12)
    answer = await mark(site, anna, "come-all")

    assert answer.status_code == 303
    assert came(programme, anna) == (0, 1)


async def test_a_gate_marks_neither_too_early_nor_somebody_elses_visitors(site, anna, programme):
    stranger = await mark(site, anna, "come-all", gate=f"/gate/{TOKENS.gate(BAKERY.id)}")
    programme.now = at(10)
    early = await mark(site, anna, "come-all")

    assert (stranger.status_code, early.status_code) == (404, 404)
    assert came(programme, anna) is None


@pytest.mark.parametrize(("said", "key"), [("come-x", KEY), ("gone-all", KEY), ("come-all", "short")])
async def test_a_mark_that_says_nothing_is_refused(site, anna, programme, said, key):
    assert (await mark(site, anna, said, key)).status_code == 400


async def test_a_qr_code_shows_strangers_whether_the_ticket_holds_and_no_name(site, anna):
    page = text(await site.get(f"/show/{TOKENS.shown(anna.id)}"))

    assert "Запись действительна" in page
    assert "2 человека" in page
    assert "Петрова" not in page


async def test_a_qr_code_leads_a_guards_phone_to_the_party(site, anna):
    cookie = (await site.get(GATE)).headers["set-cookie"]

    page = await site.get(f"/show/{TOKENS.shown(anna.id)}")

    assert page.status_code == 303
    assert page.headers["location"].startswith(f"{GATE}?q={anna.code}")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/show"))


async def test_a_guard_of_another_enterprise_reads_that_the_ticket_is_not_for_it(site, anna):
    await site.get(f"/gate/{TOKENS.gate(BAKERY.id)}")

    assert "билет на другое предприятие" in text(await site.get(f"/show/{TOKENS.shown(anna.id)}"))


async def test_a_qr_code_cannot_cancel(site, anna):
    assert (await site.get(f"/ticket/{TOKENS.shown(anna.id)}")).status_code == 404


@pytest.fixture
def reads(programme, monkeypatch):
    """The times that names were read."""
    reads = []
    read = programme.committer.people

    async def counted(wanted):
        reads.append(wanted)
        return await read(wanted)

    monkeypatch.setattr(programme.committer, "people", counted)
    return reads


async def test_names_are_read_once_for_all_gates_and_some_minutes(site, programme, reads):
    bread = slot("bread-today", 11, BREAD)
    programme.offer(*SLOTS, bread)
    await ask(site)
    await ask(site, "bread-today", key="another", contact=contact(email="b@example.org"))
    programme.now = at(11, -1)
    pages = [await site.get(gate) for gate in (GATE, f"/gate/{TOKENS.gate(BAKERY.id)}", GATE)]
    within = len(reads)
    programme.now = at(11, -0.9)
    await site.get(GATE)

    assert all("Маша Петрова" in text(page) for page in pages)
    assert (within, len(reads)) == (1, 2)


async def test_a_name_put_right_is_seen_within_seconds(site, anna, programme, reads):
    await site.get(GATE)
    person = programme.people()[anna.id]
    named = replace(person, visitors=("Анна Сидорова", person.visitors[1]), revision=1)
    entry = Entry(programme.now, EntryId("right"), anna.slot, "site", Corrected(anna.id, 1))
    programme._append(Append(journal=[to_row(entry)], people=[people.to_row(anna.id, named)]))
    await programme.committer.refresh(0)
    programme.now = at(11, -1) + timedelta(seconds=10)

    assert "Анна Сидорова" in text(await site.get(GATE))
    assert len(reads) == 2
