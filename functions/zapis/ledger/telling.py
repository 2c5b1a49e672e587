"""What the committer tells the log: a line for each call, and one for each entry that landed, with its trace."""

from __future__ import annotations

import logging

from zapis.core.entries import Entry, Proposed, Requested
from zapis.core.fold import State
from zapis.core.model import RegistrationId
from zapis.happenings import Happening, Trace, tell


def tell_of_batch(log: logging.Logger, size: int, seconds: float) -> None:
    """A call that took so many seconds carried so many entries."""
    seconds = round(seconds, 3)
    message = "a batch of %d landed in %.3f s"
    tell(log, logging.INFO, Happening.BATCH, message, size, seconds, size=size, seconds=seconds)


def tell_of_entry(log: logging.Logger, entry: Entry, state: State, waited: float, trace: Trace) -> None:
    """The entry landed; for a request the figures say with what verdict."""
    if not log.isEnabledFor(logging.INFO):
        return
    fact, kind = entry.fact, type(entry.fact).__name__.lower()
    asked = isinstance(fact, Requested | Proposed)
    id = RegistrationId(entry.id) if asked else getattr(fact, "registration", RegistrationId(""))
    registration = state.registrations.get(id) if asked else None
    standing = registration.standing.value if registration else ""
    tell(
        log,
        logging.INFO,
        Happening.ENTRY,
        "%s %s",
        kind,
        standing or "landed",
        registration=id,
        slot=entry.slot,
        trace=trace,
        kind=kind,
        standing=standing,
        waited=round(waited, 3),
    )
