"""The API's doors for who holds a ticket: the same changes as on its pages, the same answers."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from tests.site.conftest import Programme, ask, at, contact, visitors
from zapis.site import shapes

DOORS = (
    ("POST", "/api/registrations/move"),
    ("POST", "/api/registrations/visitors"),
    ("GET", "/api/registrations/people"),
    ("PATCH", "/api/registrations/people"),
    ("DELETE", "/api/registrations/people"),
    ("POST", "/api/registrations/mail"),
)


class Holder:
    """Somebody with a ticket."""

    def __init__(self, site: httpx.AsyncClient, ticket: str) -> None:
        self._site = site
        self._headers = {"Authorization": f"Bearer {ticket}"}

    async def __call__(self, method: str, door: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self._site.request(
            method, f"/api/registrations/{door}", json=body, headers=self._headers | headers
        )


@pytest.fixture
async def holder(site: httpx.AsyncClient) -> Holder:
    return Holder(site, (await ask(site)).json()["ticket"])


async def test_a_party_moves(holder: Holder, programme: Programme):
    first, again = await holder("POST", "move", {"slot": "later"}), await holder("POST", "move", {"slot": "later"})

    assert (first.json()["state"], first.json()["slot"]) == ("confirmed", "later")
    assert again.status_code == 200
    assert len(programme.rows("moved")) == 1


@pytest.mark.parametrize(
    ("slot", "status"), [("bread", 409), ("cancelled", 409), ("nothing", 404), ("draft", 404), (7, 422), (None, 422)]
)
async def test_a_party_stays_where_it_was_when_it_cannot_move(
    holder: Holder, programme: Programme, slot: Any, status: int
):
    assert (await holder("POST", "move", {"slot": slot})).status_code == status
    assert programme.registrations()[0].slot == "open"


async def test_one_more_joins_once_under_one_key(holder: Holder, programme: Programme):
    vera = {"name": "Вера Котова", "age": 41}

    answers = [await holder("POST", "visitors", vera, **{"Idempotency-Key": "k"}) for _ in range(2)]

    assert [len(answer.json()["visitors"]) for answer in answers] == [3, 3]
    assert len(programme.rows("joined")) == 1


async def test_who_cannot_join_is_a_problem_at_its_place(holder: Holder):
    answer = await holder("POST", "visitors", {"name": "www.spam.ru", "age": "7"})

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name", "/age"]
    young = await holder("POST", "visitors", {"name": "Глеб", "age": 3})
    assert [error["pointer"] for error in young.json()["errors"]] == ["/age"]


async def test_names_are_read_and_put_right(holder: Holder, programme: Programme):
    told = (await holder("GET", "people")).json()
    assert told == {
        "name": "Анна Петрова",
        "phone": "+79161234567",
        "visitors": [{"member": 1, "name": "Маша Петрова"}],
    }

    wanted = {"phone": "8 916 000 00 00", "visitors": [{"member": 1, "name": "Мария Петрова"}]}
    answer = await holder("PATCH", "people", wanted)

    assert answer.json() == told | {"phone": "+79160000000", "visitors": [{"member": 1, "name": "Мария Петрова"}]}
    wrong = await holder("PATCH", "people", {"visitors": [{"member": 1, "name": "www.spam.ru"}]})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/visitors/1/name"]


async def test_after_the_list_has_gone_names_are_not_told(holder: Holder, programme: Programme):
    programme.now = at(10, 2)

    assert (await holder("GET", "people")).status_code == 409
    assert (await holder("PATCH", "people", {"name": "Анна"})).json()["type"].endswith("frozen")


async def test_who_asks_is_forgotten(holder: Holder, programme: Programme):
    answer = await holder("DELETE", "people")

    assert (answer.json()["state"], answer.json()["reason"]) == ("cancelled", "erased")
    assert [person.name for person in programme.people().values()] == [""]
    assert (await holder("GET", "people")).status_code == 409


async def test_mails_are_asked_for(holder: Holder, site: httpx.AsyncClient, programme: Programme):
    assert (await holder("POST", "mail")).status_code == 200
    for email in ("anna@example.org", "nobody@example.org"):
        answer = await site.post("/api/lost", json={"email": email})
        assert (answer.status_code, answer.content) == (202, b"")

    assert len(programme.rows("mail_asked")) == 3
    assert (await site.post("/api/lost", json=["anna"])).status_code == 422


@pytest.mark.parametrize(("method", "door"), DOORS)
async def test_without_a_ticket_nothing_is_told_and_nothing_changes(
    site: httpx.AsyncClient, programme: Programme, method: str, door: str
):
    await ask(site)

    answer = await site.request(method, door, json={"slot": "later"} if method in ("POST", "PATCH") else None)

    assert answer.status_code == 401
    assert len([*programme.rows("moved"), *programme.rows("erased"), *programme.rows("mail_asked")]) == 0


@pytest.mark.parametrize("body", [[], "text", None, 7, {"visitors": 3}, {"visitors": [4]}])
async def test_a_body_of_another_shape_is_no_fault(holder: Holder, body: Any):
    for method, door in (("POST", "move"), ("POST", "visitors"), ("PATCH", "people")):
        assert (await holder(method, door, body)).status_code in (200, 400, 415, 422)


async def test_answers_have_the_shapes_that_are_described(holder: Holder):
    people, moved = await holder("GET", "people"), await holder("POST", "move", {"slot": "later"})

    for answer, shape in ((people, shapes.People), (moved, shapes.Ticket)):
        strict = msgspec.defstruct("Strict", [], bases=(shape,), forbid_unknown_fields=True)
        msgspec.json.decode(answer.content, type=strict)


async def test_a_class_registers_by_number(site: httpx.AsyncClient, programme: Programme):
    await site.get("/")
    programme.change("open", max_party=30)
    await ask(site, "later", contact=contact(email="b@example.org"))
    group = {"name": "Школа № 57", "members": [{"age": 13, "count": 9}, {"age": 14, "count": 12}]}

    answer = await ask(site, "open", "g", visitors=visitors(34), group=group)

    assert [member["age"] for member in answer.json()["visitors"]] == [34, *[13] * 9, *[14] * 12]
    wrong = await ask(site, "open", "h", visitors=[], group={"name": "", "members": [{"age": 13, "count": 0}]})
    assert [e["pointer"] for e in wrong.json()["errors"]][:2] == ["/group/name", "/group/members/0/count"]
