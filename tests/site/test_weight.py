"""What a phone on a poor line must load: whole pages with all they refer to, counted on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from local.demo.season import read as demo_season
from tests.demo.typed import tables
from tests.site.conftest import NOW, TOKENS, Programme
from tests.site.states import Visitor
from tests.site.test_browser import CHROMIUM, browser, served
from tests.site.test_trouble import Troubled
from zapis.core.catalogue import Catalogue
from zapis.core.organisers import read

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.xdist_group("axe"),
]
KILOBYTE = 1000


@pytest.fixture
def season(programme: Programme) -> Programme:
    """A whole season of some 180 coming visits."""
    today: date = NOW.date()
    programme.publish(read(tables(demo_season(), today), Catalogue(), today).catalogue)
    return programme


class Wire:
    """Counts what a fresh browser receives, headers included."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_context().new_page()
        self.received = 0
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict) -> None:
        self.received += event["encodedDataLength"]


@pytest.fixture
def wire(browser: Browser) -> Iterator[Wire]:
    wire = Wire(browser)
    yield wire
    wire.page.context.close()


def test_the_first_view_of_a_whole_season_is_light(season: Programme, wire: Wire):
    with served(season.open()) as site:
        wire.page.goto(site, wait_until="networkidle")

        assert wire.page.locator("article.card").count() > 180
        assert 10 * KILOBYTE < wire.received <= 60 * KILOBYTE


def test_a_ticket_is_light(programme: Programme, wire: Wire):
    trouble = Troubled(programme)
    with served(trouble.app) as site:
        Visitor(wire.page, site, programme, trouble).book("open", 34, 12)
        token = TOKENS.ticket(programme.registrations()[-1].id)
        wire.received = 0
        wire.page.goto(f"{site}/ticket/{token}", wait_until="networkidle")

        assert 5 * KILOBYTE < wire.received <= 40 * KILOBYTE


def test_a_second_look_costs_next_to_nothing(season: Programme, wire: Wire):
    with served(season.open()) as site:
        wire.page.goto(site, wait_until="networkidle")
        wire.received = 0
        wire.page.reload(wait_until="networkidle")

        assert 0 < wire.received <= 2 * KILOBYTE
