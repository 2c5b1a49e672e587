"""What `zapis sheet init` does to a spreadsheet, seen through the emulator by the real client."""

import pytest

from local.sheets.server import Emulator
from tests.publish.conftest import JOBS, SITE, Office
from zapis.publish.hidden import append_ids, rewrite
from zapis.publish.layout import lay_out
from zapis.schema import Tab, schema, tab
from zapis.sheets import append_rows

KINDS = ["catalogue", "roster", "ledger"]
TABS = [(kind, tab) for kind in KINDS for tab in schema()[kind]]
SLOTS, TOURS, SEASON, REGISTRATIONS = (tab("catalogue", key) for key in ("slots", "tours", "season", "registrations"))
SEATS = tab("catalogue", "seats")


def index(of: Tab, key: str) -> int:
    return [column.key for column in of.columns].index(key)


@pytest.fixture(scope="module")
def laid_out(emulator: Emulator, tmp_path_factory) -> tuple[Office, dict[str, str]]:
    """One file of each kind, to be looked at and never changed."""
    office = Office(emulator, tmp_path_factory.mktemp("keys"))
    return office, {kind: office.lay_out(kind) for kind in KINDS}


def sheet_id(office: Office, spreadsheet: str, title: str) -> int:
    return office.tabs(spreadsheet)[title]["sheetId"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_spreadsheet_gets_the_declared_tabs_in_their_order_and_nothing_else(laid_out, kind):
    office, files = laid_out

    found = office.tabs(files[kind])

    assert [*found] == [tab.title for tab in schema()[kind]]
    assert {title for title, properties in found.items() if properties.get("hidden")} == {
        tab.title for tab in schema()[kind] if tab.hidden
    }


@pytest.mark.parametrize(("kind", "of"), TABS, ids=lambda value: getattr(value, "title", value))
def test_the_first_row_says_what_each_column_is(laid_out, kind, of):
    office, files = laid_out

    headers = office.cells(files[kind], of.title)[0]

    assert [cell["formattedValue"] for cell in headers] == [column.header for column in of.columns]
    assert [cell["note"] for cell in headers] == [column.note for column in of.columns]
    assert all(cell["userEnteredFormat"]["textFormat"]["bold"] for cell in headers)


@pytest.mark.parametrize(("kind", "of"), TABS, ids=lambda value: getattr(value, "title", value))
def test_the_header_stays_in_view_and_columns_are_as_wide_as_declared(laid_out, kind, of):
    office, files = laid_out
    mask = "sheets(properties.gridProperties,data.columnMetadata.pixelSize)"

    found = office.sheets().get(files[kind], [f"'{of.title}'"], mask)["sheets"][0]

    assert found["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert [column["pixelSize"] for column in found["data"][0]["columnMetadata"]] == [c.width for c in of.columns]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stands_below_the_header_but_declared_rows(laid_out, kind):
    office, files = laid_out
    mask = "sheets(properties.title,data.rowData.values.userEnteredValue)"

    sheets = office.sheets().get(files[kind], (), mask)["sheets"]

    filled = {sheet["properties"]["title"]: len(sheet["data"][0]["rowData"]) for sheet in sheets}
    assert filled == {tab.title: 1 + len(tab.rows) for tab in schema()[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_laying_out_again_changes_nothing(laid_out, kind):
    office, files = laid_out
    before = office.version(files[kind])

    assert office.lay_out_again(kind, files[kind]) == 0
    assert office.version(files[kind]) == before


def test_dates_are_typed_and_shown_as_in_russia(office):
    catalogue = office.lay_out("catalogue")

    office.type(catalogue, SLOTS.title, 1, index(SLOTS, "date"), "5.12.2026").raise_for_status()
    office.type(catalogue, SLOTS.title, 1, index(SLOTS, "time"), "9:30").raise_for_status()
    office.type(catalogue, SLOTS.title, 1, index(SLOTS, "opens"), "1.12.2026 10:00").raise_for_status()

    row = office.cells(catalogue, SLOTS.title)[1]
    assert row[index(SLOTS, "date")]["formattedValue"] == "05.12.2026"
    assert row[index(SLOTS, "time")]["formattedValue"] == "09:30"
    assert row[index(SLOTS, "opens")]["formattedValue"] == "01.12.2026 10:00"
    assert "numberValue" in row[index(SLOTS, "date")]["effectiveValue"]


def test_a_phone_stays_as_it_was_typed(office):
    catalogue = office.lay_out("catalogue")
    enterprises = tab("catalogue", "enterprises")

    office.type(catalogue, enterprises.title, 1, index(enterprises, "phone"), "+7 495 000-00-01").raise_for_status()

    cell = office.cells(catalogue, enterprises.title)[1][index(enterprises, "phone")]
    assert cell["userEnteredValue"] == {"stringValue": "+7 495 000-00-01"}


def test_a_choice_outside_the_list_is_not_taken(office):
    catalogue = office.lay_out("catalogue")
    place = index(TOURS, "kind")

    refused = office.type(catalogue, TOURS.title, 1, place, "лекция")

    assert refused.status_code == 409
    assert office.type(catalogue, TOURS.title, 1, place, "мастер-класс").ok


def test_the_schedule_offers_the_tours_that_are_there(laid_out):
    office, files = laid_out

    cell = office.cells(files["catalogue"], SLOTS.title)[1][index(SLOTS, "tour")]

    condition = cell["dataValidation"]["condition"]
    assert condition["type"] == "ONE_OF_RANGE"
    assert condition["values"] == [{"userEnteredValue": "='Экскурсии и мастер-классы'!$A$2:$A"}]


def test_a_tick_can_be_set_in_any_row_of_the_schedule(office):
    catalogue = office.lay_out("catalogue")

    office.type(catalogue, SLOTS.title, 7, index(SLOTS, "confirm"), "TRUE").raise_for_status()

    cell = office.cells(catalogue, SLOTS.title)[7][index(SLOTS, "confirm")]
    assert cell["userEnteredValue"] == {"boolValue": True}
    assert cell["dataValidation"]["condition"]["type"] == "BOOLEAN"


def test_nobody_types_into_a_tab_that_nobody_looks_at(office):
    catalogue = office.lay_out("catalogue")

    refused = office.type(catalogue, SEATS.title, 1, 1, "1")

    assert refused.status_code == 409


@pytest.mark.parametrize("key", ["taken", "id"])
def test_where_zapis_writes_among_peoples_cells_the_guard_asks_and_lets_rows_be_sorted(office, key):
    catalogue = office.lay_out("catalogue")

    of_slots = office.sheets().get(catalogue, [f"'{SLOTS.title}'!A1"], "sheets.protectedRanges")["sheets"][0]

    guards = {guard["range"]["startColumnIndex"]: guard for guard in of_slots["protectedRanges"]}
    assert guards[index(SLOTS, key)]["warningOnly"]


def test_every_account_appends_to_the_ledger(office):
    ledger = office.make(JOBS, SITE)
    lay_out(office.sheets(JOBS), ledger, schema()["ledger"])

    journal = sheet_id(office, ledger, "_journal")
    for account in (SITE, JOBS):
        office.sheets(account).batch_update(ledger, [append_rows(journal, [[account]])])

    assert [row[0] for row in office.texts(ledger, "_journal")] == ["at", SITE, JOBS]


@pytest.mark.parametrize(("kind", "key"), [("catalogue", "registrations"), ("roster", "visitors")])
def test_a_line_that_is_appended_lands_below_the_last_one(office, kind, key):
    spreadsheet, of = office.lay_out(kind), tab(kind, key)
    sheet = sheet_id(office, spreadsheet, of.title)

    for line in ("one", "two"):
        office.change(spreadsheet, append_ids(sheet, index(of, "id"), [line]))

    ids = [row[index(of, "id")]["formattedValue"] for row in office.cells(spreadsheet, of.title, "1:3")]
    assert ids == ["_id", "one", "two"]


def test_a_column_shows_what_the_hidden_tab_says_of_the_rows_id(office):
    catalogue = office.lay_out("catalogue")
    tabs = office.tabs(catalogue)
    slots, seats = tabs[SLOTS.title]["sheetId"], tabs["_места"]["sheetId"]

    office.change(
        catalogue,
        append_ids(slots, index(SLOTS, "id"), ["b", "unknown", "a"]),
        *rewrite(seats, {"a": (15, 2, 0, "✓"), "b": (3, 0, 12, "мест больше обычного")}),
    )

    columns = [index(SLOTS, key) for key in ("taken", "waiting", "free", "check", "id")]
    shown = [[row[column] for column in columns] for row in office.texts(catalogue, SLOTS.title)[:4]]
    assert shown == [
        ["Занято", "Ждут", "Свободно", "Проверка", "_id"],
        ["3", "0", "12", "мест больше обычного", "b"],
        ["", "", "", "", "unknown"],
        ["15", "2", "0", "✓", "a"],
    ]


def test_what_people_moved_and_added_stays_and_still_shows_the_right_rows(office):
    catalogue = office.lay_out("catalogue")
    tabs = office.tabs(catalogue)
    slots, seats = tabs[SLOTS.title]["sheetId"], tabs["_места"]["sheetId"]
    columns = {"sheetId": slots, "dimension": "COLUMNS"}
    last = index(SLOTS, "id")
    office.change(
        catalogue,
        {"moveDimension": {"source": {**columns, "startIndex": last, "endIndex": last + 1}, "destinationIndex": 0}},
        {"insertDimension": {"range": {**columns, "startIndex": 2, "endIndex": 3}}},
    )
    office.type(catalogue, SLOTS.title, 0, 2, "Для себя").raise_for_status()
    before = office.texts(catalogue, SLOTS.title)[0]

    assert office.lay_out_again("catalogue", catalogue) == 0

    assert office.texts(catalogue, SLOTS.title)[0] == before
    assert before[:3] == ["_id", "Экскурсия", "Для себя"]
    office.change(catalogue, append_ids(slots, 0, ["a"]), *rewrite(seats, {"a": (7, 0, 8, "✓")}))
    assert office.texts(catalogue, SLOTS.title)[1][before.index("Занято")] == "7"


def test_a_column_that_was_deleted_comes_back_behind_the_last_one(office):
    catalogue = office.lay_out("catalogue")
    place = index(SLOTS, "status")
    gone = {"sheetId": sheet_id(office, catalogue, SLOTS.title), "dimension": "COLUMNS"}
    office.change(catalogue, {"deleteDimension": {"range": {**gone, "startIndex": place, "endIndex": place + 1}}})

    office.lay_out_again("catalogue", catalogue)

    assert office.texts(catalogue, SLOTS.title)[0][-2:] == ["_id", "Статус"]
    assert office.type(catalogue, SLOTS.title, 1, len(SLOTS.columns) - 1, "скоро").status_code == 409
    assert office.lay_out_again("catalogue", catalogue) == 0


def test_a_header_that_lost_its_formula_gets_it_again(office):
    catalogue = office.lay_out("catalogue")
    slots, place = sheet_id(office, catalogue, SLOTS.title), index(SLOTS, "taken")
    typed = {"userEnteredValue": {"stringValue": "Занято"}}
    start = {"sheetId": slots, "rowIndex": 0, "columnIndex": place}
    office.change(
        catalogue, {"updateCells": {"start": start, "rows": [{"values": [typed]}], "fields": "userEnteredValue"}}
    )

    assert office.lay_out_again("catalogue", catalogue) == 1

    assert "formulaValue" in office.cells(catalogue, SLOTS.title)[0][place]["userEnteredValue"]
    assert office.lay_out_again("catalogue", catalogue) == 0


def test_a_formula_that_somebody_typed_into_is_not_taken_for_a_missing_column(office):
    catalogue = office.lay_out("catalogue")
    slots, place = sheet_id(office, catalogue, SLOTS.title), index(SLOTS, "taken")
    start = {"sheetId": slots, "rowIndex": 3, "columnIndex": place}
    cells = [{"values": [{"userEnteredValue": {"stringValue": "много"}}]}]
    office.change(catalogue, {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}})
    assert office.texts(catalogue, SLOTS.title)[0][place] == "#REF!"

    assert office.lay_out_again("catalogue", catalogue) == 0


def test_a_setting_that_was_deleted_comes_back_and_the_others_keep_their_values(office):
    catalogue = office.lay_out("catalogue")
    season, value = sheet_id(office, catalogue, SEASON.title), index(SEASON, "value")
    office.type(catalogue, SEASON.title, 1, value, "Наш сезон").raise_for_status()
    row = {"sheetId": season, "dimension": "ROWS", "startIndex": 6, "endIndex": 7}
    office.change(catalogue, {"deleteDimension": {"range": row}})

    office.lay_out_again("catalogue", catalogue)

    rows = {row[-1]: row[value] for row in office.texts(catalogue, SEASON.title)[1:]}
    assert rows["title"] == "Наш сезон"
    assert rows[SEASON.rows[5]["id"]] == SEASON.rows[5]["value"]
    assert len(rows) == len(SEASON.rows)
    assert office.lay_out_again("catalogue", catalogue) == 0


def test_a_first_sheet_with_something_in_it_is_kept(office):
    spreadsheet = office.make()
    office.type(spreadsheet, "Sheet1", 0, 0, "Черновик").raise_for_status()

    office.lay_out_again("roster", spreadsheet)

    assert office.texts(spreadsheet, "Sheet1") == [["Черновик"]]
    assert "Посетители" in office.tabs(spreadsheet)


def test_a_spreadsheet_becomes_russian_and_lives_by_moscow_time(office):
    spreadsheet = office.make()
    american = {"properties": {"locale": "en_US", "timeZone": "Etc/GMT"}, "fields": "locale,timeZone"}
    office.change(spreadsheet, {"updateSpreadsheetProperties": american})

    office.lay_out_again("catalogue", spreadsheet)

    found = office.sheets().get(spreadsheet, (), "properties(locale,timeZone)")["properties"]
    assert found == {"locale": "ru_RU", "timeZone": "Europe/Moscow"}


def test_a_file_costs_two_reads_and_one_write(tmp_path):
    with Emulator() as emulator:
        office = Office(emulator, tmp_path)
        emulator.clock.stop_at(emulator.clock.time())

        office.lay_out("catalogue")

        assert emulator.quota.spent() | {"read": 2, "write": 1} == emulator.quota.spent()
