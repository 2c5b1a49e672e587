"""The link by which a request's address is confirmed: for who came without JavaScript where proof of work is asked for.

The request lies where all requests lie, and counts for nothing until then. Opening the link changes nothing (mail
programs open links by themselves); a press on the page does.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core.fold import PROPOSAL_LASTS
from zapis.core.model import Reason, Registration, Standing
from zapis.site import finding, words
from zapis.site.desk import Desk
from zapis.site.links import Links
from zapis.site.offers import Counter
from zapis.site.rendering import SECRET, Rendering
from zapis.site.words import Words
from zapis.voice.tongue import N_

TOO_LATE = Words(
    410,
    "too_late",
    N_("Ссылка устарела"),
    N_("Подтвердить заявку можно было в течение суток. Заполните её, пожалуйста, ещё раз."),
)


class Addresses:
    """The doors of /confirm."""

    def __init__(self, desk: Desk, rendering: Rendering, links: Links) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links

    async def ask(self, request: Request) -> Response:
        """GET /confirm/<token>: what would be registered, and nothing else happens."""
        return await self._told(await self._proposed(request))

    async def confirm(self, request: Request) -> Response:
        """POST /confirm/<token>"""
        proposed = await self._proposed(request)
        if proposed.reason is Reason.UNCONFIRMED:
            proposed = await self._desk.confirm_address(proposed)
        return await self._told(proposed)

    async def _proposed(self, request: Request) -> Registration:
        found = await self._desk.held_by(self._desk.tokens.confirmed_by(request.path_params["token"]))
        if found is None:
            raise HTTPException(404)
        return found

    async def _told(self, registration: Registration) -> Response:
        if registration.standing is not Standing.REFUSED:
            ticket = self._desk.tokens.ticket(registration.id)
            return RedirectResponse(self._links.path(f"/ticket/{ticket}"), 303, SECRET)
        counter = await self._desk.counter()
        said = _said(counter, registration)
        offer = counter.any_offer(registration.slot)
        others = finding.alternatives(counter.coming(), offer, registration.ages) if offer and said else []
        return self._rendering.page(
            "confirm.html",
            said.status if said else 200,
            SECRET,
            season=counter.season,
            registration=registration,
            offer=offer,
            said=said,
            others=others,
        )


def _said(counter: Counter, registration: Registration) -> Words | None:
    """Why there is nothing to confirm; None if there is."""
    if registration.reason is not Reason.UNCONFIRMED:
        return words.of_refusal(registration.reason, counter.any_offer(registration.slot))
    if counter.now - registration.asked_at >= PROPOSAL_LASTS or registration.id in counter.state.erased:
        return TOO_LATE
    return None
