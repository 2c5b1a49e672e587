"""The HTML pages and the download: everything they need comes from this folder, nothing from outside."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local.sheets.api import Api
from local.sheets.export import EXPORTS, XLSX
from local.sheets.page.charts import drawing
from local.sheets.page.shelves import shelves

HERE = Path(__file__).parent
FORMATS = {"xlsx": XLSX, "csv": "text/csv", "tsv": "text/tab-separated-values"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def pages(api: Api) -> list[BaseRoute]:
    """The routes of the pages. Their functions are coroutines: only the server's own thread touches the world."""
    shown = _Pages(api)
    return [
        Route("/", shown.files),
        Route("/spreadsheets/d/{id}", shown.moved),
        Route("/spreadsheets/d/{id}/edit", shown.book),
        Route("/spreadsheets/d/{id}/export", shown.export),
        Route("/spreadsheets/d/{id}/charts/{chart:int}.svg", shown.chart),
        Mount("/_local/page", _Static(directory=HERE / "static")),
    ]


class _Static(StaticFiles):
    """Asked again each time, so that a newer release is seen at once."""

    def file_response(self, *args: object, **options: object) -> Response:
        response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        return response


class _Pages:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def files(self, request: Request) -> Response:
        return self._html("files.html", shelves=shelves(self._api.world))

    async def moved(self, request: Request) -> Response:
        return RedirectResponse(f"/spreadsheets/d/{quote(request.path_params['id'])}/edit")

    async def book(self, request: Request) -> Response:
        file_id = request.path_params["id"]
        if file_id not in self._api.world.drive.sheet_ids():
            return self._html("missing.html", 404)
        return self._html("book.html", id=file_id, title=self._api.world.drive.records[file_id]["name"])

    async def chart(self, request: Request) -> Response:
        file_id, svg = request.path_params["id"], None
        if file_id in self._api.world.drive.sheet_ids():
            book = self._api.world.drive.book(file_id)
            svg = drawing(book, self._api.world.calc(book), request.path_params["chart"])
        if svg is None:
            return self._html("missing.html", 404)
        return Response(svg, media_type="image/svg+xml", headers=HEADERS)

    async def export(self, request: Request) -> Response:
        file_id, kind = request.path_params["id"], request.query_params.get("format", "xlsx")
        if file_id not in self._api.world.drive.sheet_ids():
            return self._html("missing.html", 404)
        if kind not in FORMATS:
            return PlainTextResponse(f"format must be one of {', '.join(FORMATS)}; it is {kind!r}.", 400)
        book = self._api.world.drive.book(file_id)
        content = EXPORTS[FORMATS[kind]](book, self._api.world.calc(book))
        name = quote(f"{book.head['properties']['title']}.{kind}", safe="")
        disposition = {"Content-Disposition": f"attachment; filename*=utf-8''{name}"}
        return Response(content, headers=disposition, media_type=FORMATS[kind])

    def _html(self, template: str, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**values), status, HEADERS)
