"""The ticket: a page that is itself the proof, and the door by which a party leaves.

Its address is its secret: it is signed, never logged here, never cached, never a referrer. The page knows
counts and ages, not names: those are not read by the site.
"""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core import rules
from zapis.core.model import Registration, Standing
from zapis.site.bodies import read_form
from zapis.site.desk import Desk
from zapis.site.links import Links
from zapis.site.offers import Counter
from zapis.site.rendering import SECRET, Rendering

_MEMBER = re.compile(r"member-(\d{1,3})")


class Tickets:
    """The doors of one ticket."""

    def __init__(self, desk: Desk, rendering: Rendering, links: Links) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links

    async def show(self, request: Request) -> Response:
        """GET /ticket/<token>"""
        holder = await self._holder(request)
        return self._page("ticket.html", await self._desk.counter(), holder)

    async def ask(self, request: Request) -> Response:
        """GET /ticket/<token>/cancel"""
        holder, counter = await self._holder(request), await self._desk.counter()
        return self._page("cancel.html", counter, holder, nobody=False)

    async def cancel(self, request: Request) -> Response:
        """POST /ticket/<token>/cancel"""
        fields = await read_form(request)
        holder, counter = await self._holder(request), await self._desk.counter()
        members = [int(found[1]) for field in fields if (found := _MEMBER.fullmatch(field))]
        if "everybody" not in fields and not members:
            return self._page("cancel.html", counter, holder, 422, nobody=True)
        if self._may_leave(counter, holder):
            await self._desk.cancel(holder, () if "everybody" in fields else members)
        return RedirectResponse(self._links.path(f"/ticket/{request.path_params['token']}"), 303, SECRET)

    async def calendar(self, request: Request) -> Response:
        """GET /ticket/<token>/calendar.ics"""
        from zapis.site import calendars

        holder, counter = await self._holder(request), await self._desk.counter()
        offer = counter.any_offer(holder.slot)
        if offer is None or holder.standing is not Standing.CONFIRMED:
            raise HTTPException(404)
        event = calendars.event(holder, offer, counter.season, self._links, counter.now)
        headers = SECRET | {"Content-Disposition": 'attachment; filename="visit.ics"'}
        return Response(event, media_type="text/calendar", headers=headers)

    async def _holder(self, request: Request) -> Registration:
        holder = await self._desk.holder(request.path_params["token"])
        if holder is None:
            raise HTTPException(404)
        return holder

    def _may_leave(self, counter: Counter, holder: Registration) -> bool:
        offer = counter.any_offer(holder.slot)
        return holder.active and not (offer and rules.is_past(offer.terms, counter.now))

    def _page(self, template: str, counter: Counter, holder: Registration, status: int = 200, **more: bool) -> Response:
        offer = counter.any_offer(holder.slot)
        return self._rendering.page(
            template,
            status,
            SECRET,
            season=counter.season,
            registration=holder,
            offer=offer,
            place=counter.place(holder.id),
            ages=[holder.ages[member] for member in holder.members],
            frozen=bool(offer and rules.is_frozen(offer.terms, counter.now)),
            may_leave=self._may_leave(counter, holder),
            here=self._links.path(f"/ticket/{self._desk.tokens.ticket(holder.id)}"),
            **more,
        )
