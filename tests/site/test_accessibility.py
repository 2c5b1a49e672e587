"""axe-core finds nothing on any page in any state, in light, in dark and inside VK; no page or state is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from local.vk import MINI_APP, MINI_APP_KEY
from tests.site.conftest import NOW, TOKENS, Programme
from tests.site.states import STATES, State, Visitor, told_by
from tests.site.test_browser import CHROMIUM, PHONE, browser, heard, served
from tests.site.test_trouble import Troubled
from zapis.core.model import Standing
from zapis.resources import resource
from zapis.site.launch import VkApp
from zapis.site.offers import Availability
from zapis.site.rendering import Rendering

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
]
outside, inside = pytest.mark.xdist_group("axe"), pytest.mark.xdist_group("axe inside VK")

COLOURS = ("color-contrast", "link-in-text-block")
"""The only rules that another colour scheme can break."""
VK = VkApp(MINI_APP, (MINI_APP_KEY,), ("https://vk.com",))
INSIDE_VK = f"/vk/{TOKENS.vk_pass(TOKENS.vk_user('101'), NOW)}"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALL = {"type": "tag", "values": RULES}


@pytest.fixture(scope="module")
def shared_page(browser: Any) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(shared_page: Page) -> Iterator[Page]:
    """One page for all states, as new: each state has a site of its own address, so nothing is kept but cookies."""
    shared_page.context.clear_cookies()
    shared_page.set_viewport_size(PHONE)
    shared_page.emulate_media(color_scheme="light")
    with heard(shared_page):
        yield shared_page
    shared_page.goto("about:blank")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Template and state of each page that the site really rendered."""
    seen: list[tuple[str, str]] = []
    render = Rendering.text

    def noting(self: Rendering, template: str, **values: Any) -> str:
        seen.append((template, told_by(template, values)))
        return render(self, template, **values)

    monkeypatch.setattr(Rendering, "text", noting)
    return seen


@outside
@pytest.mark.long
@pytest.mark.parametrize("state", [state for state in STATES if not state.inside], ids=str)
def test_axe_finds_nothing(state: State, programme: Programme, page: Page, rendered: list[tuple[str, str]]):
    programme.precautions = state.precautions
    trouble = Troubled(programme)
    with served(trouble.app) as site:
        state.go(Visitor(page, site, programme, trouble))

        assert rendered[-1] == (state.template, state.shows)
        page.emulate_media(color_scheme="light")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, {"type": "rule", "values": COLOURS}) == []


@inside
@pytest.mark.parametrize("state", [state for state in STATES if state.inside is not False], ids=str)
def test_axe_finds_nothing_inside_vk(state: State, programme: Programme, page: Page, rendered: list[tuple[str, str]]):
    programme.precautions = state.precautions
    trouble = Troubled(programme, vk=VK)
    with served(trouble.app) as site:
        state.go(Visitor(page, site, programme, trouble, INSIDE_VK))

        assert rendered[-1] == (state.template, state.shows)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")  # VK's light has the very colours of ours
        assert violations(page) == []


def test_no_page_and_no_state_is_forgotten():
    pages = {path.name for path in resource("templates").glob("pages/[a-z]*.html")} - {"base.html"}
    shown = {(state.template, state.shows) for state in STATES}

    assert {state.template for state in STATES} == pages
    assert {("slot.html", availability.value) for availability in Availability} <= shown
    assert {("ticket.html", standing.value) for standing in Standing} <= shown
    assert len({str(state) for state in STATES}) == len(STATES)


@outside
def test_a_fault_would_be_found(page: Page, programme: Programme):
    with served(programme.open()) as site:
        page.goto(f"{site}/slots/open")
        page.evaluate("document.querySelector('label[for=contact-email]').remove()")

        assert any("contact-email" in fault for fault in violations(page))


@outside
def test_a_colour_that_fails_in_the_dark_alone_would_be_found(page: Page, programme: Programme):
    with served(programme.open()) as site:
        page.goto(f"{site}/slots/open")
        page.emulate_media(color_scheme="dark")
        page.evaluate("document.adoptedStyleSheets = [new CSSStyleSheet()]")
        page.evaluate("document.adoptedStyleSheets[0].replaceSync('.about { color: #222 !important }')")

        assert any("color-contrast" in fault for fault in violations(page, {"type": "rule", "values": COLOURS}))


def violations(page: Page, only: Mapping[str, Any] = ALL) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
