"""The edge: whatever goes wrong inside becomes an answer in the visitor's words, and a line for the operator.

The line names the error, the door and the places in the code, and nothing that a visitor sent: neither the
address (a ticket's address is its secret) nor an exception's text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zapis.errors import ZapisError, places
from zapis.happenings import tell

if TYPE_CHECKING:  # while all goes well nothing has to be said
    from zapis.site.words import Words

log = logging.getLogger("zapis.site")

Explain = Callable[[Request, "Words"], Response]


class Ended(HTTPException):
    """A link that was good once and is no longer: answered 410, in words that say where to go now."""

    def __init__(self, said: Words) -> None:
        super().__init__(said.status)
        self.said = said


class Edge:
    """Answers for errors. `explain` puts words into the shape that fits the request: a page, or a problem."""

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    def answer(self, request: Request, error: Exception) -> Response:
        """The answer to a request that ended in an error."""
        from zapis.site import words

        if isinstance(error, HTTPException):
            said = error.said if isinstance(error, Ended) else words.of_status(error.status_code)
        else:
            said = words.of_fault(error)
            _log(request, error, said)
        response = self.say(request, said)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    def say(self, request: Request, said: Words) -> Response:
        """The answer to a request that gets words instead of what it asked for."""
        return self._explain(request, said)


class CatchAll:
    """The outermost catch: no exception passes, because the framework outside would print it and its text."""

    def __init__(self, app: ASGIApp, edge: Edge) -> None:
        self._app = app
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except ClientDisconnect:
            log.info("a visitor left before the answer")
        except Exception as error:
            request = Request(scope, receive)
            response = self._edge.answer(request, error)
            if not started:
                await response(scope, receive, send)


def _log(request: Request, error: Exception, said: Words) -> None:
    door = getattr(request.scope.get("route"), "path", "no door")
    known = isinstance(error, ZapisError)
    level, why = (logging.WARNING, type(error).__name__) if known else (logging.ERROR, places(error))
    asked = {"requestMethod": request.method, "requestUrl": door, "status": said.status}
    tell(log, level, None, "%s %s: answered %d for %s", request.method, door, said.status, why, request=asked)
