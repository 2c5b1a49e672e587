"""The catalogue's page under people who reload it: pages a second, and how long the server takes for one.

Beside it stands a style sheet from the same process: what HTTP alone costs here.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from bench.crowd import meet
from bench.ground import Ground, get, ground
from bench.rush import PATIENCE, visitors

ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages a second with many readers; seconds of one reader for the page, and for a style sheet beside it."""

    slots: int
    a_second: float
    one: float
    anew: float
    """The page after a registration, which makes it another one."""
    unchanged: float
    """A reload: the answer is 304."""
    style: float
    kilobytes: float


def measure(readers: int = 32, seconds: float = 5.0, past: int = 3_000, slots: int = 200) -> Pages:
    """On one instance, over kept connections, with a journal that does not change meanwhile."""
    with ground(past, restless=False, slots=slots) as made:
        url = made.site()
        _, page = get(f"{url}/")
        style = page.decode().split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
        waits, size, tag = asyncio.run(_read(f"{url}/", 1, seconds / 2))
        reloads, *_ = asyncio.run(_read(f"{url}/", 1, seconds / 2, tag))
        styles, *_ = asyncio.run(_read(f"{url}{style}", 1, seconds / 2))
        many, *_ = asyncio.run(_read(f"{url}/", readers, seconds))
        anew = [_after_a_registration(made, url, number) for number in range(ROUNDS)]
    return Pages(slots, len(many) / seconds, *map(median, (waits, anew, reloads, styles)), size / 1e3)


def _after_a_registration(made: Ground, url: str, number: int) -> float:
    (outcome,) = meet(visitors(made, [url], 1, 0.0, f"reader-{number}"), PATIENCE)
    assert outcome.status == 201, outcome
    begun = time.perf_counter()
    get(f"{url}/")
    return time.perf_counter() - begun


async def _read(url: str, readers: int, seconds: float, tag: str = "") -> tuple[list[float], int, str]:
    """The waits of so many readers for so long, what one answer weighed, its ETag."""
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(_reader(url, until, tag) for _ in range(readers)))
    return [wait for waits, *_ in each for wait in waits], each[0][1], each[0][2]


async def _reader(url: str, until: float, tag: str) -> tuple[list[float], int, str]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    known = f"If-None-Match: {tag}\r\n" if tag else ""
    asked = f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept-Encoding: br\r\n{known}\r\n".encode()
    waits, size, answered = [], 0, ""
    while (begun := time.perf_counter()) < until:
        writer.write(asked)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert (" 304 " if tag else " 200 ") in head.split("\r\n", 1)[0], head
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n"))}
        size, answered = int(fields.get("content-length", 0)), fields.get("etag", "")
        await reader.readexactly(size if not tag else 0)
        waits.append(time.perf_counter() - begun)
    writer.close()
    return waits, size, answered


if __name__ == "__main__":
    print(measure())
