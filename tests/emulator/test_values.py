"""Values in and out of ranges, as the API takes and gives them."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from local.sheets.server import Emulator

URL = "https://sheets.googleapis.com/v4/spreadsheets"


@pytest.fixture
def book(sheets_client: gspread.Client) -> gspread.Spreadsheet:
    return sheets_client.create("Values")


def typed(book: gspread.Spreadsheet, text: Any, option: str = "USER_ENTERED", **shown: str) -> Any:
    """What a cell shows after something was typed into it."""
    book.values_update("A1", {"valueInputOption": option}, {"values": [[text]]})
    found = book.values_get("A1", dict(shown)).get("values")
    return found[0][0] if found else ""


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("2,000,000.01", 2000000.01, "2,000,000.01"),
        ("1,234", 1234, "1,234"),
        ("0042", 42, "42"),
        (".5", 0.5, "0.5"),
        ("-7", -7, "-7"),
        ("1e3", 1000, "1.00E+03"),
        ("50%", 0.5, "50%"),
        ("12.5%", 0.125, "12.50%"),
        ("$5", 5, "$5"),
        ("$1,234.50", 1234.5, "$1,234.50"),
        ("€7", 7, "€7"),
        ("2020-01-01", 43831, "2020-01-01"),
        ("1/2/2020", 43832, "1/2/2020"),
        ("2020-01-01 12:30", 43831.520833333336, "2020-01-01 12:30"),
        ("18:00", 0.75, "18:00"),
        ("6:00 PM", 0.75, "6:00 PM"),
        ("true", True, "TRUE"),
        ("FALSE", False, "FALSE"),
        ("'007", "007", "007"),
        ("'=1+1", "=1+1", "=1+1"),
        ("1,23", "1,23", "1,23"),
        ("13/45/2020", "13/45/2020", "13/45/2020"),
        ("25:99", "25:99", "25:99"),
        ("+79161234567", 79161234567, "79161234567"),
        ("Привет", "Привет", "Привет"),
        ("  spaced  ", "  spaced  ", "  spaced  "),
    ],
)
def test_typing_is_understood_as_sheets_understands_it(
    book: gspread.Spreadsheet, text: str, value: Any, shown: str
) -> None:
    assert typed(book, text, valueRenderOption="UNFORMATTED_VALUE") == value
    assert typed(book, text) == shown


@pytest.mark.parametrize(
    ("text", "value", "shown"), [("1,5", 1.5, "1,5"), ("25.05.2026", 46167, "25.05.2026"), ("2.000", "2.000", "2.000")]
)
def test_typing_depends_on_the_locale(book: gspread.Spreadsheet, text: str, value: Any, shown: str) -> None:
    book.update_locale("ru_RU")

    assert typed(book, text, valueRenderOption="UNFORMATTED_VALUE") == value
    assert typed(book, text) == shown


@pytest.mark.parametrize("text", ["=1+2", "123", "2020-01-01", "TRUE", "50%", "'x"])
def test_raw_text_stays_the_text_it_is(book: gspread.Spreadsheet, text: str) -> None:
    assert typed(book, text, "RAW", valueRenderOption="UNFORMATTED_VALUE") == text


@pytest.mark.parametrize("value", [1, 1.5, True, False, 0])
def test_raw_numbers_and_booleans_keep_their_kind(book: gspread.Spreadsheet, value: Any) -> None:
    found = typed(book, value, "RAW", valueRenderOption="UNFORMATTED_VALUE")

    assert (type(found), found) == (type(value), value)


def test_a_plain_text_cell_takes_everything_as_text(book: gspread.Spreadsheet) -> None:
    book.sheet1.format("A1", {"numberFormat": {"type": "TEXT"}})

    assert typed(book, "0042", valueRenderOption="UNFORMATTED_VALUE") == "0042"
    assert typed(book, "=1+1", valueRenderOption="UNFORMATTED_VALUE") == "=1+1"


def test_null_skips_a_cell_and_the_empty_text_empties_it(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["a", "b", "c"]], "A1")

    answer = book.sheet1.update([[None, "", "new"]], "A1")

    assert book.sheet1.get_all_values() == [["a", "", "new"]]
    assert (answer["updatedCells"], answer["updatedColumns"]) == (2, 2)


def test_dates_are_numbers_or_texts_as_asked(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["2020-01-01", 0.5]], "A1", raw=False)
    options = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}

    assert book.values_get("A1:B1", options)["values"] == [["2020-01-01", 0.5]]
    assert book.values_get("A1:B1", {"valueRenderOption": "FORMULA"})["values"] == [[43831, 0.5]]


def test_columns_are_given_as_columns_and_trimmed_so(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["a", "b"], ["", "d"], ["", ""]], "A1")

    assert book.values_get("A1:C3", {"majorDimension": "COLUMNS"})["values"] == [["a"], ["b", "d"]]
    book.values_update("D1", {"valueInputOption": "RAW"}, {"majorDimension": "COLUMNS", "values": [["1", "2"], ["3"]]})
    assert book.values_get("D1:E2")["values"] == [["1", "3"], ["2"]]


@pytest.mark.parametrize(
    ("asked", "echoed"),
    [
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'Sheet1'!A1:C", "Sheet1!A1:C1000"),
        ("A2:2", "Sheet1!A2:Z2"),
        ("1:2", "Sheet1!A1:Z2"),
        ("A:A", "Sheet1!A1:A1000"),
        ("A1:AA5", "Sheet1!A1:Z5"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("A1:A1", "Sheet1!A1"),
        ("R2C3", "Sheet1!C2"),
        ("sheet1!a1", "Sheet1!A1"),
    ],
)
def test_a_range_is_echoed_whole(book: gspread.Spreadsheet, asked: str, echoed: str) -> None:
    assert book.values_get(asked)["range"] == echoed


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("Nowhere!A1", "Unable to parse range: Nowhere!A1"),
        ("A0", "Unable to parse range: A0"),
        ("CRM26", "Range (Sheet1!CRM26) exceeds grid limits. Max rows: 1000, max columns: 26"),
        ("A1001", "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"),
    ],
)
def test_a_range_that_is_none_is_refused_in_google_s_words(book: gspread.Spreadsheet, asked: str, message: str) -> None:
    with pytest.raises(APIError) as refusal:
        book.values_get(asked)

    assert refusal.value.error == {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}


def test_a_bare_range_means_the_first_visible_tab(book: gspread.Spreadsheet) -> None:
    other = book.add_worksheet("Other", 5, 5)
    book.sheet1.hide()

    other.update([["here"]], "A1")

    assert book.values_get("A1")["values"] == [["here"]]


def test_titles_may_hold_colons_slashes_and_bangs(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("a:b/c!d? %20", 5, 5)

    sheet.update([["x"]], "A1")
    sheet.append_row(["y"])

    assert sheet.get_all_values() == [["x"], ["y"]]


def test_more_than_the_range_holds_is_refused(book: gspread.Spreadsheet) -> None:
    with pytest.raises(
        APIError, match=r"Requested writing within range \[Sheet1!A1:B2\], but tried writing to row \[3\]"
    ):
        book.sheet1.update([["a"], ["b"], ["c"]], "A1:B2")
    with pytest.raises(APIError, match=r"but tried writing to column \[C\]"):
        book.sheet1.update([["a", "b", "c"]], "A1:B2")


def test_one_bad_range_leaves_a_whole_batch_unwritten(book: gspread.Spreadsheet) -> None:
    data = [{"range": "A1", "values": [["a"]]}, {"range": "Nowhere!A1", "values": [["b"]]}]

    with pytest.raises(APIError, match=r"Invalid data\[1\]: Unable to parse range: Nowhere!A1"):
        book.values_batch_update({"valueInputOption": "RAW", "data": data})

    assert "values" not in book.values_get("A1")


def test_written_values_come_back_if_asked_for(book: gspread.Spreadsheet) -> None:
    options = {"valueInputOption": "USER_ENTERED", "includeValuesInResponse": "true"}
    shown = {"responseValueRenderOption": "UNFORMATTED_VALUE"}

    answer = book.values_update("A1", {**options, **shown}, {"values": [["=1+1"]]})

    assert answer["updatedData"] == {"range": "Sheet1!A1", "majorDimension": "ROWS", "values": [[2]]}


def test_inserted_rows_push_down_what_lies_below(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["head"], ["row"], [""], ["below"]], "A1")

    book.values_append("A1", {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}, {"values": [["new"]]})

    assert book.values_get("A1:A9")["values"] == [["head"], ["row"], ["new"], [], ["below"]]


def test_an_empty_cell_as_the_range_takes_the_row_exactly_there(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["head"], [""], [""], ["below"]], "A1")

    answer = book.values_append("A3", {"valueInputOption": "RAW"}, {"values": [["new"]]})

    assert "tableRange" not in answer
    assert answer["updates"]["updatedRange"] == "Sheet1!A3"


def test_two_tables_each_take_their_own_rows(book: gspread.Spreadsheet) -> None:
    book.values_update("A1", {"valueInputOption": "RAW"}, {"values": [["x", "y", "z"], ["x", "y", "z"]]})
    book.values_update("B4", {"valueInputOption": "RAW"}, {"values": [["x", "y"], ["y", "z"], ["x", "y"]]})
    append = {"valueInputOption": "RAW"}

    def table(where: str) -> str:
        return book.values_append(where, append, {"values": [[None]]})["tableRange"]

    assert [table(where) for where in ("Sheet1", "C5:D5", "B2:D4")] == ["Sheet1!B4:C6"] * 3
    assert table("A1") == "Sheet1!A1:C2"


def test_an_append_past_the_grid_s_end_makes_rows(book: gspread.Spreadsheet) -> None:
    book.sheet1.resize(2, 2)
    book.sheet1.update([["a"], ["b"]], "A1")

    book.sheet1.append_rows([["c"], ["d"]])

    assert book.sheet1.get_all_values() == [["a"], ["b"], ["c"], ["d"]]
    assert book.fetch_sheet_metadata()["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 4


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"values": "X"}, "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\""),
        ({"values": ["X"]}, "Invalid value at 'data.values[0]' (type.googleapis.com/google.protobuf.ListValue), \"X\""),
        ({"vals": []}, "Invalid JSON payload received. Unknown name \"vals\" at 'data': Cannot find field."),
    ],
)
def test_a_body_that_is_no_value_range_is_refused_before_the_file_is_looked_for(
    sheets_client: gspread.Client, body: Any, message: str
) -> None:
    with pytest.raises(APIError) as refusal:
        sheets_client.http_client.values_update("1" * 44, "A1", {"valueInputOption": "RAW"}, body)

    assert (refusal.value.code, refusal.value.error["message"]) == (400, message)


def test_how_to_read_the_input_must_be_said(book: gspread.Spreadsheet) -> None:
    with pytest.raises(APIError, match="'valueInputOption' is required but not specified"):
        book.values_update("A1", {}, {"values": [["x"]]})


def test_broken_json_is_400(sheets_client: gspread.Client, book: gspread.Spreadsheet) -> None:
    client: HTTPClient = sheets_client.http_client

    with pytest.raises(APIError) as refusal:
        client.request("post", f"{URL}/{book.id}:batchUpdate", data=b'{"requests": [')

    assert refusal.value.code == 400


def test_what_is_not_imitated_says_its_name(sheets_client: gspread.Client, book: gspread.Spreadsheet) -> None:
    with pytest.raises(APIError, match=r"501.*the request addTable"):
        book.batch_update({"requests": [{"addTable": {}}]})
    with pytest.raises(APIError, match=r"501.*DataFilter"):
        sheets_client.http_client.request("post", f"{URL}/{book.id}/values:batchGetByDataFilter", json={})
    with pytest.raises(APIError, match=r'400.*Unknown name "fly"'):
        book.batch_update({"requests": [{"fly": {}}]})


def test_reading_the_end_of_a_long_tab_costs_its_end_alone(
    book: gspread.Spreadsheet, sheets_emulator: Emulator
) -> None:
    rows = [[f"id-{number}", "x"] for number in range(100_000)]
    book.sheet1.update(rows, "A1")
    mask = "updatedSpreadsheet.sheets.data(startRow,rowData.values.formattedValue)"
    cells = [{"values": [{"userEnteredValue": {"stringValue": "last"}}]}]
    body = {
        "requests": [{"appendCells": {"sheetId": 0, "rows": cells, "fields": "userEnteredValue"}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A100000:A"],
    }

    def append() -> Any:
        answer = book.client.request("post", f"{URL}/{book.id}:batchUpdate", json=body, params={"fields": mask})
        return answer.json(), answer.elapsed.total_seconds()

    answers = [append() for _ in range(5)]

    data = answers[0][0]["updatedSpreadsheet"]["sheets"][0]["data"][0]
    shown = [row["values"][0]["formattedValue"] for row in data["rowData"]]
    assert (data["startRow"], shown) == (99_999, ["id-99999", "last"])
    assert min(seconds for _, seconds in answers) < 0.1
