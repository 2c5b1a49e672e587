"""Where workbooks are kept: one SQLite file in WAL mode, a row of a tab to a row of a table.

The rule it guards: when a commit returns, the change survives the death of the process. (The
death of the machine may take the last instants with it: synchronous=NORMAL; a laptop's
workbook is not worth a disk flush for each call.)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from local.sheets.workbook import EMPTY, Cell, Changes, Formula, Json, Row, Tab, Workbook

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (email TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL,
    head TEXT NOT NULL, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tab (
    file INTEGER NOT NULL, sheet INTEGER NOT NULL, head TEXT NOT NULL,
    PRIMARY KEY (file, sheet)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (
    file INTEGER NOT NULL, sheet INTEGER NOT NULL, place INTEGER NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (file, sheet, place)) WITHOUT ROWID;
"""


class StoreInUse(Exception):
    """Another process has this data file open."""


class Store:
    """All that outlives the process. Used by one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
        self._prepare()
        self._numbers: dict[str, int] = dict(self._db.execute("SELECT id, number FROM file"))

    def _prepare(self) -> None:
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise StoreInUse(str(error)) from error

    def close(self) -> None:
        self._db.close()

    def forget_all(self) -> None:
        """Empty every table but the accounts: a key file that somebody holds stays good."""
        with self._transaction():
            for table in ("line", "tab", "file"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._numbers.clear()

    def accounts(self) -> dict[str, Json]:
        return {email: json.loads(key) for email, key in self._db.execute("SELECT email, key FROM account")}

    def save_account(self, email: str, key: Mapping[str, Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO account VALUES (?, ?)", (email, json.dumps(key)))

    def files(self) -> Iterator[tuple[str, Json]]:
        for file_id, record in self._db.execute("SELECT id, record FROM file ORDER BY number"):
            yield file_id, json.loads(record)

    def save_record(self, file_id: str, record: Json) -> None:
        """The Drive side of a file: name, times, permissions."""
        self._db.execute("UPDATE file SET record = ? WHERE id = ?", (json.dumps(record), file_id))

    def add_file(self, file_id: str, record: Json, book: Workbook) -> None:
        with self._transaction():
            found = self._db.execute(
                "INSERT INTO file (id, record, head, version) VALUES (?, ?, ?, ?)",
                (file_id, json.dumps(record), json.dumps(book.head), book.version),
            )
            self._numbers[file_id] = int(found.lastrowid or 0)
            everything = Changes(heads={t.sheet_id for t in book.tabs}, rows_from={t.sheet_id: 0 for t in book.tabs})
            self._write(book, everything)

    def delete_file(self, file_id: str) -> None:
        number = self._numbers.pop(file_id)
        with self._transaction():
            for table in ("line", "tab"):
                self._db.execute(f"DELETE FROM {table} WHERE file = ?", (number,))  # noqa: S608
            self._db.execute("DELETE FROM file WHERE number = ?", (number,))

    def load(self, file_id: str) -> Workbook:
        """Read a workbook whole."""
        number = self._numbers[file_id]
        head, version = self._db.execute("SELECT head, version FROM file WHERE number = ?", (number,)).fetchone()
        book = Workbook(file_id, json.loads(head), version)
        heads = [json.loads(h) for (h,) in self._db.execute("SELECT head FROM tab WHERE file = ?", (number,))]
        for tab_head in sorted(heads, key=lambda h: h["properties"]["index"]):
            book.load_tab(tab_head, self._rows(number, tab_head["properties"]["sheetId"]))
        return book

    def commit(self, book: Workbook, changes: Changes, record: Json) -> None:
        """Store one change of a workbook, with the file's new record, in one transaction."""
        with self._transaction():
            self._db.execute(
                "UPDATE file SET record = ?, head = ?, version = ? WHERE id = ?",
                (json.dumps(record), json.dumps(book.head), book.version, book.file_id),
            )
            self._write(book, changes)

    def _write(self, book: Workbook, changes: Changes) -> None:
        number = self._numbers[book.file_id]
        for sheet in changes.gone:
            self._db.execute("DELETE FROM line WHERE file = ? AND sheet = ?", (number, sheet))
            self._db.execute("DELETE FROM tab WHERE file = ? AND sheet = ?", (number, sheet))
        for tab in book.tabs:
            if tab.sheet_id in changes.heads:
                self._db.execute(
                    "INSERT OR REPLACE INTO tab VALUES (?, ?, ?)", (number, tab.sheet_id, json.dumps(tab.head))
                )
            self._write_rows(number, tab, changes)

    def _write_rows(self, number: int, tab: Tab, changes: Changes) -> None:
        sheet = tab.sheet_id
        places: Iterable[int] = changes.rows.get(sheet, ())
        start = changes.rows_from.get(sheet)
        if start is not None:
            self._db.execute("DELETE FROM line WHERE file = ? AND sheet = ? AND place >= ?", (number, sheet, start))
            places = [*(p for p in places if p < start), *range(start, len(tab.rows))]
        self._db.executemany(
            "INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?)",
            ((number, sheet, place, pack(tab.row(place))) for place in places),
        )

    def _rows(self, number: int, sheet: int) -> list[Row]:
        rows: list[Row] = []
        alike: dict[str, Row] = {}
        shared: dict[bytes, Any] = {}
        found = self._db.execute(
            "SELECT place, cells FROM line WHERE file = ? AND sheet = ? ORDER BY place", (number, sheet)
        )
        for place, cells in found:
            rows.extend([()] * (place - len(rows)))
            if cells not in alike:  # most rows of a laid-out tab wait empty for their first word
                alike[cells] = unpack(cells, shared)
            rows.append(alike[cells])
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


NOTHING = msgspec.Raw()


class _Packed(msgspec.Struct):
    """A cell that is more than a plain value, as it lies in the file. Formats stay text until one is first met."""

    f: str | None = None
    v: Any = None
    s: msgspec.Raw = NOTHING
    n: str | None = None
    d: msgspec.Raw = NOTHING
    r: list[Any] | None = None


_ROW = msgspec.json.Decoder(list[_Packed | str | int | float | bool | None])


def pack(row: Row) -> str:
    """A row as JSON: a plain value is itself, anything more is an object."""
    return msgspec.json.encode([_pack_cell(cell) for cell in row]).decode()


def _pack_cell(cell: Cell) -> Any:
    if cell == EMPTY:
        return None
    value = cell.value
    packed: Json = {"f": value.text} if isinstance(value, Formula) else {"v": value}
    extras = {"s": cell.format, "n": cell.note, "d": cell.validation, "r": cell.runs}
    packed |= {name: extra for name, extra in extras.items() if extra is not None}
    return value if packed.keys() == {"v"} else packed


def unpack(text: str, shared: dict[bytes, Any]) -> Row:
    """A stored row. `shared` makes equal formats one object: a column of them is the usual case."""
    return tuple(_unpack_cell(packed, shared) for packed in _ROW.decode(text))


def _unpack_cell(packed: Any, shared: dict[bytes, Any]) -> Cell:
    if packed is None:
        return EMPTY
    if not isinstance(packed, _Packed):
        return Cell(packed)
    return Cell(
        Formula(packed.f) if packed.f is not None else packed.v,
        _share(packed.s, shared),
        packed.n,
        _share(packed.d, shared),
        tuple(packed.r) if packed.r is not None else None,
    )


def _share(raw: msgspec.Raw, shared: dict[bytes, Any]) -> Json | None:
    if not (text := bytes(raw)):
        return None
    if text not in shared:
        shared[text] = msgspec.json.decode(text)
    found: Json = shared[text]
    return found
