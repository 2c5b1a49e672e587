"""How much one source may do in a while: buckets that fill up again, one for each address that requests come from.

They are wide: behind one address there may be a family, an office, a school at 10:00 sharp or a whole quarter of a
mobile operator's. Who finds a bucket empty is told to wait some seconds, and the page sends again by itself. Each
instance counts for itself. An address is known by a digest under a key that dies with the process, and no log names it.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

from msgspec import Struct
from starlette.requests import Request

from zapis.errors import ZapisError

MOST_BUCKETS = 20_000
"""How many are remembered; the one that was not used for longest is forgotten first."""
IPV6_OF_ONE = 64
"""Bits of an address that a provider gives to one household; the others are its own to choose."""


class TooOften(ZapisError):
    """A source has done enough of something for now."""

    def __init__(self, seconds: int) -> None:
        super().__init__("one source asks too often")
        self.seconds = seconds


class Allowance(Struct, frozen=True):
    """`at_once` of something, then one in `seconds`."""

    name: str
    at_once: int
    seconds: float


REQUESTS = Allowance("requests", 120, 3)
"""Requests for seats: what goes into the journal."""
LETTERS = Allowance("letters", 60, 20)
"""Mails to an address that anybody may type."""
GUESSES = Allowance("guesses", 20, 30)
"""Codes of held-back seats that turned out wrong: they are words, and words can be guessed."""


class Limits(Protocol):
    """Whether a source may do something now."""

    def take(self, request: Request, allowance: Allowance, amount: int = 1) -> None:
        """Use up some of an allowance; with an amount of 0 only look. Raises TooOften."""


class NoLimits:
    """Everybody may do everything, as often as they like."""

    def take(self, request: Request, allowance: Allowance, amount: int = 1) -> None:
        """Nothing is counted."""


class LimitsBySource:
    """Counts by the address that a request came from.

    `proxies` is how many of them stand before the site, each adding to X-Forwarded-For whom it heard: what stands
    farther left there may be made up by anybody. `clock` gives seconds.
    """

    def __init__(self, proxies: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._proxies = proxies
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, request: Request, allowance: Allowance, amount: int = 1) -> None:
        """Use up some of an allowance; with an amount of 0 only look. Raises TooOften."""
        asker = source(request, self._proxies)
        if asker is None:
            return
        bucket = hashlib.blake2b(f"{allowance.name} {asker}".encode(), digest_size=12, key=self._key).digest()
        left = self._left(bucket, allowance)
        if left < 1:
            raise TooOften(math.ceil((1 - left) * allowance.seconds))
        if amount:
            self._buckets[bucket] = (left - amount, self._clock())
            self._buckets.move_to_end(bucket)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)

    def _left(self, bucket: bytes, allowance: Allowance) -> float:
        left, at = self._buckets.get(bucket, (allowance.at_once, self._clock()))
        return min(left + (self._clock() - at) / allowance.seconds, allowance.at_once)


def source(request: Request, proxies: int) -> str | None:
    """Where a request came from: an address, of IPv6 the network of one household.

    None for an address of no public network: that is a proxy's or this machine's own, and to count it would make
    everybody wait for everybody.
    """
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    peer = request.client.host if request.client else ""
    try:
        found = ip_address((hops[-proxies] if 0 < proxies <= len(hops) else "").strip() or peer)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        household = ip_network((int(found), IPV6_OF_ONE), strict=False)
        found = found.ipv4_mapped or household.network_address
    return str(found) if found.is_global else None
