"""Ids that are known before the first attempt, so that a repeated request is the same request."""

from __future__ import annotations

import base64
import hashlib
import re

from zapis.core.model import EntryId, RegistrationId, SlotId


def registration_id(slot: SlotId, key: str) -> RegistrationId:
    """The id of a request: 24 letters and digits (120 bits) that follow from the slot and the once-only key."""
    return RegistrationId(_digest("registration", slot, key))


def is_registration(text: str) -> bool:
    """Whether `text` is what `registration_id` makes; letters to organisers and enterprises have other names."""
    return re.fullmatch(r"[A-Z2-7]{24}", text) is not None


def entry_id(kind: str, *parts: str) -> EntryId:
    """The id of any other entry: the same act, named by `parts`, has the same id."""
    return EntryId(f"{kind}.{_digest(kind, *parts)}")


def digest(*parts: str) -> str:
    """A short digest that tells one body from another."""
    return _digest("body", *parts)


def code_digest(slot: SlotId, code: str) -> str:
    """What the journal keeps of a code that opens a slot's held seats; spaces and case do not matter."""
    return _digest("code", slot, "".join(code.split()).casefold())[:16]


def _digest(*parts: str) -> str:
    joined = "\x00".join(parts).encode()
    return base64.b32encode(hashlib.sha256(joined).digest()[:15]).decode()
