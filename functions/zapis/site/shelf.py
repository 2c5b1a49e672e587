"""Pages that are the same for everybody: rendered once for a state of things, then handed out as bytes.

At the minute in which a season opens thousands of people reload. A page is rendered when an entry, the
catalogue or the minute changed since, and who has the same already is answered 304.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from zapis.core.catalogue import Catalogue
from zapis.site import frames
from zapis.site.offers import Counter
from zapis.site.packing import QUICK, Packed
from zapis.voice.tongue import tongue

MOST_KEPT = 128


class Page(Struct, frozen=True):
    """A rendered page; `etag` follows from what it says, so that all instances give it the same."""

    packed: Packed
    etag: str


class Shelf:
    """Keeps what was rendered for as long as it says the truth."""

    def __init__(self) -> None:
        self._as_of: tuple[Catalogue, int, datetime] | None = None
        self._kept: dict[Hashable, Page] = {}

    def answer(
        self,
        request: Request,
        counter: Counter,
        key: Hashable,
        render: Callable[[], str],
        kind: str = "text/html",
        more: Mapping[str, str] | None = None,
        fill: Callable[[bytes], bytes] | None = None,
    ) -> Response:
        """The page that `key` names, rendered by `render` if it is not there; `more` are headers of its own.

        `fill` puts in what each visitor gets another of; who has the page already keeps theirs.
        """
        around = frames.frame()
        page = self._page(counter, (tongue().words, around and around.depth, key), render)
        headers = {"ETag": page.etag, "Cache-Control": "no-cache", **(more or {})}
        if page.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers | {"Vary": "Accept-Encoding"})
        if fill is None:
            return page.packed.answer(request, kind, headers)
        return Packed(fill(page.packed.body), QUICK).answer(request, kind, headers)

    def _page(self, counter: Counter, key: Hashable, render: Callable[[], str]) -> Page:
        self._forget_what_is_outdated(counter)
        if key not in self._kept:
            self._kept[key] = _packed(render().encode())
        return self._kept[key]

    def _forget_what_is_outdated(self, counter: Counter) -> None:
        minute = counter.now.replace(second=0, microsecond=0)
        as_of = (counter.catalogue, len(counter.state.seen), minute)
        same = self._as_of and self._as_of[0] is as_of[0] and self._as_of[1:] == as_of[1:]
        if not same or len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._as_of = as_of


def _packed(body: bytes) -> Page:
    return Page(Packed(body), f'W/"{hashlib.sha256(body).hexdigest()[:16]}"')
