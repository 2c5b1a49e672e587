"""The mini-app in a frame of a real browser, before a page that speaks the bridge's protocol as VK does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from local.vk import MINI_APP, MINI_APP_KEY
from local.vk.page import build
from tests.site.conftest import NOW, TOKENS, Programme
from tests.site.test_browser import CHROMIUM, EXPECTED_IN_THE_CONSOLE, agree, browser, served
from zapis.site.launch import VkApp

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
]

EXPECTED = (EXPECTED_IN_THE_CONSOLE, "Blocked autofocusing")


class Vk:
    """The stand-in's page with the mini-app in its frame."""

    def __init__(self, page: Page, host: str, site: str) -> None:
        self.page, self.host, self.site = page, host, site

    def open(self, query: str = "") -> FrameLocator:
        self.page.goto(f"{self.host}/{query}")
        return self.page.frame_locator("iframe")

    def asked(self) -> list[str]:
        """What the bridge asked for so far."""
        return self.page.evaluate("window.asked")


@contextmanager
def shown(programme: Programme, browser: Browser, hosts: tuple[str, ...] = ()) -> Iterator[Vk]:
    """The site, and the stand-in on another origin; only `hosts` may frame it, or only the stand-in."""
    frames_of: list[str] = []
    ready = threading.Event()

    async def host(scope, receive, send):
        ready.wait(10)
        await build(frames_of[0], NOW.timestamp)(scope, receive, send)

    with served(host) as vk:
        app = VkApp(MINI_APP, (MINI_APP_KEY,), hosts or (vk,))
        with served(programme.open(vk=app)) as site:
            frames_of.append(site.replace("127.0.0.1", "localhost"))
            ready.set()
            page = browser.new_page(viewport={"width": 1000, "height": 900})
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield Vk(page, vk, site)
            cookies = page.context.cookies()
            page.context.close()
            assert cookies == []
            if not hosts:
                assert [text for text in complaints if not text.startswith(EXPECTED)] == []


def test_a_citizen_registers_inside_vk_from_a_posts_link_on(programme: Programme, browser: Browser):
    with shown(programme, browser) as vk:
        inside = vk.open("?slot=open&theme=dark")
        expect(inside.get_by_role("heading", level=1)).to_have_text("Как рождается «Москвич»")
        expect(inside.locator("html")).to_have_attribute("data-theme", "dark")
        assert vk.asked()[0] == "VKWebAppInit"

        inside.get_by_role("button", name="Заполнить из ВКонтакте").click()
        expect(inside.get_by_label("Имя и фамилия").first).to_have_value("Аня Котик")
        expect(inside.get_by_label("Электронная почта")).to_have_value("anna.kotik@example.org")
        expect(inside.get_by_text("на проходной сверяют с паспортом")).to_be_visible()
        inside.get_by_label("Телефон").fill("8 916 123-45-67")
        inside.get_by_label("Лет в день визита вам").fill("34")
        agree(inside)
        inside.locator("form .button-big").click()
        expect(inside.locator("#summary")).to_be_focused()
        inside.get_by_role("button", name="Да, в паспорте так").click()

        expect(inside.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        (registration,) = programme.registrations()
        assert (registration.channel, TOKENS.vk_user("101") in registration.persons) == ("vk", True)

        again = vk.open()
        expect(again.get_by_role("heading", level=1)).to_have_text("Мои записи")
        again.get_by_role("link", name="Как рождается «Москвич»").click()
        expect(again.get_by_text(registration.code)).to_be_visible()
        expect(again.locator("html")).to_have_attribute("data-theme", "light")


def test_the_frame_is_as_high_as_the_page(programme: Programme, browser: Browser):
    with shown(programme, browser) as vk:
        inside = vk.open()
        inside.get_by_role("link", name="Все визиты").click()
        expect(inside.get_by_role("status")).to_contain_text("Все визиты сезона")

        vk.page.wait_for_function(
            "() => document.querySelector('iframe').offsetHeight > 900", polling=50, timeout=20_000
        )
        frame = vk.page.frames[1]
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")


def test_who_refuses_types_by_hand(programme: Programme, browser: Browser):
    with shown(programme, browser) as vk:
        inside = vk.open("?slot=open&no=1")
        inside.get_by_role("button", name="Заполнить из ВКонтакте").click()

        expect(inside.get_by_text("ВКонтакте не назвало имени")).to_be_visible()
        expect(inside.get_by_label("Имя и фамилия").first).to_have_value("")


def test_nobody_but_vk_may_frame_it(programme: Programme, browser: Browser):
    with shown(programme, browser, hosts=("https://vk.com",)) as vk:
        with vk.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            vk.open()
        assert not vk.page.frames[1].url.startswith("http")
