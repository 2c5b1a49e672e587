"""Truth under load: writers at once lose nothing, and neither does a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from local.errors import LocalError
from local.sheets.accounts import DEFAULT_EMAIL
from local.sheets.clients import authorized_session
from local.sheets.server import Emulator
from tests.emulator.doors import door

URL = "https://sheets.googleapis.com/v4/spreadsheets"
SERVE = """
import sys
from pathlib import Path
from local.sheets.server import serve
serve(0, Path(sys.argv[1]), quota=False, latency="none")
"""


def append(http: Any, file_id: str, text: str) -> requests.Response:
    row = {"values": [{"userEnteredValue": {"stringValue": text}}, {"userEnteredValue": {"stringValue": "x" * 200}}]}
    body = {"requests": [{"appendCells": {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}}]}
    answer: requests.Response = http.post(f"{URL}/{file_id}:batchUpdate", json=body, timeout=10)
    return answer


def first_column(http: Any, file_id: str) -> list[str]:
    found = http.get(f"{URL}/{file_id}/values/A:A", timeout=30).json().get("values", [])
    return [row[0] for row in found]


def test_concurrent_appends_all_land_each_in_a_row_of_its_own(sheets_emulator: Emulator) -> None:
    file_id = door(sheets_emulator, "POST", "files", {"title": "Journal", "share_with": [DEFAULT_EMAIL]})["id"]

    def write(writer: int) -> None:
        with authorized_session(sheets_emulator.url) as http:
            for number in range(25):
                append(http, file_id, f"{writer}-{number}").raise_for_status()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    landed = first_column(authorized_session(sheets_emulator.url), file_id)
    assert len(landed) == 200
    assert set(landed) == {f"{writer}-{number}" for writer in range(8) for number in range(25)}
    for writer in range(8):
        assert [text for text in landed if text.startswith(f"{writer}-")] == [f"{writer}-{n}" for n in range(25)]


def test_a_refused_batch_leaves_nothing_of_itself(sheets_emulator: Emulator) -> None:
    file_id = door(sheets_emulator, "POST", "files", {"title": "Atomic", "share_with": [DEFAULT_EMAIL]})["id"]
    http = authorized_session(sheets_emulator.url)
    append(http, file_id, "kept")
    before = http.get(f"{URL}/{file_id}?includeGridData=true").json()
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 3}
    requests_ = [
        {"appendCells": {"sheetId": 0, "rows": [{"values": [{"note": "n"}]}], "fields": "*"}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "New"}, "fields": "title"}},
        {"addSheet": {"properties": {"title": "Other"}}},
        {"mergeCells": {"range": area}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 3}}},
        {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0}]}},
        {"addNamedRange": {"namedRange": {"name": "N", "range": area}}},
        {"deleteSheet": {"sheetId": 12345}},
    ]

    answer = http.post(f"{URL}/{file_id}:batchUpdate", json={"requests": requests_})

    assert answer.json()["error"]["message"] == "Invalid requests[7].deleteSheet: No sheet with id: 12345"
    assert http.get(f"{URL}/{file_id}?includeGridData=true").json() == before


class Served:
    """The emulator as a process of its own."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-c", SERVE, str(data)]
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[-1]

    def end(self, with_signal: signal.Signals) -> int:
        os.kill(self.process.pid, with_signal)
        status = self.process.wait(20)
        assert self.process.stdout
        self.process.stdout.close()
        return status


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "sheets.sqlite"


def test_kill_9_in_a_storm_of_appends_loses_no_acknowledged_write(data: Path) -> None:
    served = Served(data)
    made = requests.post(f"{served.url}/_local/files", json={"title": "J", "share_with": [DEFAULT_EMAIL]}, timeout=10)
    file_id = made.json()["id"]
    acknowledged: list[str] = []
    enough = threading.Event()

    def storm(writer: int) -> None:
        http = authorized_session(served.url)
        for number in range(10_000):
            try:
                answer = append(http, file_id, f"{writer}-{number}")
            except requests.RequestException:
                return
            if answer.status_code == 200:
                acknowledged.append(f"{writer}-{number}")
            if len(acknowledged) >= 200:
                enough.set()

    threads = [threading.Thread(target=storm, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    served.end(signal.SIGKILL)
    for thread in threads:
        thread.join()

    with Emulator(data=data) as again:
        landed = first_column(authorized_session(again.url), file_id)
    assert set(acknowledged) <= set(landed)
    assert len(landed) == len(set(landed))
    assert len(landed) - len(acknowledged) <= len(threads)


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(data: Path, with_signal: signal.Signals) -> None:
    served = Served(data)

    assert served.end(with_signal) == 0


def test_everything_about_a_spreadsheet_is_there_after_a_restart(data: Path) -> None:
    with Emulator(data=data) as first:
        file_id = door(first, "POST", "files", {"title": "Kept", "share_with": [DEFAULT_EMAIL]})["id"]
        http = authorized_session(first.url)
        http.put(
            f"{URL}/{file_id}/values/A1?valueInputOption=USER_ENTERED", json={"values": [["=1+1", "50%", "", True]]}
        )
        area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
        cell = {"note": "n", "dataValidation": {"condition": {"type": "BOOLEAN"}}}
        batch = [
            {"repeatCell": {"range": area, "cell": cell, "fields": "note,dataValidation"}},
            {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}}},
            {"addSheet": {"properties": {"title": "Second", "index": 0}}},
            {"addProtectedRange": {"protectedRange": {"range": area, "editors": {"users": ["a@example.com"]}}}},
            {"addNamedRange": {"namedRange": {"name": "Block", "range": area}}},
        ]
        http.post(f"{URL}/{file_id}:batchUpdate", json={"requests": batch}).raise_for_status()
        before = http.get(f"{URL}/{file_id}?includeGridData=true").json()

    with Emulator(data=data) as second:
        after = authorized_session(second.url).get(f"{URL}/{file_id}?includeGridData=true").json()

    assert after == before


def test_a_taken_port_and_a_file_in_use_are_sentences(data: Path, tmp_path: Path) -> None:
    with Emulator(data=data) as running:
        port = int(running.url.rpartition(":")[2])

        with pytest.raises(LocalError, match=f"Port {port} is taken"):
            Emulator(port=port, data=tmp_path / "other.sqlite")
        with pytest.raises(LocalError, match="open in another emulator"):
            Emulator(data=data)
