"""The main pages have their picture taken: a season in its usual bustle, on a desk by day and on a phone by night."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.pictures import keep
from tests.site.conftest import PLANT, TOKENS, Programme, at, body, contact
from tests.site.test_browser import CHROMIUM, browser, served
from tests.site.test_vk_browser import shown
from tests.site.test_weight import season

__all__ = ["browser", "season"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
]

DESK = {"width": 1280, "height": 1180}
PHONE = {"width": 390, "height": 1180}
BUSTLE = (0.5, 0.92, 1.3, 0.2, 0.8, 1.0, 0.35)
"""How full visits are, one after another; above 1 some wait."""


@pytest.fixture
def busy(season: Programme) -> Iterator[tuple[Programme, str]]:
    """A season with parties in its first visits, and its address."""
    with served(season.open()) as site:
        slots = httpx.get(f"{site}/api/slots").json()["slots"][:28]
    for slot, share in zip(slots, cycle(BUSTLE), strict=False):
        for party in range(int(slot["capacity"] * share / 2)):
            season.book(slot["id"], 2, f"{slot['id']} {party}")
    with served(season.open()) as site:
        yield season, site


def look(page: Page, address: str) -> None:
    """Open a page twice: type that came late to the first look is there for the second."""
    page.goto(address, wait_until="networkidle")
    page.reload(wait_until="networkidle")


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_the_main_pages_have_their_picture_taken(busy: tuple[Programme, str], browser: Browser, size: str, scheme: Any):
    programme, site = busy
    look_around = httpx.get(f"{site}/api/slots").json()["slots"]
    slot = next(slot["id"] for slot in look_around if slot["state"] == "open")
    ticket = next(r for r in programme.registrations() if r.slot == slot)
    waiting = max(programme.registrations(), key=lambda r: programme.committer.state.place(r.id) or 0)
    on_phone = size == "phone"
    context = browser.new_context(
        viewport=PHONE if on_phone else DESK,  # type: ignore[arg-type]
        color_scheme=scheme,
        device_scale_factor=2 if on_phone else 1,
    )
    page = context.new_page()
    after = "-phone" if on_phone else ""
    for name, path in {
        "catalogue": "/",
        "calendar": "/calendar",
        "visit": f"/slots/{slot}",
        "ticket": f"/ticket/{TOKENS.ticket(ticket.id)}",
        "ticket-waiting": f"/ticket/{TOKENS.ticket(waiting.id)}",
    }.items():
        look(page, site + path)
        keep(page, name + after)
    context.close()


DRAW_A_CARD = """
    const others = ".ways, .tongues, .brand, .lead, .eyebrow, .gauges, main, .foot";
    document.querySelectorAll(others).forEach((one) => one.remove());
    const style = new CSSStyleSheet();
    style.replaceSync(`
      .band { height: 100vh; display: flex; flex-direction: column; }
      .band::before { height: 20px; }
      .band > .wide { flex: 1; align-content: center; max-width: none; padding-inline: 80px; }
      .hero { max-width: none; }
      .hero h1 { font-size: 84px; line-height: 1.08; }
      .skyline { height: 150px; max-height: none; flex: none; }
    `);
    document.adoptedStyleSheets = [style];
"""


def test_the_picture_beside_a_shared_link_is_drawn(programme: Programme, browser: Browser):
    page = browser.new_page(viewport={"width": 1200, "height": 630}, color_scheme="light")
    with served(programme.open()) as site:
        look(page, site)
        page.evaluate(DRAW_A_CARD)
        keep(page, "share")
    page.close()


GUESTS = (("Анна Петрова", "Борис Петров"), ("Вера Соколова",), ("Дина Орлова", "Егор Орлов", "Зоя Орлова"))


def test_the_gate_has_its_picture_taken(programme: Programme, browser: Browser):
    page = browser.new_page(viewport=PHONE, device_scale_factor=2)  # type: ignore[arg-type]
    with served(programme.open()) as site, httpx.Client(base_url=site) as citizens:
        for number, names in enumerate(GUESTS):
            people = [{"name": name, "age": 36 - 11 * n} for n, name in enumerate(names)]
            asked = body(contact=contact(name=names[0], email=f"{number}@example.org"), visitors=people)
            citizens.post("/api/slots/open/registrations", json=asked, headers={"Idempotency-Key": f"{number}"})
        programme.now = at(11, 0.9)
        look(page, f"{site}/gate/{TOKENS.gate(PLANT.id)}")
        page.get_by_role("button", name="вся группа").first.click()
        page.locator(".gate-came").first.wait_for()
        keep(page, "gate")
    page.close()


def test_the_mini_app_has_its_picture_taken(programme: Programme, browser: Browser):
    with shown(programme, browser) as vk:
        inside = vk.open("?theme=dark&slot=open")
        inside.get_by_role("button", name="Заполнить из ВКонтакте").wait_for()
        vk.page.wait_for_load_state("networkidle")
        keep(vk.page, "vk")
