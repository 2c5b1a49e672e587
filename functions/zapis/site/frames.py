"""Where the page is seen that is being made: by itself, or in a frame inside VK.

Links of a page in a frame are relative, so all who look at it are given the same bytes, and the pass that their
addresses hold is in no page's text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:  # a style sheet is answered without it
    from zapis.core.model import PersonKey


class Frame(Struct, frozen=True):
    """VK's frame around a page."""

    person: PersonKey | None
    """Who opened the mini-app; None once the pass is too old to say so."""
    depth: int
    """How many folders the page lies below the frame's first."""


_around: ContextVar[Frame | None] = ContextVar("frame", default=None)


def frame() -> Frame | None:
    """The frame around the page; None outside VK."""
    return _around.get()


@contextmanager
def framed(around: Frame) -> Iterator[None]:
    """Pages made meanwhile, in this task, are made for the frame."""
    before = _around.set(around)
    try:
        yield
    finally:
        _around.reset(before)


def inside(path: str) -> str | None:
    """The address of another page in the same frame, relative to the page that is being made; None outside VK."""
    around = _around.get()
    return None if around is None else ("../" * around.depth + path.removeprefix("/") or "./")
