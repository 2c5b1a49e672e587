"""A part's log file, and which of its lines deserve the terminal.

Functions write one JSON object per line, as Cloud Logging reads them; whatever else a part
writes is unexpected by definition (a warning of the server, an error) and is shown. Of a
traceback only what went wrong is shown; the frames stay in the file.
"""

import json
import re
from pathlib import Path

TRACEBACK = re.compile(r"\s|$|Traceback \(most recent|During handling of the above exception|The above exception was")
SHOWN = ("WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")


class Log:
    """The file that a part writes; `fresh` reads on from where it stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.write_bytes(b"")
        self._read = 0

    def fresh(self) -> list[str]:
        """The lines completed since the last call."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole + newline)
        return whole.decode("utf-8", "replace").splitlines() if newline else []

    def last(self, count: int) -> list[str]:
        """The last lines of the file, as a person would read them."""
        lines = self.path.read_text("utf-8", "replace").splitlines()
        return [line for raw in lines for line in _message(raw)[1].splitlines()][-count:]


def worth_showing(line: str) -> list[str]:
    """What of the line belongs on the terminal: nothing where it is a plain record of work."""
    severity, message = _message(line)
    return [words for words in message.splitlines() if severity in SHOWN and not TRACEBACK.match(words)]


def _message(line: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict) or "message" not in record:
        return "WARNING", line
    return str(record.get("severity", "DEFAULT")).upper(), str(record["message"])
