"""The gate in a guard's hand: a tap shows at once, and a mark made without network arrives later, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import TOKENS, Programme
from tests.site.states import Visitor, at_the_gate
from tests.site.test_browser import CHROMIUM, PHONE, browser, served
from tests.site.test_trouble import Troubled

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.xdist_group("axe"),
]


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """A phone's page that loses the network, which the browser's console complains of."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def guard(page: Page, programme: Programme) -> Iterator[Visitor]:
    trouble = Troubled(programme)
    with served(trouble.app) as site:
        visitor = Visitor(page, site, programme, trouble)
        at_the_gate(11)(visitor)
        yield visitor


def lose_the_network(page: Page) -> Callable[[], None]:
    page.context.set_offline(True)
    return lambda: page.context.set_offline(False)


def let_the_site_fail(page: Page) -> Callable[[], None]:
    page.route("**/gate/*", lambda route: route.fulfill(status=503))
    return lambda: page.unroute("**/gate/*")


@pytest.mark.parametrize("trouble", [lose_the_network, let_the_site_fail])
def test_marks_that_do_not_get_through_are_kept_and_arrive_once(
    guard: Visitor, trouble: Callable[[Page], Callable[[], None]]
):
    page = guard.page
    relent = trouble(page)
    page.get_by_role("button", name="Отметить: вся группа").click()
    page.get_by_role("button", name="Снять отметку").first.click()
    expect(page.get_by_role("status")).to_contain_text("не закрывайте страницу: 2")
    expect(page.locator(".gate-came")).to_have_count(1)
    assert guard.programme.rows("attended") == []

    relent()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("status")).to_be_empty()

    assert len(guard.programme.rows("attended")) == 2
    page.reload()
    expect(page.locator(".gate-came")).to_have_count(1)


def test_typing_a_name_leaves_those_whom_it_fits(guard: Visitor):
    expect(guard.page.locator("[data-find]:visible")).to_have_count(2)

    guard.page.get_by_label("Фамилия или код").fill("борис")
    expect(guard.page.locator("[data-find]:visible")).to_have_count(1)

    guard.page.get_by_label("Фамилия или код").fill("никого")
    expect(guard.page.get_by_text("такого нет")).to_be_visible()


def test_who_came_by_a_qr_code_finds_everybody_else_from_there(guard: Visitor):
    guard.open(f"/show/{TOKENS.shown(guard.programme.registrations()[0].id)}")
    expect(guard.page.locator("[data-find]:visible")).to_have_count(1)

    guard.page.get_by_label("Фамилия или код").fill("")

    expect(guard.page.locator("[data-find]:visible")).to_have_count(2)


def test_the_list_prints_with_room_for_signatures_and_without_buttons(guard: Visitor):
    guard.page.emulate_media(media="print")
    guard.page.set_viewport_size({"width": 794, "height": 1123})

    expect(guard.page.locator("#gate-list button").first).to_be_hidden()
    expect(guard.page.get_by_label("Фамилия или код")).to_be_hidden()
    drawn = "getComputedStyle(document.querySelector('.gate-guest'), '::after').content"
    assert guard.page.evaluate(drawn) == '"подпись"'
