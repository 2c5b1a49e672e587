"""Signing keys in a file: what is wrong with them, and their end.

A key that was drawn by a machine is long, has many different signs and nothing in it repeats. What tells persons apart
in the journal hangs on the season's key alone: once that is destroyed, nobody finds out any more whose a digest was.
"""

from __future__ import annotations

import os
import re
import secrets
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

FEWEST_SIGNS = 10
"""A random key of 32 characters has far more different ones."""
LEAST_PACKED = 0.7
"""Of its length, after whatever repeats was taken out of it."""
PACKING = 8
"""Bytes that packing adds to anything."""
_KNOWN = re.compile(r"change-?me|example|default|password|secret|0123456789|qwerty", re.IGNORECASE)


def faults(keys: Sequence[str], others: Sequence[str] = ()) -> Iterator[str]:
    """What is wrong with the keys, in words after which the remedy may stand. `others` are secrets for other things."""
    for number, key in enumerate(keys, 1):
        which = f"signing key {number}" if len(keys) > 1 else "the signing key"
        if _KNOWN.search(key):
            yield f"{which} holds words that anybody would try first"
        elif len(set(key)) < FEWEST_SIGNS or _packed(key) < LEAST_PACKED * len(key):
            yield f"{which} looks typed, not drawn"
        if key in others:
            yield f"{which} is used for something else, too"
    if len(set(keys)) < len(keys):
        yield "one signing key stands in the file twice"


def destroy(file: Path) -> None:
    """Put one new key in the place of all; what stood there is written over first. Raises OSError."""
    size = file.stat().st_size
    with file.open("r+b") as keys:
        _write(keys.fileno(), os.urandom(size))
        keys.truncate(0)
        _write(keys.fileno(), f"{secrets.token_urlsafe(48)}\n".encode())
    file.chmod(0o600)


def _write(file: int, what: bytes) -> None:
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, what)
    os.fsync(file)


def _packed(key: str) -> int:
    return len(zlib.compress(key.encode(), 9)) - PACKING
