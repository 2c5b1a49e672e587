"""While it is a rehearsal every page says so."""

from __future__ import annotations

import httpx
import pytest
from msgspec.structs import replace

from tests.site.conftest import CARS as TOUR
from tests.site.conftest import PLANT, SEASON, Programme, slot
from tests.site.visitor import text
from zapis.core.catalogue import Catalogue


@pytest.mark.parametrize("path", ["/", "/slots/rehearsed", "/enterprises/plant"])
@pytest.mark.parametrize("address", ["olga@example.org", ""])
async def test_pages_say_that_it_is_a_rehearsal_and_whose_is_nobodys_business(
    site: httpx.AsyncClient, programme: Programme, path: str, address: str
):
    played = slot("rehearsed", 11)
    season = replace(SEASON, rehearsal=address)
    programme.publish(Catalogue(season, {PLANT.id: PLANT}, {TOUR.id: TOUR}, {played.id: played}))

    page = await site.get(path)

    assert page.status_code == 200
    assert ("Репетиция" in text(page)) is bool(address)
    assert "olga@example.org" not in page.text
