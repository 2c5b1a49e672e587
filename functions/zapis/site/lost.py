"""«Потеряли письмо?»: the links go to the address that asks, never to who asks.

The answer is the same, and takes as long, whether anybody is registered under the address or not: nobody learns
from it who comes.
"""

from __future__ import annotations

from collections import defaultdict

from starlette.requests import Request
from starlette.responses import Response

from zapis.errors import SheetError, ZapisError
from zapis.site import domains, fields, words
from zapis.site.bodies import read_form
from zapis.site.changes import Changes
from zapis.site.desk import Desk
from zapis.site.fields import Wrong
from zapis.site.limits import LETTERS
from zapis.site.precautions import Precautions
from zapis.site.rendering import SECRET, Rendering
from zapis.site.words import Words


class Lost:
    """The doors of /lost."""

    def __init__(self, desk: Desk, changes: Changes, rendering: Rendering, precautions: Precautions) -> None:
        self._desk = desk
        self._changes = changes
        self._rendering = rendering
        self._limits = precautions.limits

    async def show(self, request: Request) -> Response:
        """GET /lost"""
        return await self._page({})

    async def send(self, request: Request) -> Response:
        """POST /lost"""
        typed = await read_form(request)
        try:
            email = fields.email(typed.get("contact-email", ""))
        except Wrong as wrong:
            return await self._page(typed, wrong=str(wrong), status=422)
        try:
            self._limits.take(request, LETTERS)
            await self._desk.counter()
            await self._changes.send_all_of(self._desk.tokens.person("email", email))
        except SheetError:
            raise
        except ZapisError as error:
            said = words.of_fault(error)
            return await self._page(typed, said=said, status=said.status)
        return await self._page(typed, sent=True, meant=domains.meant(email) or "")

    async def _page(
        self,
        typed: dict[str, str],
        wrong: str = "",
        said: Words | None = None,
        sent: bool = False,
        meant: str = "",
        status: int = 200,
    ) -> Response:
        season = {} if said else {"season": (await self._desk.counter()).season}
        faults = defaultdict(str, {"contact-email": wrong} if wrong else {})
        return self._rendering.page(
            "lost.html", status, SECRET, typed=typed, wrong=faults, said=said, sent=sent, meant=meant, **season
        )
