"""The same pages inside VK: below `/vk/<pass>/` each page of the site stands once more, for VK's frame.

The pass is in the address because a frame has no cookies; it says which VK user opened the mini-app. Only what
is asked for in this way may be framed, and only by VK. Who lets the page lie for a day and then sends a form is
not turned away: the pass names nobody any more, and what was typed still arrives.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zapis.site import frames
from zapis.site.frames import Frame
from zapis.site.hearing import heard, told_of
from zapis.site.security import framed_by
from zapis.tokens import Tokens
from zapis.voice.tongue import speaking

if TYPE_CHECKING:
    from zapis.site.edge import Edge
    from zapis.site.launch import VkApp

_FRAMED = re.compile(r"/vk/([\w.-]{1,512})(/.*)", re.ASCII)
_NOT_FRAMED = re.compile(r"/(?:api|embed|gate|office|show|static|vk)(?:/|$)|/sitemap\.xml$")
"""Doors of guards, who have a cookie, of organisers, of programs and of other sites."""


class Framed:
    """Takes the pass out of an address and lets the application answer what is left."""

    def __init__(self, app: ASGIApp, vk: VkApp | None, tokens: Tokens, edge: Edge, clock: Callable[[], datetime]):
        self._app = app
        self._vk = vk
        self._tokens = tokens
        self._edge = edge
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _FRAMED.fullmatch(scope["path"]) if self._vk and scope["type"] == "http" else None
        if self._vk is None or asked is None or _NOT_FRAMED.match(asked[2]):
            await self._app(scope, receive, send)
            return
        inner = {**scope, "path": asked[2], "raw_path": asked[2].encode()}
        await self._in_frame(asked[1], inner, receive, _adding(framed_by(self._vk.hosts), send))

    async def _in_frame(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        holder = self._tokens.pass_holder(token, self._clock())
        with frames.framed(Frame(holder.person if holder else None, scope["path"].count("/") - 1)):
            if holder is None:
                from zapis.site import words

                with speaking(heard(scope)[0]):
                    await self._edge.say(Request(scope), words.OPEN_AGAIN)(scope, receive, told_of(send))
            else:
                await self._app(scope, receive, send)


def _adding(headers: dict[str, str], send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_with_headers
