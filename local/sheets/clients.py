"""Unmodified gspread and google-auth, pointed at an emulator: the host is rewritten, nothing else.

`url` is the emulator's address, "http://127.0.0.1:8085" for one that runs by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import gspread
import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials

from local.sheets.accounts import DEFAULT_EMAIL

GOOGLE = ("https://sheets.googleapis.com/", "https://www.googleapis.com/")
SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")


class ToEmulator(requests.adapters.HTTPAdapter):
    """Carries requests for Google to another address; path and query stay."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = self._url + parts.path + ("?" + parts.query if parts.query else "")
        return super().send(request, **options)


def authorized_session(url: str, email: str = DEFAULT_EMAIL, scopes: Sequence[str] = SCOPES) -> AuthorizedSession:
    """google-auth's own session for a service account, which the emulator makes if it is new."""
    key = requests.post(f"{url}/_local/keys", json={"email": email}, timeout=10).json()
    made = AuthorizedSession(
        Credentials.from_service_account_info(key, scopes=scopes), auth_request=Request(_direct(requests.Session()))
    )
    for host in GOOGLE:
        made.mount(host, ToEmulator(url))
    return _direct(made)


def _direct(session: Any) -> Any:
    """Without the proxies of the environment: what is on this machine is spoken to as it is."""
    session.trust_env = False
    return session


def gspread_client(url: str, email: str = DEFAULT_EMAIL) -> gspread.Client:
    """A gspread client of the emulator, speaking for a service account."""
    return gspread.Client(auth=None, session=authorized_session(url, email))
