"""The catalogue's page: rendered once for a state of things, then handed out as bytes.

At the minute in which a season opens thousands of people reload this page. It is rendered when an entry, the
catalogue or the minute changed since, and who has the same already is answered 304.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from zapis.core.catalogue import Catalogue, Enterprise
from zapis.site import russian
from zapis.site.desk import Desk
from zapis.site.finding import Wanted, wanted
from zapis.site.offers import Counter, Offer
from zapis.site.rendering import Rendering
from zapis.site.statics import packed_response

MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page; `etag` follows from what it says, so that all instances give it the same."""

    body: bytes
    packed: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Day:
    """The offers of one day."""

    date: date
    offers: list[Offer]


class Showcase:
    """Answers `GET /`."""

    def __init__(self, desk: Desk, rendering: Rendering) -> None:
        self._desk = desk
        self._rendering = rendering
        self._as_of: tuple[Catalogue, int, datetime] | None = None
        self._kept: dict[Wanted, Page] = {}

    async def show(self, request: Request) -> Response:
        """The catalogue, filtered as the address says."""
        page = self._page(await self._desk.counter(), wanted(request.query_params))
        headers = {"ETag": page.etag, "Cache-Control": "no-cache"}
        if page.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers | {"Vary": "Accept-Encoding"})
        return packed_response(request, page.body, page.packed, "text/html", headers)

    def _page(self, counter: Counter, asked: Wanted) -> Page:
        self._forget_what_is_outdated(counter)
        if asked not in self._kept:
            self._kept[asked] = self._render(counter, asked)
        return self._kept[asked]

    def _forget_what_is_outdated(self, counter: Counter) -> None:
        minute = counter.now.replace(second=0, microsecond=0)
        as_of = (counter.catalogue, len(counter.state.seen), minute)
        same = self._as_of and self._as_of[0] is as_of[0] and self._as_of[1:] == as_of[1:]
        if not same or len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._as_of = as_of

    def _render(self, counter: Counter, asked: Wanted) -> Page:
        coming = counter.coming()
        found = [offer for offer in coming if asked.suits(offer)]
        body = self._rendering.text(
            "catalogue.html",
            season=counter.season,
            wanted=asked,
            days=list(_by_day(found)),
            found=len(found),
            total=len(coming),
            all_days=[day.date for day in _by_day(coming)],
            enterprises=_enterprises(coming),
            today=russian.day_of(counter.now),
        ).encode()
        return Page(body, gzip.compress(body, 6, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:16]}"')


def _by_day(offers: list[Offer]) -> Iterator[Day]:
    for date_, of_the_day in groupby(offers, key=lambda offer: russian.day_of(offer.terms.starts)):
        yield Day(date_, list(of_the_day))


def _enterprises(offers: list[Offer]) -> list[Enterprise]:
    found = {offer.enterprise.id: offer.enterprise for offer in offers}
    return sorted(found.values(), key=lambda enterprise: enterprise.name.strip("«»").casefold())
