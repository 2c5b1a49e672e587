"""A DNS server on the loopback that knows one zone."""

from __future__ import annotations

import socketserver
import threading
from collections import defaultdict
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class Names(socketserver.ThreadingUDPServer):
    """Serves `records`, by name and type, until left; about all other names it says that there is none."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.silent = False
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def txt(self, name: str, *texts: str) -> None:
        """These are the TXT records of `name`, each in pieces of at most 255 characters."""
        self.records[name, "TXT"] = [
            " ".join(f'"{text[n : n + 255]}"' for n in range(0, max(len(text), 1), 255)) for text in texts
        ]

    def mx(self, name: str, *exchanges: str) -> None:
        self.records[name, "MX"] = [f"10 {exchange}" for exchange in exchanges]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(socketserver.BaseRequestHandler):
    server: Names

    def handle(self) -> None:
        if self.server.silent:
            return
        wire, sock = self.request
        asked = dns.message.from_wire(wire)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        (question,) = asked.question
        name, kind = str(question.name).rstrip("."), question.rdtype.name
        if found := self.server.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
        elif not any(known == name for known, _ in self.server.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        sock.sendto(answer.to_wire(), self.client_address)
