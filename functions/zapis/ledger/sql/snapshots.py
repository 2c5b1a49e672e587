"""A snapshot as bytes, under the name of the very code that made it, with a digest of the rows it follows from.

Whatever changes how rows are read or folded changes the code's digest: another release never goes by this one's
snapshot. The database itself computes the digest of the rows that stand there, so that none of them has to be sent.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, select, text

from zapis import core
from zapis.core.entries import JOURNAL_COLUMNS
from zapis.core.marks import Mark
from zapis.ledger.snapshot import Snapshot
from zapis.ledger.sql.schema import SNAPSHOT

QUICKLY = 1
OTHERS_STAY = "7 days"
"""So long the snapshots of other releases stay, for a release that is taken back."""
_CELLS = r" || '\x00' || ".join(f"convert_to({column}, 'UTF8')" for column in JOURNAL_COLUMNS)
_STANDING = text(
    f"SELECT encode(sha256(convert_to(string_agg(left(encode(sha256({_CELLS}), 'hex'), 8), '' ORDER BY position), "  # noqa: S608
    "'UTF8')), 'hex') FROM journal WHERE position <= :rows"
)


@cache
def edition() -> str:
    """A digest of all code that has a say in what follows from rows."""
    folder = Path(core.__file__).parent
    sources = [*sorted(folder.glob("*.py")), Path(__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def digest(marks: Iterable[Mark]) -> str:
    """What the database says of the rows that have these marks."""
    return hashlib.sha256("".join(mark[:8] for mark in marks).encode()).hexdigest()


def pack(snapshot: Snapshot) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(snapshot), QUICKLY)


def unpack(packed: bytes) -> Snapshot:
    return msgspec.msgpack.decode(zlib.decompress(packed), type=Snapshot)


def keep(connection: Connection, journal: int, outbox: int, digest: str, packed: bytes) -> None:
    """Put a snapshot in the place of this edition's last one."""
    connection.execute(delete(SNAPSHOT).where(SNAPSHOT.c.edition == edition()))
    connection.execute(text(f"DELETE FROM snapshot WHERE kept_at < now() - interval '{OTHERS_STAY}'"))  # noqa: S608
    kept = {"edition": edition(), "journal": journal, "outbox": outbox, "digest": digest, "packed": packed}
    connection.execute(insert(SNAPSHOT).values(kept))


def kept(connection: Connection) -> tuple[int, int, bytes] | None:
    """Rows of the journal, rows of the outbox, the snapshot; None unless the journal still begins with those rows."""
    found = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.edition == edition())).mappings().first()
    if found is None or connection.scalar(_STANDING, {"rows": found["journal"]}) != found["digest"]:
        return None
    return found["journal"], found["outbox"], found["packed"]
