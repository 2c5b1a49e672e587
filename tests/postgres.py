"""Fixtures: a real PostgreSQL server for each process of the tests, and a fresh database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.postgres import Postgres, postgres
from zapis.ledger.sql.database import Database, connect
from zapis.ledger.sql.schema import upgrade


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server that all tests of this process share."""
    with postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres) -> Iterator[Database]:
    """A database with an empty ledger in it."""
    made = connect(server.make_database())
    upgrade(made)
    yield made
    made.engine.dispose()
