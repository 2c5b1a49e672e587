"""Proof of work, where the operator asks for it: solved in a browser or by a program; or an address is confirmed."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta

import httpx
import pytest
from altcha import Challenge, Payload, Solution, solve_challenge

from tests.site.conftest import SITE, TOKENS, Programme, ask, body, client, contact
from tests.site.visitor import FORM, fields_of, send, text, ticket
from zapis.core.model import NoticeKind, Reason, SlotId, SlotStatus, Standing
from zapis.site.precautions import Precautions
from zapis.site.work import LASTS, Work
from zapis.tokens import Tokens


@pytest.fixture
def programme() -> Programme:
    programme = Programme()
    programme.precautions = Precautions(proof_of_work=True)
    return programme


def solved(challenge: dict) -> str:
    """What a browser sends for a challenge."""
    asked = Challenge.from_dict(challenge)
    solution = solve_challenge(asked)
    assert solution is not None
    return Payload(asked, Solution(solution.counter, solution.derived_key)).to_base64()


def challenge_of(page: httpx.Response) -> dict:
    (challenge,) = re.findall(r"data-challenge='([^']*)'", page.text)
    return json.loads(challenge)


async def form(site: httpx.AsyncClient, slot: str = "open", **changes: str) -> dict[str, str]:
    """A page's form, filled in and solved."""
    page = await site.get(f"/slots/{slot}")
    return fields_of(page) | FORM | {"altcha": solved(challenge_of(page))} | changes


async def test_a_form_with_its_solution_is_registered(site: httpx.AsyncClient):
    answer = await site.post("/slots/open", data=await form(site))

    assert "Вы записаны" in text(await ticket(site, answer))


async def test_wrong_fields_cost_no_second_proof(site: httpx.AsyncClient):
    filled = await form(site, **{"contact-email": "anna"})
    wrong = await site.post("/slots/open", data=filled)

    assert wrong.status_code == 422
    assert "data-challenge" not in wrong.text
    again = fields_of(wrong) | FORM
    assert again["altcha"] == filled["altcha"]
    assert (await site.post("/slots/open", data=again)).status_code == 303


async def test_a_solution_that_is_sent_again_is_the_same_registration(site: httpx.AsyncClient, programme: Programme):
    filled = await form(site)
    answers = [await site.post("/slots/open", data=filled) for _ in range(2)]

    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(programme.registrations()) == 1


async def test_one_solution_registers_nobody_else_and_a_person_goes_on_by_itself(
    site: httpx.AsyncClient, programme: Programme
):
    filled = await form(site)
    await site.post("/slots/open", data=filled)
    other = await site.post("/slots/open", data=filled | {"contact-email": "boris@example.org"})

    assert other.status_code == 200
    assert "Проверяем места" in text(other)
    assert 'data-again="1"' in other.text
    assert len(programme.registrations()) == 1

    again = fields_of(other) | {"altcha": solved(challenge_of(other))}
    assert (await site.post("/slots/open", data=again)).status_code == 303
    assert len(programme.registrations()) == 2


async def test_who_was_refused_proves_the_next_try_anew(site: httpx.AsyncClient, programme: Programme):
    family = {"visitors-1-name": "Маша Котова", "visitors-1-age": "40", "if_full": "refuse"}
    await site.post("/slots/two-seats", data=await form(site, "two-seats", **{"contact-email": "vera@example.org"}))
    refused = await site.post("/slots/two-seats", data=await form(site, "two-seats", **family))
    again = fields_of(refused) | {"altcha": solved(challenge_of(refused))}

    assert refused.status_code == 409
    assert "Вы в листе ожидания" in text(await ticket(site, await site.post("/slots/two-seats", data=again)))


async def test_nor_does_it_on_another_instance(site: httpx.AsyncClient, programme: Programme):
    filled = await form(site)
    await site.post("/slots/open", data=filled)
    async with client(programme.open()) as another:
        other = await another.post("/slots/open", data=filled | {"contact-email": "boris@example.org"})

    assert "Проверяем места" in text(other)
    assert len(programme.registrations()) == 1


async def test_a_solution_is_good_for_its_visit_its_key_and_an_hour(site: httpx.AsyncClient, programme: Programme):
    filled, other = await form(site), await form(site)
    for slot, sent in (("later", filled), ("open", filled | {"key": other["key"]})):
        assert "Проверяем места" in text(await site.post(f"/slots/{slot}", data=sent))
    programme.now += LASTS + timedelta(seconds=1)
    assert "Проверяем места" in text(await site.post("/slots/open", data=filled))
    assert programme.registrations() == []


@pytest.mark.parametrize(
    "solution",
    [
        "x",
        "é",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'{"challenge":{"parameters":{}},"solution":{}}').decode(),
        base64.b64encode(b"[" * 5000).decode(),
    ],
)
async def test_what_is_no_solution_is_none(site: httpx.AsyncClient, programme: Programme, solution: str):
    assert "Проверяем места" in text(await site.post("/slots/open", data=await form(site, altcha=solution)))
    assert (await ask(site)).status_code == 403
    assert programme.registrations() == []


def test_a_challenge_that_was_made_easier_or_for_something_else_is_not_believed():
    now, slot = Programme().now, SlotId("open")
    work = Work(TOKENS)
    for easier in ({"cost": 1}, {"keyPrefix": ""}, {"data": {"for": "x", "at": int(now.timestamp())}}):
        challenge = work.challenge(slot, "key", now)
        challenge["parameters"] |= easier

        assert not work.is_done(solved(challenge), slot, "key", now)


def test_a_key_that_was_rotated_is_honoured():
    now, slot = Programme().now, SlotId("open")
    solution = solved(Work(Tokens(["o" * 40])).challenge(slot, "key", now))

    assert Work(Tokens(["n" * 40, "o" * 40])).is_done(solution, slot, "key", now)
    assert not Work(Tokens(["n" * 40])).is_done(solution, slot, "key", now)


async def test_a_program_is_told_what_to_compute(site: httpx.AsyncClient):
    refused = await ask(site)
    asked = await site.get("/api/slots/open/challenge", headers={"Idempotency-Key": "key-1"})
    headers = {"Idempotency-Key": "key-1", "Altcha": solved(asked.json())}
    taken = await site.post("/api/slots/open/registrations", json=body(), headers=headers)

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:zapis:problem:proof_of_work")
    assert asked.headers["cache-control"] == "no-store"
    assert taken.status_code == 201


async def test_where_nobody_asks_a_program_is_told_to_go_on(programme: Programme):
    programme.precautions = Precautions()
    async with client(programme.open()) as site:
        asked = await site.get("/api/slots/open/challenge", headers={"Idempotency-Key": "key-1"})

        assert (asked.status_code, asked.content) == (204, b"")
        assert "data-challenge" not in (await site.get("/slots/open")).text


# An address confirmed instead.


def link_of(programme: Programme) -> str:
    return f"/confirm/{TOKENS.address(programme.registrations()[0].id)}"


async def test_without_a_solution_the_address_is_written_to_and_no_seat_is_taken(
    site: httpx.AsyncClient, programme: Programme
):
    answer = await send(site)

    assert answer.status_code == 200
    assert "На anna@example.org отправлено письмо" in text(answer)
    (proposed,) = programme.registrations()
    assert (proposed.standing, proposed.reason) == (Standing.REFUSED, Reason.UNCONFIRMED)
    assert programme.committer.state.notices[proposed.id].kind is NoticeKind.CONFIRM_ADDRESS
    assert programme.committer.state.slots[SlotId("open")].taken == 0


async def test_the_link_asks_and_a_press_registers(site: httpx.AsyncClient, programme: Programme):
    await send(site)
    asked = await site.get(link_of(programme))

    assert "Подтвердите заявку" in text(asked)
    assert programme.registrations()[0].reason is Reason.UNCONFIRMED
    assert "Вы записаны" in text(await ticket(site, await site.post(link_of(programme))))
    assert (await site.post(link_of(programme))).headers["location"] == (await site.get(link_of(programme))).headers[
        "location"
    ]
    assert len(programme.registrations()) == 1


async def test_a_form_that_is_sent_again_is_the_same_proposal(site: httpx.AsyncClient, programme: Programme):
    await send(site)
    again = await send(site)

    assert "Проверьте почту" in text(again)
    assert len(programme.rows("proposed")) == 1


async def test_the_link_works_for_a_day(site: httpx.AsyncClient, programme: Programme):
    await send(site)
    programme.now += timedelta(days=1)
    for answer in (await site.get(link_of(programme)), await site.post(link_of(programme))):
        assert answer.status_code == 410
        assert "Ссылка устарела" in text(answer)
    assert programme.registrations()[0].standing is Standing.REFUSED


async def test_who_confirms_when_all_seats_are_gone_is_offered_other_dates(
    site: httpx.AsyncClient, programme: Programme
):
    await send(site, "no-line")
    programme.change("no-line", capacity=0)
    late = await site.post(link_of(programme))

    assert late.status_code == 409
    assert "Мест на всю группу не хватило" in text(late)
    assert "Эти даты подойдут всей вашей группе" in text(late)


async def test_who_confirms_when_registration_is_over_hears_so(site: httpx.AsyncClient, programme: Programme):
    await send(site)
    programme.change("open", status=SlotStatus.CANCELLED)

    assert "Визит отменён" in text(await site.post(link_of(programme)))


@pytest.mark.parametrize("salt", ["ticket", "shown"])
async def test_no_other_link_confirms_an_address(site: httpx.AsyncClient, programme: Programme, salt: str):
    await send(site)
    token = getattr(TOKENS, salt)(programme.registrations()[0].id)

    assert (await site.post(f"/confirm/{token}")).status_code == 404
    assert programme.registrations()[0].reason is Reason.UNCONFIRMED


async def test_nobody_makes_the_site_write_to_a_stranger_again_and_again(site: httpx.AsyncClient, programme: Programme):
    for n in range(5):
        last = await send(site, key="k" * 20 + str(n))

    assert len([r for r in programme.registrations() if r.reason is Reason.UNCONFIRMED]) == 2
    assert "Достигнут предел" in text(last)


async def test_addresses_are_never_confirmed_for_programs(site: httpx.AsyncClient, programme: Programme):
    answer = await ask(site, contact=contact(email="anna@example.org"))

    assert answer.status_code == 403
    assert programme.registrations() == []
    assert SITE not in answer.text
