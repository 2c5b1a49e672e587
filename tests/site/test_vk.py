"""The mini-app: who opened it, what it shows, and that it is the same programme with the same seats."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urljoin

import httpx
import pytest

from tests.site.conftest import NOW, TOKENS, Programme, client
from tests.site.visitor import fields_of, send, text, ticket
from zapis.core.model import Standing
from zapis.schema import resource
from zapis.settings import VK_HOSTS
from zapis.site.launch import OLDEST, VkApp, is_fresh, launched_by, signed

APP = VkApp("7000001", ("protected-key-of-the-mini-app",), VK_HOSTS)
BRIDGE = "827ba6f457cd9e73519b58b2c66564caf138645202f1bba37dca0b567f601bb4"
FRAMES = "frame-ancestors https://vk.com https://*.vk.com https://vk.ru https://*.vk.ru"

# VK's own samples: key, parameters, signature.
PLAIN = (
    "wvl68m4dR1UpLrVRli",
    "vk_user_id=494075&vk_app_id=6736218&vk_is_app_user=1&vk_are_notifications_enabled=1&vk_language=ru"
    "&vk_access_token_settings=&vk_platform=android",
    "htQFduJpLxz7ribXRZpDFUH-XEUhC9rBPTJkjUFEkRA",
)
ENCODED = (
    "rkwdOT04kUh28RDEC9zr",
    "vk_access_token_settings=friends%2Cgroups&vk_app_id=6825462&vk_are_notifications_enabled=0&vk_is_app_user=1"
    "&vk_language=ru&vk_platform=desktop_web&vk_user_id=19039187",
    "vBBPIysvzccFUn_e55JCGxZBnmxpXeh92XpiAY9gcv8",
)
FORGED = (
    "cBpgoP3d9WggrQ81qtNhw",
    "vk_access_token_settings=&vk_app_id=7948530&vk_are_notifications_enabled=0&vk_is_app_user=1&vk_is_favorite=0"
    "&vk_language=ru&vk_platform=desktop_web&vk_ref=other&vk_ts=1634454189&vk_user_id=172118960",
    "5lVUWU19M_xQpENllCGe2Mi-SGWC8K5i7FdkfHOwggA",
)


@pytest.mark.parametrize(("key", "query", "sign"), [PLAIN, ENCODED])
def test_what_vk_signed_is_believed_in_any_order_and_by_any_of_two_keys(key: str, query: str, sign: str):
    shuffled = "&".join(reversed(query.split("&")))

    assert signed(f"{query}&sign={sign}", ["another", key]) == dict(parse_qsl(query, keep_blank_values=True))
    assert signed(f"odr_enabled=1&{shuffled}&sign={sign}", [key])
    assert signed(f"{query}&sign={sign}", ["another"]) is None


@pytest.mark.parametrize(
    "query",
    [
        f"{FORGED[1]}&sign={FORGED[2]}",
        f"{PLAIN[1]}&sign=",
        PLAIN[1],
        "",
        f"{PLAIN[1]}&sign={PLAIN[2]}&vk_user_id=1",
        f"{PLAIN[1]}&vk_ts=1&sign={PLAIN[2]}",
        f"{PLAIN[1].replace('494075', '494076')}&sign={PLAIN[2]}",
        f"{PLAIN[1].replace('vk_access_token_settings=&', '')}&sign={PLAIN[2]}",
        f"{PLAIN[1]}&sign={PLAIN[2]}" + "&a=1" * 2000,
        f"{PLAIN[1]}&sign=ключ",
    ],
)
def test_what_vk_did_not_sign_is_not_believed(query: str):
    assert signed(query, [PLAIN[0], FORGED[0]]) is None


def test_a_blank_parameter_is_signed_too():
    without = PLAIN[1].replace("vk_access_token_settings=&", "")

    assert signed(f"{without}&sign=5FDx3xMKA-B8Jguw3CWvZpl-RaHckkH8QQj6DbutNGo", [PLAIN[0]]) is not None


@pytest.mark.parametrize(("ago", "fresh"), [(0, True), (7200, True), (7201, False), (-300, True), (-301, False)])
def test_a_launch_counts_for_two_hours(ago: int, fresh: bool):
    assert is_fresh({"vk_ts": str(int(NOW.timestamp()) - ago)}, NOW) is fresh
    assert not is_fresh({}, NOW)
    assert not is_fresh({"vk_ts": "soon"}, NOW)


def launch(user: int = 494075, app: str = APP.id, ts: float = NOW.timestamp()) -> str:
    """The query with which VK opens the mini-app."""
    given = {"vk_access_token_settings": "", "vk_app_id": app, "vk_language": "ru", "vk_platform": "desktop_web"}
    query = urlencode(sorted((given | {"vk_ts": str(int(ts)), "vk_user_id": str(user)}).items()))
    digest = hmac.new(APP.keys[0].encode(), query.encode(), hashlib.sha256).digest()
    return f"{query}&sign={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_only_this_app_and_only_a_user_is_let_in():
    assert launched_by(launch(), APP, NOW) == "494075"
    assert launched_by(launch(app="7000002"), APP, NOW) is None
    assert launched_by(launch(user=0), APP, NOW) is None
    assert launched_by(launch(ts=NOW.timestamp() - OLDEST.total_seconds() - 1), APP, NOW) is None


@pytest.fixture
async def vk(programme: Programme) -> AsyncIterator[httpx.AsyncClient]:
    async with client(programme.open(vk=APP)) as visitor:
        yield visitor
    await programme.committer.close()


async def opened(vk: httpx.AsyncClient, user: int = 494075) -> str:
    """Open the mini-app as VK does; the frame's address, without the name of its last page."""
    answer = await vk.get(f"/vk?{launch(user)}")
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("mine")


async def register(vk: httpx.AsyncClient, frame: str, slot: str = "open", **changes: str) -> httpx.Response:
    """Send the form of a slot inside the frame."""
    return await send(vk, slot, frame=frame, **changes)


async def follow(vk: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 303
    return await vk.get(urljoin(str(answer.url), answer.headers["location"]))


async def test_a_launch_leads_to_ones_own_registrations_and_leaves_nothing_of_itself(vk: httpx.AsyncClient):
    frame = await opened(vk)
    page = await vk.get(f"{frame}mine")

    assert re.fullmatch(r"/vk/[\w.-]+/", frame)
    assert "494075" not in frame + page.text
    assert page.status_code == 200
    assert "Пока ни одной" in text(page)
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["", "vk_user_id=1&sign=x", launch(ts=0), launch(app="7000002")])
async def test_a_false_launch_is_told_to_open_the_app_again(vk: httpx.AsyncClient, query: str):
    page = await vk.get(f"/vk?{query}")

    assert page.status_code == 403
    assert "Откройте приложение ещё раз" in text(page)
    assert FRAMES in page.headers["content-security-policy"]


async def test_without_an_app_there_is_no_such_door(site: httpx.AsyncClient):
    token = TOKENS.vk_pass(TOKENS.vk_user("1"), NOW)

    assert [(await site.get(path)).status_code for path in (f"/vk?{launch()}", f"/vk/{token}/", "/mine")] == [404] * 3


async def test_only_pages_inside_vk_may_be_framed_and_by_vk_alone_and_nobody_gets_a_cookie(vk: httpx.AsyncClient):
    frame = await opened(vk)
    for path in ("", "mine", "slots/open", "enterprises/plant", "calendar", "nowhere", "ticket/forged"):
        page = await vk.get(frame + path)
        policy = page.headers["content-security-policy"]
        assert FRAMES in policy
        assert ("unsafe" in policy, policy.count("frame-ancestors")) == (False, 1)
        assert (page.headers["referrer-policy"], "x-frame-options" in page.headers) == ("no-referrer", False)
        assert "set-cookie" not in page.headers
        outside = await vk.get(f"/{path}")
        assert "frame-ancestors 'self'" in outside.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["gate/x", "api/slots", "embed", "show/x", "vk", "vk/x/", "static/x/site.css"])
async def test_doors_of_others_do_not_stand_inside(vk: httpx.AsyncClient, path: str):
    assert (await vk.get(await opened(vk) + path)).status_code == 404


async def test_every_link_inside_stays_inside_and_no_page_holds_the_pass(vk: httpx.AsyncClient):
    frame = await opened(vk)
    for path in ("", "slots/open", "enterprises/plant", "tours/cars", "calendar", "mine"):
        page = await vk.get(frame + path)
        assert page.status_code == 200
        assert frame.strip("/").split("/")[1] not in page.text
        at_home = [a for a in re.findall(r'(?:href|action)="([^"#]+)"', page.text) if "://" not in a and ":" not in a]
        outside = {a for a in at_home if not urljoin(frame + path, a).startswith(frame)}
        assert all(a.startswith(("/static/", "/consent/")) for a in outside)
        for address in set(at_home) - outside:
            assert (await vk.get(urljoin(frame + path, address))).status_code == 200


async def test_all_who_look_are_given_the_same_bytes_and_a_reload_costs_none(vk: httpx.AsyncClient):
    one, other = await vk.get(await opened(vk, 1)), await vk.get(await opened(vk, 2))
    again = await vk.get(one.url, headers={"If-None-Match": one.headers["etag"]})

    assert one.url != other.url
    assert (one.content, one.headers["etag"]) == (other.content, other.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert one.content != (await vk.get("/")).content


async def test_who_registers_inside_finds_the_ticket_there_and_others_do_not(
    programme: Programme, vk: httpx.AsyncClient
):
    frame, strangers = await opened(vk), await opened(vk, 2)
    page = await follow(vk, await register(vk, frame))
    mine = await vk.get(f"{frame}mine")

    assert "Вы записаны" in text(page)
    (registration,) = programme.registrations()
    assert registration.channel == "vk"
    assert registration.persons == (TOKENS.person("email", "anna@example.org"), TOKENS.vk_user("494075"))
    assert "Вы записаны" in text(mine)
    (address,) = re.findall(r'href="(ticket/[^"]+)"', mine.text)
    assert "Вы записаны" in text(await vk.get(frame + address))
    assert "Пока ни одной" in text(await vk.get(f"{strangers}mine"))


async def test_who_waits_sees_the_place_in_line(vk: httpx.AsyncClient):
    for user in (1, 2, 3):
        await register(vk, await opened(vk, user), "two-seats", **{"contact-email": f"v{user}@example.org"})

    assert "1-й в очереди" in text(await vk.get(f"{await opened(vk, 3)}mine"))


async def test_a_cancelled_visit_stands_apart(programme: Programme, vk: httpx.AsyncClient):
    frame = await opened(vk)
    page = await follow(vk, await register(vk, frame))
    await vk.post(f"{page.url}/cancel", data={"everybody": "1"})
    mine = text(await vk.get(f"{frame}mine"))

    assert programme.registrations()[0].standing is Standing.CANCELLED
    assert "Впереди визитов нет" in mine
    assert "Прошедшие и отменённые" in mine


async def test_one_limit_holds_across_site_and_vk(programme: Programme, vk: httpx.AsyncClient):
    frame = await opened(vk)
    await register(vk, frame, "open", **{"contact-email": "one@example.org"})
    await register(vk, frame, "later", **{"contact-email": "two@example.org"})

    beyond = await register(vk, frame, "bread", **{"contact-email": "three@example.org"})
    twice = await send(vk, "open", "another-key-of-a-form", **{"contact-email": "one@example.org"})

    assert (beyond.status_code, twice.status_code) == (409, 409)
    assert [r.standing for r in programme.registrations()].count(Standing.CONFIRMED) == 2


async def test_site_and_vk_share_the_seats(vk: httpx.AsyncClient):
    await send(vk, "no-line", **{"contact-email": "one@example.org"})

    full = await register(vk, await opened(vk), "no-line")

    assert full.status_code == 409
    assert "Мест" in text(full)


async def test_a_name_that_vk_gave_is_asked_about_once(programme: Programme, vk: httpx.AsyncClient):
    frame = await opened(vk)
    given = {"contact-name": "Аня Котик", "name-given": "Аня Котик"}
    asked = await register(vk, frame, **given)

    assert asked.status_code == 422
    assert "В паспорте так и написано: Аня Котик?" in text(asked)
    assert fields_of(asked)["name-given"] == "Аня Котик"
    assert programme.registrations() == []
    assert (await register(vk, frame, **given, **{"name-kept": "Аня Котик"})).status_code == 303
    assert (await register(vk, frame, "later", **given | {"contact-name": "Анна Котова"})).status_code == 303


async def test_after_a_day_nobody_is_recognised_but_a_form_still_arrives(programme: Programme, vk: httpx.AsyncClient):
    frame = await opened(vk)
    await register(vk, frame)
    programme.now += timedelta(days=1, seconds=1)

    page, answer = await vk.get(f"{frame}mine"), await register(vk, frame, "later")

    assert "Закройте его и откройте снова" in text(page)
    assert "Вы записаны" not in text(page)
    assert (answer.status_code, programme.registrations()[1].channel) == (303, "vk")
    assert programme.registrations()[1].persons == (TOKENS.person("email", "anna@example.org"),)


@pytest.mark.parametrize("token", ["forged", TOKENS.ticket("x"), "~"])
async def test_a_forged_pass_opens_nothing(vk: httpx.AsyncClient, token: str):
    assert (await vk.get(f"/vk/{token}/mine")).status_code in (403, 404)


async def test_nothing_of_a_launch_is_logged(vk: httpx.AsyncClient, caplog):
    caplog.set_level("DEBUG", logger="zapis")
    frame = await opened(vk)
    await vk.get(f"/vk?{launch(ts=0)}")
    await register(vk, frame, **{"contact-name": "<script>"})
    await vk.get(f"{frame}ticket/forged")

    assert not any(secret in caplog.text for secret in ("494075", "sign=", frame, "vk_"))


def test_the_bridge_is_the_published_file_and_its_licence_lies_beside_it():
    folder = resource("templates") / "static"

    assert hashlib.sha256((folder / "vk-bridge.js").read_bytes()).hexdigest() == BRIDGE
    assert BRIDGE in (folder / "vk-bridge.LICENSE").read_text("utf-8")


def test_vks_themes_are_the_sites_own_colours():
    folder = resource("templates") / "static"
    site, vk = (colours((folder / name).read_text("utf-8")) for name in ("site.css", "vk.css"))

    own_light, own_dark = site[:2]
    light, dark = vk
    assert dark == own_dark
    assert light == {name: own_light[name] for name in own_dark}


def colours(sheet: str) -> list[dict[str, str]]:
    blocks = re.findall(r":root(?:\[[^]]*\])? \{(.*?)\}", sheet, re.DOTALL)
    return [dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in blocks]


async def test_a_ticket_inside_is_changed_inside(vk: httpx.AsyncClient):
    page = await follow(vk, await register(vk, await opened(vk)))

    for rest in ("/move", "/add", "/edit", "/forget", "/cancel"):
        assert (await vk.get(f"{page.url}{rest}")).status_code == 200
    assert "Добавить в календарь" in text(await ticket(vk, await send(vk, "later")))
