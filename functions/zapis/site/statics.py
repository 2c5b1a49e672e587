"""Style, script and drawings: small files, each served under the digest of its content.

An address with the right digest never changes its meaning, so browsers keep it for a year; one with an old
digest (a page from before a release) gets what is here now and is told not to keep it.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zapis.site.links import Links

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to be sent."""

    kind: str
    body: bytes
    packed: bytes
    digest: str


class Statics:
    """The files of one folder, read once, at the first use."""

    def __init__(self, folder: Path, links: Links) -> None:
        self._folder = folder
        self._links = links

    @cached_property
    def _files(self) -> dict[str, StaticFile]:
        return {path.name: _load(path) for path in self._folder.iterdir() if path.suffix in KINDS}

    def url(self, name: str) -> str:
        """The address of a file for a page. Raises KeyError for an unknown one."""
        return self._links.path(f"/static/{self._files[name].digest}/{name}")

    async def serve(self, request: Request) -> Response:
        """Answer `/static/<digest>/<name>`."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        current = request.path_params["digest"] == file.digest
        headers = {"Cache-Control": FOR_EVER if current else "no-cache"}
        return packed_response(request, file.body, file.packed, file.kind, headers)


def packed_response(request: Request, body: bytes, packed: bytes, kind: str, headers: dict[str, str]) -> Response:
    """`packed` (gzip) for whoever takes it, `body` for the others."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(body, media_type=kind, headers=headers)


def _load(path: Path) -> StaticFile:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return StaticFile(KINDS[path.suffix], body, gzip.compress(body, mtime=0), digest)
