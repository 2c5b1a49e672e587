"""Which language a request asks for: the one in its address, else the one that its browser prefers.

`/en/slots/…` and `/slots/…?lang=en` are the same page in English. Who chose a language is led on in it; no cookie
remembers it. What depends on the browser's preference says so (Vary), or a cache would hand it to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zapis.voice.tongue import LANGUAGES, RUSSIAN, Tongue, speaking, tongue

_IN_ADDRESS = re.compile(rf"/({'|'.join(LANGUAGES)})(/.*)?", re.DOTALL)
_WEIGHED = re.compile(r"\s*([a-zA-Z]{1,8})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.ASCII)
LONGEST = 500


def heard(scope: Scope) -> tuple[Tongue, str]:
    """What a request asks to be answered in, and its path without the language."""
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    in_address, path = _of_address(scope["path"])
    asked = in_address or dict(query).get("lang", "")
    at = _page(path, query) if scope.get("method") == "GET" else quote(path)
    if asked in LANGUAGES:
        return Tongue(asked, True, at), path
    return Tongue(preferred(Headers(scope=scope).getlist("accept-language")), False, at), path


def _of_address(path: str) -> tuple[str, str]:
    found = _IN_ADDRESS.fullmatch(path)
    return (found[1], found[2] or "/") if found else ("", path)


def _page(path: str, query: Iterable[tuple[str, str]]) -> str:
    left = urlencode([(name, value) for name, value in query if name != "lang"])
    return quote(path) + "?" * bool(left) + left


def preferred(headers: Iterable[str]) -> str:
    """The language that `Accept-Language` likes best of those we have; Russian if it likes none of them."""
    wishes = [found for wish in ",".join(headers)[:LONGEST].split(",") if (found := _WEIGHED.fullmatch(wish))]
    weights = {found[1].lower(): float(found[2] or 1) for found in reversed(wishes)}
    best = max(LANGUAGES, key=lambda language: weights.get(language, 0.0))
    return best if weights.get(best) else RUSSIAN


class Hearing:
    """Lets the application answer in the language that was asked for, under the path that is left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        spoken, path = heard(scope)
        with speaking(spoken):
            inner = scope if path == scope["path"] else {**scope, "path": path, "raw_path": path.encode()}
            await self._app(inner, receive, told_of(send))


def told_of(send: Send) -> Send:
    """Says with the answer which language it is in, and that another browser may be given another."""
    spoken = tongue()

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Language", spoken.language)
            headers.add_vary_header("Accept-Language")
        await send(message)

    return send_with_headers
