"""What the JSON API promises to programs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest

from tests.site.conftest import SITE, TOKENS, Programme, ask, at, body, client, contact, visitors
from zapis.core.model import SlotStatus, Standing
from zapis.site import shapes

PROBLEM = "application/problem+json"


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['ticket']}"}


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert (told["status"], told["type"]) == (status, f"urn:zapis:problem:{code}")
    assert told["title"]
    assert told["detail"]
    return told


async def test_slots_are_listed_soonest_first_without_drafts_and_without_past_ones(site: httpx.AsyncClient):
    answer = await site.get("/api/slots")

    ids = [slot["id"] for slot in answer.json()["slots"]]
    assert ids == ["closed", "cancelled", "closing", "open", "two-seats", "no-line", "bread", "later", "soon"]


async def test_a_slot_says_what_it_is_and_what_is_left(site: httpx.AsyncClient):
    await ask(site)

    slot = (await site.get("/api/slots/open")).json()

    assert slot["title"] == "Как рождается «Москвич»"
    assert (slot["kind"], slot["enterprise"], slot["metro"]) == ("excursion", "Завод «Москвич»", "Текстильщики")
    assert slot["starts"] == "2026-12-12T11:00:00+03:00"
    assert (slot["capacity"], slot["free"], slot["waiting"], slot["state"]) == (25, 23, 0, "open")
    assert (slot["min_age"], slot["max_party"]) == (12, 4)


@pytest.mark.parametrize(
    ("slot", "state"),
    [
        ("open", "open"),
        ("soon", "not_open_yet"),
        ("closed", "closed"),
        ("cancelled", "cancelled"),
        ("past", "past"),
    ],
)
async def test_a_slot_says_what_can_be_asked_of_it(site: httpx.AsyncClient, slot: str, state: str):
    assert (await site.get(f"/api/slots/{slot}")).json()["state"] == state


async def test_a_full_slot_is_a_waiting_list_or_simply_full(site: httpx.AsyncClient):
    await ask(site, "two-seats")
    await ask(site, "no-line", "key-2", contact=contact(email="boris@example.org"), visitors=visitors(30))

    assert (await site.get("/api/slots/two-seats")).json()["state"] == "waiting"
    assert (await site.get("/api/slots/no-line")).json()["state"] == "full"


@pytest.mark.parametrize("slot", ["draft", "nothing", "%00", "a/b"])
async def test_an_unknown_slot_and_a_draft_are_not_found(site: httpx.AsyncClient, slot: str):
    assert_problem(await site.get(f"/api/slots/{slot}"), 404, "not_found" if "/" in slot else "unknown_slot")


async def test_a_party_that_fits_is_confirmed_with_a_ticket(site: httpx.AsyncClient, programme: Programme):
    answer = await ask(site)

    told = answer.json()
    assert (answer.status_code, told["state"], told["place"], told["reason"]) == (201, "confirmed", None, None)
    assert told["url"] == f"{SITE}/ticket/{told['ticket']}"
    assert told["code"] == programme.registrations()[0].code
    assert [visitor["age"] for visitor in told["visitors"]] == [34, 12]


async def test_names_and_contacts_go_to_people_and_never_into_the_journal(
    site: httpx.AsyncClient, programme: Programme
):
    await ask(site)

    (person,) = programme.people().values()
    assert (person.name, person.email, person.phone) == ("Анна Петрова", "anna@example.org", "+79161234567")
    assert person.visitors == ("Анна Петрова", "Маша Петрова")
    journal = str(programme.rows("requested"))
    assert not any(secret in journal for secret in ("Анна", "Маша", "anna@", "9161234567"))


async def test_the_consent_is_recorded_with_its_version_and_digest(site: httpx.AsyncClient, programme: Programme):
    await ask(site)

    stamps = [stamp.partition("@") for stamp in programme.registrations()[0].consents]
    assert [kind.partition("/20")[0] for kind, _, _ in stamps] == ["authority", "registration", "transfer"]
    assert {len(digest) for _, _, digest in stamps} == {32}


async def test_who_finds_no_seat_waits_and_is_told_the_place(site: httpx.AsyncClient):
    await ask(site, "two-seats")
    second = await ask(site, "two-seats", "key-2", contact=contact(email="boris@example.org"))
    third = await ask(site, "two-seats", "key-3", contact=contact(email="vera@example.org"))

    assert [(a.json()["state"], a.json()["place"]) for a in (second, third)] == [("waiting", 1), ("waiting", 2)]


async def test_who_does_not_want_to_wait_is_refused_with_the_reason(site: httpx.AsyncClient):
    await ask(site, "two-seats")

    answer = await ask(site, "two-seats", "key-2", contact=contact(email="boris@example.org"), if_full="refuse")

    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (201, "refused", "full")


async def test_the_season_limit_refuses_with_its_reason(site: httpx.AsyncClient):
    await ask(site, "open", "key-1")
    await ask(site, "later", "key-2")

    answer = await ask(site, "bread", "key-3")

    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "season_limit")


async def test_the_same_key_and_body_is_the_same_registration(site: httpx.AsyncClient, programme: Programme):
    first, second = await ask(site), await ask(site)

    assert (second.status_code, second.json()) == (201, first.json())
    assert len(programme.rows("requested")) == 1


async def test_a_repeat_tells_the_state_as_it_is_now(site: httpx.AsyncClient):
    first = await ask(site)
    await site.delete("/api/registrations", headers=bearer(first))

    assert (await ask(site)).json()["state"] == "cancelled"


async def test_a_repeat_is_answered_even_when_the_slot_has_closed_since(site: httpx.AsyncClient, programme: Programme):
    first = await ask(site, "closing")
    programme.now = at(0, 2)

    assert (await ask(site, "closing")).json() == first.json()


async def test_the_same_key_with_another_body_is_a_problem(site: httpx.AsyncClient, programme: Programme):
    await ask(site)

    assert_problem(await ask(site, visitors=visitors(40)), 422, "key_reused")
    assert len(programme.rows("requested")) == 1


async def test_of_two_bodies_under_one_key_at_once_one_holds(site: httpx.AsyncClient):
    answers = await asyncio.gather(ask(site), ask(site, visitors=visitors(40)))

    assert sorted(answer.status_code for answer in answers) == [201, 422]


async def test_two_instances_keep_one_key_apart(site: httpx.AsyncClient, programme: Programme):
    await site.get("/api/slots")
    mine = programme.committer
    async with client(programme.open()) as other:
        await other.get("/api/slots")
        first, second = await ask(site), await ask(other, visitors=visitors(40))
    await programme.committer.close()
    programme.committer = mine

    assert (first.status_code, second.status_code) == (201, 422)


async def test_the_same_key_in_another_slot_is_another_request(site: httpx.AsyncClient):
    first, second = await ask(site, "open"), await ask(site, "later")

    assert first.json()["code"] != second.json()["code"]


@pytest.mark.parametrize("key", [None, "", "k" * 256, "ключ", "a\tb"])
async def test_a_missing_or_unprintable_key_is_a_problem(site: httpx.AsyncClient, programme: Programme, key):
    headers = {} if key is None else {"Idempotency-Key": key.encode()}

    answer = await site.post("/api/slots/open/registrations", json=body(), headers=headers)

    assert_problem(answer, 400, "idempotency_key")
    assert programme.rows("requested") == []


@pytest.mark.parametrize(
    ("slot", "status", "code"),
    [
        ("nothing", 404, "unknown_slot"),
        ("draft", 404, "unknown_slot"),
        ("soon", 409, "not_open_yet"),
        ("closed", 409, "closed"),
        ("cancelled", 409, "slot_cancelled"),
        ("past", 409, "past"),
    ],
)
async def test_what_is_certain_is_refused_before_the_journal(
    site: httpx.AsyncClient, programme: Programme, slot: str, status: int, code: str
):
    assert_problem(await ask(site, slot), status, code)
    assert programme.rows("requested") == []


async def test_a_refusal_names_other_dates_that_would_suit_the_party(site: httpx.AsyncClient):
    told = assert_problem(await ask(site, "closed"), 409, "closed")

    assert [other["id"] for other in told["alternatives"]] == ["closing", "open", "two-seats"]


async def test_the_same_address_in_the_same_slot_gets_no_ticket(site: httpx.AsyncClient):
    first = await ask(site)

    again = await ask(site, key="key-2", contact=contact(email="ANNA@example.org"))

    told = assert_problem(again, 409, "already_registered")
    assert first.json()["ticket"] not in again.text
    assert first.json()["code"] not in again.text
    assert "ticket" not in told


async def test_ages_that_do_not_fit_are_named_each_at_its_place(site: httpx.AsyncClient):
    answer = await ask(site, visitors=visitors(34, 11, 12, 5))

    told = assert_problem(answer, 422, "age")
    assert pointers(answer) == ["/visitors/1/age", "/visitors/3/age"]
    assert "11\u00a0лет" in told["errors"][0]["detail"]
    assert told["alternatives"] == []


async def test_a_party_too_young_is_told_where_it_may_come(site: httpx.AsyncClient):
    answer = await ask(site, visitors=visitors(34, 7))

    assert [other["id"] for other in answer.json()["alternatives"]] == ["bread"]


async def test_a_party_too_large_is_told_the_limit(site: httpx.AsyncClient):
    answer = await ask(site, visitors=visitors(30, 30, 30, 30, 30))

    told = assert_problem(answer, 422, "party_size")
    assert pointers(answer) == ["/visitors"]
    assert "4" in told["errors"][0]["detail"]


async def test_everything_wrong_is_told_at_once(site: httpx.AsyncClient, programme: Programme):
    answer = await ask(
        site,
        contact={"name": "", "email": "anna@", "phone": "12"},
        visitors=[{"name": "Маша", "age": -1}, {"name": "", "age": "7"}],
        if_full="perhaps",
        consents=[],
        language="xx",
    )

    assert_problem(answer, 422, "invalid")
    assert pointers(answer) == [
        "/contact/name",
        "/contact/email",
        "/contact/phone",
        "/visitors/0/age",
        "/visitors/1/name",
        "/visitors/1/age",
        "/if_full",
        "/consents",
        "/consents",
        "/language",
    ]
    assert programme.rows("requested") == []


BAD_NAMES = [
    "",
    "   ",
    "я" * 10_000,
    "я" * 101,
    "Анна\x00",
    "Анна\nBcc: all@example.org",
    "Анна\u202eавонавИ",
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    "http://spam.example",
    "Приходите на www.spam.ru",
    "casino.com",
    "a@b",
    "Иван / Мария",
    "Иван3",
    "-",
    "\u0301\u0301",
]


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_name_that_is_no_name_is_a_problem_beside_it(site: httpx.AsyncClient, programme: Programme, name: str):
    answer = await ask(site, contact=contact(name=name), visitors=[{"name": name, "age": 30}])

    assert pointers(answer) == ["/contact/name", "/visitors/0/name"]
    assert programme.rows("requested") == []


async def test_half_a_sign_is_no_name(site: httpx.AsyncClient, programme: Programme):
    raw = json.dumps(body(contact=contact(name="\ud800")))
    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}

    answer = await site.post("/api/slots/open/registrations", content=raw, headers=headers)

    assert_problem(answer, 400, "malformed")
    assert programme.rows("requested") == []


@pytest.mark.parametrize(
    "name",
    ["Анна-Мария О’Нил", "Ж. Б.", "José Núñez", "毛泽东", "محمد علی", "А. С. Пушкин", "Ё", "D'Arcy", "Ngô Thị Hồng"],
)
async def test_names_of_any_script_are_taken(site: httpx.AsyncClient, programme: Programme, name: str):
    await ask(site, contact=contact(name=name))

    (person,) = programme.people().values()
    assert person.name == name


@pytest.mark.parametrize(
    "email",
    [
        "anna",
        "anna@",
        "@example.org",
        "a b@example.org",
        "anna@example..org",
        "anna@localhost",
        "анна@example.org",
        "anna@example.org\nBcc: x@y.ru",
        "a@" + "b" * 300 + ".ru",
        None,
        5,
    ],
)
async def test_a_mistyped_address_is_a_problem_beside_it(site: httpx.AsyncClient, email):
    assert pointers(await ask(site, contact=contact(email=email))) == ["/contact/email"]


@pytest.mark.parametrize(
    "phone", ["", "12345", "8 916 12", "+7 000 000-00-00", "звоните", "1" * 5000, None, 79161234567]
)
async def test_a_mistyped_phone_is_a_problem_beside_it(site: httpx.AsyncClient, phone):
    assert pointers(await ask(site, contact=contact(phone=phone))) == ["/contact/phone"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8 916 123 45 67", "+79161234567"),
        ("+7(916)123-45-67", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("7 916 123 45 67", "+79161234567"),
        ("+375 29 123-45-67", "+375291234567"),
    ],
)
async def test_a_phone_is_stored_as_e164_however_it_was_typed(
    site: httpx.AsyncClient, programme: Programme, typed: str, stored: str
):
    await ask(site, contact=contact(phone=typed))

    (person,) = programme.people().values()
    assert person.phone == stored


@pytest.mark.parametrize("age", [-1, 121, 7.5, "30", True, None, [], 10**400])
async def test_an_age_is_a_whole_number_of_years(site: httpx.AsyncClient, age):
    answer = await ask(site, visitors=[{"name": "Анна", "age": age}])

    assert pointers(answer) == ["/visitors/0/age"]


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], ""),
        ("text", ""),
        ({}, "/contact"),
        ({"contact": []}, "/contact"),
        ({"visitors": {}}, "/visitors"),
        ({"visitors": ["Анна"]}, "/visitors/0"),
        ({"visitors": []}, "/visitors"),
        ({"visitors": [{"name": "Анна", "age": 30}] * 1000}, "/visitors"),
        ({"consents": "registration"}, "/consents"),
        ({"consents": ["all"]}, "/consents"),
        ({"consents": [["registration"]]}, "/consents"),
    ],
)
async def test_a_body_of_another_shape_is_a_problem_at_its_place(site: httpx.AsyncClient, value, pointer: str):
    sent = body() | value if isinstance(value, dict) and value else value

    answer = await site.post("/api/slots/open/registrations", json=sent, headers={"Idempotency-Key": "key"})

    assert pointer in pointers(answer)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"a": }', b"[" * 40_000])
async def test_malformed_json_is_400(site: httpx.AsyncClient, raw: bytes):
    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}

    assert_problem(await site.post("/api/slots/open/registrations", content=raw, headers=headers), 400, "malformed")


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "application/json; charset=cp1251"])
async def test_another_content_type_is_415(site: httpx.AsyncClient, kind: str):
    headers = {"Idempotency-Key": "key", "Content-Type": kind}

    answer = await site.post("/api/slots/open/registrations", content=json.dumps(body()), headers=headers)

    assert_problem(answer, 415, "unsupported")


async def test_a_huge_body_is_413_whatever_length_it_claims(site: httpx.AsyncClient):
    async def endless():
        for _ in range(20):
            yield b" " * 10_000

    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}

    answer = await site.post("/api/slots/open/registrations", content=endless(), headers=headers)

    assert_problem(answer, 413, "too_large")


async def test_a_ticket_shows_its_registration(site: httpx.AsyncClient):
    first = await ask(site)

    answer = await site.get("/api/registrations", headers=bearer(first))

    assert (answer.status_code, answer.json()) == (200, first.json())
    assert answer.headers["cache-control"] == "no-store"


async def test_a_bare_ticket_is_taken_too(site: httpx.AsyncClient):
    first = await ask(site)

    assert (await site.get("/api/registrations", headers={"Authorization": first.json()["ticket"]})).status_code == 200


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer forged", "Basic YTpi", "Bearer " + "x" * 5000])
async def test_without_a_ticket_nothing_is_shown_or_cancelled(site: httpx.AsyncClient, value: str | None):
    headers = {} if value is None else {"Authorization": value}

    for method in ("GET", "DELETE"):
        answer = await site.request(method, "/api/registrations", headers=headers)
        assert_problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_ticket_of_another_key_is_forged(site: httpx.AsyncClient, programme: Programme):
    await ask(site)
    forged = type(TOKENS)(["x" * 40]).ticket(programme.registrations()[0].id)

    assert (await site.get("/api/registrations", headers={"Authorization": f"Bearer {forged}"})).status_code == 401


async def test_cancelling_frees_the_seats_and_again_changes_nothing(site: httpx.AsyncClient, programme: Programme):
    first = await ask(site)

    once = await site.delete("/api/registrations", headers=bearer(first))
    twice = await site.delete("/api/registrations", headers=bearer(first))

    assert (once.status_code, once.json()["state"], once.json()["reason"]) == (200, "cancelled", "by_citizen")
    assert (twice.status_code, twice.json()) == (200, once.json())
    assert (await site.get("/api/slots/open")).json()["free"] == 25
    assert len(programme.rows("cancelled")) == 1


async def test_a_freed_seat_goes_to_who_waits(site: httpx.AsyncClient):
    first = await ask(site, "two-seats")
    second = await ask(site, "two-seats", "key-2", contact=contact(email="boris@example.org"))

    await site.delete("/api/registrations", headers=bearer(first))

    assert (await site.get("/api/registrations", headers=bearer(second))).json()["state"] == "confirmed"


async def test_a_visit_that_began_cannot_be_cancelled(site: httpx.AsyncClient, programme: Programme):
    first = await ask(site)
    programme.now = at(12)

    assert_problem(await site.delete("/api/registrations", headers=bearer(first)), 409, "past")


async def test_a_ticket_that_another_instance_wrote_is_known_at_once(site: httpx.AsyncClient, programme: Programme):
    await site.get("/api/slots")
    mine = programme.committer
    async with client(programme.open()) as other:
        first = await ask(other)
    await programme.committer.close()
    programme.committer = mine

    assert (await site.get("/api/registrations", headers=bearer(first))).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/slots", {"GET", "HEAD"}),
        ("GET", "/api/slots/open/registrations", {"POST"}),
        ("POST", "/api/registrations", {"GET", "HEAD", "DELETE"}),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(site: httpx.AsyncClient, method: str, path: str, allowed):
    answer = await site.request(method, path)

    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


async def test_what_was_refused_after_the_journal_closed_meanwhile_is_a_problem(
    site: httpx.AsyncClient, programme: Programme
):
    await site.get("/api/slots")
    programme.change("open", status=SlotStatus.CANCELLED)

    assert_problem(await ask(site), 409, "slot_cancelled")


async def test_the_description_names_every_door_and_its_shapes_are_true(site: httpx.AsyncClient):
    described = (await site.get("/api/openapi.json")).json()
    slots, registered = await site.get("/api/slots"), await ask(site)
    refused = await ask(site, key="key-2", visitors=visitors(5))

    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/slots",
        "/api/slots/{id}",
        "/api/slots/{id}/opening",
        "/api/slots/{id}/challenge",
        "/api/slots/{id}/registrations",
        "/api/registrations",
        "/api/registrations/move",
        "/api/registrations/visitors",
        "/api/registrations/people",
        "/api/registrations/data",
        "/api/registrations/mail",
        "/api/lost",
    }
    for answer, shape in ((slots, shapes.Slots), (registered, shapes.Ticket), (refused, shapes.Problem)):
        strict = msgspec.defstruct("Strict", [], bases=(shape,), forbid_unknown_fields=True)
        msgspec.json.decode(answer.content, type=strict)
        assert set(answer.json()) <= set(described["components"]["schemas"][shape.__name__]["properties"])


def test_every_reference_in_the_description_resolves(programme: Programme):
    from zapis.site.links import Links
    from zapis.site.openapi import describe

    described = describe(Links(SITE))

    refs = {part.split('"')[0] for part in msgspec.json.encode(described).decode().split("#/components/schemas/")[1:]}
    assert refs <= set(described["components"]["schemas"])
    assert {"Slot", "Ticket", "Problem", "RegistrationRequest"} <= refs


async def test_the_described_request_is_what_is_taken(site: httpx.AsyncClient):
    request = msgspec.convert(body(), shapes.RegistrationRequest)

    answer = await site.post(
        "/api/slots/open/registrations",
        content=msgspec.json.encode(request),
        headers={"Idempotency-Key": "key", "Content-Type": "application/json"},
    )

    assert answer.status_code == 201


async def test_the_last_seat_asked_for_by_fifty_goes_to_one(site: httpx.AsyncClient, programme: Programme):
    asked = [
        ask(site, "no-line", f"key-{n}", contact=contact(email=f"v{n}@example.org"), visitors=visitors(30))
        for n in range(50)
    ]

    states = [answer.json()["state"] for answer in await asyncio.gather(*asked)]

    assert (states.count("confirmed"), states.count("refused")) == (1, 49)
    assert sum(r.standing is Standing.CONFIRMED for r in programme.registrations()) == 1
