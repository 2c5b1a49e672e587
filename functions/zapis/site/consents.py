"""Texts that a person agrees to: immutable files, each version under its own name for ever.

What is recorded with a registration is the version and the beginning of the SHA-256 of its file
(`registration/2026-11@1f2e3d4c5b6a`), so that the very wording can be shown later. New wording is a new file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"([a-z]+)-(\d{4}-\d{2}(?:-\d{2})?)\.html")


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one consent's wording."""

    kind: str
    version: str
    template: str
    """The template's path below the pages' folder."""
    digest: str

    @property
    def stamp(self) -> str:
        """What the journal keeps of it."""
        return f"{self.kind}/{self.version}@{self.digest}"


class Consents:
    """All wordings that ship with this release."""

    def __init__(self, pages: Path) -> None:
        self._texts = [text for path in sorted(pages.glob("consents/*.html")) if (text := _text(path))]

    def current(self, kind: str) -> ConsentText:
        """The newest wording. Raises KeyError for an unknown kind."""
        found = [text for text in self._texts if text.kind == kind]
        if not found:
            raise KeyError(kind)
        return found[-1]

    def stamps(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """What the journal keeps of consents of these kinds, given now."""
        return tuple(self.current(kind).stamp for kind in kinds)

    def version(self, kind: str, version: str) -> ConsentText | None:
        """One wording, however old."""
        return next((text for text in self._texts if (text.kind, text.version) == (kind, version)), None)


def _text(path: Path) -> ConsentText | None:
    named = _NAME.fullmatch(path.name)
    if named is None:
        return None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return ConsentText(named[1], named[2], f"consents/{path.name}", digest)
