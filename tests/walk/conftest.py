"""One run for all walks: it takes a while to rise, and the walks do not meet."""

from __future__ import annotations

import pytest

from tests.walk.running import running


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    with running(tmp_path_factory.mktemp("walk") / "data") as run:
        yield run
