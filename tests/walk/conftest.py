"""One run for all walks: it takes a while to rise, and the walks do not meet."""

from __future__ import annotations

import pytest

from tests.walk.running import running


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    with running(tmp_path_factory.mktemp("walk") / "data") as run:
        # How Zapis lives with Google's quota and pace is shown elsewhere; here it would only be waited for.
        run.http.post(f"{run.sheets}/_local/limits", json={"quota": False, "latency": None}).raise_for_status()
        yield run
