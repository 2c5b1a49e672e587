"""Visitors who fill the demo's slots through the public JSON API, as any program might.

It is safe to run again: the same visitors ask under the same keys, so nobody is registered twice.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from local.demo.people import Party, Wanted, parties
from local.demo.season import DemoSeason, Row
from local.errors import LocalError

MOSCOW = ZoneInfo("Europe/Moscow")
AT_ONCE = 12
"""How many slots are filled side by side: requests that wait together share one call to the ledger."""
OLDEST = 130
TIMEOUT = 60
ATTEMPTS, PAUSE_SECONDS = 6, 2.0
TRY_LATER = (429, 500, 502, 503, 504)
POLL_SECONDS = 0.5

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A slot of the site and how it is to be filled."""

    slot: Json
    wanted: Wanted


def visit(site: str, season: DemoSeason, patience: float) -> Counter[str]:
    """Fill the slots of the site; how many registrations ended in each state, and how many `slots` were filled.

    Waits up to `patience` seconds for the slots to be offered. Raises LocalError.
    """
    offered = _offered(site, patience)
    todo = [target for target in targets(season, offered) if not _filled(target)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda target: [*_fill(site, target)], todo)
        return Counter(state for states in answers for state in states) + Counter(slots=len(todo))


def targets(season: DemoSeason, offered: Iterable[Json]) -> list[Target]:
    """The offered slots that are to be filled, matched to the season by title and start."""
    known = {(_plain(slot["title"]), _start(slot)): slot for slot in offered}
    laid_out = laid_out_on(season.slots, known)
    if laid_out is None:
        return []
    tours = {tour["title"]: tour for tour in season.tours}
    found = (known.get(_key(row, laid_out)) for row in season.slots)
    return [
        Target(slot, _wanted(number, row, tours[row["tour"]]))
        for number, (row, slot) in enumerate(zip(season.slots, found, strict=True), 1)
        if slot and row["fill"]
    ]


def laid_out_on(rows: Iterable[Row], known: Iterable[tuple[str, datetime]]) -> date | None:
    """The day from which the season's days are counted: the one that most slots agree on."""
    starts: dict[tuple[str, str], list[date]] = {}
    for title, start in known:
        starts.setdefault((title, f"{start:%H:%M}"), []).append(start.date())
    votes = Counter(
        day - timedelta(days=int(row["day"]))
        for row in rows
        for day in starts.get((_plain(row["tour"]), row["time"]), ())
    )
    return votes.most_common(1)[0][0] if votes else None


def _key(row: Row, laid_out: date) -> tuple[str, datetime]:
    start = datetime.fromisoformat(f"{laid_out + timedelta(days=int(row['day']))} {row['time']}")
    return _plain(row["tour"]), start.replace(tzinfo=MOSCOW)


def _start(slot: Json) -> datetime:
    return datetime.fromisoformat(slot["starts"]).astimezone(MOSCOW)


def _plain(title: str) -> str:
    return " ".join(title.split())


def _wanted(number: int, row: Row, tour: Row) -> Wanted:
    seats = int(row["capacity"])
    left = {"some": seats - round(seats * 0.4), "nearly": 1 + number % 3}.get(row["fill"], 0)
    return Wanted(
        number=number,
        seats=seats - left,
        line=3 + number % 4 if row["fill"] == "waiting" else 0,
        min_age=int(tour["min_age"]),
        max_age=int(tour["max_age"] or OLDEST),
        max_party=int(tour["max_party"] or 2),
        children_per_adult=int(tour["children_per_adult"] or 0),
    )


def _filled(target: Target) -> bool:
    taken = target.slot["capacity"] - target.slot["free"]
    return taken >= target.wanted.seats and bool(target.slot["waiting"]) >= bool(target.wanted.line)


def _offered(site: str, patience: float) -> Sequence[Json]:
    """The slots of the site, once there are any."""
    deadline = time.monotonic() + patience
    while True:
        slots = _asked(site, "GET", "/api/slots").json()["slots"]
        if slots:
            return list(slots)
        if time.monotonic() > deadline:
            raise LocalError(f"{site} offers no slots after {patience:.0f} s: is the season laid out, does sync run?")
        time.sleep(POLL_SECONDS)


def _fill(site: str, target: Target) -> Iterator[str]:
    """Send a slot's parties one after another, for their order is the line's; yields what became of each."""
    path = f"/api/slots/{target.slot['id']}/registrations"
    for number, party in enumerate(parties(target.wanted)):
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path}/{number}"))
        response = _asked(site, "POST", path, json=_body(party), headers={"Idempotency-Key": key})
        if response.status_code >= 400:
            # Closed meanwhile, or changed by the organiser: the rest would hear the same.
            yield "turned away"
            return
        yield response.json()["state"]


def _body(party: Party) -> Json:
    return {
        "contact": {"name": party.name, "email": party.email, "phone": party.phone},
        "visitors": [asdict(visitor) for visitor in party.visitors],
        "if_full": "wait",
        "consents": ["registration", "transfer", "authority"],
        "language": "ru",
    }


def _asked(site: str, method: str, path: str, **kwargs: Any) -> requests.Response:
    """The site's answer; asked again, under the same key, while it says that it cannot answer now."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with requests.Session() as session:
                session.trust_env = False
                response = session.request(method, site + path, timeout=TIMEOUT, **kwargs)
        except requests.RequestException as error:
            if attempt == ATTEMPTS:
                raise LocalError(f"{site} does not answer ({type(error).__name__}): is it running?") from error
        else:
            if response.status_code not in TRY_LATER:
                return response
        time.sleep(PAUSE_SECONDS)
    raise LocalError(f"{site}{path} still answers {response.status_code} after {ATTEMPTS} attempts.")
