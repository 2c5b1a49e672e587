"""Google's limits: calls a minute, cells, seconds; and its delays."""

from __future__ import annotations

import statistics
from typing import Any

import gspread
import pytest
import requests
from gspread.exceptions import APIError

from local.sheets.clients import authorized_session, gspread_client
from local.sheets.latency import Latency
from local.sheets.server import Emulator
from tests.emulator.doors import door

URL = "https://sheets.googleapis.com/v4/spreadsheets"


@pytest.fixture
def limited(sheets_emulator: Emulator) -> Emulator:
    sheets_emulator.clock.stop_at(1_800_000_000)
    door(sheets_emulator, "POST", "limits", {"quota": True})
    return sheets_emulator


def reads(http: Any, file_id: str, times: int) -> list[int]:
    return [http.get(f"{URL}/{file_id}/values/A1").status_code for _ in range(times)]


def test_the_61st_read_of_a_minute_is_429_with_google_s_body(limited: Emulator) -> None:
    book = gspread_client(limited.url).create("Busy")
    http = authorized_session(limited.url)
    limited.clock.advance(60)

    assert set(reads(http, book.id, 60)) == {200}
    refusal = http.get(f"{URL}/{book.id}/values/A1")

    error = refusal.json()["error"]
    assert (refusal.status_code, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["message"].startswith(
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'"
    )
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"


def test_writes_are_counted_apart_and_all_begins_anew_with_the_minute(limited: Emulator) -> None:
    book = gspread_client(limited.url).create("Busy")
    http = authorized_session(limited.url)
    reads(http, book.id, 60)
    assert reads(http, book.id, 1) == [429]

    http.post(f"{URL}/{book.id}/values/A1:clear").raise_for_status()
    limited.clock.advance(60)

    assert reads(http, book.id, 1) == [200]


def test_a_batch_counts_as_one(limited: Emulator) -> None:
    book = gspread_client(limited.url).create("Busy")
    request = {"updateSpreadsheetProperties": {"properties": {"title": "T"}, "fields": "title"}}

    book.batch_update({"requests": [request] * 100})

    assert door(limited, "POST", "limits", {})["spent"]["write"] == 1


def test_a_project_has_its_own_limit_over_all_its_users(limited: Emulator) -> None:
    door(limited, "POST", "limits", {"per_project": 5})
    book = gspread_client(limited.url).create("Busy")
    limited.clock.advance(60)
    book.share("other@demo", "user", "writer")
    one, other = authorized_session(limited.url), authorized_session(limited.url, "other@demo")

    assert reads(one, book.id, 3) + reads(other, book.id, 3) == [200, 200, 200, 200, 200, 429]
    message = other.get(f"{URL}/{book.id}/values/A1").json()["error"]["message"]
    assert "limit 'Read requests per minute' of service" in message


def test_the_date_of_an_answer_is_the_clock_s(sheets_emulator: Emulator) -> None:
    door(sheets_emulator, "POST", "clock", {"stop_at": 1_800_000_000})

    answer = requests.get(f"{sheets_emulator.url}/_local/health", timeout=5)

    assert answer.headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


def test_a_workbook_has_ten_million_cells_and_not_one_more(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Wide")

    with pytest.raises(APIError, match="above the limit of 10000000 cells"):
        book.add_worksheet("Huge", rows=1_000_000, cols=10)
    with pytest.raises(APIError, match="above the limit of 10000000 cells"):
        book.sheet1.resize(1_000_000, 11)


def test_a_cell_has_fifty_thousand_characters(sheets_client: gspread.Client) -> None:
    sheet = sheets_client.create("Long").sheet1

    sheet.update_acell("A1", "x" * 50_000)
    with pytest.raises(APIError, match="more than the maximum of 50000 characters"):
        sheet.update_acell("A2", "x" * 50_001)


def test_append_cells_makes_rows_and_never_columns(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Narrow")
    book.sheet1.resize(1, 2)
    row = {"values": [{"userEnteredValue": {"numberValue": n}} for n in range(3)]}

    with pytest.raises(APIError, match="Attempting to write column: 2, beyond the last requested column of: 1"):
        book.batch_update({"requests": [{"appendCells": {"rows": [row], "fields": "*"}}]})


def test_a_call_that_takes_too_long_is_ended(sheets_emulator: Emulator, sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Slow")
    door(sheets_emulator, "POST", "limits", {"timeout": 0.2})
    sheets_emulator.faults.add("slow", path="/values/", seconds=5)

    with pytest.raises(APIError, match="Deadline expired"):
        book.sheet1.get("A1")


def test_delays_are_drawn_as_google_s_were_seen_to_be() -> None:
    latency = Latency("google", seed=1)

    drawn = sorted(latency.draw() for _ in range(20_000))

    assert statistics.median(drawn) == pytest.approx(0.35, rel=0.03)
    assert drawn[int(len(drawn) * 0.99)] == pytest.approx(1.5, rel=0.08)
    assert [Latency("google", seed=1).draw() for _ in range(2)] == [Latency("google", seed=1).draw()] * 2


def test_a_delay_may_be_ordered_in_seconds(sheets_emulator: Emulator, sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Slow")

    door(sheets_emulator, "POST", "limits", {"latency": 0.2})

    answer = book.client.request("get", f"{URL}/{book.id}/values/A1")
    assert answer.elapsed.total_seconds() >= 0.2
