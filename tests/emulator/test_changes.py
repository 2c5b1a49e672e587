"""batchUpdate, request by request: what each changes, what it answers, what it refuses."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from local.sheets.changes import APPLY, NOT_IMITATED

Json = dict[str, Any]


@pytest.fixture
def book(sheets_client: gspread.Client) -> gspread.Spreadsheet:
    made = sheets_client.create("Changes")
    made.sheet1.update([["c", 3, "x"], ["a", 1, "y"], ["b", 2, "X"]], "A1")
    return made


def area(top: int, left: int, bottom: int, right: int) -> Json:
    return {
        "sheetId": 0,
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def do(book: gspread.Spreadsheet, **request: Any) -> Json:
    """Send one request; answers its reply."""
    reply: Json = book.batch_update({"requests": [request]})["replies"][0]
    return reply.get(next(iter(request)), reply)


def head(book: gspread.Spreadsheet) -> Json:
    """The first sheet without its cells."""
    found: Json = book.fetch_sheet_metadata()["sheets"][0]
    return found


def cells(book: gspread.Spreadsheet, where: str, mask: str) -> list[list[Json]]:
    data = book.fetch_sheet_metadata({"ranges": where, "fields": f"sheets.data.rowData.values({mask})"})
    rows = data["sheets"][0]["data"][0].get("rowData", [])
    return [row.get("values", []) for row in rows]


def shown(book: gspread.Spreadsheet) -> list[list[str]]:
    found: list[list[str]] = book.sheet1.get_all_values()
    return found


# Cells


def test_update_cells_clears_what_its_rows_do_not_cover(book: gspread.Spreadsheet) -> None:
    row = {"values": [{"userEnteredValue": {"stringValue": "new"}}]}

    do(book, updateCells={"range": area(0, 0, 2, 2), "rows": [row], "fields": "userEnteredValue"})

    assert shown(book) == [["new", "", "x"], ["", "", "y"], ["b", "2", "X"]]


def test_update_cells_refuses_more_rows_than_its_range(book: gspread.Spreadsheet) -> None:
    with pytest.raises(APIError, match=r"requests\[0\]\.updateCells: Attempting to write row: 1, beyond the last"):
        do(book, updateCells={"range": area(0, 0, 1, 1), "rows": [{}, {}], "fields": "note"})
    with pytest.raises(APIError, match=r"Range \(Sheet1!A1000:A1001\) exceeds grid limits\. Max rows: 1000"):
        do(book, updateCells={"range": area(999, 0, 1001, 1), "rows": [], "fields": "note"})


@pytest.mark.parametrize("kind", ["updateCells", "repeatCell", "appendCells", "updateSheetProperties"])
def test_a_change_without_its_fields_is_refused(book: gspread.Spreadsheet, kind: str) -> None:
    with pytest.raises(APIError, match="At least one field must be listed in 'fields'"):
        do(book, **{kind: {"range": area(0, 0, 1, 1), "rows": [], "cell": {}, "properties": {}}})


def test_a_repeated_formula_points_as_far_from_each_cell(book: gspread.Spreadsheet) -> None:
    cell = {"userEnteredValue": {"formulaValue": "=B1*10"}}

    do(book, repeatCell={"range": area(0, 3, 3, 4), "cell": cell, "fields": "userEnteredValue"})

    assert book.sheet1.get("D1:D3") == [["30"], ["10"], ["20"]]


def test_a_format_s_field_changes_alone(book: gspread.Spreadsheet) -> None:
    book.sheet1.format("A1", {"textFormat": {"bold": True, "italic": True}, "wrapStrategy": "WRAP"})
    cell = {"userEnteredFormat": {"textFormat": {"bold": False}}}

    do(book, repeatCell={"range": area(0, 0, 1, 1), "cell": cell, "fields": "userEnteredFormat.textFormat.bold"})

    found = cells(book, "A1", "userEnteredFormat")[0][0]["userEnteredFormat"]
    assert found == {"textFormat": {"bold": False, "italic": True}, "wrapStrategy": "WRAP"}


def test_appended_values_are_of_the_kind_they_are_sent_as(book: gspread.Spreadsheet) -> None:
    values = [{"stringValue": "=1+1"}, {"numberValue": 2}, {"boolValue": True}, {"formulaValue": "=1+1"}]
    row = {"values": [{"userEnteredValue": value} for value in values]}

    assert do(book, appendCells={"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}) == {}

    found = cells(book, "A4:D4", "userEnteredValue,effectiveValue,formattedValue")[0]
    assert [cell["userEnteredValue"] for cell in found] == values
    assert found[3]["effectiveValue"] == {"numberValue": 2}
    assert [cell["formattedValue"] for cell in found] == ["=1+1", "2", "TRUE", "2"]


def test_appended_rows_go_below_a_checkbox_that_is_not_ticked(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([[False]], "E7")

    book.batch_update(
        {
            "requests": [
                {"appendCells": {"rows": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}], "fields": "*"}}
            ]
        }
    )

    assert book.sheet1.acell("A8").value == "1"


def test_an_error_is_given_with_its_kind(book: gspread.Spreadsheet) -> None:
    book.sheet1.update_acell("D1", "=1/0")

    found = cells(book, "D1", "effectiveValue,formattedValue")[0][0]

    assert found["formattedValue"] == "#DIV/0!"
    assert found["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"


def test_a_link_is_given_beside_its_text(book: gspread.Spreadsheet) -> None:
    book.sheet1.update_acell("D1", '=HYPERLINK("https://example.com/"&B1,"Ticket")')

    assert cells(book, "D1", "hyperlink,formattedValue")[0][0] == {
        "hyperlink": "https://example.com/3",
        "formattedValue": "Ticket",
    }


def test_borders_are_drawn_round_and_inside(book: gspread.Spreadsheet) -> None:
    line = {"style": "SOLID"}

    do(book, updateBorders={"range": area(0, 0, 2, 2), "top": line, "innerVertical": line})

    found = cells(book, "A1:B2", "userEnteredFormat.borders")
    assert set(found[0][0]["userEnteredFormat"]["borders"]) == {"top", "right"}
    assert set(found[1][1]["userEnteredFormat"]["borders"]) == {"left"}


def test_sorting_puts_numbers_before_texts_and_blanks_last(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["b", 1], ["", 2], [3, 3], [True, 4], ["a", 5], [1, 6]], "A1")

    do(book, sortRange={"range": area(0, 0, 6, 2), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]})
    upwards = book.sheet1.col_values(2)
    do(book, sortRange={"range": area(0, 0, 6, 2), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]})

    assert upwards == ["6", "3", "5", "1", "4", "2"]
    assert book.sheet1.col_values(2) == ["4", "1", "5", "3", "6", "2"]


def test_find_and_replace_counts_what_it_changed(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([['=CONCATENATE("x")']], "D1", raw=False)

    plain = do(book, findReplace={"find": "x", "replacement": "z", "allSheets": True})
    pattern = do(
        book,
        findReplace={"find": "^(z)$", "replacement": "$1$1", "searchByRegex": True, "matchCase": True, "sheetId": 0},
    )

    assert plain == {"valuesChanged": 2, "rowsChanged": 2, "sheetsChanged": 1, "occurrencesChanged": 2}
    assert pattern["occurrencesChanged"] == 2
    assert [row[2] for row in shown(book)] == ["zz", "y", "zz"]


def test_doubles_and_spare_spaces_are_removed(book: gspread.Spreadsheet) -> None:
    book.sheet1.update([["  a  b ", 1], ["A B", 1], ["c", 2]], "A1")

    trimmed = do(book, trimWhitespace={"range": area(0, 0, 3, 1)})
    removed = do(book, deleteDuplicates={"range": area(0, 0, 3, 2)})

    assert (trimmed, removed) == ({"cellsChangedCount": 1}, {"duplicatesRemovedCount": 1})
    assert book.sheet1.get("A1:B3") == [["a b", "1"], ["c", "2"]]


def test_a_merge_keeps_its_first_cell(book: gspread.Spreadsheet) -> None:
    do(book, mergeCells={"range": area(0, 0, 2, 2), "mergeType": "MERGE_ALL"})

    assert shown(book) == [["c", "", "x"], ["", "", "y"], ["b", "2", "X"]]


# Rows and columns


def test_inserted_rows_take_the_looks_of_the_row_before(book: gspread.Spreadsheet) -> None:
    book.sheet1.format("A1:B1", {"textFormat": {"bold": True}})

    span = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    do(book, insertDimension={"range": span, "inheritFromBefore": True})

    assert shown(book)[1] == ["", "", ""]
    assert cells(book, "A2", "userEnteredFormat")[0][0]["userEnteredFormat"] == {"textFormat": {"bold": True}}


def test_everything_that_points_at_cells_follows_them(book: gspread.Spreadsheet) -> None:
    spot = area(2, 0, 3, 2)
    rule = {"ranges": [spot], "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}}}
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0}}}
    source = {"sourceRange": {"sources": [spot]}}
    chart = {"spec": {"basicChart": {"domains": [{"domain": source}]}}, "position": position}
    requests = [
        {"mergeCells": {"range": spot}},
        {"addProtectedRange": {"protectedRange": {"range": spot}}},
        {"addNamedRange": {"namedRange": {"name": "Spot", "range": spot}}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addFilterView": {"filter": {"title": "F", "range": spot}}},
        {"addBanding": {"bandedRange": {"range": spot, "rowProperties": {}}}},
        {"addChart": {"chart": chart}},
        {"setBasicFilter": {"filter": {"range": spot}}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 5}}},
    ]

    book.batch_update({"requests": requests})

    found = head(book)
    ranges = [
        found["merges"][0],
        found["protectedRanges"][0]["range"],
        book.list_named_ranges()[0]["range"],
        found["conditionalFormats"][0]["ranges"][0],
        found["filterViews"][0]["range"],
        found["bandedRanges"][0]["range"],
        found["charts"][0]["spec"]["basicChart"]["domains"][0]["domain"]["sourceRange"]["sources"][0],
        found["basicFilter"]["range"],
    ]
    assert [(r["startRowIndex"], r["endRowIndex"]) for r in ranges] == [(7, 8)] * 8


def test_what_pointed_at_deleted_rows_alone_is_gone(book: gspread.Spreadsheet) -> None:
    spot = area(1, 0, 2, 2)
    book.batch_update(
        {
            "requests": [
                {"mergeCells": {"range": spot}},
                {"addNamedRange": {"namedRange": {"name": "Spot", "range": spot}}},
                {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}},
            ]
        }
    )

    assert "merges" not in head(book)
    assert book.list_named_ranges() == []


@pytest.mark.parametrize(("start", "end", "to", "order"), [(0, 1, 3, "abc"), (2, 3, 0, "bca"), (0, 2, 3, "bca")])
def test_rows_move_to_before_the_row_that_was_there(
    book: gspread.Spreadsheet, start: int, end: int, to: int, order: str
) -> None:
    source = {"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end}

    do(book, moveDimension={"source": source, "destinationIndex": to})

    assert "".join(book.sheet1.col_values(1)) == order


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 999, "endIndex": 1001}}},
            "Cannot delete a row that doesn't exist. Tried to delete row index 1000 but there are only 1000 rows.",
        ),
        (
            {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1000}}},
            "Sorry, it is not possible to delete all non-frozen rows.",
        ),
        ({"addSheet": {"properties": {"title": "sheet1"}}}, 'A sheet with the name "sheet1" already exists.'),
        ({"deleteSheet": {"sheetId": 0}}, "You can't remove all the sheets in a document."),
        ({"deleteSheet": {"sheetId": 9}}, "No sheet with id: 9"),
        ({"updateCells": {"range": {"sheetId": 9}, "rows": [], "fields": "*"}}, "No grid with id: 9"),
        ({"deleteProtectedRange": {"protectedRangeId": 7}}, "No protected range with id: 7"),
        ({"deleteNamedRange": {"namedRangeId": "7"}}, "No named range with id: 7"),
        ({"addNamedRange": {"namedRange": {"name": "A1", "range": {}}}}, "Invalid name: A1"),
        ({"deleteConditionalFormatRule": {"sheetId": 0, "index": 3}}, "No conditional format on sheet at index: 3"),
        ({"deleteEmbeddedObject": {"objectId": 5}}, "No embedded object with id: 5"),
    ],
)
def test_what_cannot_be_done_is_refused_and_named(book: gspread.Spreadsheet, request_: Json, message: str) -> None:
    with pytest.raises(APIError) as refusal:
        book.batch_update({"requests": [request_]})

    name = next(iter(request_))
    assert refusal.value.error["message"].startswith(f"Invalid requests[0].{name}: {message}")


def test_a_tab_is_protected_as_a_whole_only_once(book: gspread.Spreadsheet) -> None:
    whole = {"protectedRange": {"range": {"sheetId": 0}}}
    do(book, addProtectedRange=whole)

    with pytest.raises(APIError, match='Sheet "Sheet1" already has sheet protection'):
        do(book, addProtectedRange=whole)


# Things that lie over cells


def test_a_protection_changes_its_description_and_its_editors(book: gspread.Spreadsheet) -> None:
    entry = do(book, addProtectedRange={"protectedRange": {"range": area(0, 0, 1, 1)}})["protectedRange"]
    changed = {**entry, "description": "seats", "editors": {"users": ["a@example.com"]}}

    do(book, updateProtectedRange={"protectedRange": changed, "fields": "description,editors"})

    found = head(book)["protectedRanges"][0]
    assert found["description"] == "seats"
    assert "a@example.com" in found["editors"]["users"]


def test_conditional_formats_keep_their_order(book: gspread.Spreadsheet) -> None:
    def rule(word: str) -> Json:
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": word}]}
        return {"ranges": [area(0, 0, 3, 1)], "booleanRule": {"condition": condition, "format": {}}}

    def order() -> list[str]:
        rules = head(book).get("conditionalFormats", [])
        return [r["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for r in rules]

    for index, word in enumerate("abc"):
        do(book, addConditionalFormatRule={"rule": rule(word), "index": index})
    assert order() == ["a", "b", "c"]
    do(book, updateConditionalFormatRule={"sheetId": 0, "index": 0, "newIndex": 2})
    assert order() == ["b", "c", "a"]
    replaced = do(book, updateConditionalFormatRule={"index": 1, "rule": rule("d")})
    assert replaced["oldRule"]["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "c"}]
    do(book, deleteConditionalFormatRule={"sheetId": 0, "index": 0})
    assert order() == ["d", "a"]


def test_filter_views_are_added_copied_changed_and_deleted(book: gspread.Spreadsheet) -> None:
    made = do(book, addFilterView={"filter": {"title": "Open", "range": area(0, 0, 3, 3)}})["filter"]
    twin = do(book, duplicateFilterView={"filterId": made["filterViewId"]})["filter"]

    changed = {"filterViewId": twin["filterViewId"], "title": "Full"}
    do(book, updateFilterView={"filter": changed, "fields": "title"})
    do(book, deleteFilterView={"filterId": made["filterViewId"]})

    assert [view["title"] for view in head(book)["filterViews"]] == ["Full"]


def test_bands_do_not_overlap(book: gspread.Spreadsheet) -> None:
    band = {"range": area(0, 0, 3, 3), "rowProperties": {"firstBandColor": {"red": 1}}}
    made = do(book, addBanding={"bandedRange": band})["bandedRange"]

    with pytest.raises(APIError, match="already has alternating background colors"):
        do(book, addBanding={"bandedRange": band})
    do(
        book,
        updateBanding={
            "bandedRange": {"bandedRangeId": made["bandedRangeId"], "rowProperties": {}},
            "fields": "rowProperties",
        },
    )
    do(book, deleteBanding={"bandedRangeId": made["bandedRangeId"]})

    assert "bandedRanges" not in head(book)


def test_a_chart_is_placed_moved_and_deleted(book: gspread.Spreadsheet) -> None:
    position = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 1, "columnIndex": 4}}}
    made = do(book, addChart={"chart": {"spec": {"title": "Seats"}, "position": position}})["chart"]

    do(book, updateChartSpec={"chartId": made["chartId"], "spec": {"title": "Free seats"}})
    anchor = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 9}}}
    do(book, updateEmbeddedObjectPosition={"objectId": made["chartId"], "newPosition": anchor, "fields": "anchorCell"})

    found = head(book)["charts"][0]
    assert found["spec"]["title"] == "Free seats"
    assert found["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 9}
    assert found["position"]["overlayPosition"]["widthPixels"] == 600
    do(book, deleteEmbeddedObject={"objectId": made["chartId"]})
    assert "charts" not in head(book)


def test_metadata_goes_where_its_row_goes(book: gspread.Spreadsheet) -> None:
    span = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    entry = {
        "metadataKey": "slot",
        "metadataValue": "s1",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": span},
    }
    made = do(book, createDeveloperMetadata={"developerMetadata": entry})["developerMetadata"]
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}/developerMetadata"
    lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "slot"}}]}

    do(book, insertDimension={"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 3}})
    found = book.client.request("post", f"{address}:search", json=lookup).json()["matchedDeveloperMetadata"]
    one = book.client.request("get", f"{address}/{made['metadataId']}").json()

    assert found[0]["developerMetadata"] == one
    assert one["location"]["dimensionRange"]["startIndex"] == 4
    do(book, deleteDimension={"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5}})
    assert book.client.request("post", f"{address}:search", json=lookup).json() == {}


def test_groups_nest_and_fold(book: gspread.Spreadsheet) -> None:
    def span(start: int, end: int) -> Json:
        return {"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end}

    do(book, addDimensionGroup={"range": span(0, 6)})
    groups = do(book, addDimensionGroup={"range": span(2, 4)})["dimensionGroups"]
    inner = {"range": span(2, 4), "depth": 2, "collapsed": True}
    do(book, updateDimensionGroup={"dimensionGroup": inner, "fields": "collapsed"})

    assert [(g["range"]["startIndex"], g["range"]["endIndex"], g["depth"]) for g in groups] == [(0, 6, 1), (2, 4, 2)]
    assert [group.get("collapsed") for group in head(book)["rowGroups"]] == [None, True]


def test_a_sheet_is_created_whole_through_the_sheets_api(sheets_client: gspread.Client) -> None:
    cell = {"userEnteredValue": {"stringValue": "x"}}
    body = {
        "properties": {"title": "Made", "locale": "ru_RU"},
        "sheets": [{"properties": {"title": "T"}, "data": [{"rowData": [{"values": [cell]}]}]}],
    }

    made = sheets_client.http_client.request("post", "https://sheets.googleapis.com/v4/spreadsheets", json=body).json()

    book = sheets_client.open_by_key(made["spreadsheetId"])
    assert [tab.title for tab in book.worksheets()] == ["T"]
    assert book.worksheet("T").acell("A1").value == "x"


def test_the_response_s_ranges_are_those_asked_for_before_the_change(book: gspread.Spreadsheet) -> None:
    body = {
        "requests": [{"addSheet": {"properties": {"title": "Later"}}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A1:B1", "Sheet1!C2"],
        "responseIncludeGridData": True,
    }

    answer = book.batch_update(body)["updatedSpreadsheet"]

    assert [sheet["properties"]["title"] for sheet in answer["sheets"]] == ["Sheet1"]
    data = answer["sheets"][0]["data"]
    assert [cell["formattedValue"] for cell in data[0]["rowData"][0]["values"]] == ["c", "3"]
    assert (data[1]["startRow"], data[1]["startColumn"]) == (1, 2)


def test_grid_data_comes_with_defaults_and_sizes(book: gspread.Spreadsheet) -> None:
    found = book.fetch_sheet_metadata({"ranges": "A1:C2", "includeGridData": "true"})["sheets"][0]["data"][0]

    assert found["columnMetadata"] == [{"pixelSize": 100}] * 3
    assert found["rowMetadata"] == [{"pixelSize": 21}] * 2
    cell = found["rowData"][0]["values"][1]
    assert cell["effectiveFormat"]["horizontalAlignment"] == "RIGHT"
    assert cell["userEnteredValue"] == {"numberValue": 3}


NONSENSE: tuple[Json, ...] = (
    {"range": 5, "fields": "*", "properties": 7, "rows": {"a": 1}, "filter": [], "source": "x"},
    {"fields": 3},
)


@pytest.mark.parametrize("name", sorted(APPLY))
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_a_request_is_the_caller_s_fault(book: gspread.Spreadsheet, name: str, nonsense: Json) -> None:
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}"
    before = book.fetch_sheet_metadata()

    answer = book.client.session.post(f"{address}:batchUpdate", json={"requests": [{name: nonsense}]})

    assert answer.status_code in (200, 400), answer.text
    assert answer.status_code == 200 or book.fetch_sheet_metadata() == before


@pytest.mark.parametrize("name", sorted(NOT_IMITATED))
def test_a_request_that_is_not_imitated_names_itself(book: gspread.Spreadsheet, name: str) -> None:
    with pytest.raises(APIError, match=f"501.*the request {name}"):
        do(book, **{name: {}})
