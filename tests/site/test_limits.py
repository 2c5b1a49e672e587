"""One source may not do everything for ever; a school behind one address may do what a school does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from starlette.requests import Request

from tests.site.conftest import SLOTS, Programme, ask, contact, slot
from tests.site.visitor import fields_of, send, text
from zapis.site.limits import GUESSES, LETTERS, MOST_BUCKETS, REQUESTS, LimitsBySource, TooOften, source
from zapis.site.precautions import Precautions

SCHOOL, OTHER = "5.188.10.1", "5.188.10.2"


class Clock:
    """Seconds that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def programme(clock: Clock) -> Programme:
    programme = Programme()
    programme.offer(*SLOTS, slot("hall", 15, capacity=500), slot("held", 15, capacity=3, held=2, codes=("Пресса",)))
    programme.precautions = Precautions(limits=LimitsBySource(1, clock))
    return programme


@pytest.fixture
def school(site: httpx.AsyncClient) -> httpx.AsyncClient:
    site.headers["X-Forwarded-For"] = SCHOOL
    return site


def request(forwarded: str = "", peer: str = "5.188.10.9") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "headers": headers, "client": (peer, 1)})


def until_refused(limits: LimitsBySource, allowance, asker: Request) -> int:
    for times in range(10_000):
        try:
            limits.take(asker, allowance)
        except TooOften:
            return times
    raise AssertionError("never refused")


async def test_sixty_people_behind_one_address_register_within_one_minute(school: httpx.AsyncClient):
    pupils = (ask(school, "hall", f"k{n}", contact=contact(email=f"v{n}@example.org")) for n in range(60))
    answers = await asyncio.gather(*pupils)

    assert {answer.status_code for answer in answers} == {201}


async def test_who_hoards_seats_has_to_wait_and_others_do_not(
    school: httpx.AsyncClient, programme: Programme, clock: Clock
):
    for n in range(REQUESTS.at_once):
        await ask(school, "nowhere", f"k{n}")
    refused = await ask(school, "hall")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert refused.json()["type"] == "urn:zapis:problem:too_often"
    assert programme.registrations() == []

    school.headers["X-Forwarded-For"] = OTHER
    assert (await ask(school, "hall")).status_code == 201
    school.headers["X-Forwarded-For"] = SCHOOL
    clock.now += REQUESTS.seconds
    assert (await ask(school, "hall", "k2", contact=contact(email="boris@example.org"))).status_code == 201


async def test_a_form_that_has_to_wait_keeps_what_was_typed_and_goes_again_by_itself(school: httpx.AsyncClient):
    for n in range(REQUESTS.at_once):
        await ask(school, "nowhere", f"k{n}")
    answer = await send(school)

    assert answer.status_code == 429
    assert 'data-again="3"' in answer.text
    assert "Ничего не пропало" in text(answer)
    assert fields_of(answer)["contact-name"] == "Анна Петрова"


async def test_codes_cannot_be_guessed_through_the_form_the_address_or_the_api(school: httpx.AsyncClient):
    wrong: list[Callable] = [
        lambda n: send(school, "held", code=f"слово{n}"),
        lambda n: school.get("/slots/held", params={"code": f"слово{n}"}),
        lambda n: ask(school, "held", f"k{n}", code=f"слово{n}"),
    ]
    for n in range(GUESSES.at_once):
        assert (await wrong[n % 3](n)).status_code in (200, 422)

    assert [(await guess(99)).status_code for guess in wrong] == [429, 429, 429]
    assert (await school.get("/slots/held", params={"code": "пресса"})).status_code == 429
    assert (await school.get("/slots/held")).status_code == 200
    assert (await send(school, "hall")).status_code == 303


async def test_a_right_code_costs_nothing(school: httpx.AsyncClient):
    for _ in range(GUESSES.at_once * 2):
        assert (await school.get("/slots/held", params={"code": "пресса"})).status_code == 200


async def test_nobody_fills_strangers_mailboxes(school: httpx.AsyncClient):
    async def lost(n: int) -> int:
        return (await school.post("/lost", data={"contact-email": f"v{n}@example.org"})).status_code

    assert set(await asyncio.gather(*map(lost, range(LETTERS.at_once)))) == {200}
    assert await lost(0) == 429
    assert (await school.post("/api/lost", json={"email": "anna@example.org"})).status_code == 429


def test_only_what_the_last_proxies_say_is_believed():
    forged = request("1.2.3.4, 5.6.7.8, 5.188.10.1")

    assert source(forged, proxies=1) == "5.188.10.1"
    assert source(forged, proxies=2) == "5.6.7.8"
    assert source(forged, proxies=0) == "5.188.10.9"
    assert source(request(), proxies=1) == "5.188.10.9"


def test_the_addresses_of_one_household_are_one_source():
    assert source(request("2a02:6b8::1"), 1) == source(request("2a02:6b8::ffff:2"), 1)
    assert source(request("2a02:6b8:0:1::1"), 1) != source(request("2a02:6b8::1"), 1)
    assert source(request("::ffff:5.188.10.1"), 1) == "5.188.10.1"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "172.17.0.1", "::1", "unknown", "1.2.3.4.5"])
def test_an_address_that_is_no_visitors_own_is_not_counted(address: str):
    assert source(request(address, peer="testclient"), 1) is None


def test_what_is_remembered_is_bounded_and_forgets_the_quietest(clock: Clock):
    limits = LimitsBySource(1, clock)
    until_refused(limits, LETTERS, request(SCHOOL))
    for n in range(MOST_BUCKETS - 1):
        limits.take(request(f"8.{n >> 16}.{n >> 8 & 255}.{n & 255}"), LETTERS)

    with pytest.raises(TooOften):
        limits.take(request(SCHOOL), LETTERS)
    limits.take(request(OTHER), LETTERS)
    assert len(limits._buckets) == MOST_BUCKETS
    assert until_refused(limits, LETTERS, request(SCHOOL)) == LETTERS.at_once


def test_no_address_can_be_read_from_what_is_remembered(clock: Clock):
    limits = LimitsBySource(1, clock)
    limits.take(request(SCHOOL), LETTERS)

    assert SCHOOL not in repr(vars(limits))
