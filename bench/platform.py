"""The platform's metadata server, as a deployed function asks it who it is: no key lies in a bundle.

It hands out one token, which the emulator gave to the account's key before anybody's time is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from local.ports import LOOPBACK
from zapis.sheets import SCOPES

ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default"


@contextmanager
def metadata(key: Path) -> Iterator[dict[str, str]]:
    """The variables by which a function knows where it runs and google-auth finds it, while it serves."""
    server = ThreadingHTTPServer((LOOPBACK, 0), _handler(_facts(key)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        host = f"{LOOPBACK}:{server.server_port}"
        yield {"K_SERVICE": "zapis-site", "GCE_METADATA_HOST": host}
    finally:
        server.shutdown()
        server.server_close()


def _facts(key: Path) -> dict[str, bytes]:
    """What it says under each path."""
    account = Credentials.from_service_account_file(str(key), scopes=SCOPES)  # type: ignore[no-untyped-call]
    account.refresh(Request())
    token = {"access_token": account.token, "expires_in": 3599, "token_type": "Bearer"}
    about = {"aliases": ["default"], "email": account.service_account_email, "scopes": SCOPES}
    return {
        f"{ACCOUNT}/": json.dumps(about).encode(),
        f"{ACCOUNT}/token": json.dumps(token).encode(),
    }


def _handler(facts: Mapping[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = facts.get(self.path.partition("?")[0])
            self.send_response(404 if body is None else 200)
            self.send_header("Metadata-Flavor", "Google")
            self.send_header("Content-Type", "application/json" if body and body[:1] == b"{" else "application/text")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
