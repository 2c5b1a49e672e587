"""Pictures that tests take of what people see: into build/pictures/, or into docs/pictures/ by `make pictures`."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from local.plan import ROOT

FOLDER = Path(os.environ.get("ZAPIS_PICTURES") or ROOT / "build" / "pictures")


def keep(page: Page, name: str, whole: bool = False) -> None:
    """Take a picture of what the window shows, or of the `whole` page. Raises AssertionError if nothing is on it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, full_page=whole, animations="disabled")
    assert path.stat().st_size > 10_000, f"{path} is empty"
