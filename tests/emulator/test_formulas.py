"""Formulas: worked out when read, true after every move of what they point at."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local.sheets import values
from local.sheets.a1 import Box
from local.sheets.calc import Calc
from local.sheets.changes import apply, check
from local.sheets.changes.context import Context
from local.sheets.changes.sheets import new_head
from local.sheets.clock import Clock
from local.sheets.ranges import within
from local.sheets.values import Pen, Rendering
from local.sheets.workbook import Json, Workbook

LOOKUP = """=ARRAYFORMULA(IF(ROW(N:N)=1,"Занято",IF(N:N="",,IFERROR(VLOOKUP(N:N,'_места'!A:E,2,FALSE),""))))"""


class Desk:
    """A workbook with two tabs, and hands to write into it and read it."""

    def __init__(self, locale: str = "en_US") -> None:
        self.book = Workbook(
            "1", {"properties": {"title": "T", "locale": locale, "timeZone": "Etc/GMT"}, "owner": "me"}
        )
        self.book.load_tab(new_head({"title": "Расписание"}, 0), [])
        self.book.load_tab(new_head({"title": "_места"}, 1), [])
        self.clock = Clock()
        self.calc = Calc(self.book, self.clock)

    def put(self, where: str, *rows: list[Any], option: str = "USER_ENTERED") -> None:
        with self.book.changing():
            values.update(self.book, where, {"values": list(rows)}, Pen("me", option))

    def get(self, where: str, render: str = "FORMATTED_VALUE") -> Any:
        found = values.get(self.book, self.calc, where, Rendering(render=render))
        return found.get("values", [])

    def cell(self, where: str, render: str = "UNFORMATTED_VALUE") -> Any:
        found = self.get(where, render)
        return found[0][0] if found else ""

    def change(self, *requests: Json) -> list[Json]:
        with self.book.changing():
            return apply(Context(self.book, self.calc, "me"), check({"requests": list(requests)}))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=1+2*3^2", "19"),
        ("=-2^2", "4"),
        ("= 1 / 1024", "0.0009765625"),
        ("=10%*50", "5"),
        ('="a"&1.5&TRUE', "a1.5TRUE"),
        ('=IF(1>2,"a","b")', "b"),
        ('=IF(1>2;"a";"b")', "b"),
        ("=IF(FALSE,1)", "FALSE"),
        ("=SUM(1,2,3)", "6"),
        ("=1/0", "#DIV/0!"),
        ('=IFERROR(1/0,"none")', "none"),
        ('="x"+1', "#VALUE!"),
        ('="5"+1', "6"),
        ("=NOPE(1)", "#NAME?"),
        ("=1+", "#ERROR!"),
        ('=VLOOKUP("z",A1:B2,2,FALSE)', "#N/A"),
        ("=SUM(Нет!A1)", "#REF!"),
        ('=HYPERLINK("https://example.com","Билет")', "Билет"),
        ("=DATE(2026,5,9)", "5/9/2026"),
        ('=TEXT(46151,"dd.mm.yyyy")', "09.05.2026"),
        ("=ROUND(2.345,2)", "2.35"),
        ('="А"="а"', "TRUE"),
        ("=NOT(TRUE)", "FALSE"),
        ('=JOIN(", ",{"a","b"})', "a, b"),
        ("=0.1+0.2", "0.3"),
        ("=1/3", "0.3333333333"),
    ],
)
def test_a_formula_shows_what_sheets_shows(desk: Desk, formula: str, shown: str) -> None:
    desk.put("C1", [formula])

    assert desk.get("C1") == [[shown]]
    assert desk.cell("C1", "FORMULA") == formula


def test_ranges_are_counted_summed_and_looked_up(desk: Desk) -> None:
    desk.put("'_места'!A1", ["id", 1, "x"], ["s1", 5, "lift"], ["s2", 7, "Lift"], ["s3", "", "shoes"])

    desk.put("A1", ["=SUM('_места'!B:B)"], ["=COUNTIF('_места'!C:C,\"lift\")"], ["=COUNTIF('_места'!B:B,\">=5\")"])
    desk.put(
        "A4",
        ["=XLOOKUP(\"s2\",'_места'!A:A,'_места'!B:B,\"none\")"],
        ["=XLOOKUP(\"s9\",'_места'!A:A,'_места'!B:B,\"none\")"],
    )
    desk.put("A6", ["=SUMIF('_места'!C:C,\"lift\",'_места'!B:B)"], ["=COUNTA('_места'!A:A)"], ["=MAX('_места'!B:B)"])

    assert [row[0] for row in desk.get("A1:A8", "UNFORMATTED_VALUE")] == [13, 2, 2, 7, "none", 12, 4, 7]


def test_one_formula_in_a_header_fills_its_column(desk: Desk) -> None:
    desk.put("'_места'!A1", ["id", "taken"], ["s1", 3], ["s2", 0])
    desk.put("N1", ["_id"], ["s2"], ["s1"], ["s9"])

    desk.put("K1", [LOOKUP])

    assert desk.get("K1:K10", "UNFORMATTED_VALUE") == [["Занято"], [0], [3]]
    assert desk.get("K1:K3", "FORMULA") == [[LOOKUP], [0], [3]]


def test_a_filled_column_is_worked_out_anew_when_its_source_changes(desk: Desk) -> None:
    desk.put("N1", ["_id"], ["s1"])
    desk.put("K1", [LOOKUP])
    assert desk.get("K2") == []

    desk.put("'_места'!A1", ["s1", 4])

    assert desk.get("K2") == [["4"]]


def test_an_array_does_not_overwrite_what_somebody_typed(desk: Desk) -> None:
    desk.put("N1", ["_id"], ["s1"])
    desk.put("K1", [LOOKUP])

    desk.put("K7", ["mine"])
    assert desk.get("K1:K7") == [["#REF!"], [], [], [], [], [], ["mine"]]
    desk.put("K7", [""])

    assert desk.get("K1") == [["Занято"]]


def test_two_filled_columns_may_build_on_one_another(desk: Desk) -> None:
    desk.put("A1", ["n"], [1], [2])
    desk.put("C1", ['=ARRAYFORMULA(IF(ROW(A1:A3)=1,"twice",B1:B3*2))'])
    desk.put("B1", ['=ARRAYFORMULA(IF(ROW(A1:A3)=1,"more",A1:A3+1))'])

    assert desk.get("A1:C3", "UNFORMATTED_VALUE") == [["n", "more", "twice"], [1, 2, 4], [2, 3, 6]]


def test_empty_texts_that_an_array_leaves_are_data_and_blanks_are_not(desk: Desk) -> None:
    row: Json = {"sheetId": 0, "rows": [{"values": [{"userEnteredValue": {"stringValue": "new"}}]}], "fields": "*"}
    desk.put("B1", ['=ARRAYFORMULA(IF(A:A="",,"seen"))'])
    desk.change({"appendCells": row})
    assert desk.get("A1:B2") == [[], ["new", "seen"]]

    desk.put("B1", ['=ARRAYFORMULA(IF(A:A="","","seen"))'])
    desk.change({"appendCells": row})

    assert desk.cell("A1001") == "new"


def test_a_circle_is_an_error_and_not_the_end(desk: Desk) -> None:
    desk.put("A1", ["=B1", "=A1+1"])

    assert desk.get("A1:B1") == [["#REF!", "#REF!"]]


def test_today_is_the_clock_s_day_in_the_spreadsheet_s_zone() -> None:
    desk = Desk("ru_RU")
    desk.clock.stop_at(1_779_000_000)
    desk.put("A1", ["=TODAY()"])
    assert desk.get("A1") == [["17.05.2026"]]

    desk.clock.advance(86_400)

    assert desk.get("A1") == [["18.05.2026"]]


def dimension(kind: str, axis: str, start: int, end: int, **more: Any) -> Json:
    return {kind: {"range": {"sheetId": 0, "dimension": axis, "startIndex": start, "endIndex": end}, **more}}


@pytest.mark.parametrize(
    ("request_", "formula"),
    [
        (dimension("insertDimension", "ROWS", 0, 2), "=SUM(T!A3:A5)+T!$B$3+SUM(T!C:C)"),
        (dimension("insertDimension", "ROWS", 2, 3), "=SUM(T!A1:A4)+T!$B$1+SUM(T!C:C)"),
        (dimension("insertDimension", "COLUMNS", 0, 1), "=SUM(T!B1:B3)+T!$C$1+SUM(T!D:D)"),
        (dimension("deleteDimension", "ROWS", 1, 2), "=SUM(T!A1:A2)+T!$B$1+SUM(T!C:C)"),
        (dimension("deleteDimension", "COLUMNS", 1, 2), "=SUM(T!A1:A3)+#REF!+SUM(T!B:B)"),
        (dimension("deleteDimension", "COLUMNS", 2, 3), "=SUM(T!A1:A3)+T!$B$1+SUM(#REF!)"),
    ],
)
def test_references_follow_rows_and_columns(desk: Desk, request_: Json, formula: str) -> None:
    desk.change({"updateSheetProperties": {"properties": {"sheetId": 0, "title": "T"}, "fields": "title"}})
    desk.put("'_места'!A1", ["=SUM(T!A1:A3)+T!$B$1+SUM(T!C:C)"])

    desk.change(request_)

    assert desk.cell("'_места'!A1", "FORMULA") == formula


def test_a_lookup_column_follows_when_columns_move(desk: Desk) -> None:
    desk.put("'_места'!A1", ["s1", 4])
    desk.put("N1", ["_id"], ["s1"])
    desk.put("K1", [LOOKUP])

    source = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 13, "endIndex": 14}

    desk.change({"moveDimension": {"source": source, "destinationIndex": 0}})

    assert desk.cell("L1", "FORMULA") == LOOKUP.replace("N:N", "A:A")
    assert desk.get("A1:L2")[1][-1] == "4"


def test_references_follow_a_tab_s_new_title_and_die_with_it(desk: Desk) -> None:
    desk.put("A1", ["='_места'!A1"])

    desk.change({"updateSheetProperties": {"properties": {"sheetId": 1, "title": "Seats"}, "fields": "title"}})
    assert desk.cell("A1", "FORMULA") == "=Seats!A1"
    desk.change({"deleteSheet": {"sheetId": 1}})

    assert desk.cell("A1", "FORMULA") == "=#REF!"


def test_a_pasted_formula_points_as_far_from_its_new_place(desk: Desk) -> None:
    desk.put("A1", [1, "=A1*2+$A$1"], [5])
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}

    desk.change({"copyPaste": {"source": area, "destination": {**area, "startRowIndex": 1, "endRowIndex": 2}}})

    assert desk.cell("B2", "FORMULA") == "=A2*2+$A$1"
    assert desk.cell("B2") == 11


def test_text_that_looks_like_a_formula_stays_text_when_it_is_raw(desk: Desk) -> None:
    desk.put("A1", ['=HYPERLINK("http://x")'], option="RAW")

    assert desk.cell("A1") == '=HYPERLINK("http://x")'
    assert not desk.book.tabs[0].has_formulas


def test_ten_lookup_columns_over_ten_thousand_rows_are_read_within_seconds(desk: Desk) -> None:
    with desk.book.changing():
        values.grow(desk.book, desk.book.tabs[0], 10_000, 26)
        values.grow(desk.book, desk.book.tabs[1], 10_000, 26)
    desk.put("'_места'!A1", *[[f"s{i}", i] for i in range(10_000)], option="RAW")
    desk.put("N1", ["_id"], *[[f"s{i}"] for i in range(9_999)], option="RAW")
    desk.put("D1", [LOOKUP] * 10)

    started = time.perf_counter()
    found = desk.get("A1:N")

    assert found[9_999][3] == "9998"
    assert time.perf_counter() - started < 10


def test_an_open_range_ends_where_the_grid_does(desk: Desk) -> None:
    assert within(desk.book.tabs[0], Box(top=1, left=0, right=1)).bottom == 1000


def test_a_long_chain_of_formulas_is_worked_out_from_its_far_end(desk: Desk) -> None:
    desk.put("A1", [1], *[[f"=A{row}+1"] for row in range(1, 900)])

    assert desk.cell("A900") == 900


def test_a_long_circle_ends(desk: Desk) -> None:
    desk.put("A1", ["=A500"], *[[f"=A{row}+1"] for row in range(1, 500)])

    assert desk.cell("A250") == "#REF!"


def test_an_array_feeds_another_beyond_the_last_typed_row(desk: Desk) -> None:
    desk.put("A1", ["=SEQUENCE(5)", "=ARRAYFORMULA(A1:A6*2)", "=SUM(B:B)", "=COUNTA(A:A)"])

    assert desk.get("A1:D6", "UNFORMATTED_VALUE") == [[1, 2, 30, 5], [2, 4], [3, 6], [4, 8], [5, 10], ["", 0]]


def test_a_number_too_large_is_an_error(desk: Desk) -> None:
    desk.put("A1", ["=10^308*10"], ["=10^999"])

    assert desk.get("A1:A2") == [["#NUM!"], ["#NUM!"]]
