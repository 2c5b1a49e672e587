"""The whole programme on one page: as a list, as a calendar, as a few lines for another site, as a sitemap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from zapis.core.catalogue import Enterprise
from zapis.site.cards import Cards
from zapis.site.desk import Desk
from zapis.site.finding import NEEDS, Wanted, wanted
from zapis.site.offers import Availability, Counter, Offer
from zapis.site.rendering import Rendering
from zapis.site.security import FRAMED_ANYWHERE
from zapis.site.shelf import Shelf
from zapis.voice import speech

MOST_EMBEDDED = 6


class Day(Struct, frozen=True):
    """The offers of one day."""

    date: date
    offers: list[Offer]

    @property
    def over(self) -> bool:
        """Whether nothing can be asked for on it any more."""
        return all(offer.availability in _OVER for offer in self.offers)


_OVER = (Availability.CLOSED, Availability.FULL, Availability.CANCELLED)


class Showcase:
    """The doors to all that is offered."""

    def __init__(self, desk: Desk, rendering: Rendering, shelf: Shelf) -> None:
        self._desk = desk
        self._rendering = rendering
        self._shelf = shelf
        self._cards = Cards()

    async def show(self, request: Request) -> Response:
        """GET /: the catalogue, filtered as the address says."""
        self._rendering.prepare("catalogue.html")
        counter, asked = await self._desk.counter(), wanted(request.query_params)
        return self._shelf.answer(request, counter, ("list", asked), lambda: self._list(counter, asked))

    async def calendar(self, request: Request) -> Response:
        """GET /calendar: the same as months."""
        counter, asked = await self._desk.counter(), wanted(request.query_params).on(None)
        return self._shelf.answer(request, counter, ("calendar", asked), lambda: self._calendar(counter, asked))

    async def embed(self, request: Request) -> Response:
        """GET /embed: the next visits that take requests, for a frame on any site."""
        counter, asked = await self._desk.counter(), wanted(request.query_params)
        return self._shelf.answer(
            request, counter, ("embed", asked), lambda: self._embed(counter, asked), more=FRAMED_ANYWHERE
        )

    async def sitemap(self, request: Request) -> Response:
        """GET /sitemap.xml"""
        counter = await self._desk.counter()
        return self._shelf.answer(request, counter, "sitemap", lambda: self._sitemap(counter), "application/xml")

    def _list(self, counter: Counter, asked: Wanted) -> str:
        coming = counter.coming()
        found = [offer for offer in coming if asked.suits(offer)]
        enterprises = _enterprises(coming)
        return self._rendering.text(
            "catalogue.html",
            cards=self._cards,
            season=counter.season,
            note=counter.note("home"),
            wanted=asked,
            needs=NEEDS,
            days=list(_by_day(found)),
            found=len(found),
            total=len(coming),
            all_days=[day.date for day in _by_day(coming)],
            enterprises=enterprises,
            lines=_lines(enterprises),
            today=speech.day_of(counter.now),
        )

    def _calendar(self, counter: Counter, asked: Wanted) -> str:
        from zapis.site.months import months

        found = [offer for offer in counter.coming() if asked.suits(offer)]
        return self._rendering.text(
            "calendar.html", season=counter.season, wanted=asked, months=months(found), found=len(found)
        )

    def _embed(self, counter: Counter, asked: Wanted) -> str:
        offers = [offer for offer in counter.coming() if offer.asks and asked.suits(offer)]
        shown = offers[:MOST_EMBEDDED]
        return self._rendering.text("embed.html", season=counter.season, wanted=asked, offers=shown, found=len(offers))

    def _sitemap(self, counter: Counter) -> str:
        public = counter.public()
        return self._rendering.text(
            "sitemap.xml",
            enterprises=sorted({offer.enterprise.id for offer in public}),
            tours=sorted({offer.tour.id for offer in public}),
            slots=[offer.id for offer in counter.coming()],
        )


def _by_day(offers: list[Offer]) -> Iterator[Day]:
    for date_, of_the_day in groupby(offers, key=lambda offer: speech.day_of(offer.terms.starts)):
        yield Day(date_, list(of_the_day))


def _enterprises(offers: list[Offer]) -> list[Enterprise]:
    found = {offer.enterprise.id: offer.enterprise for offer in offers}
    return sorted(found.values(), key=lambda enterprise: enterprise.name.strip("«»").casefold())


def _lines(enterprises: list[Enterprise]) -> list[tuple[str, list[str]]]:
    """Stations by their lines, in the order of the alphabet; those whose line nobody named come last."""
    stations: dict[str, set[str]] = defaultdict(set)
    for enterprise in enterprises:
        if enterprise.metro:
            stations[enterprise.line].add(enterprise.metro)
    return sorted(((line, sorted(found)) for line, found in stations.items()), key=lambda item: (not item[0], item[0]))
