"""A mailbox to send to, and the stories that lead to each kind of letter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.mailbox import Mailbox


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(data=tmp_path / "mail") as box:
        yield box
