"""One part as a process: in a group of its own, writing to its log, and never outliving the runner.

A group of its own means that Ctrl-C reaches the runner alone, which then stops the parts in order.
"""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from local.errors import LocalError
from local.log import Log
from local.plan import ROOT, Accepts, Answers, Part
from local.ports import LOOPBACK

PR_SET_PDEATHSIG = 1


class Child:
    """A started part. Raises LocalError where its program cannot be started."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.name = part.name
        self.may_end = part.may_end
        self.log = Log(logs / f"{part.name}.log")
        self._part = part
        try:
            self._process = self._start()
        except OSError as error:
            raise LocalError(f"{part.name} cannot be started: {part.argv[0]}: {error.strerror}.") from error

    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def workers(self) -> list[int]:
        """The processes that it started itself, as Linux knows them."""
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def is_ready(self) -> bool:
        match self._part.ready:
            case Answers(url):
                return _answers(url)
            case Accepts(port):
                return _accepts(port)
            case None:
                return True

    def terminate(self) -> None:
        """Ask it to stop. Only the leader is asked: a server stops its workers itself."""
        if self.exit_code() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it and whatever is left of its group."""
        # No such group: all are gone already. No permission: what macOS says of a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.path.open("ab") as out:
            return subprocess.Popen(  # noqa: S603 - the plan's own commands
                self._part.argv,
                env=dict(self._part.env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_leash(),
            )


def _leash() -> Callable[[], None] | None:
    """On Linux the kernel stops a child whose runner was killed before it could stop anything."""
    if sys.platform != "linux":
        return None
    prctl, runner = ctypes.CDLL(None).prctl, os.getpid()

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != runner:
            os._exit(1)

    return bind


def _answers(url: str) -> bool:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=2)
    try:
        connection.request("GET", address.path or "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=2).close()
    except OSError:
        return False
    return True
