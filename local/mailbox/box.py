"""The mailbox whole: two listening sockets, one event loop, in this thread or in one of its own."""

import asyncio
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from local.mailbox.letters import Letters
from local.mailbox.page import as_json, build
from local.mailbox.smtp import Answer, Catcher, LostAnswer, Silence

LOOPBACK = "127.0.0.1"


class Mailbox:
    """Catches letters on `smtp_port` and shows them on `http_port`; 0 picks a free port.

    Letters lie in the folder `data`. As a context manager it runs in a thread; `serve` runs it here.
    Raises OSError where a port is taken.
    """

    def __init__(self, data: Path, smtp_port: int = 0, http_port: int = 0) -> None:
        self._letters = Letters(data)
        self._catcher = Catcher(self._letters)
        self._smtp = _listen(smtp_port)
        self._http = _listen(http_port)
        self._server = uvicorn.Server(_config(self._letters))
        self._thread = threading.Thread(target=self.serve, name="mailbox", daemon=True)

    @property
    def smtp_port(self) -> int:
        return int(self._smtp.getsockname()[1])

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._http.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until told to stop."""
        asyncio.run(self._serve())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._smtp.close()
        self._http.close()

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """The letters as `GET /api/messages` tells them, newest first; `to` is a whole address."""
        return [as_json(letter) for letter in self._letters.all() if to is None or to in letter.recipients]

    def last(self, to: str | None = None) -> dict[str, Any] | None:
        """The newest letter (to that address), or None."""
        return next(iter(self.messages(to)), None)

    def wait(self, to: str | None = None, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """The letters once there are `count` of them. TimeoutError says what was there instead."""
        deadline = time.monotonic() + seconds
        while len(found := self.messages(to)) < count:
            if time.monotonic() > deadline:
                there = [f"{letter['to']}: {letter['subject']}" for letter in self.messages()]
                raise TimeoutError(f"{count} letters to {to or 'anyone'} did not come in {seconds} s; came: {there}")
            time.sleep(0.02)
        return found

    def answer(self, code: int, text: str = "Scripted by a test", count: int = 1) -> None:
        """Answer the next `count` letters so (4xx defers, 5xx refuses) and do not take them."""
        self._catcher.script(Answer(code, text), count)

    def stall(self, count: int = 1) -> None:
        """Leave the next `count` letters without any answer."""
        self._catcher.script(Silence(), count)

    def lose_answers(self, count: int = 1) -> None:
        """Take the next `count` letters and drop the connection before saying so."""
        self._catcher.script(LostAnswer(), count)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(self._catcher.serve, sock=self._smtp)
        await self._server.serve(sockets=[self._http])
        smtp.close()


def _listen(port: int) -> socket.socket:
    return socket.create_server((LOOPBACK, port), backlog=512)


def _config(letters: Letters) -> uvicorn.Config:
    return uvicorn.Config(
        build(letters),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
