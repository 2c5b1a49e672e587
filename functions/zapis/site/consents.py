"""Texts that a person agrees to: immutable files, in which the programme's own facts are put.

What is recorded with a registration is the kind, the version, and the beginning of the SHA-256 of the text as it was
shown, with the operator's name in it (`registration/2026-11@1f2e3d4c…`). Files are never changed and the catalogue
remembers what was ever put into them (`Wording`), so that the very text can be shown again by its digest. New
wording is a new file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from zapis.core.catalogue import Wording
from zapis.site.forms import KINDS, FieldProblem
from zapis.site.rendering import Rendering
from zapis.voice.tongue import RUSSIAN, Tongue, _, speaking

TICKED = "on"
"""What a tick sends that names no text."""
DIGITS = 32
"""Of the digest: as many as nobody finds a second text for."""
_NAME = re.compile(r"([a-z]+)-(\d{4}-\d{2}(?:-\d{2})?)\.html")


class ConsentText(Struct, frozen=True):
    """One version of one consent's wording, as it is shown."""

    kind: str
    version: str
    html: str
    digest: str

    @property
    def stamp(self) -> str:
        """What the journal keeps of it."""
        return f"{self.kind}/{self.version}@{self.digest}"

    @property
    def path(self) -> str:
        """The page that shows it, and will."""
        return f"/consent/{self.kind}/{self.version}/{self.digest}"


class Consents:
    """All wordings that ship with this release. `wordings` are what was ever put into them, the last is in force."""

    def __init__(self, pages: Path, rendering: Rendering) -> None:
        found = sorted(path.name for path in pages.glob("consents/*.html"))
        self._files = [named for name in found if (named := _NAME.fullmatch(name))]
        self._shown = lru_cache(maxsize=256)(self._read)
        self._rendering = rendering

    def all(self, wordings: Sequence[Wording]) -> Mapping[str, ConsentText]:
        """The texts in force, by kind."""
        return {kind: self.current(kind, wordings) for kind in KINDS}

    def current(self, kind: str, wordings: Sequence[Wording]) -> ConsentText:
        """The newest text. Raises KeyError for an unknown kind."""
        names = [file[0] for file in self._files if file[1] == kind]
        if not names:
            raise KeyError(kind)
        return self._shown(names[-1], wordings[-1])

    def stamps(self, kinds: Iterable[str], wordings: Sequence[Wording]) -> tuple[str, ...]:
        """What the journal keeps of consents of these kinds, given now."""
        return tuple(self.current(kind, wordings).stamp for kind in kinds)

    def outdated(self, typed: Mapping[str, str], wordings: Sequence[Wording]) -> tuple[FieldProblem, ...]:
        """Nobody is held to a text that they were not shown: a tick names the text that stood beside it."""
        ticked = ((kind, typed.get(f"consents-{kind}", TICKED)) for kind in KINDS)
        said = _("Этот текст только что изменился: прочтите и отметьте снова.")
        changed = (kind for kind, value in ticked if value not in (TICKED, self.current(kind, wordings).stamp))
        return tuple(FieldProblem("/consents", said, kind) for kind in changed)

    def find(self, wordings: Sequence[Wording], kind: str, version: str = "", digest: str = "") -> ConsentText | None:
        """One text, however old: without a `version` the newest, without a `digest` as it is worded now."""
        names = [file[0] for file in self._files if file[1] == kind and version in ("", file[2])]
        if not names:
            return None
        texts = [self._shown(names[-1], said) for said in reversed(wordings)]
        return next((text for text in texts if digest in ("", text.digest)), None)

    def _read(self, name: str, said: Wording) -> ConsentText:
        named = _NAME.fullmatch(name)
        assert named, "only files with such names are listed"
        with speaking(Tongue(RUSSIAN)):
            html = self._rendering.text(f"consents/{name}", season=said)
        return ConsentText(named[1], named[2], html, hashlib.sha256(html.encode()).hexdigest()[:DIGITS])


def unticked(typed: Mapping[str, str], outdated: Iterable[FieldProblem]) -> dict[str, str]:
    """The form's fields without the ticks that are to be set again."""
    gone = {problem.field for problem in outdated}
    return {name: value for name, value in typed.items() if name not in gone}
