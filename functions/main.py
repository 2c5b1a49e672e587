"""The three functions, as Cloud Functions (gen2) and functions-framework start them."""

from __future__ import annotations

import functions_framework
import functions_framework.aio

from zapis import app

app.speak()


@functions_framework.aio.http
async def site(request):  # type: ignore[no-untyped-def]
    """Citizens' door: pages, the ticket, the JSON API. Runs with FUNCTION_USE_ASGI=true."""
    return app.site()


@functions_framework.http
def sync(request):  # type: ignore[no-untyped-def]
    """Organisers' edits in, rosters and numbers out. Called each minute; by another path, each night, for a copy."""
    return app.copy(request.headers) if request.path == "/copy" else app.sync(request.headers)


@functions_framework.http
def deliver(request):  # type: ignore[no-untyped-def]
    """Mails that are due. Called each minute, and soon after a registration."""
    return app.deliver(request.headers)
