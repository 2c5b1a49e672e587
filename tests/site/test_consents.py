"""Texts of consent: what was agreed to is recorded by its very words, and can be shown again whatever changes since."""

from __future__ import annotations

import hashlib
import html
import re

import httpx
import pytest
from msgspec.structs import replace

from tests.site.conftest import BREAD, CARS, PLANT, SEASON, SLOTS, TOKENS, Programme, ask, at, client
from tests.site.visitor import send, text
from zapis.core.catalogue import Catalogue, Wording, worded, wording_of
from zapis.resources import resource

FILES = resource("templates") / "pages" / "consents"
NEVER_CHANGED = {
    "authority-2026-12.html": "16ade4790d4edccd",
    "authority-2027-01.html": "7b64ed5631b929cc",
    "photo-2027-01.html": "d9500491768c6497",
    "registration-2026-11.html": "6e8c9841ffee4caf",
    "registration-2026-12.html": "13e7925c2a06c6dd",
    "registration-2027-01.html": "71635216f12d9130",
    "transfer-2026-12.html": "e58db95b9be38937",
    "transfer-2027-01.html": "db692ec92dc00308",
}
OLD, NEW = Wording("Дирекция программы", "help@mosprom.example"), Wording("Центр визитов", "", "database")


def publish(programme: Programme, *wordings: Wording, photo: bool = False) -> None:
    """The operator has had these names, one after another."""
    season = replace(SEASON, operator=wordings[-1].operator, email=wordings[-1].email, photo=photo)
    hosts = {e.id: e for e in (PLANT, replace(PLANT, id=BREAD.enterprise))}
    slots = {s.id: s for s in SLOTS}
    programme.publish(Catalogue(season, hosts, {t.id: t for t in (CARS, BREAD)}, slots, wordings=wordings))


def shown(page: httpx.Response) -> str:
    """The text of a consent without the page around it."""
    found = re.search(r"</h1>\n {2}(.*?)\s*<p class=\"hint\">", page.text, re.DOTALL)
    assert found
    return found[1]


async def test_what_is_recorded_is_the_digest_of_what_was_shown(site, programme):
    await ask(site)
    (registration,) = programme.registrations()

    assert [stamp.split("/")[0] for stamp in registration.consents] == ["authority", "registration", "transfer"]
    for stamp in registration.consents:
        kind, version, digest = re.fullmatch(r"(\w+)/([\d-]+)@(\w{32})", stamp).groups()
        page = await site.get(f"/consent/{kind}/{version}/{digest}")
        assert "Дирекция программы" in page.text
        assert hashlib.sha256(shown(page).encode()).hexdigest().startswith(digest)
        assert digest in page.text


async def test_every_text_can_be_shown_after_the_operator_has_another_name(programme):
    publish(programme, OLD)

    async with client(programme.open()) as site:
        await ask(site)
        (registration,) = programme.registrations()
    publish(programme, OLD, NEW)
    async with client(programme.open()) as site:
        for stamp in registration.consents:
            page = await site.get("/consent/" + stamp.replace("@", "/"))
            assert "Дирекция программы" in shown(page)
            assert "Центр визитов" in shown(await site.get("/consent/" + stamp.partition("@")[0]))
        assert (await site.get(f"/consent/registration/2026-12/{'0' * 32}")).status_code == 404


async def test_the_form_sends_along_which_text_stood_beside_each_tick(site):
    page = (await site.get("/slots/open")).text
    values = re.findall(r'name="consents-(\w+)" type="checkbox" value="([^"]+)"', page)

    assert [kind for kind, _ in values] == ["registration", "transfer", "authority"]
    for kind, value in values:
        assert f'href="/consent/{value.replace("@", "/")}"' in html.unescape(page)
        assert value.startswith(f"{kind}/")


async def test_nobody_is_held_to_a_text_that_changed_while_they_typed(site, programme):
    page = (await site.get("/slots/open")).text
    ticks = {f"consents-{k}": v for k, v in re.findall(r'name="consents-(\w+)" type="checkbox" value="([^"]+)"', page)}
    stale = {**ticks, "consents-registration": "registration/2026-12@" + "0" * 32}

    asked_again = await send(site, **stale)
    answered = await send(site, **ticks)

    assert asked_again.status_code == 422
    assert "Этот текст только что изменился" in text(asked_again)
    assert not re.search(r'name="consents-registration"[^>]*checked', asked_again.text)
    assert answered.status_code == 303
    assert len(programme.rows("requested")) == 1


async def test_nor_is_whoever_joins_a_party_later(site, programme):
    await send(site, **{"consents-authority": None})
    ticket = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}/add"
    child = {"visitors-1-name": "Маша", "visitors-1-age": "12", "key": "m" * 24}

    stale = await site.post(ticket, data=child | {"consents-authority": "authority/2026-12@" + "0" * 32})

    assert stale.status_code == 422
    assert "Этот текст только что изменился" in text(stale)
    assert "Маша" in stale.text
    assert (await site.post(ticket, data=child | {"consents-authority": "on"})).status_code == 303


@pytest.mark.parametrize(
    ("storage", "told", "untold"),
    [
        ("sheets", "таблицах Google", "территории России. Имена"),
        ("database", "ни имён, ни адресов, ни телефонов там нет", "за пределами"),
        ("both", "показываются организаторам и предприятию также в таблицах Google", "ни имён"),
    ],
)
async def test_the_text_says_where_data_lie(programme, storage, told, untold):

    publish(programme, replace(OLD, storage=storage))
    async with client(programme.open()) as site:
        page = text(await site.get("/consent/registration"))

    assert told in page
    assert untold not in page


async def test_what_the_programme_does_not_ask_for_is_not_on_the_form(site):
    assert "consents-photo" not in (await site.get("/slots/open")).text


async def test_a_purpose_that_nothing_hangs_on_is_asked_for_unticked_and_may_be_left_so(programme):
    publish(programme, OLD, photo=True)
    async with client(programme.open()) as site:
        page = (await site.get("/slots/open")).text
        without = await send(site)
        asked = await send(site, key="l" * 24, **{"contact-email": "b@example.org", "consents-photo": "on"})
        first, second = programme.registrations()
        programme.now = at(11, -1)
        gate = text(await site.get(f"/gate/{TOKENS.gate(PLANT.id)}"))

    assert re.search(r'name="consents-photo" type="checkbox" value="photo/[^"]+" aria', page)
    assert (without.status_code, asked.status_code) == (303, 303)
    assert [any(c.startswith("photo/") for c in r.consents) for r in (first, second)] == [False, True]
    assert f"{first.code} · не снимать" in gate
    assert f"{second.code} · не снимать" not in gate


async def test_taking_such_a_consent_back_changes_nothing_else(programme):
    publish(programme, OLD, photo=True)
    async with client(programme.open()) as site:
        await send(site, **{"consents-photo": "on"})
        who = programme.registrations()[0]
        await site.post(f"/ticket/{TOKENS.ticket(who.id)}/withdraw", data={"kind": "photo"})
    (now,) = programme.registrations()

    assert now.active
    assert [c.split("/")[0] for c in now.consents] == ["authority", "registration", "transfer"]
    assert programme.people()[who.id].name == "Анна Петрова"


def test_wordings_are_remembered_once_each_time_they_change():
    season = replace(SEASON, operator=OLD.operator, email=OLD.email)
    once = worded((), season, "sheets")
    other = worded(once, replace(season, operator=NEW.operator, email=""), "database")

    assert once == worded(once, season, "sheets") == (OLD,)
    assert other == (OLD, NEW)
    assert worded(other, season, "sheets") == (OLD, NEW, OLD)
    assert worded(other, None, "sheets") == other


def test_an_operator_that_nobody_named_yet_is_called_by_the_programme():
    assert wording_of(replace(SEASON, operator="")).operator == "Организатор программы «Открой#Моспром»"


def test_a_file_that_somebody_agreed_to_is_never_changed():
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in FILES.iterdir()}

    assert digests == NEVER_CHANGED, "new wording is a new file with a later month in its name"
