"""The site as an ASGI application: its doors in one list, around them what holds for every answer.

It is called once per request and never told of a lifespan, so nothing here waits for one. A door names its part and
does not make it: what a request does not need is not even imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zapis.ledger.committer import Committer
from zapis.resources import resource
from zapis.site.edge import CatchAll, Edge, Explain
from zapis.site.front import light_doors
from zapis.site.hearing import Hearing
from zapis.site.links import Links
from zapis.site.parts import Parts
from zapis.site.precautions import Precautions
from zapis.site.security import SecurityHeaders
from zapis.tokens import Tokens

if TYPE_CHECKING:
    from zapis.site.launch import VkApp
    from zapis.site.words import Words

Door = Callable[[Request], Awaitable[Response]]


def _by_the_wall() -> datetime:
    return datetime.now(UTC)


def application(
    committer: Committer,
    tokens: Tokens,
    site_url: str,
    vk: VkApp | None = None,
    clock: Callable[[], datetime] = _by_the_wall,
    precautions: Precautions | None = None,
) -> Starlette:
    """The site over one committer. `site_url` is its public address, without a slash at the end."""
    links = Links(site_url)
    parts = Parts(committer, tokens, links, resource("templates"), vk, clock, precautions or Precautions())
    edge = Edge(_explain(parts))
    return Starlette(
        routes=_routes(parts),
        middleware=[
            Middleware(SecurityHeaders, secure=links.secure),
            # Pages with secrets, too: nothing is sent by itself with a request, so nobody else can have one made and
            # learn from how it shrinks.
            Middleware(GZipMiddleware, compresslevel=5),
            *(_frame(vk, tokens, edge, clock) if vk else ()),
            Middleware(Hearing),
            Middleware(CatchAll, edge=edge),
        ],
        exception_handlers={HTTPException: edge.answer},
    )


def _frame(vk: VkApp, tokens: Tokens, edge: Edge, clock: Callable[[], datetime]) -> list[Middleware]:
    from zapis.site.framing import Framed

    return [Middleware(Framed, vk=vk, tokens=tokens, edge=edge, clock=clock)]


def _routes(at: Parts) -> list[Route]:
    return [
        _doors("/", GET=lambda: at.showcase.show),
        _doors("/calendar", GET=lambda: at.showcase.calendar),
        _doors("/embed", GET=lambda: at.showcase.embed),
        _doors("/sitemap.xml", GET=lambda: at.showcase.sitemap),
        _doors("/enterprises/{id}", GET=lambda: at.guide.enterprise),
        _doors("/tours/{id}", GET=lambda: at.guide.tour),
        _doors("/slots/{id}", GET=lambda: at.pages.slot, POST=lambda: at.pages.register),
        _doors("/confirm/{token}", GET=lambda: at.addresses.ask, POST=lambda: at.addresses.confirm),
        _doors("/ticket/{token}", GET=lambda: at.tickets.show),
        _doors("/ticket/{token}/cancel", GET=lambda: at.tickets.ask, POST=lambda: at.tickets.cancel),
        _doors("/ticket/{token}/calendar.ics", GET=lambda: at.tickets.calendar),
        _doors("/ticket/{token}/move", GET=lambda: at.amends.where_to, POST=lambda: at.amends.move),
        _doors("/ticket/{token}/add", GET=lambda: at.amends.who_else, POST=lambda: at.amends.add),
        _doors("/ticket/{token}/edit", GET=lambda: at.amends.as_written, POST=lambda: at.amends.correct),
        _doors("/ticket/{token}/forget", GET=lambda: at.amends.what_is_forgotten, POST=lambda: at.amends.forget),
        _doors("/ticket/{token}/data", GET=lambda: at.rights.show),
        _doors("/ticket/{token}/data.json", GET=lambda: at.rights.file),
        _doors("/ticket/{token}/withdraw", POST=lambda: at.rights.withdraw),
        _doors("/ticket/{token}/mail", POST=lambda: at.amends.send_again),
        _doors("/lost", GET=lambda: at.lost.show, POST=lambda: at.lost.send),
        _doors("/gate/{token}", GET=lambda: at.gates.show, POST=lambda: at.gates.mark),
        _doors("/show/{token}", GET=lambda: at.gates.ticket),
        _doors("/status/{token}", GET=lambda: at.status.show),
        _doors("/readyz", GET=lambda: at.status.ready),
        _doors("/office/{token}", GET=lambda: at.office.show, POST=lambda: at.office.find),
        _doors("/office/{token}/visits/{id}", GET=lambda: at.office.visit),
        _doors("/office/{token}/registrations/{id}", GET=lambda: at.office.registration, POST=lambda: at.office.act),
        _doors("/office/{token}/registrations/{id}/data.json", GET=lambda: at.office.file),
        _doors("/office/{token}/call", GET=lambda: at.office.call, POST=lambda: at.office.take_down),
        _doors("/consent/{kind}", GET=lambda: at.pages.consent),
        _doors("/consent/{kind}/{version}", GET=lambda: at.pages.consent),
        _doors("/consent/{kind}/{version}/{digest}", GET=lambda: at.pages.consent),
        _doors("/api/slots", GET=lambda: at.api_slots.slots),
        _doors("/api/slots/{id}", GET=lambda: at.api_slots.slot),
        _doors("/api/slots/{id}/opening", GET=lambda: at.api_slots.opening),
        _doors("/api/slots/{id}/challenge", GET=lambda: at.api.challenge),
        _doors("/api/slots/{id}/registrations", POST=lambda: at.api.register),
        _doors("/api/registrations", GET=lambda: at.api.registration, DELETE=lambda: at.api.cancel),
        _doors("/api/registrations/move", POST=lambda: at.api_changes.move),
        _doors("/api/registrations/visitors", POST=lambda: at.api_changes.join),
        _doors(
            "/api/registrations/people",
            GET=lambda: at.api_changes.people,
            PATCH=lambda: at.api_changes.correct,
            DELETE=lambda: at.api_changes.forget,
        ),
        _doors("/api/registrations/data", GET=lambda: at.rights.told),
        _doors("/api/registrations/mail", POST=lambda: at.api_changes.mail),
        _doors("/api/lost", POST=lambda: at.api_changes.lost),
        _doors("/api/openapi.json", GET=lambda: at.api.description),
        _doors("/vk", GET=lambda: at.miniapp.launch),
        _doors("/mine", GET=lambda: at.miniapp.mine),
        *light_doors(at.statics),
    ]


def _doors(path: str, **by_method: Callable[[], Door]) -> Route:
    """One path with a door for each method, so that a wrong method is told of all that are right."""

    async def door(request: Request) -> Response:
        find = by_method["GET" if request.method == "HEAD" else request.method]
        return await find()(request)

    return Route(path, door, methods=list(by_method))


def _explain(at: Parts) -> Explain:
    def explain(request: Request, said: Words) -> Response:
        if request.scope["path"].startswith("/api/"):
            from zapis.site.problems import problem

            return problem(said)
        from zapis.site.rendering import SECRET

        headers = SECRET | ({"Retry-After": str(said.retry_after)} if said.retry_after else {})
        return at.rendering.page("message.html", said.status, headers, said=said)

    return explain
