"""`zapis doctor --rush`: it proves A1 where it holds, sees where it does not, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zapis.commands import patience
from zapis.commands.rush import Answer, Outcome, judge
from zapis.commands.screen import Sign

FUNCTIONS = str(Path(__file__).parents[2] / "functions")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(patience, "PAUSE", 0.01)


@pytest.fixture
def scratch(desk) -> str:
    return desk.file()


def rush(desk, scratch, appenders=12, rounds=2, **env):
    numbers = ["--appenders", str(appenders), "--rounds", str(rounds)]
    return desk.run("doctor", "--rush", "--scratch", scratch, *numbers, env=env)


def tabs(desk, scratch) -> list[str]:
    answer = desk.sheets.get(scratch, (), "sheets.properties.title")
    return [sheet["properties"]["title"] for sheet in answer["sheets"]]


def test_forty_that_append_at_once_lose_nothing(desk, scratch):
    result = rush(desk, scratch, appenders=40, rounds=2)

    assert result.exit_code == 0, result.output
    assert "     80  calls, 400 rows, in " in result.stdout
    assert "✓ all 400 rows are there" in result.stdout
    assert "✓ every one of 80 snapshots is a prefix of the list" in result.stdout
    assert "✓ everyone's own rows were in their own answer" in result.stdout
    assert tabs(desk, scratch) == ["Sheet1"]


def test_the_quota_is_waited_for_and_counted(desk, scratch):
    desk.fault(kind="quota", method="POST", path=".*:batchUpdate", nth=3, count=5)

    result = rush(desk, scratch)

    assert result.exit_code == 0, result.output
    assert "      5  times the quota was waited for" in result.stdout


def test_a_lost_answer_is_looked_for(desk, scratch):
    desk.fault(kind="lost", method="POST", path=".*:batchUpdate", nth=4, count=2)

    result = rush(desk, scratch)

    assert result.exit_code == 0, result.output
    assert "      2  answers lost and looked for" in result.stdout
    assert tabs(desk, scratch) == ["Sheet1"]


@pytest.mark.parametrize("name", ["ZAPIS_LEDGER", "ZAPIS_CATALOGUE"])
def test_the_ledger_and_the_catalogue_are_no_scratch(desk, scratch, name):
    link = f"https://docs.google.com/spreadsheets/d/{scratch}/edit"

    result = rush(desk, scratch, **{name: link})

    assert result.exit_code == 1
    assert "this is the ledger or the catalogue" in result.stderr


@pytest.mark.parametrize("kind", ["ledger", "catalogue", "roster"])
def test_no_spreadsheet_of_zapis_is_a_scratch_whatever_the_settings_say(desk, kind):
    used = desk.file(kind)
    before = tabs(desk, used)

    result = rush(desk, used, ZAPIS_LEDGER=None)

    assert result.exit_code == 1
    assert "this spreadsheet is in use" in result.stdout
    assert tabs(desk, used) == before


def test_a_scratch_must_be_named(desk):
    assert desk.run("doctor", "--rush").exit_code == 2


def _heed_interrupts():
    """What runs in the background of a script inherits that they are ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_rush_removes_its_tab(desk, scratch, tmp_path):
    env = {
        **os.environ,
        "PYTHONPATH": FUNCTIONS,
        "SHEETS_EMULATOR_HOST": desk.host,
        "GOOGLE_APPLICATION_CREDENTIALS": str(desk.key),
    }
    desk.fault(kind="slow", method="POST", path=".*:batchUpdate", nth=2, count=10_000, seconds=0.2)
    zapis = str(Path(sys.executable).with_name("zapis"))
    command = [zapis, "doctor", "--rush", "--scratch", scratch, "--rounds=100", "--appenders=4"]
    with (tmp_path / "said").open("w") as said:
        running = subprocess.Popen(command, env=env, stdout=said, stderr=said, preexec_fn=_heed_interrupts)
        until = time.monotonic() + 30
        while len(tabs(desk, scratch)) == 1:
            assert running.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < until
        running.send_signal(signal.SIGINT)

        assert running.wait(30) == 1

    assert tabs(desk, scratch) == ["Sheet1"]
    assert "Traceback" not in (tmp_path / "said").read_text()


def answer(own: str, snapshot: str) -> Answer:
    return Answer(tuple(own), tuple(snapshot), 0.1)


def faults(final: str, *answers: Answer) -> list[str]:
    outcome = Outcome(answers, tuple(final), 1.0, 0, 0)
    return [finding.text for finding in judge(outcome) if finding.sign is Sign.WRONG]


def test_prefixes_with_everything_in_place_are_no_fault():
    assert faults("abcd", answer("ab", "ab"), answer("cd", "abcd")) == []


def test_a_row_that_went_missing_is_a_fault():
    assert faults("cd", answer("ab", "ab"), answer("cd", "abcd")) == ["2 rows are missing", "2 snapshots are not"]


def test_a_row_that_moved_is_a_fault():
    assert faults("cdab", answer("ab", "ab"), answer("cd", "abcd")) == ["2 snapshots are not"]


def test_an_answer_without_its_own_rows_is_a_fault():
    assert faults("abcd", answer("ab", "ab"), answer("cd", "ab")) == ["1 answers lacked their own rows"]


def test_rows_of_one_call_that_others_came_between_are_a_fault():
    assert faults("acdb", answer("ab", "acdb"), answer("cd", "acdb")) == ["1 calls had their rows torn apart"]
