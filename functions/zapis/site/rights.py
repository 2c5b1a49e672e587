"""What a person may ask of whoever keeps their data: to see all of it, and to take a consent back.

A withdrawn consent takes effect at once. Nobody can be let in without a list, or registered without a name: so the
consent to pass the list on ends with the seats given back and the names gone from the enterprise's list, and the
others end with everything forgotten. The text of each consent says so.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core import dossier
from zapis.core.fold import State
from zapis.core.model import Registration
from zapis.core.people import Person
from zapis.site.api import token_of, unauthorized
from zapis.site.bodies import read_form
from zapis.site.changes import Changes
from zapis.site.desk import Desk
from zapis.site.fields import as_people_write
from zapis.site.forms import KINDS
from zapis.site.links import Links
from zapis.site.rendering import SECRET
from zapis.site.tickets import Tickets


class Rights:
    """Doors below /ticket/<token>/, and the API's for the same."""

    def __init__(self, tickets: Tickets, desk: Desk, changes: Changes, links: Links) -> None:
        self._tickets = tickets
        self._desk = desk
        self._changes = changes
        self._links = links

    async def show(self, request: Request) -> Response:
        """GET /ticket/<token>/data"""
        counter, held = await self._tickets.seen(request)
        person = await self._person(counter.state, held)
        given = sorted(dossier.consents(counter.state, held), key=lambda one: _place(one.kind))
        phone = as_people_write(person.phone) if person else ""
        return self._tickets.page("data.html", counter, held, person=person, phone=phone, given=given)

    async def file(self, request: Request) -> Response:
        """GET /ticket/<token>/data.json"""
        counter, held = await self._tickets.seen(request)
        return json_file(await self._told(counter.state, held), f"{held.code}.json")

    async def told(self, request: Request) -> Response:
        """GET /api/registrations/data"""
        held = await self._desk.holder(token_of(request))
        if held is None:
            return unauthorized()
        return json_file(await self._told((await self._desk.counter()).state, held))

    async def withdraw(self, request: Request) -> Response:
        """POST /ticket/<token>/withdraw"""
        kind = (await read_form(request)).get("kind", "")
        counter, held = await self._tickets.seen(request)
        if kind not in {consent.kind for consent in dossier.consents(counter.state, held)}:
            raise HTTPException(400)
        await self._changes.withdraw(held, kind)
        here = self._links.path(f"/ticket/{request.path_params['token']}")
        return RedirectResponse(f"{here}?done=withdrawn", 303, SECRET)

    async def _told(self, state: State, held: Registration) -> dict[str, Any]:
        return dossier.told(state, held, await self._person(state, held))

    async def _person(self, state: State, held: Registration) -> Person | None:
        return None if held.id in state.erased else await self._changes.person(held)


def _place(kind: str) -> int:
    """In the order of the form."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def json_file(told: dict[str, Any], name: str = "") -> Response:
    """What is told as JSON, to be saved under `name` if there is one."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    return Response(json.dumps(told, ensure_ascii=False, indent=2), 200, SECRET | headers, "application/json")
