"""Rights: a person sees all that is known of them, takes a consent back, and it takes effect."""

from __future__ import annotations

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme, ask, at, contact, visitors
from tests.site.visitor import text
from zapis.core.catalogue import EnterpriseId
from zapis.core.model import Registration, Standing
from zapis.core.notices import Outbox
from zapis.core.projections import View
from zapis.core.rosters import visitors as listed


@pytest.fixture
async def anna(site: httpx.AsyncClient, programme: Programme) -> Registration:
    await ask(site)
    return programme.registrations()[0]


def ticket(who: Registration) -> str:
    return f"/ticket/{TOKENS.ticket(who.id)}"


def now_of(programme: Programme, who: Registration) -> Registration:
    return programme.committer.state.registrations[who.id]


async def test_a_person_sees_all_that_is_known_and_what_they_agreed_to(site, anna):
    page = await site.get(f"{ticket(anna)}/data")

    for told in ("Анна Петрова", "Маша Петрова", "anna@example.org", "+7 916 123-45-67", "1 декабря в 10:00, на сайте"):
        assert told in text(page)
    for stamp in anna.consents:
        assert "/consent/" + stamp.replace("@", "/") in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_the_same_is_had_as_json_from_the_page_and_from_the_api(site, anna):
    from_page = await site.get(f"{ticket(anna)}/data.json")
    from_api = await site.get("/api/registrations/data", headers={"Authorization": f"Bearer {TOKENS.ticket(anna.id)}"})
    told = from_page.json()

    assert told == from_api.json()
    assert told["person"]["visitors"] == ["Анна Петрова", "Маша Петрова"]
    assert {c["kind"]: (c["given_at"][:16], c["channel"], len(c["sha256"])) for c in told["consents"]} == dict.fromkeys(
        ("registration", "transfer", "authority"), ("2026-12-01T07:00", "site", 32)
    )
    assert from_page.headers["content-disposition"] == f'attachment; filename="{anna.code}.json"'
    assert (await site.get("/api/registrations/data")).status_code == 401


async def test_a_consent_given_later_has_its_own_moment(site, programme):
    await ask(site, visitors=visitors(34), consents=["registration", "transfer"])
    who = programme.registrations()[0]
    programme.now = at(1)
    newcomer = {"name": "Маша Петрова", "age": 12, "consents": ["authority"]}
    headers = {"Authorization": f"Bearer {TOKENS.ticket(who.id)}", "Idempotency-Key": "later"}
    assert (await site.post("/api/registrations/visitors", json=newcomer, headers=headers)).status_code == 200

    told = (await site.get(f"{ticket(who)}/data.json")).json()

    assert {c["kind"]: c["given_at"][:10] for c in told["consents"]} == {
        "registration": "2026-12-01",
        "transfer": "2026-12-01",
        "authority": "2026-12-02",
    }


async def test_without_the_consent_to_pass_the_list_on_seats_are_given_back_and_no_name_is_listed(
    site, programme, anna
):
    await ask(site, "open", "other", contact=contact(email="o@example.org", name="Олег Орлов"), visitors=visitors(40))
    answer = await site.post(f"{ticket(anna)}/withdraw", data={"kind": "transfer"})
    state, people = programme.committer.state, programme.people()
    view = View.of(state, programme.committer.catalogue, people, Outbox())
    everybody = {f"{anna.id}.{place}" for place in (0, 1)}
    lines = listed(view, [EnterpriseId("plant")], everybody, str)

    assert answer.headers["location"].endswith("?done=withdrawn")
    assert "Согласие отозвано" in text(await site.get(answer.headers["location"]))
    assert now_of(programme, anna).standing is Standing.CANCELLED
    assert people[anna.id].name == "Анна Петрова"
    assert "Петрова" not in repr([lines[line] for line in everybody])
    assert "Анна" in repr(lines)  # the name with which visitors() begins
    told = (await site.get(f"{ticket(anna)}/data.json")).json()
    assert [(c["kind"], bool(c["withdrawn_at"])) for c in told["consents"]][-1] == ("transfer", True)


@pytest.mark.parametrize("kind", ["registration", "authority"])
async def test_without_the_other_consents_everything_is_forgotten(site, programme, anna, kind):
    await site.post(f"{ticket(anna)}/withdraw", data={"kind": kind})
    page = text(await site.get(f"{ticket(anna)}/data"))

    assert now_of(programme, anna).standing is Standing.CANCELLED
    assert programme.people()[anna.id].name == ""
    assert "Имён, почты и телефона этой заявки у нас больше нет" in page
    assert "Отозвано 1 декабря в 10:00" in page
    assert [row[1] for row in programme.rows("consent_withdrawn")] == ["consent_withdrawn"]


async def test_taking_back_twice_is_taking_back_once(site, programme, anna):
    for _ in range(2):
        assert (await site.post(f"{ticket(anna)}/withdraw", data={"kind": "transfer"})).status_code == 303

    assert len(programme.rows("consent_withdrawn")) == len(programme.rows("cancelled")) == 1


async def test_after_the_visit_nothing_is_cancelled_any_more(site, programme, anna):
    programme.now = at(12)
    await site.post(f"{ticket(anna)}/withdraw", data={"kind": "transfer"})

    assert now_of(programme, anna).standing is Standing.CONFIRMED
    assert programme.committer.state.has_withdrawn(anna.id, "transfer")


@pytest.mark.parametrize("kind", ["", "photo", "x" * 100])
async def test_what_was_never_given_cannot_be_taken_back(site, programme, anna, kind):
    assert (await site.post(f"{ticket(anna)}/withdraw", data={"kind": kind})).status_code == 400
    assert now_of(programme, anna).active
