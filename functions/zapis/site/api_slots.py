"""The JSON API's first half: what can be had. It asks nobody who they are and knows nothing of forms.

It is what programs ask most often, and of a cold instance first.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from zapis.core.model import Reason, SlotId
from zapis.site import shapes
from zapis.site.desk import Desk
from zapis.site.links import Links


class ApiSlots:
    """The API's doors to what is offered."""

    def __init__(self, desk: Desk, links: Links) -> None:
        self._desk = desk
        self._links = links

    async def slots(self, request: Request) -> Response:
        """GET /api/slots"""
        counter = await self._desk.counter()
        return json_answer(shapes.Slots([shapes.slot(offer, self._links) for offer in counter.coming()]))

    async def slot(self, request: Request) -> Response:
        """GET /api/slots/<id>"""
        offer = (await self._desk.counter()).offer(SlotId(request.path_params["id"]))
        if offer is None:
            return _unknown()
        return json_answer(shapes.slot(offer, self._links))

    async def opening(self, request: Request) -> Response:
        """GET /api/slots/<id>/opening"""
        counter = await self._desk.counter()
        offer = counter.offer(SlotId(request.path_params["id"]))
        if offer is None:
            return _unknown()
        return json_answer(shapes.opening(offer, counter.now), headers={"Cache-Control": "no-store"})


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value of `shapes` as an answer."""
    all_headers = {"Cache-Control": "no-cache"} | (headers or {})
    return Response(msgspec.json.encode(value), status, all_headers, "application/json")


def _unknown() -> Response:
    from zapis.site import words
    from zapis.site.problems import problem

    return problem(words.of_refusal(Reason.UNKNOWN_SLOT))
