"""What of a part's log reaches the terminal."""

import json
from pathlib import Path
from traceback import format_exc

import pytest

from local.log import Log, worth_showing


def record(severity: str) -> str:
    return json.dumps({"severity": severity, "message": "rows are missing"})


@pytest.mark.parametrize("severity", ["WARNING", "error", "CRITICAL", "EMERGENCY"])
def test_what_cloud_logging_calls_a_trouble_is_shown(severity: str) -> None:
    assert worth_showing(record(severity)) == ["rows are missing"]


@pytest.mark.parametrize("severity", ["DEBUG", "INFO", "NOTICE"])
def test_records_of_work_are_not(severity: str) -> None:
    assert worth_showing(record(severity)) == []


@pytest.mark.parametrize("line", ["DeprecationWarning: old", "12", '["message"]', '{"other": 1}'])
def test_whatever_is_not_a_record_is_shown_as_it_is(line: str) -> None:
    assert worth_showing(line) == [line]


def test_a_message_of_many_lines_is_shown_line_by_line() -> None:
    assert worth_showing(json.dumps({"severity": "ERROR", "message": "one\ntwo"})) == ["one", "two"]


def test_of_a_traceback_only_what_went_wrong_is_shown() -> None:
    try:
        try:
            {}["slot"]
        except KeyError as missing:
            raise LookupError("no such slot") from missing
    except LookupError:
        traceback = format_exc()
    shown = [words for line in traceback.splitlines() for words in worth_showing(line)]
    assert shown == ["KeyError: 'slot'", "LookupError: no such slot"]
    assert worth_showing(json.dumps({"severity": "ERROR", "message": traceback})) == shown


def test_only_whole_lines_are_read_and_each_once(tmp_path: Path) -> None:
    log = Log(tmp_path / "site.log")
    with log.path.open("a", encoding="utf-8") as file:
        file.write("первая\nвтор")
        file.flush()
        assert log.fresh() == ["первая"]
        assert log.fresh() == []
        file.write("ая\n")
        file.flush()
        assert log.fresh() == ["вторая"]


def test_last_lines_are_read_without_their_wrapping(tmp_path: Path) -> None:
    log = Log(tmp_path / "site.log")
    log.path.write_text("\n".join(["first", record("ERROR"), "no newline at the end"]))
    assert log.last(2) == ["rows are missing", "no newline at the end"]
