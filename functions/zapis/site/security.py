"""Headers that every answer carries: what a browser may do with a page of this site.

Nothing is loaded from anywhere else, nothing runs or is styled inline, an address never leaves as a referrer
(a ticket's address is its secret), and no visitor is given a cookie (a guard's phone has one, see `gates`).
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
FRAMED_ANYWHERE = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'self'", "frame-ancestors *"),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""For a page that other sites may show: it has nothing to press but links."""


def framed_by(hosts: Iterable[str]) -> dict[str, str]:
    """Headers of a page that these hosts, and no others, may show in a frame."""
    allowed = f"frame-ancestors {' '.join(hosts)}"
    return {"Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'self'", allowed)}


FEATURES = ("camera", "display-capture", "fullscreen", "geolocation", "microphone", "midi", "payment", "usb")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = 63_072_000


class SecurityHeaders:
    """Adds the headers to whatever the application answers. `secure`: the site is served by HTTPS."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": f"max-age={TWO_YEARS}"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
