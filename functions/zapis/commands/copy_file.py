"""A ledger as a file of JSON lines: a head, one row a line, and an end that says how many rows there are.

A file that was cut off or changed is told by its end. It holds names and contacts: whoever keeps it keeps people's
data, so it is readable by its owner only, and old ones are removed. In a bucket both is the bucket's to see to.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from zapis.bucket import Bucket
from zapis.core.carrying import Luggage
from zapis.core.entries import Row, format_moment
from zapis.errors import SheetError

FORMAT = 1
PATTERN = "zapis-*.jsonl"
LISTS = ("journal", "people", "outbox", "catalogue")


class Added(Struct, frozen=True):
    """A copy in a bucket."""

    file: str
    """Its address there."""
    rows: int
    """Of all four lists."""


def write(path: Path, ledger: Luggage, at: datetime) -> None:
    """Write the file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.part")
    with open(unfinished, "w", encoding="utf-8", opener=_owner_only) as file:
        file.writelines(_lines(ledger, at))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read(path: Path) -> Luggage:
    """The ledger in the file. Raises SheetError if it is not whole."""
    try:
        head, *lines, end = path.read_text(encoding="utf-8").splitlines(keepends=True)
        version, said = json.loads(head)["zapis-ledger"], json.loads(end)
        known = {name: [] for name in LISTS}  # type: dict[str, list[Row]]
        for name, *row in map(json.loads, lines):
            known[name].append(tuple(map(str, row)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SheetError(f"{path} is no ledger that `zapis ledger export` wrote ({type(error).__name__}).") from None
    if version != FORMAT:
        raise SheetError(f"{path} is of format {version}; this release reads format {FORMAT}.")
    if said != {"rows": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}:
        raise SheetError(f"{path} is not as it was written: it was cut off or changed.")
    return Luggage(*(tuple(known[name]) for name in LISTS))


def write_into(folder: Path, ledger: Luggage, at: datetime, keep: int) -> tuple[Path, int]:
    """Add a copy named by its moment to a folder, of which the newest `keep` stay; how many were removed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / _name(at)
    write(path, ledger, at)
    old = sorted(folder.glob(PATTERN))[:-keep]
    for copy in old:
        copy.unlink()
    return path, len(old)


def add_to(bucket: Bucket, ledger: Luggage, at: datetime) -> Added:
    """Add a copy named by its moment to a bucket. Raises SettingsError, SheetsUnavailable."""
    content = io.BytesIO()
    for line in _lines(ledger, at):
        content.write(line.encode())
    bucket.add(_name(at), content.getvalue())
    return Added(f"gs://{bucket.name}/{_name(at)}", sum(len(getattr(ledger, name)) for name in LISTS))


def _name(at: datetime) -> str:
    return f"zapis-{at:%Y-%m-%dT%H%M%SZ}.jsonl"


def _lines(ledger: Luggage, at: datetime) -> Iterator[str]:
    digest, rows = hashlib.sha256(), 0
    yield _line({"zapis-ledger": FORMAT, "at": format_moment(at)})
    for name, row in _rows(ledger):
        line = _line([name, *row])
        digest.update(line.encode())
        rows += 1
        yield line
    yield _line({"rows": rows, "sha256": digest.hexdigest()})


def _rows(ledger: Luggage) -> Iterator[tuple[str, Row]]:
    for name in LISTS:
        for row in getattr(ledger, name):
            yield name, row


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
