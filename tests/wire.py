"""A wire to a server that remembers every byte sent to it, and breaks where a test says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

INSERT, COMMIT = b"INSERT INTO", b"COMMIT"
LATE = 1.0


class Wire:
    """Carries bytes both ways. For PostgreSQL `plan` says what becomes of each COMMIT of something added, in turn.

    "ok"; "unheard" or "unanswered": the connection breaks before or after it; "held" or "muted": it, or its
    answer, does not arrive, and nobody is told, until whoever asked is gone; "late": it arrives after a second.
    """

    def __init__(self, server_port: int, plan: list[str] | None = None) -> None:
        self.plan: list[str] = [] if plan is None else plan
        """May be shared by several wires: each commit of any of them takes the next word."""
        self.struck = 0
        """How many commits met with something."""
        self.heard = bytearray()
        """All that was sent to the server."""
        self._server_port = server_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection there is breaks now."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            client.close()  # nobody listens: whoever called learns it
            return
        with client, server:
            self._open += [client, server]
            mute = threading.Event()
            answers = threading.Thread(target=_pour, args=(server, client, mute), daemon=True)
            answers.start()
            added = False
            with suppress(OSError):
                while asked := client.recv(65536):
                    self.heard += asked
                    added |= INSERT in asked
                    what = "ok"
                    if COMMIT in asked:
                        what, added = self._next() if added else "ok", False
                    if what == "muted":
                        mute.set()
                    if what == "unanswered":
                        client.shutdown(socket.SHUT_RDWR)
                    if what == "late":
                        time.sleep(LATE)
                    if what not in ("unheard", "held"):
                        server.sendall(asked)
                    if what in ("unheard", "unanswered"):
                        break
            with suppress(OSError):
                # The server reads what was sent before it sees the end.
                server.shutdown(socket.SHUT_WR)
            answers.join()

    def _next(self) -> str:
        what = self.plan.pop(0) if self.plan else "ok"
        self.struck += what != "ok"
        return what


def _pour(source: socket.socket, sink: socket.socket, mute: threading.Event) -> None:
    with suppress(OSError):
        while told := source.recv(65536):
            if not mute.is_set():
                sink.sendall(told)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(server_port: int) -> Iterator[Wire]:
    """A wire to the server, and its end."""
    made = Wire(server_port)
    try:
        yield made
    finally:
        made.close()
