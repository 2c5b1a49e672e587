"""A run as a person at the terminal meets it: real processes, real signals, tiny servers as parts."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from local.plan import ROOT
from local.ports import free
from local.supervisor import STOP_WITHIN

PARTS = {"sheets", "mailbox", "site", "sync", "deliver", "scheduler"}
PATIENCE = 60.0


class Run:
    """One run in a process of its own; `said` is its terminal so far."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self._data = data
        self._terminal = data.with_name(f"{data.name}-{free()}.txt")
        with self._terminal.open("wb") as out:
            command = [sys.executable, "-m", "tests.local.fake_run"]
            self.process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self._terminal.read_text("utf-8")

    def until(self, words: str) -> "Run":
        wait(lambda: words in self.said or self.process.poll() is not None)
        assert words in self.said, self.said
        return self

    def signal(self, number: signal.Signals) -> "Run":
        self.process.send_signal(number)
        return self

    def ended(self) -> int:
        return self.process.wait(PATIENCE)

    def pids(self) -> dict[str, int]:
        """The processes of the parts that got so far as to say who they are."""
        logs = (self._data / "logs").glob("*.log")
        found = {log.stem: re.search(r"pid (\d+)", log.read_text()) for log in logs}
        return {name: int(match[1]) for name, match in found.items() if match}

    def url(self, part: str) -> str:
        found = re.search(r"port (\d+)", (self._data / "logs" / f"{part}.log").read_text())
        assert found
        return f"http://127.0.0.1:{found[1]}/"


Start = Callable[..., Run]


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    ports = {f"ZAPIS_{name}_PORT": str(free()) for name in ("SITE", "SHEETS", "MAILBOX", "SMTP")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ZAPIS_")}
    return clean | ports | {"ZAPIS_DATA": str(tmp_path / "data")}


@pytest.fixture
def start(env: dict[str, str]) -> Iterator[Start]:
    runs: list[Run] = []

    def start(**more: object) -> Run:
        words = {name: value if isinstance(value, str) else json.dumps(value) for name, value in more.items()}
        runs.append(Run(Path(env["ZAPIS_DATA"]), env | words))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


def local(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_part(start: Start, asked: signal.Signals) -> None:
    run = start().until("Zapis is up")
    wait(lambda: set(run.pids()) == PARTS)
    pids = run.pids()
    assert run.signal(asked).ended() == 0
    assert not [name for name, pid in pids.items() if is_alive(pid)]


def test_a_second_ctrl_c_does_not_wait_for_a_part_that_lingers(start: Start) -> None:
    run = start(FAKE_PARTS={"site": "linger"}).until("Zapis is up")
    run.signal(signal.SIGINT).until("Stopping")
    began = time.monotonic()
    assert run.signal(signal.SIGINT).ended() == 0
    assert time.monotonic() - began < STOP_WITHIN
    assert not is_alive(run.pids()["site"])


def test_a_part_that_dies_is_named_with_its_last_words_and_all_stop(start: Start) -> None:
    run = start(FAKE_PARTS={"deliver": "die"})
    assert run.ended() == 1
    assert "deliver ended by itself with exit code 1" in run.said
    assert "the ledger is not a spreadsheet" in run.said
    assert "Traceback" not in run.said
    assert not [name for name, pid in run.pids().items() if is_alive(pid)]


def test_a_part_that_is_killed_later_is_named_too(start: Start) -> None:
    run = start().until("Zapis is up")
    os.kill(run.pids()["mailbox"], signal.SIGKILL)
    assert run.ended() == 1
    assert "mailbox was ended by signal 9" in run.said
    assert not [name for name, pid in run.pids().items() if is_alive(pid)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_parts_do_not_outlive_a_killed_runner(start: Start) -> None:
    run = start().until("Zapis is up")
    run.process.kill()
    wait(lambda: not any(is_alive(pid) for pid in run.pids().values()))


def test_a_second_start_keeps_all_data(start: Start, tmp_path: Path) -> None:
    for _ in range(2):
        assert start().until("Zapis is up").signal(signal.SIGINT).ended() == 0
    assert (tmp_path / "data" / "seeded.txt").read_text() == "once\n"
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


def test_invented_visitors_come_once_and_the_run_goes_on_without_them(start: Start) -> None:
    first = start().until("Zapis is up")
    assert "invented visitors" in first.said
    assert first.signal(signal.SIGINT).ended() == 0

    assert "invented visitors" not in start().until("Zapis is up").said


def test_a_season_that_cannot_be_laid_out_is_told_and_tried_again(start: Start) -> None:
    run = start(FAKE_SEED="fail")
    assert run.ended() == 1
    assert "the season file has no rows" in run.said
    assert "Zapis is up" not in run.said
    start().until("Laying out").until("Zapis is up")


def test_a_warning_is_shown_once_under_the_name_of_its_part(start: Start) -> None:
    run = start(FAKE_PARTS={"sync": "complain"}).until("Zapis is up")
    for _ in range(3):
        requests.get(run.url("sync"), timeout=5)
    requests.get(run.url("sync") + "last", timeout=5)
    run.until("that was all").signal(signal.SIGINT).ended()
    assert re.findall(r"(\w+) +the quota is used up at", run.said) == ["sync"]
    assert "an ordinary record" not in run.said
    assert "a greeting" not in run.said


def test_the_terminal_tells_every_address_without_colour_in_a_pipe(start: Start, env: dict[str, str]) -> None:
    said = start().until("Zapis is up").until("Try first").said
    for name in ("SITE", "SHEETS", "MAILBOX"):
        assert f"http://127.0.0.1:{env[f'ZAPIS_{name}_PORT']}/" in said
    assert env["ZAPIS_SMTP_PORT"] in said
    assert "\x1b" not in said


@pytest.mark.parametrize("name", ["SITE", "SHEETS", "MAILBOX", "SMTP"])
def test_a_taken_port_is_a_sentence(env: dict[str, str], name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = local(env | {f"ZAPIS_{name}_PORT": str(port)}, "up")
    assert refused.returncode == 1
    assert f"Error: Port {port} is taken" in refused.stderr
    assert f"ZAPIS_{name}_PORT=" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list((tmp_path / "data" / "logs").iterdir())


def test_a_wrong_setting_is_a_sentence(env: dict[str, str]) -> None:
    refused = local(env | {"ZAPIS_SITE_PORT": "восемь"}, "up")
    assert refused.returncode == 1
    assert refused.stderr == "Error: ZAPIS_SITE_PORT must be a port number from 1 to 65535; it is 'восемь'.\n"


def test_data_in_use_can_neither_be_reset_nor_run_twice(start: Start, env: dict[str, str]) -> None:
    run = start().until("Zapis is up")
    for command in ("reset", "up"):
        refused = local(env, command)
        assert refused.returncode == 1
        assert "Zapis is running with the data in" in refused.stderr
    assert run.signal(signal.SIGINT).ended() == 0


def test_reset_starts_over(start: Start, env: dict[str, str], tmp_path: Path) -> None:
    start().until("Zapis is up").signal(signal.SIGINT).ended()
    assert local(env, "reset").returncode == 0
    assert not (tmp_path / "data").exists()
    assert local(env, "reset").stdout.startswith("There is nothing to delete")
    start().until("Laying out").until("Zapis is up")


def test_a_folder_of_somebody_else_is_neither_taken_nor_deleted(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "diploma.txt").write_text("years of work")
    for command in ("up", "reset"):
        refused = local(env, command)
        assert refused.returncode == 1
        assert str(tmp_path / "data") in refused.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["diploma.txt"]
