"""The visitors, in a process of their own: coroutines that press the button at their moments and wait.

Each does what the page does: a connection of its own, one POST with a once-only key, and where the answer is
"ask again" it asks again with the same key. Its wait lasts from the first press to the final answer. The plan
comes in on standard input as JSON, what became of each visitor goes out the same way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
FINAL = (201, 409)
LEAD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes `at` so many seconds after the start, and what is asked of which instance."""

    at: float
    url: str
    key: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a visitor. `status` 0: no answer; `said` is the answer's own word for it."""

    key: str
    slot: str
    status: int
    said: str
    wait: float
    ended: float
    asked: int


def meet(visitors: Iterable[Visitor], patience: float) -> list[Outcome]:
    """Let them come, in another process; what became of each. Nobody waits longer than `patience` seconds."""
    plan = json.dumps({"patience": patience, "visitors": [asdict(visitor) for visitor in visitors]})
    command = [sys.executable, "-m", "bench.crowd"]
    done = subprocess.run(command, input=plan, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
    return [Outcome(**outcome) for outcome in json.loads(done.stdout)]


def spread(instances: list[str], count: int, seconds: float) -> Iterable[tuple[float, str]]:
    """Moments evenly over so many seconds, and instances in turn, as a balancer would."""
    turn = cycle(instances)
    return ((seconds * number / count, next(turn)) for number in range(count))


async def _visit(visitor: Visitor, start: float, patience: float) -> Outcome:
    request = _encoded(visitor)
    await asyncio.sleep(start + visitor.at - _now())
    pressed, asked = _now(), 0
    status, answer, retry = 0, {}, 0.0
    while _now() - pressed < patience:
        asked += 1
        status, answer, retry = await _ask(visitor.url, request, pressed + patience)
        if status in FINAL or not retry:
            break
        await asyncio.sleep(retry)
    said, ended = answer.get("state") or answer.get("reason") or answer.get("type"), _now()
    slot = str(visitor.body.get("slot") or urlsplit(visitor.url).path.split("/")[3])
    return Outcome(visitor.key, slot, status, str(said), ended - pressed, ended - start, asked)


async def _ask(url: str, request: bytes, until: float) -> tuple[int, dict[str, Any], float]:
    """Status, body and Retry-After of one answer; status 0 where none came."""
    address = urlsplit(url)
    writer = None
    try:
        async with asyncio.timeout(max(until - _now(), 0.1)):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(request)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    except (OSError, TimeoutError):
        return 0, {}, 0.0
    finally:
        if writer:
            writer.close()
    return _decoded(head, body)


def _decoded(head: bytes, body: bytes) -> tuple[int, dict[str, Any], float]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    status = int(first.split()[1]) if first else 0
    return status, answer if isinstance(answer, dict) else {}, float(headers.get("retry-after", 0))


def _encoded(visitor: Visitor) -> bytes:
    address = urlsplit(visitor.url)
    body = json.dumps(visitor.body, ensure_ascii=False).encode()
    head = (
        f"POST {address.path or '/'} HTTP/1.1",
        f"Host: {address.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Idempotency-Key: {visitor.key}",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _now() -> float:
    return time.monotonic()


async def _all(plan: dict[str, Any]) -> list[Outcome]:
    start = _now() + LEAD_SECONDS
    visits = (_visit(Visitor(**visitor), start, plan["patience"]) for visitor in plan["visitors"])
    return await asyncio.gather(*visits)


def main() -> None:
    plan = json.load(sys.stdin)
    gc.freeze()
    json.dump([asdict(outcome) for outcome in asyncio.run(_all(plan))], sys.stdout)


if __name__ == "__main__":
    main()
