"""Bodies that are sent to many: packed once in each way that browsers take, at the first who takes it so.

Brotli looks back over a whole season's page, gzip over a tenth of it: what a hundred cards say alike is sent once.
Browsers take brotli over TLS and from this machine; everybody else has gzip.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

LEVEL, QUICK = 5, 1
"""How hard to try for a body that many get, and for one that only its reader gets."""


class Packed:
    """A body, and what it became."""

    def __init__(self, body: bytes, level: int = LEVEL) -> None:
        self.body = body
        self._level = level
        self._made: dict[str, bytes] = {}

    def answer(self, request: Request, kind: str, headers: Mapping[str, str]) -> Response:
        """The body as this browser takes it best."""
        headers = {**headers, "Vary": "Accept-Encoding"}
        accepted = {way.partition(";")[0].strip() for way in request.headers.get("accept-encoding", "").split(",")}
        way = next((way for way in _WAYS if way in accepted), None)
        if way is None:
            return Response(self.body, media_type=kind, headers=headers)
        return Response(self._in(way), media_type=kind, headers=headers | {"Content-Encoding": way})

    def _in(self, way: str) -> bytes:
        if way not in self._made:
            self._made[way] = _WAYS[way](self.body, self._level)
        return self._made[way]


def _brotli(body: bytes, level: int) -> bytes:
    import brotli

    packed: bytes = brotli.compress(body, quality=level)
    return packed


def _gzip(body: bytes, level: int) -> bytes:
    return gzip.compress(body, level, mtime=0)


_WAYS: Mapping[str, Callable[[bytes, int], bytes]] = {"br": _brotli, "gzip": _gzip}
"""The best first."""
