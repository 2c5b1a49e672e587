"""A page for each enterprise and each tour: what one sees there, how to get there, what is asked, all the dates.

Both exist from the first public slot on: what is still a draft has no page.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zapis.core.catalogue import Tour
from zapis.site.desk import Desk
from zapis.site.events import Events
from zapis.site.offers import Availability, Counter, Offer
from zapis.site.rendering import Rendering
from zapis.site.shelf import Shelf
from zapis.voice import conditions

Render = Callable[[Counter, list[Offer]], str]


class Dated(Struct, frozen=True):
    """A tour with its coming dates."""

    tour: Tour
    offers: list[Offer]


class Guide:
    """The doors `/enterprises/<id>` and `/tours/<id>`."""

    def __init__(self, desk: Desk, rendering: Rendering, shelf: Shelf, events: Events) -> None:
        self._desk = desk
        self._rendering = rendering
        self._shelf = shelf
        self._events = events

    async def enterprise(self, request: Request) -> Response:
        """GET /enterprises/<id>"""
        counter, id = await self._desk.counter(), request.path_params["id"]
        offers = [offer for offer in counter.public() if offer.enterprise.id == id]
        return self._answer(request, counter, offers, ("enterprise", id), self._enterprise)

    async def tour(self, request: Request) -> Response:
        """GET /tours/<id>"""
        counter, id = await self._desk.counter(), request.path_params["id"]
        offers = [offer for offer in counter.public() if offer.tour.id == id]
        return self._answer(request, counter, offers, ("tour", id), self._tour)

    def _answer(
        self, request: Request, counter: Counter, offers: list[Offer], key: tuple[str, str], render: Render
    ) -> Response:
        if not offers:
            raise HTTPException(404)
        return self._shelf.answer(request, counter, key, lambda: render(counter, offers))

    def _enterprise(self, counter: Counter, offers: list[Offer]) -> str:
        enterprise, coming = offers[0].enterprise, _coming(offers)
        return self._rendering.text(
            "enterprise.html",
            season=counter.season,
            enterprise=enterprise,
            tours=_by_tour(offers),
            events=self._events.of(coming, counter.season),
            way=conditions.of_the_way_there(enterprise),
            rules=conditions.of_the_place(enterprise),
        )

    def _tour(self, counter: Counter, offers: list[Offer]) -> str:
        tour, enterprise, coming = offers[0].tour, offers[0].enterprise, _coming(offers)
        return self._rendering.text(
            "tour.html",
            season=counter.season,
            tour=tour,
            enterprise=enterprise,
            offers=coming,
            events=self._events.of(coming, counter.season),
            way=conditions.of_the_way_there(enterprise),
            rules=[
                *conditions.of_the_tour(tour, tour),
                *conditions.of_the_place(enterprise),
                *conditions.of_asking(tour, counter.season),
            ],
        )


def _coming(offers: list[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.availability is not Availability.PAST]


def _by_tour(offers: list[Offer]) -> list[Dated]:
    """Tours by name, those with coming dates first."""
    tours = {offer.tour.id: offer.tour for offer in offers}
    dated = [Dated(tour, [o for o in _coming(offers) if o.tour.id == tour.id]) for tour in tours.values()]
    return sorted(dated, key=lambda item: (not item.offers, item.tour.title))
