"""The local clock calls jobs as Cloud Scheduler does, and speaks only when something changes."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from local.plan import ROOT
from local.scheduler import Job, call
from tests.serving import serving


class Function(ThreadingHTTPServer):
    """Answers each call with the next of `statuses` (the last one for ever) and remembers the calls."""

    def __init__(self, *statuses: int, takes: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.takes = takes
        self.calls: list[str] = []
        self.at_once = self.most_at_once = 0
        self.changed = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def until_called(self, times: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.calls) >= times, timeout=10)


class _Handler(BaseHTTPRequestHandler):
    server: Function

    def do_POST(self) -> None:
        function = self.server
        with function.changed:
            function.at_once += 1
            function.most_at_once = max(function.most_at_once, function.at_once)
            status = function.statuses.pop(0) if len(function.statuses) > 1 else function.statuses[0]
        time.sleep(function.takes)
        with function.changed:
            function.at_once -= 1
            function.calls.append(self.headers["User-Agent"])
            function.changed.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def scheduler(function: Function, said: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "local", "scheduler", "--every=0.1", f"sync={function.url}"]
    with said.open("wb") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as process:
        yield
        process.kill()


def test_a_job_is_called_over_and_over_in_silence(tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    with serving(Function(200)) as function, scheduler(function, said):
        function.until_called(3)
    assert set(function.calls) == {"Google-Cloud-Scheduler"}
    assert said.read_text() == ""


def test_a_trouble_is_told_once_and_so_is_its_end(tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    with serving(Function(200, 500, 500, 500, 200)) as function, scheduler(function, said):
        function.until_called(6)
    assert said.read_text().splitlines() == [
        "sync answered 500 Internal Server Error; its log says why, and it is tried on",
        "sync answers again",
    ]


def test_a_slow_job_never_overlaps_itself(tmp_path: Path) -> None:
    with serving(Function(200, takes=0.25)) as function, scheduler(function, tmp_path / "said.txt"):
        function.until_called(3)
    assert function.most_at_once == 1


def test_a_job_that_cannot_be_reached_is_a_sentence() -> None:
    with requests.Session() as session:
        trouble = call(session, Job("deliver", "http://127.0.0.1:9/"))
    assert trouble == "deliver gave no answer at http://127.0.0.1:9/ (ConnectionError); it is tried on"


@pytest.mark.parametrize("job", ["sync", "=http://127.0.0.1/", "sync=127.0.0.1"])
def test_a_wrong_job_is_quoted(job: str) -> None:
    command = [sys.executable, "-m", "local", "scheduler", job]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert repr(job) in refused.stderr
    assert "Traceback" not in refused.stderr
