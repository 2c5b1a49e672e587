"""Proof of work: a browser computes for a second before its form counts, so whoever sends thousands pays for thousands.

The protocol is ALTCHA's, and nobody else takes part in it. A challenge is signed and not kept. It is made for one visit
and one once-only key, under which there is one registration at most: a solution that is sent again, to whatever
instance, is the same registration again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from zapis.core import ids
from zapis.core.model import SlotId
from zapis.site.robots import HASTY
from zapis.site.words import Words
from zapis.tokens import Tokens
from zapis.voice.tongue import N_

if TYPE_CHECKING:
    from altcha import Payload

COST, PREFIX = 2_000, "00"
"""Rounds of PBKDF2 for a try, and how the key begins that ends the search: 256 tries on average."""
LASTS = timedelta(hours=1)
"""How long a challenge may be solved: longer than a form is filled in, too short to hoard solutions."""
FIELD = "altcha"
"""The form's field that holds the solution."""

CHECKING = replace(HASTY, retry_after=1)
"""While a browser still computes: the same words, and its form comes again sooner."""
NO_PROOF = Words(
    403,
    "proof_of_work",
    N_("Нужно доказательство работы"),
    N_("Решите задачу с /api/slots/…/challenge и передайте решение в заголовке Altcha, с тем же ключом и за час."),
)


class Work:
    """Makes challenges and knows their solutions."""

    def __init__(self, tokens: Tokens) -> None:
        self._keys = tokens.work_keys

    def challenge(self, slot: SlotId, key: str, now: datetime) -> dict[str, Any]:
        """A new challenge for a visit and a once-only key, as ALTCHA writes it."""
        from altcha import create_challenge

        bound = {"for": _bound(slot, key), "at": int(now.timestamp())}
        made = create_challenge("PBKDF2/SHA-256", COST, key_prefix=PREFIX, data=bound, hmac_secret=self._keys[0])
        return made.to_dict()

    def is_done(self, solution: str, slot: SlotId, key: str, now: datetime) -> bool:
        """Whether `solution` (in Base64, as ALTCHA writes it) solves a challenge made for these, and not long ago."""
        from altcha import Payload, verify_solution

        try:
            payload = Payload.from_base64(solution)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        solved = any(verify_solution(payload, signed_by).verified for signed_by in self._keys)
        return solved and _is_meant(payload, slot, key, now)


def _is_meant(payload: Payload, slot: SlotId, key: str, now: datetime) -> bool:
    """Whether a challenge that was signed here was made for these, and not too long ago."""
    bound = payload.challenge.parameters.data or {}
    return bool(bound["for"] == _bound(slot, key) and now.timestamp() - bound["at"] <= LASTS.total_seconds())


def _bound(slot: SlotId, key: str) -> str:
    return ids.digest("work", slot, key)
