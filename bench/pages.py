"""The catalogue's page under people who reload it: pages a second, and how long the server takes for one."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from bench.ground import get, ground


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages a second with many readers; seconds for one page with one reader; what one weighs on the wire."""

    a_second: float
    one: float
    kilobytes: float


def measure(readers: int = 32, seconds: float = 5.0, past: int = 3_000) -> Pages:
    """On one instance, over kept connections, with a journal that does not change meanwhile."""
    with ground(past, restless=False) as made:
        url = made.site()
        get(f"{url}/")
        waits, size = asyncio.run(_read(url, 1, seconds / 2))
        many, _ = asyncio.run(_read(url, readers, seconds))
    return Pages(len(many) / seconds, median(waits), size / 1e3)


async def _read(url: str, readers: int, seconds: float) -> tuple[list[float], int]:
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(_reader(url, until) for _ in range(readers)))
    return [wait for waits, _ in each for wait in waits], each[0][1]


async def _reader(url: str, until: float) -> tuple[list[float], int]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    waits, size = [], 0
    while (begun := time.perf_counter()) < until:
        writer.write(f"GET / HTTP/1.1\r\nHost: {address.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n", 1)[0], head
        size = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(size)
        waits.append(time.perf_counter() - begun)
    writer.close()
    return waits, size
