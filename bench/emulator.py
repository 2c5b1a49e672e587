"""How fast the emulator takes appends, and how much memory a long workbook needs.

    python bench/emulator.py [--seconds 5] [--rows 100000]

One append is what the ledger sends: a batchUpdate that appends a row of six cells and brings back the
tail. Beside it stands the floor: the same number of SQLite commits of one row of the same size, with
the emulator's own settings, and nothing else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from local.sheets.accounts import DEFAULT_EMAIL  # noqa: E402
from local.sheets.clients import authorized_session  # noqa: E402
from local.sheets.store import SCHEMA, pack  # noqa: E402
from local.sheets.workbook import Cell  # noqa: E402

WRITERS = (1, 8, 64)
URL = "https://sheets.googleapis.com/v4/spreadsheets"
SERVE = (
    "import sys; from pathlib import Path; from local.sheets.server import serve; "
    "serve(0, Path(sys.argv[1]), quota=False, latency='none')"
)
MASK = "updatedSpreadsheet.sheets.data(startRow,rowData.values.formattedValue)"
ROW = ("2026-05-25T10:00:00.000Z", "requested", "01HZX5Y3P9W6K2Q7M4T8V1N0AB", "s-1024", "site-1", '{"v":1,"party":2}')


class Served:
    """The emulator as a process of its own."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-c", SERVE, str(data)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.url = self.process.stdout.readline().split()[-1]

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def new_file(self) -> str:
        body = {"title": "Ledger", "share_with": [DEFAULT_EMAIL]}
        return str(requests.post(f"{self.url}/_local/files", json=body, timeout=10).json()["id"])


def append_body(tail_from: int) -> dict[str, Any]:
    cells = [{"userEnteredValue": {"stringValue": text}} for text in ROW]
    return {
        "requests": [{"appendCells": {"sheetId": 0, "rows": [{"values": cells}], "fields": "userEnteredValue"}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": [f"Sheet1!A{tail_from}:A"],
    }


def write(url: str, file_id: str, seconds: float, counts: Any) -> None:
    """Append for so many seconds, following the tail as it comes back."""
    http = authorized_session(url)
    done, tail = 0, 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = http.post(f"{URL}/{file_id}:batchUpdate", json=append_body(tail), params={"fields": MASK}).json()
        data = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]
        tail = data.get("startRow", 0) + len(data["rowData"])
        done += 1
    counts.put(done)


def appends_a_second(served: Served, writers: int, seconds: float) -> tuple[int, float]:
    """How many appends were acknowledged, and how many that is a second."""
    file_id = served.new_file()
    counts: Any = multiprocessing.Queue()
    target = (served.url, file_id, seconds, counts)
    processes = [multiprocessing.Process(target=write, args=target) for _ in range(writers)]
    for process in processes:
        process.start()
    done = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return done, done / seconds


def commits_a_second(folder: Path, count: int) -> float:
    """The floor: one row stored in one transaction, as often."""
    db = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    for statement in ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"):
        db.execute(statement)
    db.executescript(SCHEMA)
    packed = pack(tuple(Cell(text) for text in ROW))
    db.execute("DELETE FROM line")
    start = time.perf_counter()
    for place in range(count):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO line VALUES (1, 0, ?, ?)", (place, packed))
        db.execute("COMMIT")
    rate = count / (time.perf_counter() - start)
    db.close()
    return rate


def long_workbook(folder: Path, rows: int) -> tuple[float, float, float, float]:
    """Megabytes before and after a workbook of so many rows is loaded, seconds to load it, ms to append to it."""
    data = folder / "long.sqlite"
    with Served(data) as served:
        file_id = served.new_file()
        http = authorized_session(served.url)
        for start in range(0, rows, 20_000):
            values = [list(ROW) for _ in range(min(20_000, rows - start))]
            where = f"{URL}/{file_id}/values/A{start + 1}?valueInputOption=RAW"
            if start:
                http.post(f"{URL}/{file_id}/values/A1:append?valueInputOption=RAW", json={"values": values})
            else:
                http.put(where, json={"values": values}).raise_for_status()
    with Served(data) as served:
        http = authorized_session(served.url)
        before = served.memory()
        begun = time.perf_counter()
        http.get(f"{URL}/{file_id}/values/A{rows}:F").raise_for_status()
        loading = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(100):
            http.post(f"{URL}/{file_id}:batchUpdate", json=append_body(rows), params={"fields": MASK})
        return before, served.memory(), loading, (time.perf_counter() - begun) * 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each number of writers writes (5)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the long workbook (100000)")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| writers | appends/s | floor: SQLite commits/s | ratio |\n| ---: | ---: | ---: | ---: |")
        with Served(folder / "appends.sqlite") as served:
            for writers in WRITERS:
                done, rate = appends_a_second(served, writers, asked.seconds)
                floor = commits_a_second(folder, done)
                print(f"| {writers} | {rate:.0f} | {floor:.0f} | 1:{floor / rate:.0f} |", flush=True)
        before, after, loading, each = long_workbook(folder, asked.rows)
        print(f"\nA workbook of {asked.rows:,} rows of {len(ROW)} cells: {after - before:.0f} MB over {before:.0f} MB,")
        print(f"loaded in {loading:.1f} s; an append to it with its tail takes {each:.1f} ms.")


if __name__ == "__main__":
    main()
