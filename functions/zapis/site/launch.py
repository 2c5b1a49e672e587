"""VK's launch parameters: who opened the mini-app, in a query that VK signed.

Signature and age are judged apart: the one says who made the query, the other that it was not kept for too long.
Whatever `vk_` names come are signed, blank ones too, so no list of names is kept here. The query is a key to
somebody's registrations while it is fresh: it is exchanged once for a pass of our own and never logged. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

LONGEST, MOST_PARAMETERS = 4096, 64
OLDEST, AHEAD = timedelta(hours=2), timedelta(minutes=5)
"""How long ago, and by how much in the future of our clock, a launch may have been."""
_USER = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_SECOND = re.compile(r"\d{1,12}", re.ASCII)


class VkApp(Struct, frozen=True):
    """The mini-app that shows the site."""

    id: str
    keys: tuple[str, ...]
    """Its protected key; two while one is exchanged for another."""
    hosts: tuple[str, ...]
    """Origins that may show it in a frame."""


def launched_by(query: str, app: VkApp, now: datetime) -> str | None:
    """The id of the VK user who opened `app`; None for a query that is forged, stale or another app's."""
    found = signed(query, app.keys)
    if found is None or found.get("vk_app_id") != app.id or not is_fresh(found, now):
        return None
    user = found.get("vk_user_id", "")
    return user if _USER.fullmatch(user) else None


def signed(query: str, keys: Iterable[str]) -> Mapping[str, str] | None:
    """The parameters that VK signed with one of `keys`; None if none of them did. A name that came twice is forged."""
    if len(query) > LONGEST:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None
    found = dict(pairs)
    if len(found) != len(pairs):
        return None
    parameters = {name: value for name, value in sorted(found.items()) if name.startswith("vk_")}
    sign = found.get("sign", "").encode()
    return parameters if any(hmac.compare_digest(_sign(parameters, key), sign) for key in keys) else None


def is_fresh(parameters: Mapping[str, str], now: datetime) -> bool:
    """Whether the launch was a little while ago; one that does not say when was not."""
    at = parameters.get("vk_ts", "")
    if not _SECOND.fullmatch(at):
        return False
    return -AHEAD.total_seconds() <= now.timestamp() - int(at) <= OLDEST.total_seconds()


def _sign(parameters: Mapping[str, str], key: str) -> bytes:
    digest = hmac.new(key.encode(), urlencode(parameters).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
