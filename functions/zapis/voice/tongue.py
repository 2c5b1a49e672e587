"""The language that a visitor is answered in, and the catalogues of gettext that hold its words.

Russian text is the message itself, so the Russian catalogue has only what a number changes. Which language it is
follows from the request (see `hearing`) and is kept for as long as the answer is being made: no function has to
be told. Catalogues are read at the first word said in them, by the standard library alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations

from msgspec import Struct

from zapis.resources import resource

RUSSIAN, ENGLISH = "ru", "en"
LANGUAGES = {RUSSIAN: "Русский", ENGLISH: "English"}
"""Each with what it calls itself."""
DOMAIN = "zapis"


class Tongue(Struct, frozen=True):
    """A language, and whether the visitor chose it: links then lead on in it, whatever the browser prefers."""

    language: str = RUSSIAN
    chosen: bool = False
    at: str = "/"
    """The page that was asked for, its query included, without its language."""

    @property
    def words(self) -> tuple[str, bool]:
        """What decides how a page reads, wherever it stands."""
        return self.language, self.chosen

    @property
    def prefix(self) -> str:
        """What the addresses of pages begin with."""
        return f"/{self.language}" if self.chosen else ""


_UNASKED = Tongue()
_spoken: ContextVar[Tongue] = ContextVar("tongue", default=_UNASKED)


def tongue() -> Tongue:
    """What the answer that is being made is said in."""
    return _spoken.get()


@contextmanager
def speaking(spoken: Tongue) -> Iterator[None]:
    """Words said meanwhile, in this task, are said in that language."""
    before = _spoken.set(spoken)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(message: str) -> str:
    """The message in the visitor's language."""
    return _said(_spoken.get().language, message)


def N_(message: str) -> str:  # noqa: N802 - what gettext calls it everywhere
    """The message as it is: to be found by whoever collects messages, and said later."""
    return message


def ngettext(one: str, many: str, number: int) -> str:
    """The form that goes with `number`. `one` and `many` name the message; Russian has three forms of it."""
    return _catalogue(_spoken.get().language).ngettext(one, many, number)


@lru_cache(maxsize=4096)
def _said(language: str, message: str) -> str:
    # To gettext the empty message is the catalogue's header.
    return _catalogue(language).gettext(message) if message else ""


@cache
def _catalogue(language: str) -> GNUTranslations:
    path = resource("templates") / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return GNUTranslations(file)
