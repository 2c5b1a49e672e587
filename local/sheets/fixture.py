"""A pytest plugin: `pytest_plugins = ["local.sheets.fixture"]`.

sheets_emulator  a running emulator, empty at the start of each test, its clock and limits as new
sheets_client    a gspread client of it, for a service account that may create files
"""

from __future__ import annotations

from collections.abc import Iterator

import gspread
import pytest

from local.sheets.clients import gspread_client
from local.sheets.server import Emulator


@pytest.fixture(scope="session")
def _running_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(data=tmp_path_factory.mktemp("sheets") / "emulator.sqlite") as emulator:
        yield emulator


@pytest.fixture
def sheets_emulator(_running_emulator: Emulator) -> Emulator:
    _running_emulator.reset()
    return _running_emulator


@pytest.fixture
def sheets_client(sheets_emulator: Emulator) -> Iterator[gspread.Client]:
    client = gspread_client(sheets_emulator.url)
    yield client
    client.http_client.session.close()
