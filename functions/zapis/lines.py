"""Lines of the log in the shape that Cloud Logging reads: one JSON object each, on the standard output.

An exception's text may quote what a person typed, so a line has only its kind and its places in the code.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from zapis.errors import places
from zapis.happenings import NO_TRACE, Trace, current

FIELD = "logging.googleapis.com"


def speak(project: str = "", out: TextIO | None = None) -> None:
    """Let this process write such lines from now on. `project` is what its traces belong to."""
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(Lines(project))
    logging.getLogger().handlers = [handler]
    logging.getLogger("zapis").setLevel(logging.INFO)


class Lines(logging.Formatter):
    """A record as one line."""

    def __init__(self, project: str) -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = getattr(record, "told", {})
        line = {
            "severity": record.levelname,
            "message": record.getMessage() + _what_broke(record),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "logger": record.name,
            "happening": told.get("happening"),
            "figures": told.get("figures"),
            "httpRequest": told.get("request"),
            f"{FIELD}/labels": told.get("labels"),
            **self._trace(told.get("trace") or current.get()),
            f"{FIELD}/sourceLocation": _place(record) if record.levelno >= logging.WARNING else None,
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False)

    def _trace(self, trace: Trace) -> dict[str, str]:
        if trace == NO_TRACE:
            return {}
        id = f"projects/{self._project}/traces/{trace.id}" if self._project else trace.id
        return {f"{FIELD}/trace": id, f"{FIELD}/spanId": trace.span}


def _what_broke(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f": {places(error)}" if error else ""


def _place(record: logging.LogRecord) -> dict[str, str]:
    return {"file": record.pathname, "line": str(record.lineno), "function": record.funcName}
