"""What happens, told to the log so that it can be counted: one line each, with its figures and its trace.

A line may name a registration, by its id, and the request that it belongs to. It never holds what somebody typed.
`lines` gives it the shape that the platform reads; docs/operations.md lists the metrics that are made of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from enum import StrEnum

from msgspec import Struct


class Happening(StrEnum):
    """The kinds of lines that metrics count."""

    ENTRY = "entry"
    """An entry landed: `kind`, `standing` (of a request), `waited` (seconds from the press to the verdict)."""
    BATCH = "batch"
    """A call carried entries: `size`, `seconds`."""
    RETRY = "retry"
    """An answer was lost, so the journal is looked at before anything is sent again: `size`."""
    QUOTA = "quota"
    """Google answered 429: the quota of calls a minute is used up."""
    DISTURBED = "disturbed"
    """The journal is not what it was; nothing is decided."""
    SYNC = "sync"
    """A run of `sync`, with the figures of its report."""
    DELIVER = "deliver"
    """A run of `deliver`, with the figures of its report."""
    COPY = "copy"
    """The night's copy of the ledger was made: `file`, `rows`."""


class Trace(Struct, frozen=True):
    """The request that a line belongs to, as the platform numbers it."""

    id: str
    span: str = ""


NO_TRACE = Trace("")
current: ContextVar[Trace] = ContextVar("trace", default=NO_TRACE)
_W3C = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_GOOGLE = re.compile(r"([0-9a-fA-F]{32})(?:/(\d{1,20}))?(?:;.*)?")


def traced(headers: Mapping[str, str]) -> Trace:
    """The trace that a request's headers (names in small letters) speak of; NO_TRACE for none or nonsense."""
    if found := _W3C.fullmatch(headers.get("traceparent", "")):
        return Trace(found[1], found[2])
    if found := _GOOGLE.fullmatch(headers.get("x-cloud-trace-context", "")):
        return Trace(found[1].lower(), f"{int(found[2]):016x}" if found[2] else "")
    return NO_TRACE


def tell(
    log: logging.Logger,
    level: int,
    happening: Happening | None,
    message: str,
    *args: object,
    registration: str = "",
    slot: str = "",
    trace: Trace | None = None,
    request: Mapping[str, object] | None = None,
    **figures: object,
) -> None:
    """Write a line. `trace`: another than that of the request in hand; `request`: the fields of `httpRequest`."""
    if log.isEnabledFor(level):
        about = {"happening": happening, "figures": figures, "trace": trace or current.get(), "request": request}
        labels = {name: value for name, value in (("registration", registration), ("slot", slot)) if value}
        log.log(level, message, *args, extra={"told": about | {"labels": labels}}, stacklevel=2)
