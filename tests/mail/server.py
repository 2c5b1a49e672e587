"""A mail server that misbehaves as told, where the mailbox's troubles are not enough: refusals of a sender or a
recipient, hanging up between letters, encryption, passwords."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PASSWORD = "correct horse"


@dataclass
class Behaviour:
    """What to answer, by the recipient's or sender's address; which letters came, over how many connections."""

    recipients: dict[str, str] = field(default_factory=dict)
    senders: dict[str, str] = field(default_factory=dict)
    hang_up_after: set[str] = field(default_factory=set)
    """Recipients after whose letter the connection is closed."""
    came: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if address in self.senders:
            return self.senders[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.came += envelope.rcpt_tos
        self.letters.append(bytes(envelope.content or b""))
        if self.hang_up_after & set(envelope.rcpt_tos):
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 OK"


class Server:
    """Serves on a free port of the loopback, in a thread, until left."""

    def __init__(self, behaviour: Behaviour, **options: Any) -> None:
        self._behaviour = behaviour
        self._options = options
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    async def _serve(self) -> None:
        server = await asyncio.get_running_loop().create_server(self._converse, sock=self._socket)
        await asyncio.to_thread(self._stop.wait)
        server.close()

    def _converse(self) -> SMTP:
        self._behaviour.connections += 1
        return SMTP(self._behaviour, hostname="mail.example", **self._options)


def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """An authenticator: any user with the password."""
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)
