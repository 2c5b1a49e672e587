"""The emulator's own doors, as a program in any language would open them."""

from __future__ import annotations

from typing import Any

import requests

from local.sheets.server import Emulator


def door(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    """Open a door under /_local/; answers its JSON. Raises requests.HTTPError if it is refused."""
    answer = requests.request(method, f"{emulator.url}/_local/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()
