"""A PostgreSQL server of one's own: on a free port of the loopback address, gone with whoever started it.

It keeps nothing safe (no fsync), because nothing in it outlives a test or a measurement. PostgreSQL refuses to
run as root; root starts it as the user `postgres`, or as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from local.ports import LOOPBACK, free

READY_SECONDS = 60.0
OWNER = "zapis"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=200")


class Postgres:
    """A running server."""

    def __init__(self, folder: Path, durable: bool = False) -> None:
        self.port = free()
        self._folder = folder
        self._settings = () if durable else QUICK
        self._server: subprocess.Popen[bytes] | None = None
        # A child is ended with the thread that started it: whoever calls, one thread starts them all.
        self._starter = ThreadPoolExecutor(1)
        self._names = count(1)
        _call("initdb", "-D", str(folder / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """What ZAPIS_DATABASE is set to for one of its databases."""
        return f"postgresql+psycopg://{OWNER}@{LOOPBACK}:{self.port}/{database}"

    @property
    def log(self) -> str:
        """What the server said so far."""
        return (self._folder / "log").read_text(errors="replace")

    def make_database(self) -> str:
        """The address of a new, empty database."""
        name = f"season{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """One statement as the server's owner, outside any transaction."""
        import psycopg

        with psycopg.connect(host=LOOPBACK, port=self.port, user=OWNER, dbname="postgres", autocommit=True) as session:
            cursor = session.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def cut_connections(self) -> int:
        """End every other session in the midst of what it does; how many there were."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zapis'"
        return len(self.execute(ended))

    def start(self) -> None:
        """Return when it takes calls."""
        options = [f"port={self.port}", f"listen_addresses={LOOPBACK}", f"unix_socket_directories={self._folder}"]
        settings = [word for option in (*options, *self._settings) for word in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            argv = [*_as_somebody(), str(_program("postgres")), "-D", str(self._folder / "data"), *settings]
            started = self._starter.submit(subprocess.Popen, argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            self._server = started.result()
        deadline = time.monotonic() + READY_SECONDS
        asked = [_program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        while subprocess.run(asked).returncode:  # noqa: S603
            assert self._server.poll() is None, f"PostgreSQL ended: {self.log[-2000:]}"
            assert time.monotonic() < deadline, f"PostgreSQL is not ready: {self.log[-2000:]}"
            time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """The end: an orderly one, or one as if the power had failed (with recovery at the next start)."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._server.wait(READY_SECONDS)
            self._server = None


def is_installed() -> bool:
    """Whether this machine has a PostgreSQL server (apt-get install postgresql)."""
    return bool(_folders())


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A fresh server, and its end. `durable`: with fsync, as a real one."""
    folder = Path(tempfile.mkdtemp(prefix="zapis-postgres-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, _somebody())
    server = Postgres(folder, durable)
    try:
        yield server
    finally:
        server.stop(crash=True)
        shutil.rmtree(folder, ignore_errors=True)


def _folders() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _program(name: str) -> Path:
    servers = _folders()
    if not servers:
        raise FileNotFoundError("There is no PostgreSQL server on this machine: apt-get install postgresql.")
    return servers[-1].with_name(name)


def _somebody() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_somebody() -> list[str]:
    """The words that begin a command: it ends with its parent, and is not run as root."""
    ends = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid():
        return ends
    user = pwd.getpwnam(_somebody())
    return [*ends, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _call(program: str, *arguments: str) -> None:
    argv = [*_as_somebody(), str(_program(program)), *arguments]
    done = subprocess.run(argv, capture_output=True, cwd="/")  # noqa: S603
    assert done.returncode == 0, done.stderr.decode(errors="replace")
