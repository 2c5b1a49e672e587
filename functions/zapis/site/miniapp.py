"""The mini-app's own doors: the one that VK opens, and «Мои записи», which it leads to.

A launch is exchanged for a pass at once: what VK signed is then in no address any more. A fragment that a post's
link has (`#slot=…`) stays in the address through the redirect, and the page's script follows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core.model import PersonKey, Registration, Standing
from zapis.site import frames, words
from zapis.site.desk import Desk
from zapis.site.frames import Frame
from zapis.site.launch import VkApp, launched_by
from zapis.site.links import Links
from zapis.site.offers import Availability, Counter, Offer
from zapis.site.rendering import SECRET, Rendering
from zapis.site.security import framed_by

MOST_NEAREST = 4
"""Visits that are offered to who has none."""


class Held(Struct, frozen=True):
    """A registration as its holder sees it in a list."""

    registration: Registration
    offer: Offer | None
    place: int | None
    """The place in line of who waits."""
    ticket: str
    """The secret part of its link."""


class MiniApp:
    """The doors `/vk` and `/mine`."""

    def __init__(
        self, vk: VkApp | None, desk: Desk, rendering: Rendering, links: Links, clock: Callable[[], datetime]
    ) -> None:
        self._vk = vk
        self._desk = desk
        self._rendering = rendering
        self._links = links
        self._clock = clock

    async def launch(self, request: Request) -> Response:
        """GET /vk?vk_…&sign=…"""
        if self._vk is None:
            raise HTTPException(404)
        now = self._clock()
        user = launched_by(request.url.query, self._vk, now)
        if user is None:
            with frames.framed(Frame(None, 1)):
                said = words.OPEN_AGAIN
                return self._rendering.page("message.html", said.status, SECRET | framed_by(self._vk.hosts), said=said)
        token = self._desk.tokens.vk_pass(self._desk.tokens.vk_user(user), now)
        return RedirectResponse(self._links.outside(f"/vk/{token}/mine"), 303, SECRET)

    async def mine(self, request: Request) -> Response:
        """GET /mine, in VK's frame: what this person holds, and nobody else's"""
        around = frames.frame()
        if around is None:
            raise HTTPException(404)
        counter = await self._desk.counter()
        held = self._held_by(counter, around.person) if around.person else []
        return self._rendering.page(
            "mine.html",
            200,
            SECRET,
            season=counter.season,
            known=around.person is not None,
            coming=[one for one in held if _is_coming(counter, one)],
            others=[one for one in held if not _is_coming(counter, one)],
            nearest=[] if held else _nearest(counter),
        )

    def _held_by(self, counter: Counter, person: PersonKey) -> list[Held]:
        """All that this person asked for and was not refused, the earliest visit first."""
        found = (r for r in counter.state.registrations.values() if person in r.persons)
        held = [self._held(counter, r) for r in found if r.standing is not Standing.REFUSED]
        return sorted(held, key=lambda one: (one.offer.terms.starts if one.offer else counter.now, one.ticket))

    def _held(self, counter: Counter, registration: Registration) -> Held:
        offer, place = counter.any_offer(registration.slot), counter.place(registration.id)
        return Held(registration, offer, place, self._desk.tokens.ticket(registration.id))


def _nearest(counter: Counter) -> list[Offer]:
    """The soonest that can be asked for, those with seats before those with a waiting list."""
    asks = [offer for offer in counter.coming() if offer.asks]
    return sorted(asks, key=lambda offer: offer.availability is not Availability.OPEN)[:MOST_NEAREST]


def _is_coming(counter: Counter, held: Held) -> bool:
    return held.registration.active and (held.offer is None or held.offer.terms.starts > counter.now)
