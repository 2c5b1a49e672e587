"""What a person does in a browser, for tests and for the page: create, share, type into a cell.

These doors stand under /_local/, apart from the imitated API, and ask for no token: the server
listens on the loopback interface only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sheets.a1 import Rect, cell_name, rect_name
from local.sheets.call import World
from local.sheets.changes.context import Context
from local.sheets.changes.sheets import add_sheet
from local.sheets.errors import ApiError, invalid
from local.sheets.protection import writable
from local.sheets.validation import complaint
from local.sheets.values import entered, grow
from local.sheets.workbook import Json, Tab, Workbook

OWNER = "owner@example.com"
ORGANISER = "organiser@example.com"
EDIT_URL = "https://docs.google.com/spreadsheets/d/{}/edit"


class Refused(Exception):
    """A person's edit is refused; the text is what Sheets would tell them."""


def create_file(world: World, message: Mapping[str, Any]) -> Json:
    """A person makes a spreadsheet and shares it, as editors, with the organiser and with others."""
    record = world.drive.create(str(message.get("title") or "Untitled spreadsheet"), OWNER)
    book = world.drive.book(record["id"])
    if message.get("tabs") or message.get("locale") or message.get("time_zone"):
        with book.changing():
            _set_properties(book, message)
            _make_tabs(world, book, list(message.get("tabs") or ()))
    for email in (ORGANISER, *(message.get("share_with") or ())):
        world.drive.grant(record["id"], {"type": "user", "role": "writer", "emailAddress": email})
    return {"id": record["id"], "url": EDIT_URL.format(record["id"])}


def _set_properties(book: Workbook, message: Mapping[str, Any]) -> None:
    given = {"locale": message.get("locale"), "timeZone": message.get("time_zone")}
    book.edit_head()["properties"].update({name: value for name, value in given.items() if value})


def _make_tabs(world: World, book: Workbook, tabs: list[Any]) -> None:
    context = Context(book, world.calc(book), OWNER)
    for tab in tabs:
        add_sheet(context, {"properties": {"title": tab} if isinstance(tab, str) else tab})
    if tabs:
        book.remove_tab(book.tabs[0])


def list_files(world: World) -> list[Json]:
    """Every file, oldest first, with its tabs and its version."""
    return [_described(world, file_id) for file_id in world.drive.sheet_ids()]


def _described(world: World, file_id: str) -> Json:
    record, book = world.drive.records[file_id], world.drive.book(file_id)
    people = {p.get("emailAddress", p["id"]): p["role"] for p in record["permissions"]}
    return {
        "id": file_id,
        "title": record["name"],
        "url": EDIT_URL.format(file_id),
        "version": book.version,
        "modified": record["modifiedTime"],
        "people": people,
        "tabs": [tab.title for tab in book.tabs],
    }


def edit_as_person(world: World, file_id: str, message: Mapping[str, Any]) -> Json:
    """Type a value into a cell as the organiser (or whoever "as" names) would. Raises Refused, ApiError."""
    book = world.drive.book(file_id)
    tab = _tab(book, message.get("tab"))
    row, column = int(message.get("row", 0)), int(message.get("column", 0))
    if not (0 <= row < tab.row_count and 0 <= column < tab.column_count):
        raise Refused(
            f"Вкладка «{tab.title}» кончается на {cell_name(tab.row_count - 1, tab.column_count - 1)}: ячейки там нет."
        )
    check_hand(world, book, tab, Rect(row, column, row + 1, column + 1), str(message.get("as") or ORGANISER))
    cell = entered(book, tab.cell(row, column), message.get("value", ""), "USER_ENTERED")
    objection = complaint(book, world.calc(book), tab.cell(row, column).validation, cell.value)
    if objection:
        raise Refused(objection)
    with book.changing():
        grow(book, tab, row + 1, column + 1)
        tab.put_cell(row, column, cell)
    return {"version": book.version}


def _tab(book: Workbook, title: Any) -> Tab:
    tab = book.first_visible if title is None else book.tab_by_title(str(title))
    if tab is None:
        raise invalid(f"Unable to parse range: {title}")
    return tab


def check_hand(world: World, book: Workbook, tab: Tab, rect: Rect, person: str) -> None:
    """Refuse a person who may not write into these cells. Raises Refused."""
    if world.drive.rank(book.file_id, person) < 2:
        raise Refused(f"У {person} нет прав на изменение этой таблицы.")
    if not writable(book, tab, rect, person):
        cells = rect_name(rect)
        what = f"Ячейка {cells} защищена" if rect.is_cell else f"Среди ячеек {cells} есть защищённые"
        raise Refused(
            f"{what}: там пишет программа. Если изменить всё же нужно, попросите владельца таблицы снять защиту."
        )


def version(world: World, file_id: str) -> Json:
    if file_id not in world.drive.records:
        raise ApiError(404, "Requested entity was not found.")
    return {"version": world.drive.book(file_id).version}
