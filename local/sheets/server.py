"""The emulator as a server: one port on the loopback interface for Sheets, Drive, tokens and doors.

`Emulator` runs it in a thread, for tests; `serve` in the foreground, for people.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.errors import LocalError
from local.sheets.accounts import DEFAULT_EMAIL
from local.sheets.api import Api
from local.sheets.call import World
from local.sheets.faults import Faults
from local.sheets.latency import Latency
from local.sheets.quota import Quota
from local.sheets.routes import application
from local.sheets.store import Store, StoreInUse

HOST = "127.0.0.1"
START_SECONDS = 10.0


class Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, but the application may lay hands on the connection (to drop it)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope["transport"] = self.transport
            await inner(scope, receive, send)

        self.app = with_transport


class Emulator:
    """A running emulator: `with Emulator(data=path) as e: ... e.url`.

    port      0 takes a free one
    data      the SQLite file; None keeps all in memory
    quota     whether Google's quotas are enforced
    latency   None, seconds, or "google" (median 350 ms), drawn with `seed`

    From Python: `faults` (orders of trouble), `clock` (may be set), `api.latency`, `api.timeout`, `quota`.
    """

    def __init__(
        self,
        port: int = 0,
        data: Path | str | None = None,
        quota: bool = False,
        latency: str | float | None = None,
        seed: int = 0,
    ) -> None:
        self._socket = _listen(port)
        try:
            self._store = Store(Path(data) if data else ":memory:")
        except StoreInUse:
            self._socket.close()
            raise LocalError(f"{data} is open in another emulator. Stop that one, or name another file.") from None
        self.world = World(self._store)
        self.faults = Faults()
        self.clock = self.world.clock
        self.quota = Quota(self.clock, quota)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._stopping = asyncio.Event()
        self.api = Api(self.world, self.quota, self.faults, Latency(latency, seed))
        app = application(self.api, self.url, self._stopping)
        self._server = _Server(uvicorn.Config(app, http=Protocol, **UVICORN), self._stopping)
        self._thread = threading.Thread(target=self._run, name="sheets-emulator", daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return when requests are answered."""
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS) or self._failure:
            raise RuntimeError(f"the emulator did not start at {self.url}") from self._failure

    def stop(self) -> None:
        """Return when the port is free and the data file closed."""
        self._server.should_exit = True
        self._thread.join()
        self._store.close()

    def key_file(self, path: Path | str, email: str = DEFAULT_EMAIL) -> Path:
        """Write the key file of a service account, whose token door is this emulator."""
        target = Path(path)
        key = self._on_server(lambda: self.world.accounts.key_file(email, f"{self.url}/token"))
        target.write_text(json.dumps(key, indent=2), "utf-8")
        target.chmod(0o600)
        return target

    def reset(self) -> None:
        """Forget all files and faults; clock, quotas and latency are again as at the start. Keys stay."""
        self._on_server(self.api.reset)

    def _on_server(self, act: Callable[[], Any]) -> Any:
        """Act in the server's thread, the only one that touches the world."""
        loop = self._server.loop
        if loop is None or not loop.is_running():
            return act()

        async def acting() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(acting(), loop).result()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:
            self._failure = error
            self._server.ready.set()
        finally:
            self._socket.close()


UVICORN: dict[str, Any] = {
    "log_config": None,
    "log_level": "error",
    "access_log": False,
    "date_header": False,
    "server_header": False,
    "lifespan": "off",
    "timeout_graceful_shutdown": 2,
    "timeout_keep_alive": 65,
}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)
        # Whoever connected while the others were told is not told by uvicorn, which would leave the socket open.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def _listen(port: int) -> socket.socket:
    # The protocol must be named: asyncio turns Nagle's delay (40 ms an answer) off only where it is.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise LocalError(f"Port {port} is taken or not allowed ({error.strerror}). Name another one.") from None
    return listening


def serve(port: int, data: Path, quota: bool = True, latency: str = "google") -> None:
    """Serve until SIGINT or SIGTERM. Raises LocalError if the port or the data file is taken."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Emulator(port, data, quota, latency) as emulator:
        print(f"Sheets emulator: {emulator.url}", flush=True)
        stop.wait()
