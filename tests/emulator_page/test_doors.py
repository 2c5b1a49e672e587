"""What the page asks the server for: outlines, rows, blocks. No browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from local.sheets.page.shelves import KINDS
from local.sheets.server import Emulator
from zapis.schema import schema


class File:
    """A fresh file of one tab, made by a person."""

    def __init__(self, emulator: Emulator, **made: Any) -> None:
        given = {"title": "Проба", "tabs": ["Лист"], "locale": "ru_RU"} | made
        file = httpx.post(f"{emulator.url}/_local/files", json=given).json()
        self.door = f"{emulator.url}/_local/files/{file['id']}"
        self.sheet = self.outline()["tabs"][0]["id"]

    def outline(self) -> Any:
        return httpx.get(f"{self.door}/outline").json()

    def write(self, row: int, column: int, *lines: list[Any]) -> httpx.Response:
        body = {"sheet": self.sheet, "row": row, "column": column, "rows": lines}
        return httpx.post(f"{self.door}/block", json=body)

    def change(self, **request: Any) -> httpx.Response:
        return httpx.post(f"{self.door}/change", json={"requests": [request]})

    def cells(self, row: int) -> dict[int, Any]:
        rows = httpx.get(f"{self.door}/sheets/{self.sheet}/rows/{row}/{row + 1}").json()["rows"]
        return {cell["column"]: cell for cell in rows[str(row)]}

    def texts(self, row: int) -> list[str]:
        return [cell.get("text", "") for cell in self.cells(row).values()]

    def area(self, top: int, bottom: int) -> dict[str, int]:
        return {"sheetId": self.sheet, "startRowIndex": top, "endRowIndex": bottom}


@pytest.fixture
def make(sheets_emulator: Emulator) -> Callable[..., File]:
    return lambda **made: File(sheets_emulator, **made)


@pytest.mark.parametrize(
    "entry",
    ["12.12.2030", "11:30", "3,5", "50%", "TRUE", "=A9*2", "'007", "'=не формула", "просто текст", "1234567,891234"],
)
def test_the_text_offered_for_editing_gives_the_same_value_when_typed_again(make, entry):
    file = make()
    file.write(0, 0, [entry])
    cell = file.cells(0)[0]

    file.write(1, 0, [cell.get("typed", cell["text"])])
    again = file.cells(1)[0]
    assert (again["text"], again.get("typed")) == (cell["text"], cell.get("typed"))


def test_a_block_says_what_takes_it_back(make):
    file = make()
    file.write(0, 0, ["Анна", "=1+1"])

    before = file.write(0, 0, ["Олег", "7", None]).json()["before"]
    assert before == [["Анна", "=1+1", None]]
    file.write(0, 0, *before)
    assert file.texts(0) == ["Анна", "2"]


def test_a_block_with_a_refused_value_leaves_nothing_behind(make):
    file = make()
    rule = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]}, "strict": True}
    file.change(setDataValidation={"range": file.area(0, 10), "rule": rule})
    version = file.outline()["version"]

    refused = file.write(0, 0, ["1"], ["-1"])
    assert refused.status_code == 409
    assert refused.json()["error"] == "A2: Здесь нужно число больше 0."
    assert file.outline()["version"] == version
    assert file.texts(0) == []


def test_a_block_below_the_last_row_adds_rows_dressed_like_it(make):
    file = make(tabs=[{"title": "Лист", "gridProperties": {"rowCount": 2, "columnCount": 3}}])
    look = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    file.change(repeatCell={"range": file.area(0, 2), "cell": look, "fields": "userEnteredFormat.textFormat"})

    assert file.write(1, 0, ["второй"], ["третий"]).status_code == 200
    assert file.outline()["tabs"][0]["rows"] == 3
    assert "look" in file.cells(2)[0]


def test_a_block_beyond_the_last_column_is_refused_by_name(make):
    file = make(tabs=[{"title": "Лист", "gridProperties": {"rowCount": 2, "columnCount": 2}}])

    refused = file.write(0, 1, ["а", "б"])
    assert refused.status_code == 409
    assert "кончается столбцом B" in refused.json()["error"]


def test_a_sort_over_closed_cells_is_refused_in_russian(make, sheets_emulator: Emulator):
    file = make()
    file.write(0, 0, ["б"], ["а"])
    closed = {"range": file.area(0, 1), "editors": {"users": ["somebody@example.com"]}}
    protect_as_owner(sheets_emulator, file, closed)

    refused = file.change(sortRange={"range": file.area(0, 2), "sortSpecs": [{"dimensionIndex": 0}]})
    assert refused.status_code == 409
    assert "защищены" in refused.json()["error"]
    assert file.texts(0) == ["б"]
    assert file.outline()["tabs"][0]["guards"] == [{"area": [0, 0, 1, 26], "spared": [], "hard": True}]


def protect_as_owner(emulator: Emulator, file: File, protection: dict[str, Any]) -> None:
    book = emulator.api.world.drive.book(file.door.rsplit("/", 1)[1])
    with book.changing():
        book.tabs[0].edit_head()["protectedRanges"] = [{"protectedRangeId": 1, **protection}]


def test_a_warning_guards_softly(make):
    file = make()
    file.change(addProtectedRange={"protectedRange": {"range": file.area(0, 1), "warningOnly": True}})

    assert [guard["hard"] for guard in file.outline()["tabs"][0]["guards"]] == [False]
    assert file.write(0, 0, ["можно"]).status_code == 200


def test_a_tick_says_what_the_other_state_is_typed_as(make):
    file = make()
    file.change(setDataValidation={"range": file.area(0, 1), "rule": {"condition": {"type": "BOOLEAN"}}})
    assert file.cells(0)[0] | {"control": "tick", "ticked": False, "other": "TRUE"} == file.cells(0)[0]

    file.write(0, 0, ["TRUE"])
    assert (file.cells(0)[0]["ticked"], file.cells(0)[0]["other"]) == (True, "FALSE")


def test_a_dropdown_offers_the_texts_of_its_range(make):
    file = make()
    file.write(0, 1, ["раз"], ["два"])
    condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Лист!$B$1:$B"}]}
    file.change(setDataValidation={"range": file.area(5, 6), "rule": {"condition": condition}})

    offered = httpx.get(f"{file.door}/sheets/{file.sheet}/choices/5/0").json()
    assert offered == {"choices": ["раз", "два"]}


def test_no_more_rows_are_answered_than_a_screen_can_show(make):
    file = make()

    answer = httpx.get(f"{file.door}/sheets/{file.sheet}/rows/0/1000000").json()
    assert len(answer["rows"]) == 400


def test_a_file_that_is_not_shared_with_the_organiser_is_opened_as_its_owner(sheets_client, sheets_emulator: Emulator):
    book = sheets_client.create("Чужая")
    door = f"{sheets_emulator.url}/_local/files/{book.id}"
    block = {"sheet": book.sheet1.id, "row": 0, "column": 0, "rows": [["привет"]]}

    assert httpx.post(f"{door}/block", json=block).status_code == 200
    assert book.sheet1.acell("A1").value == "привет"


def test_a_short_address_leads_to_the_page_and_a_title_is_no_html(make, sheets_emulator: Emulator):
    file = make(title="<b>Жирная</b>")
    file_id = file.door.rsplit("/", 1)[1]

    page = httpx.get(f"{sheets_emulator.url}/spreadsheets/d/{file_id}", follow_redirects=True)
    assert page.url.path == f"/spreadsheets/d/{file_id}/edit"
    assert "&lt;b&gt;Жирная&lt;/b&gt;" in page.text
    assert "<b>" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_the_first_tab_is_downloaded_as_text(make, sheets_emulator: Emulator, kind):
    file = make()
    file.write(0, 0, ["Анна", "34"])

    answer = httpx.get(f"{sheets_emulator.url}/spreadsheets/d/{file.door.rsplit('/', 1)[1]}/export?format={kind}")
    assert answer.text == ("Анна,34" if kind == "csv" else "Анна\t34")


def test_the_shelves_know_the_kinds_of_file_by_their_tabs():
    for kind, shelf in zip(("catalogue", "roster", "ledger"), KINDS, strict=True):
        titles = {tab.title for tab in schema()[kind]}
        assert next(known for known in KINDS if known[0] in titles) == shelf
