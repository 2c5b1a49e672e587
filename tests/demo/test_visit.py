"""Invented visitors before the real site, which offers the demo season: filled through the JSON API."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
import uvicorn

from local.demo.season import FILLS, DemoSeason, read
from local.demo.visitors import visit
from local.errors import LocalError
from tests.demo.typed import tables
from zapis.core.catalogue import MOSCOW, Catalogue, terms_of, to_rows
from zapis.core.entries import Entry, SlotOffered, to_row
from zapis.core.model import EntryId, Standing
from zapis.core.organisers import read as read_catalogue
from zapis.ledger.committer import Committer
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append
from zapis.site.application import application
from zapis.tokens import Tokens


def now() -> datetime:
    return datetime.now(UTC)


def offered(season: DemoSeason) -> MemoryStore:
    """A ledger in which every public slot of the season stands on offer."""
    today = datetime.now(MOSCOW).date()
    catalogue = read_catalogue(tables(season, today), Catalogue(), today).catalogue
    entries = [
        to_row(Entry(now(), EntryId(f"offer-{slot.id}"), slot.id, "sync", SlotOffered(0, terms_of(catalogue, slot))))
        for slot in catalogue.slots.values()
        if slot.status
    ]
    store = MemoryStore()
    MemoryLedger(store, now).append(Append(journal=entries, catalogue=to_rows(catalogue)))
    return store


def small(season: DemoSeason) -> DemoSeason:
    """The smallest slot of each degree of fullness."""
    sizes = {fill: min(int(s["capacity"]) for s in season.slots if s["fill"] == fill) for fill in FILLS if fill}
    chosen = {
        fill: next(s for s in season.slots if s["fill"] == fill and int(s["capacity"]) == size)
        for fill, size in sizes.items()
    }
    return replace(season, slots=tuple(chosen.values()))


@contextmanager
def serving(committer: Committer) -> Iterator[str]:
    """The site over this committer on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(application(committer, Tokens(["k" * 40]), url), lifespan="off", log_level="error")
        )
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
        thread.start()
        yield url
        server.should_exit = True
        thread.join()


@pytest.fixture
def site(monkeypatch) -> Iterator[tuple[str, Committer]]:
    # A ledger in memory has no quota to keep within.
    monkeypatch.setattr("zapis.ledger.pace.CALLS_A_MINUTE", 60_000)
    store = offered(read())
    committer = Committer(lambda: MemoryLedger(store, now), "site")
    with serving(committer) as url:
        yield url, committer


def test_slots_are_filled_as_wanted_and_a_second_visit_adds_nobody(site):
    url, committer = site
    season = small(read())

    first = visit(url, season, patience=10)
    second = visit(url, season, patience=10)

    registered = Counter(registration.standing for registration in committer.state.registrations.values())
    assert first == Counter(slots=4, confirmed=registered[Standing.CONFIRMED], waiting=registered[Standing.WAITING])
    assert second == Counter()
    titles = {slot["tour"].replace("\u00a0", " "): slot["fill"] for slot in season.slots}
    for slot in requests.get(f"{url}/api/slots", timeout=10).json()["slots"]:
        fill = titles.get(slot["title"].replace("\u00a0", " ")) if slot["free"] < slot["capacity"] else None
        if fill:
            assert (slot["free"] == 0) is (fill in ("full", "waiting"))
            assert (slot["waiting"] > 0) is (fill == "waiting")
            assert (1 <= slot["free"] <= 3) is (fill == "nearly")


def test_a_site_that_is_not_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr("local.demo.visitors.PAUSE_SECONDS", 0)

    with pytest.raises(LocalError, match="is it running"):
        visit("http://127.0.0.1:9", read(), patience=0)
