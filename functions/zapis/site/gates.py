"""The gate: a signed link for an enterprise's guards, and what a ticket's QR code opens.

No account: the link is the key, and it opens its own enterprise's visitors of today. A QR code leads to a page
that tells anyone only whether the ticket holds; a phone on which the gate link was opened is led on to the list.
It is known by a cookie that no script reads and that goes to that one path. The cookie is Lax, not Strict: a
camera that opens a link is no page of this site; it allows nothing but looking.

Names are read from People when a gate asks for them (see `names`).
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from zapis.core import ids
from zapis.core.entries import Attended
from zapis.core.model import Registration, RegistrationId
from zapis.site import gatelist
from zapis.site.bodies import read_form
from zapis.site.desk import Desk
from zapis.site.forms import new_key
from zapis.site.gatelist import Gate
from zapis.site.links import Links
from zapis.site.names import Names
from zapis.site.offers import Counter
from zapis.site.rendering import SECRET, Rendering

COOKIE = "gate"
COOKIE_SECONDS = 24 * 3600
_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
_MARK = re.compile(r"(come|undo)-(all|\d{1,3})")


class Gates:
    """The doors of guards."""

    def __init__(self, desk: Desk, rendering: Rendering, links: Links) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links
        self._names = Names(desk.committer)

    async def show(self, request: Request) -> Response:
        """GET /gate/<token>"""
        counter = await self._desk.counter()
        gate = self._gate(counter, request)
        asked = request.query_params.get("q", "").strip()[:80]
        response = self._rendering.page("gate.html", 200, SECRET, **await self._values(counter, gate, asked))
        path, secure = self._links.path("/show"), self._links.secure
        token = request.path_params["token"]
        response.set_cookie(COOKIE, token, COOKIE_SECONDS, path=path, secure=secure, httponly=True, samesite="lax")
        return response

    async def mark(self, request: Request) -> Response:
        """POST /gate/<token>"""
        fields = await read_form(request)
        counter = await self._desk.counter()
        gate = self._gate(counter, request)
        registration = counter.state.registrations.get(RegistrationId(fields.get("registration", "")))
        if registration is None or not gatelist.takes_marks(gate, counter, registration):
            raise HTTPException(404)
        marked = await self._marked(registration, fields.get("key", ""), fields.get("mark", ""))
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"came": marked.attended or ()}, headers=SECRET)
        here = self._links.path(f"/gate/{request.path_params['token']}")
        asked = {"q": fields["q"]} if fields.get("q") else {}
        return RedirectResponse(f"{here}?{urlencode(asked)}#{registration.code}", 303, SECRET)

    async def ticket(self, request: Request) -> Response:
        """GET /show/<token>: what a ticket's QR code opens"""
        holder = await self._desk.held_by(self._desk.tokens.passing(request.path_params["token"]))
        counter = await self._desk.counter()
        if holder is None:
            raise HTTPException(404)
        token = request.cookies.get(COOKIE, "")
        enterprise = self._desk.tokens.enterprise(token)
        guard = gatelist.gate(counter, enterprise) if enterprise else None
        if guard and holder in gatelist.registrations_of(counter, guard.today):
            query = urlencode({"q": holder.code})
            return RedirectResponse(self._links.path(f"/gate/{token}?{query}"), 303, SECRET)
        return self._pass(counter, holder, guard)

    def _pass(self, counter: Counter, holder: Registration, guard: Gate | None) -> Response:
        """What anybody may know of a ticket: whether it holds, when, where and for how many."""
        offer = counter.any_offer(holder.slot)
        elsewhere = bool(guard and offer and offer.enterprise.id != guard.enterprise.id)
        over = bool(offer and offer.is_over(counter.now))
        values = {"registration": holder, "offer": offer, "guard": guard, "elsewhere": elsewhere, "over": over}
        return self._rendering.page("show.html", 200, SECRET, season=counter.season, **values)

    async def _marked(self, registration: Registration, key: str, mark: str) -> Registration:
        """The registration after a mark; the same key and mark count once, however often they arrive."""
        found = _MARK.fullmatch(mark)
        if found is None or not _KEY.fullmatch(key):
            raise HTTPException(400)
        members = registration.members if found[2] == "all" else (int(found[2]),)
        entry = ids.entry_id("attended", registration.id, key, mark)
        fact = Attended(registration.id, members, "came" if found[1] == "come" else "undone")
        await self._desk.committer.commit(entry, registration.slot, fact)
        return self._desk.committer.state.registrations[registration.id]

    async def _values(self, counter: Counter, gate: Gate, asked: str) -> dict[str, object]:
        expected = gatelist.registrations_of(counter, gate.today)
        people = await self._names.of(expected, gatelist.expected_today(counter), counter.now)
        visits = gatelist.visits(gate, expected, people)
        return {
            "season": counter.season,
            "gate": gate,
            "visits": visits,
            "shown": {party.id for visit in visits for party in visit.parties if party.answers_to(asked)},
            "asked": asked,
            "here": self._links.path(f"/gate/{self._desk.tokens.gate(gate.enterprise.id)}"),
            "today": counter.now,
            "new_key": new_key,
        }

    def _gate(self, counter: Counter, request: Request) -> Gate:
        enterprise = self._desk.tokens.enterprise(request.path_params["token"])
        gate = gatelist.gate(counter, enterprise) if enterprise else None
        if gate is None:
            raise HTTPException(404)
        return gate
