"""Signed ticket links and keyed digests: what the secret keys are for.

The first key signs, all are honoured, so a key is rotated by putting a new one on top. Persons are told apart
by an HMAC under the last (oldest) key, which therefore stays for the whole season.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

from zapis.core.model import PersonKey, RegistrationId


class Tokens:
    """Signs and reads ticket tokens; turns addresses into person keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._season_key = keys[-1].encode()
        newest_last = list(reversed(keys))
        self._tickets = URLSafeSerializer(newest_last, salt="ticket")

    def ticket(self, registration: RegistrationId) -> str:
        """The secret part of a registration's link."""
        token = self._tickets.dumps(registration)
        return token if isinstance(token, str) else token.decode()

    def registration(self, token: str) -> RegistrationId | None:
        """The registration that `token` was signed for; None for any other text."""
        try:
            registration = self._tickets.loads(token)
        except BadSignature:
            return None
        return RegistrationId(registration) if isinstance(registration, str) else None

    def person(self, kind: str, value: str) -> PersonKey:
        """A key for the person behind an address (`kind` "email") or account ("vk")."""
        message = f"{kind}\x00{value.casefold()}".encode()
        return PersonKey(hmac.new(self._season_key, message, hashlib.sha256).hexdigest()[:24])
