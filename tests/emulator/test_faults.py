"""Trouble on command: what an unmodified caller sees of each, and what was written meanwhile."""

from __future__ import annotations

import json
from typing import Any

import gspread
import pytest
import requests
from gspread.exceptions import APIError

from local.sheets.faults import KINDS, BadRule
from local.sheets.server import Emulator
from tests.emulator.doors import door

APPEND = r":append"


@pytest.fixture
def sheet(sheets_client: gspread.Client) -> gspread.Worksheet:
    return sheets_client.create("Troubled").sheet1


def column(sheet: gspread.Worksheet) -> list[Any]:
    return sheet.col_values(1)


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("quota", 429, "Quota exceeded for quota metric 'Write requests'"),
        ("internal", 500, "Internal error encountered."),
        ("unavailable", 503, "The service is currently unavailable."),
    ],
)
def test_a_refusal_leaves_nothing_written(
    sheets_emulator: Emulator, sheet: gspread.Worksheet, kind: str, code: int, message: str
) -> None:
    sheets_emulator.faults.add(kind, path=APPEND)

    with pytest.raises(APIError, match=message) as refusal:
        sheet.append_row(["a"])

    assert refusal.value.code == code
    assert column(sheet) == []
    sheet.append_row(["b"])
    assert column(sheet) == ["b"]


def test_a_storm_of_429_lasts_as_many_calls_as_ordered(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("quota", path=APPEND, count=3)

    for _ in range(3):
        with pytest.raises(APIError):
            sheet.append_row(["a"])
    sheet.append_row(["a"])

    assert column(sheet) == ["a"]
    assert len(sheets_emulator.faults.fired) == 3


def test_the_front_end_s_page_is_not_json(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("html", path=APPEND)

    with pytest.raises(APIError) as refusal:
        sheet.append_row(["a"])

    assert refusal.value.code == -1
    assert refusal.value.response.status_code == 503
    assert "<html" in refusal.value.response.text


@pytest.mark.parametrize(("kind", "written"), [("refused", []), ("lost", ["a"])])
def test_a_dropped_connection_does_not_tell_whether_it_was_written(
    sheets_emulator: Emulator, sheet: gspread.Worksheet, kind: str, written: list[str]
) -> None:
    sheets_emulator.faults.add(kind, path=APPEND)

    with pytest.raises(requests.ConnectionError):
        sheet.append_row(["a"])

    assert column(sheet) == written


def test_a_500_may_come_after_the_write(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("applied_500", path=APPEND)

    with pytest.raises(APIError, match="Internal error encountered"):
        sheet.append_row(["a"])

    assert column(sheet) == ["a"]


def test_an_answer_may_break_off_in_the_middle(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("cut", path=APPEND)

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        sheet.append_row(["a"])

    assert column(sheet) == ["a"]


@pytest.mark.parametrize(("kind", "written"), [("stall", []), ("stall_after", ["a"])])
def test_a_stalled_connection_is_given_up_by_the_caller(
    sheets_emulator: Emulator, sheet: gspread.Worksheet, kind: str, written: list[str]
) -> None:
    sheets_emulator.faults.add(kind, path=APPEND)
    sheet.client.set_timeout((1, 0.3))

    with pytest.raises(requests.ReadTimeout):
        sheet.append_row(["a"])
    sheet.client.set_timeout(10)

    assert column(sheet) == written


def test_a_slow_answer_takes_as_much_longer(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("slow", path="/values/", seconds=0.3)

    answer = sheet.client.request(
        "get", f"https://sheets.googleapis.com/v4/spreadsheets/{sheet.spreadsheet.id}/values/A1"
    )

    assert answer.elapsed.total_seconds() >= 0.3


def test_a_stale_read_shows_what_was_there_before(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheet.append_row(["old"])
    sheets_emulator.faults.add("stale", method="GET", path="/values/")
    sheet.append_row(["new"])

    assert column(sheet) == ["old"]
    assert column(sheet) == ["old", "new"]


@pytest.mark.parametrize(("when", "after"), [("before", ["organiser", "mine"]), ("between", ["mine", "organiser"])])
def test_an_organiser_edits_in_the_middle_of_a_call(
    sheets_emulator: Emulator, sheet: gspread.Worksheet, when: str, after: list[str]
) -> None:
    file_id = sheet.spreadsheet.id
    sheet.spreadsheet.share("organiser@example.com", "user", "writer")
    place = {"file": file_id, "tab": "Sheet1", "row": after.index("organiser"), "column": 0, "value": "organiser"}
    sheets_emulator.faults.add("edit", path=":batchUpdate", when=when, edit=place)
    row = {"values": [{"userEnteredValue": {"stringValue": "mine"}}]}
    body = {
        "requests": [{"appendCells": {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["A1:A2"],
        "responseIncludeGridData": True,
    }

    answer = sheet.spreadsheet.batch_update(body)

    rows = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]
    assert [line["values"][0]["formattedValue"] for line in rows] == after


def test_a_fault_strikes_the_nth_match_only(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    sheets_emulator.faults.add("internal", method="POST", path=APPEND, nth=2)

    sheet.append_row(["a"])
    with pytest.raises(APIError):
        sheet.append_row(["b"])
    sheet.append_row(["c"])

    assert column(sheet) == ["a", "c"]


def test_chance_is_the_same_for_the_same_seed(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    def struck(seed: int) -> list[bool]:
        rule = sheets_emulator.faults.add("internal", path=APPEND, count=0, probability=0.5, seed=seed)
        outcomes = []
        for _ in range(12):
            try:
                sheet.append_row(["a"])
                outcomes.append(False)
            except APIError:
                outcomes.append(True)
        sheets_emulator.faults.remove(rule)
        return outcomes

    first = struck(7)

    assert True in first
    assert False in first
    assert struck(7) == first
    assert struck(8) != first


def test_faults_are_ordered_and_counted_over_http(sheets_emulator: Emulator, sheet: gspread.Worksheet) -> None:
    rule = door(sheets_emulator, "POST", "faults", {"kind": "internal", "path": APPEND})["id"]

    with pytest.raises(APIError):
        sheet.append_row(["a"])

    fired = door(sheets_emulator, "GET", "faults/fired")["fired"]
    assert [(hit["rule"], hit["kind"], hit["method"]) for hit in fired] == [(rule, "internal", "POST")]
    assert fired[0]["path"].endswith(":append")
    assert door(sheets_emulator, "GET", "faults")["rules"][0]["fired"] == 1
    door(sheets_emulator, "DELETE", "faults")
    assert door(sheets_emulator, "GET", "faults/fired") == {"fired": []}


def test_a_fault_that_cannot_be_is_refused_with_those_that_can(sheets_emulator: Emulator) -> None:
    with pytest.raises(BadRule, match="there are quota, internal"):
        sheets_emulator.faults.add("earthquake")
    with pytest.raises(BadRule, match="colour"):
        sheets_emulator.faults.add("lost", colour="red")

    answer = requests.post(f"{sheets_emulator.url}/_local/faults", json={"kind": "flood"}, timeout=5)
    assert answer.status_code == 400
    assert all(kind in json.dumps(answer.json()) for kind in KINDS)
