"""Unmodified clients pointed at an emulator: the host is rewritten, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gspread
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from local.sheets.server import DEFAULT_EMAIL, Emulator

GOOGLE = ("https://sheets.googleapis.com/", "https://www.googleapis.com/")
SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")


class ToEmulator(requests.adapters.HTTPAdapter):
    """Carries requests for Google to another address; path and query stay."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = self._base + parts.path + ("?" + parts.query if parts.query else "")
        return super().send(request, **options)


def session(
    emulator: Emulator, folder: Path, email: str = DEFAULT_EMAIL, scopes: tuple[str, ...] = SCOPES
) -> AuthorizedSession:
    """google-auth's own session for a service account of the emulator."""
    key = emulator.key_file(folder / f"{email}.json", email)
    made = AuthorizedSession(Credentials.from_service_account_file(key, scopes=scopes))
    made.trust_env = False
    for host in GOOGLE:
        made.mount(host, ToEmulator(emulator.url))
    return made


def gspread_client(emulator: Emulator, folder: Path, email: str = DEFAULT_EMAIL) -> gspread.Client:
    return gspread.Client(auth=None, session=session(emulator, folder, email))


def door(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    """Open one of the emulator's own doors; answers its JSON."""
    answer = requests.request(method, f"{emulator.url}/_local/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()
