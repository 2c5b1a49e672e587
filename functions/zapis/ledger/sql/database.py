"""One transaction, and what went wrong with it in the words of the port.

What was certainly rolled back is tried again here at once (another writer was quicker, the connection was stale);
what may have been committed is never repeated: the caller looks whether its rows are there. A server's message
may quote a row, and so a person: no error here repeats more of it than its code.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Timer
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from zapis.errors import AnswerLost, CallRefused, QuotaExceeded, SettingsError, SheetError

T = TypeVar("T")
DRIVER = "postgresql+psycopg"
TRIES = 4
LIMITS = {
    "statement_timeout": "20s",
    "lock_timeout": "15s",
    # An instance that is frozen in the midst of a transaction must not keep the head row from all others.
    "idle_in_transaction_session_timeout": "10s",
}
CONNECTING_SECONDS = 5
UNANSWERED_SECONDS = 25.0
"""After so long a server that says nothing at all is hung up on; whatever it is asked it gives up earlier itself."""
UNSENT_MILLISECONDS = 20_000
POOL = {"pool_size": 2, "max_overflow": 2, "pool_timeout": 10}
BUSY = frozenset({"40001", "40P01", "55P03", "57014", "53300"})
"""Serialization failure, deadlock, lock or statement timed out, too many connections: rolled back for certain."""
NOT_A_PRIMARY = "25006"
NO_TABLE = frozenset({"42P01", "42703", "3F000"})


class _Trouble(Enum):
    """What became of a transaction that failed, if it was not being committed yet it never took effect."""

    BUSY = auto()
    LOST = auto()
    NO_SCHEMA = auto()
    WRONG = auto()


class Database:
    """A PostgreSQL database; connections are made when they are needed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returned, its transaction committed. `work` may be called more than once.

        Raises QuotaExceeded or CallRefused if nothing took effect, AnswerLost if that is not known, SheetError if
        the database was not made ready for this release.
        """
        for tries_left in reversed(range(TRIES)):
            committing = False
            try:
                with self.engine.connect() as connection, _hanging_up_in_time(connection):
                    result = work(connection)
                    committing = True
                    connection.commit()
                return result
            except UnicodeError:
                raise CallRefused("A row holds half a letter, which no database can keep.") from None
            except SQLAlchemyError as error:
                trouble = _trouble(error)
                repeatable = trouble is _Trouble.BUSY or (trouble is _Trouble.LOST and not committing)
                if not (repeatable and tries_left):
                    raise _explained(trouble, error) from None
        raise AssertionError("unreachable: the last try returned or raised")


def connect(url: str) -> Database:
    """The database at `url`, such as postgresql+psycopg://zapis:word@host/season. Raises SettingsError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("ZAPIS_DATABASE: expected postgresql+psycopg://user:password@host/name.") from None
    if parsed.drivername != DRIVER:
        raise SettingsError(f"ZAPIS_DATABASE: expected {DRIVER}://…, found {parsed.drivername}://….")
    given = parsed.query.get("options", "")
    limits = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    engine = create_engine(
        parsed,
        connect_args={
            "options": f"{limits} {given}".strip(),
            "application_name": "zapis",
            "connect_timeout": CONNECTING_SECONDS,
            "tcp_user_timeout": UNSENT_MILLISECONDS,
            # Poolers that hand each transaction to another server know nothing of prepared statements.
            "prepare_threshold": None,
        },
        hide_parameters=True,
        **POOL,
    )
    return Database(engine)


@contextmanager
def _hanging_up_in_time(connection: Connection) -> Iterator[None]:
    """A call to a machine that vanished, or to one between that forgot it, ends as a broken connection does."""
    # A descriptor of our own cannot be another connection's by the time it is needed.
    wire = socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno()))  # type: ignore[union-attr]
    timer = Timer(UNANSWERED_SECONDS, _hang_up, [wire])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        wire.close()


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def _trouble(error: SQLAlchemyError) -> _Trouble:
    if not isinstance(error, DBAPIError):
        return _Trouble.BUSY
    code = getattr(error.orig, "sqlstate", None)
    if code in BUSY:
        return _Trouble.BUSY
    if error.connection_invalidated or code == NOT_A_PRIMARY or _says_nothing_or_goodbye(code, error):
        return _Trouble.LOST
    return _Trouble.NO_SCHEMA if code in NO_TABLE else _Trouble.WRONG


def _says_nothing_or_goodbye(code: str | None, error: DBAPIError) -> bool:
    if code is None:
        return type(error.orig).__name__ == "OperationalError"
    return code.startswith(("08", "57P"))


def _explained(trouble: _Trouble, error: SQLAlchemyError) -> Exception:
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or type(error).__name__
    match trouble:
        case _Trouble.BUSY:
            return QuotaExceeded(f"PostgreSQL is too busy ({code}).")
        case _Trouble.LOST:
            return AnswerLost(f"PostgreSQL did not answer ({code}).")
        case _Trouble.NO_SCHEMA:
            return SheetError("The database is not laid out for this release: run `zapis ledger upgrade`.")
        case _:
            return CallRefused(f"PostgreSQL refused the call ({code}).")
