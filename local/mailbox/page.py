"""The HTTP side: a page for people, JSON for programs, over the same letters.

A letter is somebody else's writing. Its HTML is shown only in a frame that runs no script and
fetches nothing from outside; its attachments are only ever downloads.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.mailbox.letters import Letter, Letters

SHOWN = 200
FRAME_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
)


def as_json(letter: Letter) -> dict[str, Any]:
    """A letter as the API tells it; absent bodies are empty strings."""
    return {
        "id": letter.id,
        "received": letter.received.isoformat(),
        "from": letter.sender,
        "to": letter.to,
        "recipients": list(letter.recipients),
        "subject": letter.subject,
        "message_id": letter.headers.get("Message-ID", ""),
        "headers": letter.headers,
        "text": letter.text,
        "html": letter.html,
        "attachments": [
            {
                "name": part.name,
                "type": part.type,
                "size": len(part.content),
                "url": _part_url(letter, number),
            }
            for number, part in enumerate(letter.attachments)
        ],
    }


def build(letters: Letters) -> Starlette:
    """The application over `letters`."""
    views = _Views(letters)
    return Starlette(
        routes=[
            Route("/", views.page),
            Route("/list", views.listing),
            Route("/letters/{id}", views.page),
            Route("/letters/{id}/html", views.html),
            Route("/api/messages", views.messages, methods=["GET"]),
            Route("/api/messages", views.clear, methods=["DELETE"]),
            Route("/api/messages/{id}", views.message),
            Route("/api/messages/{id}/source", views.source),
            Route("/api/messages/{id}/attachments/{number:int}", views.attachment),
        ]
    )


class _Views:
    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._pages = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("pages")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.globals.update(part_url=_part_url)
        self._pages.filters.update(moment=_moment, size=_size)

    def page(self, request: Request) -> Response:
        letter = self._letter(request) if "id" in request.path_params else None
        return HTMLResponse(self._render("page.html", request, letter))

    def listing(self, request: Request) -> Response:
        """The list alone, for the page's own refreshing; costs nothing while nothing is new."""
        tag = f'"{self._letters.version()}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        opened = self._letters.get(request.query_params.get("open", ""))
        return HTMLResponse(self._render("list.html", request, opened), headers={"ETag": tag})

    def html(self, request: Request) -> Response:
        letter = self._letter(request)
        return HTMLResponse(_framed(letter), headers={"Content-Security-Policy": FRAME_POLICY})

    def messages(self, request: Request) -> Response:
        to = request.query_params.get("to")
        found = [letter for letter in self._letters.all() if to is None or to in letter.recipients]
        return JSONResponse([as_json(letter) for letter in found])

    def clear(self, request: Request) -> Response:
        self._letters.clear()
        return Response(status_code=204)

    def message(self, request: Request) -> Response:
        return JSONResponse(as_json(self._letter(request)))

    def source(self, request: Request) -> Response:
        return PlainTextResponse(self._letter(request).source)

    def attachment(self, request: Request) -> Response:
        parts = self._letter(request).attachments
        number = request.path_params["number"]
        if number >= len(parts):
            raise HTTPException(404, f"This letter has {len(parts)} attachments; there is no number {number}")
        return _download(parts[number].content, parts[number].name, parts[number].type)

    def _letter(self, request: Request) -> Letter:
        letter = self._letters.get(request.path_params["id"])
        if letter is None:
            raise HTTPException(404, f"There is no letter {request.path_params['id']}; GET /api/messages lists them")
        return letter

    def _render(self, page: str, request: Request, opened: Letter | None) -> str:
        words = request.query_params.get("q", "").strip()
        found = [letter for letter in self._letters.all() if _mentions(letter, words)]
        return self._pages.get_template(page).render(
            letters=found[:SHOWN],
            hidden=max(0, len(found) - SHOWN),
            words=words,
            opened=opened,
            version=self._letters.version(),
        )


def _mentions(letter: Letter, words: str) -> bool:
    return words.casefold() in f"{letter.to} {letter.subject}".casefold()


def _moment(received: datetime) -> str:
    here = received.astimezone()
    return f"{here:%H:%M}" if here.date() == datetime.now().astimezone().date() else f"{here:%d.%m %H:%M}"


def _size(count: int) -> str:
    return f"{count}\u00a0Б" if count < 1024 else f"{count / 1024:.0f}\u00a0КБ"


def _part_url(letter: Letter, number: int) -> str:
    return f"/api/messages/{letter.id}/attachments/{number}"


def _framed(letter: Letter) -> str:
    urls = {part.content_id: _part_url(letter, n) for n, part in enumerate(letter.attachments) if part.content_id}
    html = re.sub(r"\bcid:([^\"'\s)>]+)", lambda found: urls.get(found[1], found[0]), letter.html)
    # At the end, so that a doctype stays the first thing in the document.
    return f'{html}<base target="_blank">'


def _download(content: bytes, name: str, kind: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}",
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=kind, headers=headers)
