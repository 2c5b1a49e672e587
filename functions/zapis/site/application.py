"""The site as an ASGI application: its doors in one list, its parts put together.

It is called once per request and never told of a lifespan, so nothing here waits for one: each part makes
what is costly at its first use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zapis.ledger.committer import Committer
from zapis.resources import resource
from zapis.site.addresses import Addresses
from zapis.site.amends import Amends
from zapis.site.api import Api
from zapis.site.api_changes import ApiChanges
from zapis.site.changes import Changes
from zapis.site.consents import Consents
from zapis.site.desk import Desk
from zapis.site.edge import CatchAll, Edge, Explain
from zapis.site.events import Events
from zapis.site.framing import Framed
from zapis.site.front import light_doors
from zapis.site.gates import Gates
from zapis.site.guide import Guide
from zapis.site.hearing import Hearing
from zapis.site.launch import VkApp
from zapis.site.links import Links
from zapis.site.lost import Lost
from zapis.site.miniapp import MiniApp
from zapis.site.office import Office
from zapis.site.pages import Pages
from zapis.site.precautions import Precautions
from zapis.site.problems import problem
from zapis.site.rendering import SECRET, Rendering
from zapis.site.rights import Rights
from zapis.site.security import SecurityHeaders
from zapis.site.shelf import Shelf
from zapis.site.showcase import Showcase
from zapis.site.statics import Statics
from zapis.site.status import Status
from zapis.site.tickets import Tickets
from zapis.site.words import Words
from zapis.site.work import Work
from zapis.tokens import Tokens

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
    templates = resource("templates")
    links = Links(site_url)
    statics = Statics(templates / "static", links)
    rendering = Rendering(templates / "pages", links, statics)
    desk = Desk(committer, tokens, Consents(templates / "pages", rendering))
    edge = Edge(_explain(rendering))
    miniapp = MiniApp(vk, desk, rendering, links, clock)
    return Starlette(
        routes=[
            *_routes(desk, rendering, links, statics, Status(desk, rendering, clock), precautions or Precautions()),
            Route("/vk", miniapp.launch),
            Route("/mine", miniapp.mine),
        ],
        middleware=[
            Middleware(SecurityHeaders, secure=links.secure),
            # Pages with secrets, too: nothing is sent by itself with a request, so nobody else can have one made and
            # learn from how it shrinks.
            Middleware(GZipMiddleware, compresslevel=5),
            Middleware(Framed, vk=vk, tokens=tokens, edge=edge, clock=clock),
            Middleware(Hearing),
            Middleware(CatchAll, edge=edge),
        ],
        exception_handlers={HTTPException: edge.answer},
    )


def _routes(
    desk: Desk, rendering: Rendering, links: Links, statics: Statics, status: Status, precautions: Precautions
) -> list[Route]:
    shelf, events = Shelf(), Events(links)
    work = Work(desk.tokens) if precautions.proof_of_work else None
    showcase, guide = Showcase(desk, rendering, shelf), Guide(desk, rendering, shelf, events)
    pages, tickets = Pages(desk, rendering, links, events, shelf, precautions, work), Tickets(desk, rendering, links)
    api = Api(desk, links, precautions, work)
    changes = Changes(desk.committer)
    api_changes = ApiChanges(desk, changes, api, precautions)
    rights = Rights(tickets, desk, changes, links)
    amends, lost = Amends(tickets, desk, changes, links), Lost(desk, changes, rendering, precautions)
    gates, office = Gates(desk, rendering, links), Office(desk, changes, rendering, links)
    addresses = Addresses(desk, rendering, links)
    return [
        Route("/", showcase.show),
        Route("/calendar", showcase.calendar),
        Route("/embed", showcase.embed),
        Route("/sitemap.xml", showcase.sitemap),
        Route("/enterprises/{id}", guide.enterprise),
        Route("/tours/{id}", guide.tour),
        _doors("/slots/{id}", GET=pages.slot, POST=pages.register),
        _doors("/confirm/{token}", GET=addresses.ask, POST=addresses.confirm),
        Route("/ticket/{token}", tickets.show),
        _doors("/ticket/{token}/cancel", GET=tickets.ask, POST=tickets.cancel),
        Route("/ticket/{token}/calendar.ics", tickets.calendar),
        _doors("/ticket/{token}/move", GET=amends.where_to, POST=amends.move),
        _doors("/ticket/{token}/add", GET=amends.who_else, POST=amends.add),
        _doors("/ticket/{token}/edit", GET=amends.as_written, POST=amends.correct),
        _doors("/ticket/{token}/forget", GET=amends.what_is_forgotten, POST=amends.forget),
        Route("/ticket/{token}/data", rights.show),
        Route("/ticket/{token}/data.json", rights.file),
        Route("/ticket/{token}/withdraw", rights.withdraw, methods=["POST"]),
        Route("/ticket/{token}/mail", amends.send_again, methods=["POST"]),
        _doors("/lost", GET=lost.show, POST=lost.send),
        _doors("/gate/{token}", GET=gates.show, POST=gates.mark),
        Route("/show/{token}", gates.ticket),
        Route("/status/{token}", status.show),
        Route("/readyz", status.ready),
        _doors("/office/{token}", GET=office.show, POST=office.find),
        Route("/office/{token}/visits/{id}", office.visit),
        _doors("/office/{token}/registrations/{id}", GET=office.registration, POST=office.act),
        Route("/office/{token}/registrations/{id}/data.json", office.file),
        _doors("/office/{token}/call", GET=office.call, POST=office.take_down),
        Route("/consent/{kind}", pages.consent),
        Route("/consent/{kind}/{version}", pages.consent),
        Route("/consent/{kind}/{version}/{digest}", pages.consent),
        Route("/api/slots", api.slots),
        Route("/api/slots/{id}", api.slot),
        Route("/api/slots/{id}/opening", api.opening),
        Route("/api/slots/{id}/challenge", api.challenge),
        Route("/api/slots/{id}/registrations", api.register, methods=["POST"]),
        _doors("/api/registrations", GET=api.registration, DELETE=api.cancel),
        Route("/api/registrations/move", api_changes.move, methods=["POST"]),
        Route("/api/registrations/visitors", api_changes.join, methods=["POST"]),
        _doors(
            "/api/registrations/people",
            GET=api_changes.people,
            PATCH=api_changes.correct,
            DELETE=api_changes.forget,
        ),
        Route("/api/registrations/data", rights.told),
        Route("/api/registrations/mail", api_changes.mail, methods=["POST"]),
        Route("/api/lost", api_changes.lost, methods=["POST"]),
        Route("/api/openapi.json", api.description),
        *light_doors(statics),
    ]


def _doors(path: str, **by_method: Door) -> Route:
    """One path with a door for each method, so that a wrong method is told of all that are right."""

    async def door(request: Request) -> Response:
        return await by_method.get(request.method, by_method["GET"])(request)

    return Route(path, door, methods=list(by_method))


def _explain(rendering: Rendering) -> Explain:
    def explain(request: Request, said: Words) -> Response:
        if request.scope["path"].startswith("/api/"):
            return problem(said)
        headers = SECRET | ({"Retry-After": str(said.retry_after)} if said.retry_after else {})
        return rendering.page("message.html", said.status, headers, said=said)

    return explain
