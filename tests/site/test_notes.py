"""Organisers' notes on pages: their words, as text."""

from __future__ import annotations

import httpx
import pytest

from tests.site.conftest import CARS, PLANT, SEASON, TOKENS, Programme, ask, slot
from tests.site.visitor import text
from zapis.core.catalogue import Catalogue
from zapis.core.texts import Text, TextId

SAYS = "Мы переехали, {телефон}.\n<b>Звоните</b>"
TEXTS = {
    id: Text(id, body=f"{SAYS} {page}") for page in ("home", "slot", "ticket") for id in [TextId(f"page_{page}.ru")]
}


@pytest.mark.parametrize("page", ["home", "slot", "ticket"])
async def test_a_note_stands_on_its_page_and_is_text(site: httpx.AsyncClient, programme: Programme, page: str):
    noted = slot("open", 11)
    programme.publish(Catalogue(SEASON, {PLANT.id: PLANT}, {CARS.id: CARS}, {noted.id: noted}, TEXTS))
    await ask(site)
    ticket = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}"

    shown = await site.get({"home": "/", "slot": "/slots/open", "ticket": ticket}[page])

    assert f"Мы переехали, +7 495 000-00-01. <b>Звоните</b> {page}" in text(shown)
    assert "<b>Звоните" not in shown.text


async def test_without_a_note_there_is_no_box(site: httpx.AsyncClient):
    assert "own-note" not in (await site.get("/")).text
