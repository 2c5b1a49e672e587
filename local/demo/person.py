"""What the demo's person does on the emulator: makes spreadsheets, shares them, downloads keys."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from local.errors import LocalError

EMAIL = "owner@example.com"
"""Whose the spreadsheets are that are made through the emulator's door."""
LOCALE, TIME_ZONE = "ru_RU", "Europe/Moscow"
TIMEOUT = 30
NEW_FILE = ({"properties": {"sheetId": 0, "title": "Sheet1", "gridProperties": {"rowCount": 1000, "columnCount": 26}}},)
"""The sheets of a spreadsheet that was just made: known without reading it."""


class Person:
    """Somebody with a browser and the emulator at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def make_spreadsheet(self, title: str, share_with: Sequence[str]) -> tuple[str, str]:
        """The id and the link of a new spreadsheet whose editors are `share_with`. Raises LocalError."""
        file = {"title": title, "share_with": list(share_with), "locale": LOCALE, "time_zone": TIME_ZONE}
        made = self._ask("/_local/files", file)
        return made["id"], made["url"]

    def download_key(self, email: str, path: Path) -> Path:
        """The key of a service account, readable by its owner alone. Raises LocalError."""
        key = self._ask("/_local/keys", {"email": email})
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            json.dump(key, file, indent=2)
        return path

    def _ask(self, door: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._session.post(self._url + door, json=body, timeout=TIMEOUT)
            response.raise_for_status()
        except requests.RequestException as error:
            raise LocalError(f"The Sheets emulator at {self._url} cannot be used ({error}). Is it running?") from error
        return dict(response.json())
