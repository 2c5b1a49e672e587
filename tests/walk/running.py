"""`make run` as a person has it: every part a process, on ports of its own, the demo season laid out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx

from local.plan import ROOT
from local.ports import free
from zapis.sheets import Sheets, texts

PATIENCE = 180.0
MASK = "sheets(data(rowData.values(formattedValue)))"
T = TypeVar("T")


SHEETS = 2.0
"""Seconds between looks at a spreadsheet: the eyes have a quota, too."""


def until(look: Callable[[], T], every: float = 0.1, patience: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds anything."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain"
        time.sleep(every)
    return found


class Running:
    """The addresses of a run, and hands for each role."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ports = {name: free() for name in ("SITE", "SHEETS", "MAILBOX", "SMTP")}
        self.site = f"http://127.0.0.1:{self.ports['SITE']}"
        self.sheets = f"http://127.0.0.1:{self.ports['SHEETS']}"
        self.mailbox = f"http://127.0.0.1:{self.ports['MAILBOX']}"
        self.http = httpx.Client(timeout=60, follow_redirects=True)

    @property
    def environment(self) -> dict[str, str]:
        ports = {f"ZAPIS_{name}_PORT": str(port) for name, port in self.ports.items()}
        return {**os.environ, **ports, "ZAPIS_DATA": str(self.data), "PYTHONPATH": str(ROOT / "functions")}

    @property
    def season(self) -> dict[str, Any]:
        return json.loads((self.data / "season.json").read_text("utf-8"))

    def slots(self) -> list[dict[str, Any]]:
        return self.http.get(f"{self.site}/api/slots").json()["slots"]

    def slot(self, slot_id: str) -> dict[str, Any]:
        return self.http.get(f"{self.site}/api/slots/{slot_id}").json()

    def letters(self, to: str, subject: str = "") -> list[dict[str, Any]]:
        """Letters to an address, the newest first."""
        letters = self.http.get(f"{self.mailbox}/api/messages").json()
        return [letter for letter in letters if letter["to"] == to and subject in letter["subject"]]

    @cached_property
    def _eyes(self) -> Sheets:
        """The owner's eyes, which spend nobody else's quota."""
        key = self.http.post(f"{self.sheets}/_local/keys", json={"email": "owner@example.com"}).json()
        path = self.data / "keys" / "owner.json"
        path.write_text(json.dumps(key))
        return Sheets(path, self.sheets.removeprefix("http://"))

    def rows(self, spreadsheet: str, title: str) -> list[dict[str, str]]:
        """What a person sees in a tab, by header."""
        sheet = self._eyes.get(spreadsheet, [f"'{title}'"], MASK)["sheets"][0]
        grid = [texts(row) for row in sheet["data"][0].get("rowData", ())]
        return [dict(zip(grid[0], row + [""] * len(grid[0]), strict=False)) for row in grid[1:]]

    def type(self, title: str, slot_id: str, header: str, value: Any) -> None:
        """Type into the row of the organisers' tab that has this `_id`."""
        catalogue = self.season["catalogue"]
        grid = self.rows(catalogue, title)
        row = next(number for number, cells in enumerate(grid, 1) if cells["_id"] == slot_id)
        edit = {"tab": title, "row": row, "column": list(grid[0]).index(header), "value": value}
        self.http.post(f"{self.sheets}/_local/files/{catalogue}/edit", json=edit).raise_for_status()


@contextmanager
def running(data: Path) -> Iterator[Running]:
    """A run from first start to Ctrl-C."""
    run = Running(data)
    terminal = data.with_name("terminal.txt")
    with terminal.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "up"], env=run.environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: "Zapis is up" in terminal.read_text("utf-8") or process.poll() is not None)
        assert process.poll() is None, terminal.read_text("utf-8")
        until(run.slots)
        yield run
    finally:
        run.http.close()
        process.send_signal(signal.SIGINT)
        process.wait(60)
