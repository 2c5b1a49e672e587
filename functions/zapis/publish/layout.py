"""The declared tabs -> the Sheets API requests that lay a spreadsheet out.

The rule it guards: laying out adds what is missing and touches nothing else. What people moved, added,
widened or recoloured stays as it is, and a file that lacks nothing gets no request at all. What an earlier release
wrote otherwise is renewed only where that is asked for: see `renewal`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from zapis.core.tables import column_letter
from zapis.publish import charts, renewal, shades
from zapis.publish.changes import Change
from zapis.publish.looks import body_look, colour, header_look
from zapis.publish.places import CELLS_MASK, SHEET_MASK, Place, Places, entered, place, quoted
from zapis.publish.validation import rule_of, ruled, typed
from zapis.schema import Column, Tab
from zapis.sheets import Json, Sheets

DEFAULT_TITLES = ("Лист1", "Sheet1")
LOCALE, TIME_ZONE = "ru_RU", "Europe/Moscow"

TYPED_ROWS = 500
"""What organisers see below a header before they have to add rows."""
GROWN_ROWS = 100
"""Where a machine adds rows as it needs them: empty cells count towards Google's ten million."""


def lay_out(sheets: Sheets, spreadsheet: str, tabs: Sequence[Tab], editors: Sequence[str] = ()) -> int:
    """Add to the spreadsheet what it lacks; how many requests that took, 0 for none.

    `editors` are the accounts that may write where Zapis writes; none: people are only warned there.
    Two reads and at most one write. Raises ZapisError.
    """
    return apply(sheets, spreadsheet, lacking(sheets, spreadsheet, tabs, editors))


def apply(sheets: Sheets, spreadsheet: str, changes: Sequence[Change]) -> int:
    """Make these changes in one write; how many they were. Raises ZapisError."""
    if changes:
        sheets.batch_update(spreadsheet, [change.request for change in changes])
    return len(changes)


def lacking(sheets: Sheets, spreadsheet: str, tabs: Sequence[Tab], editors: Sequence[str] = ()) -> list[Change]:
    """The changes that add what the spreadsheet lacks. Two reads. Raises ZapisError."""
    return _compare(sheets, spreadsheet, tabs, editors, renew=False)


def differing(sheets: Sheets, spreadsheet: str, tabs: Sequence[Tab], editors: Sequence[str] = ()) -> list[Change]:
    """The same, and those that renew what an earlier release laid out otherwise. Two reads. Raises ZapisError."""
    return _compare(sheets, spreadsheet, tabs, editors, renew=True)


def _compare(
    sheets: Sheets, spreadsheet: str, tabs: Sequence[Tab], editors: Sequence[str], renew: bool
) -> list[Change]:
    file = sheets.get(spreadsheet, (), f"properties(locale,timeZone),{SHEET_MASK}")
    ranges = ranges_to_look_at(file["sheets"], tabs)
    cells = sheets.get(spreadsheet, ranges, CELLS_MASK)["sheets"] if ranges else ()
    data = {sheet["properties"]["sheetId"]: sheet.get("data", ()) for sheet in cells}
    existing = [{**sheet, "data": data.get(sheet["properties"]["sheetId"], ())} for sheet in file["sheets"]]
    return [*_settling(file.get("properties", {})), *_laying_out(existing, tabs, editors, renew)]


def ranges_to_look_at(existing: Sequence[Json], tabs: Sequence[Tab]) -> list[str]:
    """The cells that tell what is missing: two rows from the header, and whole tabs where rows are declared (A1)."""
    declared = {tab.title: tab for tab in tabs}
    titles = [sheet["properties"]["title"] for sheet in existing]
    ranges = [quoted(title) + ("" if declared[title].rows else "!1:2") for title in titles if title in declared]
    return ranges + [quoted(sheet["properties"]["title"]) for sheet in _untouched(existing, declared)]


def requests_to_lay_out(existing: Sequence[Json], tabs: Sequence[Tab], editors: Sequence[str] = ()) -> list[Json]:
    """The requests that add what `existing` sheets (with the cells of `ranges_to_look_at`) lack of `tabs`."""
    return [change.request for change in _laying_out(existing, tabs, editors, renew=False)]


def _settling(properties: Json) -> Iterator[Change]:
    """What makes 31.12.2026 a date and the hours Moscow's; nothing where they are."""
    wanted = {"locale": LOCALE, "timeZone": TIME_ZONE}
    if not wanted.items() <= properties.items():
        request = {"updateSpreadsheetProperties": {"properties": wanted, "fields": "locale,timeZone"}}
        yield Change(f"the file's locale is not {LOCALE}, or its time zone is not {TIME_ZONE}", request)


def _laying_out(existing: Sequence[Json], tabs: Sequence[Tab], editors: Sequence[str], renew: bool) -> Iterator[Change]:
    """What `existing` (the spreadsheet's sheets with the cells of `ranges_to_look_at`) lacks of `tabs`."""
    sheets = {sheet["properties"]["title"]: sheet for sheet in existing}
    taken = {sheet["properties"]["sheetId"] for sheet in existing}
    places = {tab.title: place(tab, sheets.get(tab.title), taken) for tab in tabs}
    for here in places.values():
        yield from _grid(here)
    for here in places.values():
        yield from _headers(here, places)
        yield from _columns(here, places)
        yield from _rows(here)
        yield from _guards(here, editors)
        yield from charts.lacking(here, places)
        yield from shades.lacking(here)
        if renew:
            yield from renewal.outdated(here, places)
    for sheet in _untouched(existing, places):
        if not entered(sheet):
            gone = {"deleteSheet": {"sheetId": sheet["properties"]["sheetId"]}}
            yield Change("the empty sheet of a new file is there", gone)


def _untouched(existing: Sequence[Json], declared: Collection[str]) -> Iterator[Json]:
    """The lone sheet that Google puts into a new file, as far as its title tells."""
    titles = [sheet["properties"]["title"] for sheet in existing]
    if len(titles) == 1 and titles[0] in DEFAULT_TITLES and titles[0] not in declared:
        yield existing[0]


def _grid(here: Place) -> Iterator[Change]:
    if not here.exists:
        yield Change(f"the tab «{here.tab.title}» is missing", {"addSheet": {"properties": _properties(here)}})
        return
    lacking = max(here.columns.values()) + 1 - here.width
    if lacking > 0:
        wider = {"sheetId": here.sheet, "dimension": "COLUMNS", "length": lacking}
        yield Change(f"«{here.tab.title}»: the grid is too narrow", {"appendDimension": wider})


def _properties(here: Place) -> Json:
    tab = here.tab
    grid = {"rowCount": TYPED_ROWS if typed(tab) else GROWN_ROWS, "columnCount": here.width, "frozenRowCount": 1}
    grid |= {"frozenColumnCount": tab.frozen} if tab.frozen else {}
    properties = {"sheetId": here.sheet, "title": tab.title, "gridProperties": grid}
    if tab.colour:
        properties["tabColorStyle"] = colour(tab.colour)
    return properties | ({"hidden": True} if tab.hidden else {})


def _headers(here: Place, places: Places) -> Iterator[Change]:
    if here.missing:
        cells = [
            {"userEnteredValue": _header(here, column, places), "userEnteredFormat": look, "note": column.note}
            for look in [header_look(here.tab)]
            for column in here.missing
        ]
        first = here.columns[here.missing[0].key]
        named = ", ".join(f"«{column.header}»" for column in here.missing)
        what = f"«{here.tab.title}»: without {named}"
        yield Change(what, _cells(here, 0, first, cells, "userEnteredValue,userEnteredFormat,note"))
    for column in here.broken:
        cell = {"userEnteredValue": _header(here, column, places)}
        what = f"«{here.tab.title}»: the column «{column.header}» has lost its formula"
        yield Change(what, _cells(here, 0, here.columns[column.key], [cell], "userEnteredValue"))


def _header(here: Place, column: Column, places: Places) -> Json:
    if column.lookup is None:
        return {"stringValue": column.header}
    ids = f"{here.letter('id')}:{here.letter('id')}"
    return {"formulaValue": _formula(ids, column, places[column.lookup])}


def _formula(ids: str, column: Column, hidden: Place) -> str:
    """The header's text in row 1; in every other row what the hidden tab says of the row's `_id`.

    Semicolons are understood under every locale, commas are not (Russian has them in its numbers).
    An omitted value leaves the cell truly empty: an empty text would count as data to appendCells.
    """
    header = column.header.replace('"', '""')
    table = f"{hidden.title}!{hidden.letter('id')}:{column_letter(max(hidden.columns.values()))}"
    position = hidden.columns[column.key] - hidden.columns["id"] + 1
    found = f"IFERROR(VLOOKUP({ids};{table};{position};FALSE))"
    return f'=ARRAYFORMULA(IF(ROW({ids})=1;"{header}";IF({ids}="";;{found})))'


def _columns(here: Place, places: Places) -> Iterator[Change]:
    for column in here.missing:
        what = f"«{here.tab.title}»: «{column.header}» does not look and ask as declared"
        yield from (Change(what, request) for request in _dressing(here, column, places))


def _dressing(here: Place, column: Column, places: Places) -> Iterator[Json]:
    index = here.columns[column.key]
    span = {"sheetId": here.sheet, "dimension": "COLUMNS", "startIndex": index, "endIndex": index + 1}
    width = {"range": span, "properties": {"pixelSize": column.width}, "fields": "pixelSize"}
    yield {"updateDimensionProperties": width}
    below = {**_column(here, column), "startRowIndex": 1}
    look = body_look(here.tab, column)
    if look:
        fields = ",".join(f"userEnteredFormat.{name}" for name in look)
        yield {"repeatCell": {"range": below, "cell": {"userEnteredFormat": look}, "fields": fields}}
    rule = rule_of(here.tab, column, places)
    if rule:
        yield {"setDataValidation": {"range": ruled(here, column), "rule": rule}}


def _rows(here: Place) -> Iterator[Change]:
    """The declared rows that are missing, below those that are there."""
    missing = [row for row in here.tab.rows if row["id"] not in here.ids]
    for number, row in enumerate(missing, max(here.height, 1)):
        what = f"«{here.tab.title}»: the row «{row.get('name', row['id'])}» is missing"
        for key in filter(row.get, row):
            cell = {"userEnteredValue": _value(row[key])}
            yield Change(what, _cells(here, number, here.columns[key], [cell], "userEnteredValue"))


def _value(text: str) -> Json:
    return {"numberValue": int(text)} if text.isdecimal() else {"stringValue": text}


def _guards(here: Place, editors: Sequence[str]) -> Iterator[Change]:
    """Where people never look only `editors` may write; in people's tabs the guard asks first.

    It must not refuse there: Google lets nobody sort or move what holds a cell closed to them, and a sort
    that left `_id` behind would give every row another row's slot.
    """
    hard = bool(editors) and here.tab.colour is None
    for description, where in _guarded(here):
        if description not in here.guarded:
            allowed = {"editors": {"users": list(editors)}} if hard else {"warningOnly": True}
            guard = {"range": where, "description": description, **allowed}
            what = f"«{here.tab.title}»: the protection «{description}» is missing"
            yield Change(what, {"addProtectedRange": {"protectedRange": guard}})


def _guarded(here: Place) -> Iterator[tuple[str, Json]]:
    """What only Zapis writes: a whole tab where no person looks, single columns of the others."""
    if here.tab.colour is None:
        yield f"Запись: {here.tab.title}", {"sheetId": here.sheet}
        return
    for column in here.tab.columns:
        if column.owner != "people":
            yield f"Запись: {column.header}", _column(here, column)


def _column(here: Place, column: Column) -> Json:
    index = here.columns[column.key]
    return {"sheetId": here.sheet, "startColumnIndex": index, "endColumnIndex": index + 1}


def _cells(here: Place, row: int, column: int, values: Sequence[Json], fields: str) -> Json:
    start = {"sheetId": here.sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": list(values)}], "fields": fields}}
