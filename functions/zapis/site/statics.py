"""Style, script, type and drawings: small files, each served under the digest of its content.

An address with the right digest never changes its meaning, so browsers keep it for a year; one with an old
digest (a page from before a release) gets what is here now and is told not to keep it. A style sheet names other
files as they lie beside it; it is served with their true addresses.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zapis.site.links import Links
from zapis.site.packing import Packed

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_NAMED = re.compile(rb"url\(([\w.-]+)\)")
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(Struct, frozen=True):
    """One file, ready to be sent."""

    kind: str
    packed: Packed
    digest: str


class Statics:
    """The files of one folder, each read once, at its first use."""

    def __init__(self, folder: Path, links: Links) -> None:
        self._paths = {path.name: path for path in folder.iterdir() if path.suffix in KINDS}
        self._files: dict[str, StaticFile] = {}
        self._links = links

    def url(self, name: str) -> str:
        """The address of a file for a page. Raises KeyError for an unknown one."""
        return self._links.outside(self._path(name))

    def absolute(self, name: str) -> str:
        """The whole address of a file, for whoever shows a link to a page elsewhere."""
        return self._links.absolute(self._path(name))

    def _path(self, name: str) -> str:
        return f"/static/{self._file(name).digest}/{name}"

    def has(self, path: str) -> bool:
        """Whether a request's path is one of a file here, of this release or an earlier one."""
        return path.startswith("/static/") and path.rpartition("/")[2] in self._paths

    async def serve(self, request: Request) -> Response:
        """Answer `/static/<digest>/<name>`."""
        name = request.path_params["name"]
        if name not in self._paths:
            raise HTTPException(404)
        file = self._file(name)
        current = request.path_params["digest"] == file.digest
        headers = {"Cache-Control": FOR_EVER if current else "no-cache"}
        return file.packed.answer(request, file.kind, headers)

    def _file(self, name: str) -> StaticFile:
        if name not in self._files:
            self._files[name] = self._load(self._paths[name])
        return self._files[name]

    def _load(self, path: Path) -> StaticFile:
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _NAMED.sub(lambda named: b"url(../%s)" % self._beside(named[1].decode()), body)
        digest = hashlib.sha256(body).hexdigest()[:12]
        return StaticFile(KINDS[path.suffix], Packed(body), digest)

    def _beside(self, name: str) -> bytes:
        return f"{self._file(name).digest}/{name}".encode()
