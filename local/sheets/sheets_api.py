"""The methods of the Sheets API: a call in, a message out. Which URL leads here is said in api.py."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import unquote

from local.sheets import changes, tables, values
from local.sheets.a1 import Box, range_name
from local.sheets.call import Answer, Call
from local.sheets.cells import WRITABLE, with_data
from local.sheets.changes.context import Context
from local.sheets.changes.metadata import matches
from local.sheets.changes.sheets import add_sheet, copied_head
from local.sheets.errors import ApiError, bad_field, invalid, not_found, unknown_name
from local.sheets.limits import check_cells
from local.sheets.masks import below, select
from local.sheets.ranges import Area, locate, resolve, within
from local.sheets.render import View, thin
from local.sheets.values import Pen, Rendering, Written, input_option
from local.sheets.workbook import Json, Tab, Workbook

BATCH_FIELDS = ("requests", "includeSpreadsheetInResponse", "responseRanges", "responseIncludeGridData")
VALUES_FIELDS = (
    *("valueInputOption", "data", "includeValuesInResponse"),
    *("responseValueRenderOption", "responseDateTimeRenderOption"),
)


def create(call: Call) -> Json:
    body = call.body()
    given = dict(body.get("properties") or {})
    record = call.world.drive.create(given.get("title") or "Untitled spreadsheet", call.caller.email)
    book = call.world.drive.book(record["id"])
    with book.changing():
        book.edit_head()["properties"].update(
            {n: v for n, v in given.items() if n in ("locale", "timeZone", "autoRecalc")}
        )
        _first_tabs(call, book, body.get("sheets") or [])
    return View(book, call.world.calc(book), call.caller.email).render()


def _first_tabs(call: Call, book: Workbook, sheets: list[Json]) -> None:
    context = Context(book, call.world.calc(book), call.caller.email)
    for sheet in sheets:
        reply = add_sheet(context, {"properties": {"sheetId": context.new_id(), **(sheet.get("properties") or {})}})
        tab = book.tab_by_id(reply["properties"]["sheetId"])
        for grid in sheet.get("data") or ():
            _fill(tab, grid)  # type: ignore[arg-type]
    if sheets:
        book.remove_tab(book.tabs[0])


def _fill(tab: Tab, grid: Json) -> None:
    mask = {name: {} for name in WRITABLE}
    for r, row in enumerate(grid.get("rowData") or ()):
        for c, message in enumerate(row.get("values") or ()):
            at = grid.get("startRow", 0) + r, grid.get("startColumn", 0) + c
            tab.put_cell(*at, with_data(tab.cell(*at), message, mask))


def get(call: Call) -> Answer:
    book = call.book()
    areas = [resolve(book, text) for text in call.options("ranges")]
    view = View(book, call.world.calc(book), call.caller.email, areas, call.mask, call.flag("includeGridData"))
    return Answer(view.render())


def batch_update(call: Call) -> Answer:
    body = call.body()
    for name in body:
        if name not in BATCH_FIELDS:
            raise unknown_name(name, "")
    requests = changes.check(body)
    book = call.book("writer")
    calc = call.world.calc(book)
    boxes = [locate(book, text) for text in body.get("responseRanges") or ()]
    with book.changing():
        replies = changes.apply(Context(book, calc, call.caller.email), requests)
    call.midway()
    answer = select(call.mask or {}, {"spreadsheetId": book.file_id, "replies": thin_replies(replies)})
    if body.get("includeSpreadsheetInResponse") and below(call.mask or {}, "updatedSpreadsheet") is not None:
        answer["updatedSpreadsheet"] = _updated(call, book, boxes, bool(body.get("responseIncludeGridData")))
    return Answer(answer)


def thin_replies(replies: list[Json]) -> list[Json]:
    """Replies without zero sheetIds in ranges; the properties of a sheet keep theirs."""
    return [
        {name: reply if "properties" in reply else thin(reply) for name, reply in entry.items()} for entry in replies
    ]


def _updated(call: Call, book: Workbook, boxes: list[tuple[Tab, Box]], grid_data: bool) -> Json:
    """The spreadsheet after the change; ranges that no longer exist are left out."""
    areas: list[Area] = [(tab, within(tab, box)) for tab, box in boxes if tab in book.tabs and _there(tab, box)]
    mask = None if call.mask is None else below(call.mask, "updatedSpreadsheet")
    return View(book, call.world.calc(book), call.caller.email, areas, mask, grid_data).render()


def _there(tab: Tab, box: Box) -> bool:
    return (box.top or 0) < tab.row_count and (box.left or 0) < tab.column_count


def copy_sheet(call: Call) -> Json:
    body = call.body()
    source_book = call.book()
    source = source_book.tab_by_id(int(call.path["sheet"]))
    if source is None:
        raise invalid(f"The sheet ({call.path['sheet']}) does not exist.")
    target = call.world.drive.open(str(body.get("destinationSpreadsheetId")), call.caller, "writer")
    context = Context(target, call.world.calc(target), call.caller.email)
    with target.changing():
        check_cells(target, source.row_count * source.column_count)
        head = copied_head(source, context.new_id(), _free_copy_title(target, source.title), context)
        tab = target.add_tab(head, len(target.tabs), list(source.rows))
    return copy.deepcopy(tab.head["properties"])


def _free_copy_title(book: Workbook, title: str) -> str:
    name, number = f"Copy of {title}", 1
    while book.tab_by_title(name):
        name, number = f"Copy of {title} {number}", number + 1
    return name


def _range(call: Call) -> str:
    return unquote(call.path["range"])


def _options(call: Call) -> dict[str, str | None]:
    names = ("majorDimension", "valueRenderOption", "dateTimeRenderOption")
    response = ("responseValueRenderOption", "responseDateTimeRenderOption")
    return {name: call.option(name) for name in (*names, *response)}


def values_get(call: Call) -> Json:
    rendering = Rendering.asked(_options(call))
    book = call.book()
    return values.get(book, call.world.calc(book), _range(call), rendering)


def values_batch_get(call: Call) -> Json:
    rendering = Rendering.asked(_options(call))
    book = call.book()
    calc = call.world.calc(book)
    found = [values.get(book, calc, text, rendering) for text in call.options("ranges")]
    return {"spreadsheetId": book.file_id} | ({"valueRanges": found} if found else {})


def values_update(call: Call) -> Json:
    body = call.body()
    values.check_body(body)
    option = input_option(call.option("valueInputOption"))
    book = call.book("writer")
    with book.changing():
        written = values.update(book, _range(call), body, Pen(call.caller.email, option))
    call.midway()
    return _summary(call, book, written, call.flag("includeValuesInResponse"), _options(call))


def _summary(call: Call, book: Workbook, written: Written, with_values: bool, options: dict[str, Any]) -> Json:
    summary = written.summary(book.file_id)
    if with_values:
        rendering = Rendering.asked(options, "response")
        summary["updatedData"] = values.value_range(book, call.world.calc(book), written.tab, written.rect, rendering)
    return summary


def values_append(call: Call) -> Json:
    body = call.body()
    values.check_body(body)
    pen = Pen(call.caller.email, input_option(call.option("valueInputOption")))
    insert = _insert_option(call.option("insertDataOption"))
    book = call.book("writer")
    with book.changing():
        table, written = tables.append(book, call.world.calc(book), _range(call), body, pen, insert)
    call.midway()
    found = {"tableRange": range_name(written.tab.title, table)} if table else {}
    summary = _summary(call, book, written, call.flag("includeValuesInResponse"), _options(call))
    return {"spreadsheetId": book.file_id, **found, "updates": summary}


def _insert_option(value: str | None) -> bool:
    if value not in (None, "", "OVERWRITE", "INSERT_ROWS"):
        kind = "type.googleapis.com/google.apps.sheets.v4.InsertDataOption"
        raise bad_field("insert_data_option", f"Invalid value at 'insert_data_option' ({kind}), \"{value}\"")
    return value == "INSERT_ROWS"


def values_clear(call: Call) -> Json:
    call.body()
    book = call.book("writer")
    with book.changing():
        cleared = values.clear(book, _range(call), call.caller.email)
    return {"spreadsheetId": book.file_id, "clearedRange": cleared}


def values_batch_clear(call: Call) -> Json:
    ranges = call.body().get("ranges") or []
    book = call.book("writer")
    with book.changing():
        cleared = [values.clear(book, text, call.caller.email) for text in ranges]
    return {"spreadsheetId": book.file_id} | ({"clearedRanges": cleared} if cleared else {})


def values_batch_update(call: Call) -> Json:
    body = call.body()
    for name in body:
        if name not in VALUES_FIELDS:
            raise unknown_name(name, "")
    data = body.get("data") or []
    data = data if isinstance(data, list) else [data]
    for index, item in enumerate(data):
        values.check_body(item, f"data[{index}]")
    pen = Pen(call.caller.email, input_option(body.get("valueInputOption")))
    book = call.book("writer")
    with book.changing():
        done = [_update_one(book, item, pen, index) for index, item in enumerate(data)]
    call.midway()
    with_values = bool(body.get("includeValuesInResponse"))
    responses = [_summary(call, book, written, with_values, body) for written in done]
    return {"spreadsheetId": book.file_id, **_totals(done), "responses": responses}


def _update_one(book: Workbook, item: Json, pen: Pen, index: int) -> Written:
    try:
        return values.update(book, item.get("range") or "", item, pen)
    except ApiError as error:
        raise invalid(f"Invalid data[{index}]: {error.message}") from None


def _totals(done: list[Written]) -> Json:
    """Rows, columns and sheets that were written at all, each counted once; zeros are left out."""
    rows = {(written.tab.sheet_id, row) for written in done for row in written.rows}
    columns = {(written.tab.sheet_id, column) for written in done for column in written.columns}
    cells = sum(written.cells for written in done)
    totals = {"Rows": len(rows), "Columns": len(columns), "Cells": cells, "Sheets": len({sheet for sheet, _ in rows})}
    return {f"totalUpdated{name}": count for name, count in totals.items() if count}


def metadata_get(call: Call) -> Json:
    book = call.book()
    for entry in book.head.get("developerMetadata", ()):
        if entry["metadataId"] == int(call.path["metadata"]):
            return dict(entry)
    raise not_found()


def metadata_search(call: Call) -> Json:
    filters = call.body().get("dataFilters") or []
    entries = call.book().head.get("developerMetadata", [])
    found = [
        {"developerMetadata": entry, "dataFilters": [f for f in filters if matches(entry, f)]}
        for entry in entries
        if any(matches(entry, f) for f in filters)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}
