"""The first door of an instance: what needs nothing of the season is answered before the site is even imported.

A platform asks a new process for its health, and a page that another instance served asks it for a style sheet;
neither has to wait for the libraries that a registration needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from zapis.happenings import current, traced
from zapis.site.links import Links
from zapis.site.security import SecurityHeaders
from zapis.site.statics import Statics


class Front:
    """Two light doors, and behind them the whole site, opened at the first request for anything else."""

    def __init__(self, folder: Path, links: Links, open_site: Callable[[], Awaitable[ASGIApp]]) -> None:
        self._statics = Statics(folder, links)
        self._light = SecurityHeaders(Starlette(routes=light_doors(self._statics)), links.secure)
        self._open_site = open_site
        self._site: ASGIApp | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        current.set(traced({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}))
        door = await self._door(scope)
        await door(scope, receive, send)

    async def _door(self, scope: Scope) -> ASGIApp:
        path = scope["path"]
        if path == "/healthz" or self._statics.has(path):
            return self._light
        if self._site is None:
            async with self._opening:
                self._site = self._site or await self._open_site()
        return self._site


def light_doors(statics: Statics) -> list[Route]:
    """What can be answered without the ledger and without a page's templates."""
    return [Route("/static/{digest}/{name}", statics.serve), Route("/healthz", _healthy)]


async def _healthy(request: Request) -> Response:
    """This process answers; whether the ledger does is not asked, or its trouble would restart the site."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})
