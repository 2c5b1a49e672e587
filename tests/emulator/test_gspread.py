"""gspread, unmodified, against the emulator: each public method works, or is answered 501 by name."""

from __future__ import annotations

import io
from pathlib import Path

import gspread
import openpyxl
import pytest
from gspread.utils import (
    ExportFormat,
    MergeType,
    PasteOrientation,
    PasteType,
    ValidationConditionType,
    ValueRenderOption,
)

from local.sheets.server import Emulator
from tests.emulator.doors import door

ME = "zapis-site@demo.iam.gserviceaccount.com"


@pytest.fixture
def book(sheets_client: gspread.Client) -> gspread.Spreadsheet:
    return sheets_client.create("Season")


@pytest.fixture
def sheet(book: gspread.Spreadsheet) -> gspread.Worksheet:
    return book.sheet1


def fill(sheet: gspread.Worksheet, *rows: list[object]) -> None:
    sheet.update(list(rows), "A1")


# Client


def test_a_file_is_found_by_key_by_address_and_by_title(sheets_client: gspread.Client) -> None:
    made = sheets_client.create("Visits")

    assert sheets_client.open("Visits").id == made.id
    assert sheets_client.open_by_key(made.id).title == "Visits"
    assert sheets_client.open_by_url(made.url).id == made.id
    assert [book.id for book in sheets_client.openall("Visits")] == [made.id]
    with pytest.raises(gspread.SpreadsheetNotFound):
        sheets_client.open("No such title")


def test_files_are_listed_newest_first_by_title_and_by_folder(sheets_client: gspread.Client) -> None:
    first, second = sheets_client.create("A"), sheets_client.create("B", folder_id="folder-1")

    assert [item["id"] for item in sheets_client.list_spreadsheet_files()] == [second.id, first.id]
    assert [item["id"] for item in sheets_client.list_spreadsheet_files(title="A")] == [first.id]
    assert [item["id"] for item in sheets_client.list_spreadsheet_files(folder_id="folder-1")] == [second.id]
    assert sheets_client.get_file_drive_metadata(first.id)["name"] == "A"


def test_a_copy_has_the_cells_and_may_have_the_permissions_and_the_comments(sheets_client: gspread.Client) -> None:
    original = sheets_client.create("Season")
    original.sheet1.update([["a", "=1+1"]], "A1", raw=False)
    original.share("gate@example.com", "user", "reader")
    comments = f"https://www.googleapis.com/drive/v3/files/{original.id}/comments"
    sheets_client.http_client.request("post", comments, json={"content": "Look here"}, params={"fields": "id"})

    copied = sheets_client.copy(original.id, "Next season", copy_permissions=False)
    shared = sheets_client.copy(original.id, copy_permissions=False, copy_comments=False)

    assert copied.title == "Next season"
    assert shared.title == "Copy of Season"
    assert copied.sheet1.get("A1:B1", value_render_option=ValueRenderOption.formula) == [["a", "=1+1"]]
    found = sheets_client.http_client.request("get", comments.replace(original.id, copied.id), params={"fields": "*"})
    assert [comment["content"] for comment in found.json()["comments"]] == ["Look here"]
    assert len(copied.list_permissions()) == 1


def test_a_deleted_file_is_gone(sheets_client: gspread.Client) -> None:
    made = sheets_client.create("Short lived")

    sheets_client.del_spreadsheet(made.id)

    with pytest.raises(gspread.SpreadsheetNotFound):
        sheets_client.open_by_key(made.id)


def test_csv_takes_the_place_of_everything(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Import")
    book.add_worksheet("Other", 10, 10)

    sheets_client.import_csv(book.id, 'name,seats\n"Lift, works",15\n')

    assert [tab.title for tab in book.worksheets()] == ["Sheet1"]
    assert book.sheet1.get_all_values(value_render_option=ValueRenderOption.unformatted) == [
        ["name", "seats"],
        ["Lift, works", 15],
    ]


def test_the_client_lists_inserts_and_removes_permissions(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Shared")

    sheets_client.insert_permission(book.id, "gate@example.com", perm_type="user", role="reader")
    sheets_client.insert_permission(book.id, None, perm_type="anyone", role="reader")
    found = {item.get("emailAddress", item["type"]): item["id"] for item in sheets_client.list_permissions(book.id)}
    sheets_client.remove_permission(book.id, found["gate@example.com"])

    assert set(found) == {ME, "gate@example.com", "anyone"}
    assert len(sheets_client.list_permissions(book.id)) == 2


def test_the_client_exports_and_keeps_a_timeout(sheets_client: gspread.Client) -> None:
    book = sheets_client.create("Export")
    book.sheet1.update([["a", "b,c"]], "A1")

    sheets_client.set_timeout(5)

    assert sheets_client.http_client.timeout == 5
    assert sheets_client.export(book.id, ExportFormat.CSV) == b'a,"b,c"'


# Spreadsheet


def test_tabs_come_and_go(book: gspread.Spreadsheet) -> None:
    added = book.add_worksheet("Finances", rows=20, cols=5, index=0)
    twin = book.duplicate_sheet(added.id, insert_sheet_index=2, new_sheet_name="Twin")

    assert [tab.title for tab in book] == ["Finances", "Sheet1", "Twin"]
    assert (twin.row_count, twin.col_count, twin.column_count) == (20, 5, 5)
    assert book.get_worksheet(0).id == added.id
    assert book.get_worksheet_by_id(twin.id).title == "Twin"

    book.del_worksheet(added)
    book.del_worksheet_by_id(twin.id)
    assert [tab.title for tab in book.worksheets()] == ["Sheet1"]
    with pytest.raises(gspread.WorksheetNotFound):
        book.worksheet("Finances")


def test_tabs_are_put_into_an_order(book: gspread.Spreadsheet) -> None:
    tabs = [book.add_worksheet(title, 5, 5) for title in ("A", "B", "C")]

    book.reorder_worksheets([tabs[2], tabs[0], tabs[1]])

    assert [tab.title for tab in book.worksheets()] == ["C", "A", "B", "Sheet1"]


@pytest.mark.parametrize(("start", "target", "order"), [(0, 2, "BACD"), (0, 4, "BCDA"), (3, 0, "DABC"), (1, 1, "ABCD")])
def test_an_index_counts_before_the_tab_itself_is_taken_out(
    book: gspread.Spreadsheet, start: int, target: int, order: str
) -> None:
    tabs = [book.add_worksheet(title, 5, 5) for title in "ABCD"]
    book.del_worksheet(book.sheet1)

    tabs[start].update_index(target)

    assert "".join(tab.title for tab in book.worksheets()) == order


def test_the_spreadsheet_s_own_properties_change(book: gspread.Spreadsheet) -> None:
    book.update_title("Renamed")
    book.update_locale("ru_RU")
    book.update_timezone("Europe/Moscow")

    fresh = book.client.fetch_sheet_metadata(book.id)["properties"]
    assert (fresh["title"], fresh["locale"], fresh["timeZone"]) == ("Renamed", "ru_RU", "Europe/Moscow")
    assert (book.title, book.locale, book.timezone) == ("Renamed", "ru_RU", "Europe/Moscow")
    assert book.fetch_sheet_metadata()["properties"] == fresh


def test_drive_knows_when_a_file_was_made_and_changed(book: gspread.Spreadsheet, sheets_emulator: Emulator) -> None:
    made = book.get_lastUpdateTime()
    sheets_emulator.clock.advance(60)
    book.sheet1.update_acell("A1", "x")

    book.update_drive_metadata()

    assert book.creationTime <= made < book.get_lastUpdateTime()


def test_people_are_let_in_and_shown_the_door(book: gspread.Spreadsheet) -> None:
    book.share("organiser@example.com", "user", "writer", notify=False)
    book.share("example.com", "domain", "reader")

    assert {item["role"] for item in book.list_permissions()} == {"owner", "writer", "reader"}
    assert len(book.remove_permissions("organiser@example.com")) == 1
    assert len(book.remove_permissions("example.com", role="reader")) == 1
    assert [item["emailAddress"] for item in book.list_permissions()] == [ME]


def test_a_file_changes_hands(book: gspread.Spreadsheet) -> None:
    book.share("heir@example.com", "user", "writer")
    heir = next(item["id"] for item in book.list_permissions() if item.get("emailAddress") == "heir@example.com")

    book.transfer_ownership(heir)
    assert next(item for item in book.list_permissions() if item["id"] == heir)["pendingOwner"] is True
    book.accept_ownership(heir)

    roles = {item["emailAddress"]: item["role"] for item in book.list_permissions()}
    assert roles == {"heir@example.com": "owner", ME: "writer"}


def test_named_ranges_are_defined_read_and_deleted(book: gspread.Spreadsheet, sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"], ["c", "d"])

    sheet.define_named_range("A1:B2", "Block")

    assert [cell.value for cell in book.named_range("Block")] == ["a", "b", "c", "d"]
    assert sheet.get("Block") == [["a", "b"], ["c", "d"]]
    sheet.delete_named_range(book.list_named_ranges()[0]["namedRangeId"])
    assert book.list_named_ranges() == []


def test_values_methods_of_a_spreadsheet(book: gspread.Spreadsheet) -> None:
    book.values_update("Sheet1!A1", {"valueInputOption": "RAW"}, {"values": [[1, 2], [3, 4]]})
    book.values_append("Sheet1!A1", {"valueInputOption": "RAW"}, {"values": [[5, 6]]})
    book.values_batch_update(
        {"valueInputOption": "USER_ENTERED", "data": [{"range": "Sheet1!C1", "values": [["=A1+B1"]]}]}
    )

    assert book.values_get("Sheet1!A1:C3")["values"] == [["1", "2", "3"], ["3", "4"], ["5", "6"]]
    assert len(book.values_batch_get(["Sheet1!A:A", "Sheet1!C1"])["valueRanges"]) == 2
    book.values_clear("Sheet1!A1:A3")
    book.values_batch_clear(body={"ranges": ["Sheet1!B1", "Sheet1!B2"]})
    assert book.values_get("Sheet1!A1:C3")["values"] == [["", "", "0"], [], ["", "6"]]


def test_a_batch_of_requests_goes_through_as_it_is(book: gspread.Spreadsheet) -> None:
    answer = book.batch_update(
        {"requests": [{"addSheet": {"properties": {"title": "T"}}}, {"deleteSheet": {"sheetId": 0}}]}
    )

    assert answer["replies"][0]["addSheet"]["properties"]["title"] == "T"
    assert answer["replies"][1] == {}


def test_a_spreadsheet_is_exported_as_excel_with_what_it_looks_like(
    book: gspread.Spreadsheet, sheet: gspread.Worksheet, tmp_path: Path
) -> None:
    sheet.update([["Name", "Seats"], ['=HYPERLINK("https://example.com","Lift")', 15]], "A1", raw=False)
    sheet.format("A1:B1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 1, "green": 0.8, "blue": 0}})
    sheet.freeze(rows=1)

    found = openpyxl.load_workbook(io.BytesIO(book.export(ExportFormat.EXCEL)))["Sheet1"]

    assert [cell.value for cell in found[1]] == ["Name", "Seats"]
    assert found["B2"].value == 15
    assert found["A1"].font.b
    assert found["A1"].fill.fgColor.rgb == "FFFFCC00"
    assert found.freeze_panes == "A2"


@pytest.mark.parametrize("kind", [ExportFormat.PDF, ExportFormat.OPEN_OFFICE_SHEET, ExportFormat.ZIPPED_HTML])
def test_an_export_that_is_not_imitated_names_itself(book: gspread.Spreadsheet, kind: ExportFormat) -> None:
    with pytest.raises(gspread.exceptions.APIError, match=f"501.*export as {kind}"):
        book.export(kind)


# Worksheet: reading and writing


def test_cells_are_read_by_label_by_number_and_by_range(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"], ["c", "d"])

    assert sheet.acell("B2").value == "d"
    assert sheet.cell(1, 2).value == "b"
    assert [cell.value for cell in sheet.range("A1:B2")] == ["a", "b", "c", "d"]
    assert len(sheet.range()) == len(sheet.get_all_cells()) == 26_000
    assert sheet.row_values(2) == ["c", "d"]
    assert sheet.col_values(1) == ["a", "c"]


def test_cells_are_written_one_by_one_and_together(sheet: gspread.Worksheet) -> None:
    sheet.update_acell("A1", "=1+1")
    sheet.update_cell(1, 2, "0042")
    sheet.update_cells([gspread.Cell(2, 1, "x"), gspread.Cell(3, 2, "y")])
    sheet.batch_update([{"range": "C1:C2", "values": [["p"], ["q"]]}])

    assert sheet.get_all_values() == [["2", "42", "p"], ["x", "", "q"], ["", "y", ""]]
    assert sheet.get_values("A1:B1", value_render_option=ValueRenderOption.formula) == [["=1+1", 42]]


def test_rows_become_records(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["name", "seats"], ["Lift", 15], ["Shoes", ""])

    assert sheet.get_all_records() == [{"name": "Lift", "seats": 15}, {"name": "Shoes", "seats": ""}]


def test_many_ranges_are_read_in_one_call(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"], ["c", "d"])

    found = sheet.batch_get(["A1:A2", "B1", "D1"])

    assert [list(part) for part in found] == [[["a"], ["c"]], [["b"]], []]
    assert sheet.get("A1").first() == "a"
    assert sheet.get("A1").range == "Sheet1!A1"
    assert sheet.get("A1").major_dimension == "ROWS"


def test_clearing_takes_values_and_leaves_formats_and_notes(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"])
    sheet.insert_note("A1", "stays")

    sheet.batch_clear(["A1"])
    assert sheet.get_all_values() == [["", "b"]]
    sheet.clear()

    assert sheet.get_all_values() == [[]]
    assert sheet.get_note("A1") == "stays"


def test_a_row_is_appended_below_the_table(sheet: gspread.Worksheet) -> None:
    sheet.append_row(["a", "b"])
    answer = sheet.append_rows([["c", "d"], ["e"]], table_range="A1")

    assert answer["tableRange"] == "Sheet1!A1:B1"
    assert answer["updates"]["updatedRange"] == "Sheet1!A2:B3"
    assert sheet.get_all_values() == [["a", "b"], ["c", "d"], ["e", ""]]


def test_a_gap_in_the_row_makes_google_append_to_the_right_of_it(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["x", "", "y"])

    shifted = sheet.append_row(["1", "2", "3"])
    anchored = sheet.append_row(["1", "2", "3"], table_range="A1")

    assert (shifted["tableRange"], shifted["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2:E2")
    assert anchored["tableRange"] != "Sheet1!C1"


def test_rows_and_columns_are_inserted_and_deleted(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"], ["c", "d"])

    sheet.insert_row(["new"], 2)
    sheet.insert_rows([["r1"], ["r2"]], 1)
    sheet.insert_cols([["c1", "c2"]], 2)
    assert sheet.get_all_values()[:3] == [["r1", "c1", ""], ["r2", "c2", ""], ["a", "", "b"]]
    sheet.delete_columns(2)
    sheet.delete_rows(1, 2)
    sheet.delete_dimension(gspread.utils.Dimension.rows, 2)

    assert sheet.get_all_values() == [["a", "b"], ["c", "d"]]


def test_a_value_is_found_once_or_everywhere(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["Lift", "lift"], ["shoes", "Lift"])

    assert sheet.find("shoes").address == "A2"
    assert [cell.address for cell in sheet.findall("Lift")] == ["A1", "B2"]
    assert sheet.find("nothing") is None
    assert sheet.expand("A1") == [["Lift", "lift"], ["shoes", "Lift"]]


# Worksheet: the grid and its looks


def test_the_grid_grows_and_shrinks(sheet: gspread.Worksheet) -> None:
    sheet.resize(10, 5)
    sheet.add_rows(2)
    sheet.add_cols(1)

    fresh = sheet.spreadsheet.sheet1
    assert (fresh.row_count, fresh.col_count) == (12, 6)
    assert (sheet.row_count, sheet.col_count) == (12, 6)


def test_rows_are_sorted_by_several_columns(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["b", 1], ["a", 2], ["b", 3], ["", 9])

    sheet.sort((1, "asc"), (2, "des"), range="A1:B4")

    assert sheet.get_all_values() == [["a", "2"], ["b", "3"], ["b", "1"], ["", "9"]]


def test_a_tab_has_a_title_a_colour_and_a_place(book: gspread.Spreadsheet, sheet: gspread.Worksheet) -> None:
    other = book.add_worksheet("Other", 5, 5)

    sheet.update_title("It's mine")
    sheet.update_tab_color("#ff7f00")
    other.update_index(0)

    fresh = book.worksheet("It's mine")
    assert (fresh.title, fresh.index, fresh.get_tab_color(), fresh.tab_color) == ("It's mine", 1, "#FF7F00", "#FF7F00")
    assert fresh.url.endswith(f"#gid={sheet.id}")
    assert fresh.spreadsheet is book
    sheet.clear_tab_color()
    assert book.worksheet("It's mine").get_tab_color() is None


def test_tabs_hide_and_gridlines_too(book: gspread.Spreadsheet, sheet: gspread.Worksheet) -> None:
    other = book.add_worksheet("Other", 5, 5)

    other.hide()
    sheet.hide_gridlines()
    assert [tab.title for tab in book.worksheets(exclude_hidden=True)] == ["Sheet1"]
    assert book.worksheet("Other").isSheetHidden
    assert book.sheet1.is_gridlines_hidden
    other.show()
    sheet.show_gridlines()

    assert not book.worksheet("Other").isSheetHidden
    assert not book.sheet1.is_gridlines_hidden


def test_the_last_visible_tab_cannot_be_hidden(sheet: gspread.Worksheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="You can't hide all the sheets in a document"):
        sheet.hide()


def test_rows_and_columns_freeze(sheet: gspread.Worksheet) -> None:
    sheet.freeze(rows=2, cols=1)

    fresh = sheet.spreadsheet.sheet1
    assert (fresh.frozen_row_count, fresh.frozen_col_count) == (2, 1)


def test_a_basic_filter_is_set_and_cleared(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"], ["1", "2"])

    sheet.set_basic_filter()
    shown = sheet.spreadsheet.fetch_sheet_metadata()["sheets"][0]["basicFilter"]["range"]
    sheet.clear_basic_filter()

    assert shown == {"startRowIndex": 0, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 26}
    assert "basicFilter" not in sheet.spreadsheet.fetch_sheet_metadata()["sheets"][0]


def test_cells_take_formats_one_range_or_many(sheet: gspread.Worksheet) -> None:
    sheet.format("A1:B1", {"textFormat": {"bold": True}})
    sheet.format(["A2", "B2"], {"horizontalAlignment": "CENTER"})
    sheet.batch_format([{"range": "A1", "format": {"backgroundColor": {"red": 1}}}])

    found = sheet.spreadsheet.fetch_sheet_metadata(
        {"ranges": "Sheet1!A1:B2", "fields": "sheets.data.rowData.values.userEnteredFormat"}
    )["sheets"][0]["data"][0]["rowData"]
    first = found[0]["values"][0]["userEnteredFormat"]
    assert first["textFormat"] == {"bold": True}
    assert first["backgroundColor"] == {"red": 1}
    assert first["backgroundColorStyle"] == {"rgbColor": {"red": 1}}
    assert found[1]["values"][1]["userEnteredFormat"] == {"horizontalAlignment": "CENTER"}


def test_rows_and_columns_are_sized_hidden_and_grouped(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a much longer text than a column of a hundred pixels can show"])

    sheet.columns_auto_resize(0, 1)
    sheet.rows_auto_resize(0, 1)
    sheet.hide_columns(1, 2)
    sheet.hide_rows(2, 4)
    sheet.unhide_rows(2, 3)
    sheet.add_dimension_group_rows(0, 2)
    sheet.add_dimension_group_columns(0, 3)

    data = sheet.spreadsheet.fetch_sheet_metadata({"fields": "sheets.data(rowMetadata,columnMetadata)"})
    rows, columns = data["sheets"][0]["data"][0]["rowMetadata"], data["sheets"][0]["data"][0]["columnMetadata"]
    assert columns[0]["pixelSize"] > 300
    assert columns[1] == {"pixelSize": 100, "hiddenByUser": True}
    assert [row.get("hiddenByUser") for row in rows[:5]] == [None, None, None, True, None]
    assert [group["range"]["endIndex"] for group in sheet.list_dimension_group_rows()] == [2]
    assert [group["range"]["endIndex"] for group in sheet.list_dimension_group_columns()] == [3]
    sheet.unhide_columns(1, 2)
    sheet.delete_dimension_group_rows(0, 2)
    sheet.delete_dimension_group_columns(0, 3)
    assert sheet.list_dimension_group_rows() == []


def test_cells_merge_and_part(sheet: gspread.Worksheet) -> None:
    sheet.merge_cells("A1:B2")
    sheet.batch_merge([{"range": "C1:D2", "mergeType": MergeType.merge_columns}, {"range": "E1:F1"}])
    assert len(sheet.spreadsheet.fetch_sheet_metadata()["sheets"][0]["merges"]) == 4

    with pytest.raises(gspread.exceptions.APIError, match="must select all cells in a merged range"):
        sheet.unmerge_cells("A1")
    sheet.unmerge_cells("A1:F2")

    assert "merges" not in sheet.spreadsheet.fetch_sheet_metadata()["sheets"][0]


def test_notes_are_written_read_and_cleared(sheet: gspread.Worksheet) -> None:
    sheet.update_note("A1", "one")
    sheet.insert_note("B1", "two")
    sheet.update_notes({"C1": "three"})
    sheet.insert_notes({"B2": "four"})

    assert sheet.get_note("A1") == "one"
    assert sheet.get_notes() == [["one", "two", "three"], ["", "four"]]
    sheet.clear_note("A1")
    sheet.clear_notes(["B1", "C1", "B2"])
    assert sheet.get_notes() == [[]]


def test_a_range_is_protected_and_freed(book: gspread.Spreadsheet, sheet: gspread.Worksheet) -> None:
    sheet.add_protected_range("A1:B2", description="seats", editor_users_emails=["organiser@example.com"])

    entry = book.list_protected_ranges(sheet.id)[0]
    assert entry["description"] == "seats"
    assert set(entry["editors"]["users"]) == {"organiser@example.com", ME}
    sheet.delete_protected_range(entry["protectedRangeId"])
    assert book.list_protected_ranges(sheet.id) == []


def test_ranges_are_copied_and_cut(sheet: gspread.Worksheet) -> None:
    fill(sheet, ["a", "b"])
    sheet.update_acell("A2", "=A1&B1")

    sheet.copy_range("A1:B1", "D1:E1")
    sheet.copy_range("A2", "D2")
    sheet.copy_range("A1:B1", "A4:A5", PasteType.values, PasteOrientation.transpose)
    sheet.cut_range("B1", "C3")

    assert sheet.get("A1:E5") == [["a", "", "", "a", "b"], ["a", "", "", "ab"], ["", "", "b"], ["a"], ["b"]]


def test_validation_is_set_and_does_not_bind_the_api(sheet: gspread.Worksheet) -> None:
    sheet.add_validation("A1", ValidationConditionType.one_of_list, ["yes", "no"], strict=True, showCustomUi=True)

    sheet.update_acell("A1", "maybe")

    found = sheet.spreadsheet.fetch_sheet_metadata({"fields": "sheets.data.rowData.values.dataValidation"})
    rule = found["sheets"][0]["data"][0]["rowData"][0]["values"][0]["dataValidation"]
    assert rule["condition"]["values"] == [{"userEnteredValue": "yes"}, {"userEnteredValue": "no"}]
    assert rule["strict"] is True
    assert sheet.acell("A1").value == "maybe"


def test_a_tab_is_duplicated_and_copied_to_another_file(
    sheets_client: gspread.Client, sheet: gspread.Worksheet
) -> None:
    fill(sheet, ["a"])
    other = sheets_client.create("Other")

    sheet.duplicate(new_sheet_name="Twin", insert_sheet_index=1)
    sheet.copy_to(other.id)

    assert sheet.spreadsheet.worksheet("Twin").acell("A1").value == "a"
    assert other.worksheet("Copy of Sheet1").acell("A1").value == "a"


def test_every_public_method_is_called_above() -> None:
    text = Path(__file__).read_text("utf-8")
    classes = (gspread.Client, gspread.Spreadsheet, gspread.Worksheet)
    names = {name for owner in classes for name in vars(owner) if not name.startswith("_")}
    plumbing = {
        "expiry",
        "lastUpdateTime",
        "session",
        "http_client",
        "client",
        "spreadsheet_id",
        "login",
        "id",
        "from_json",
    }
    assert {name for name in names - plumbing if f".{name}" not in text} == set()


def test_another_s_file_is_403_and_a_missing_one_404(sheets_client: gspread.Client, sheets_emulator: Emulator) -> None:
    private = door(sheets_emulator, "POST", "files", {"title": "Private"})

    with pytest.raises(PermissionError):
        sheets_client.open_by_key(private["id"])
    with pytest.raises(gspread.SpreadsheetNotFound):
        sheets_client.open_by_key("1" * 44)
