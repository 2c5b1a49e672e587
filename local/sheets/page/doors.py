"""What the page asks for and does, as the organiser and without a quota, through the API's own code.

The rule it guards: a block is written whole or not at all, and what stops a person in Sheets
(protections, strict validation) stops them here with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.sheets import changes
from local.sheets.a1 import Rect, cell_name
from local.sheets.api import Api
from local.sheets.call import World
from local.sheets.changes.context import Context
from local.sheets.doors import Refused, check_hand
from local.sheets.errors import ApiError
from local.sheets.locales import locale_of
from local.sheets.page import view
from local.sheets.protection import REFUSAL
from local.sheets.ranges import tab_of
from local.sheets.validation import choices, complaint
from local.sheets.values import entered
from local.sheets.workbook import Cell, Json, Tab, Workbook

PROTECTED = (
    "Здесь есть ячейки, которые заполняет программа: они защищены, и ничего не изменено. "
    "Если изменить их всё же нужно, попросите владельца таблицы снять защиту."
)
REFUSED = "Таблица не приняла изменение:"
MAX_ROWS = 400
"""More rows than any screen shows at once."""


def write_block(world: World, file_id: str, message: Json) -> Json:
    """Type a block of texts into the cells from one on, adding rows that lack. Raises Refused, ApiError.

    {"sheet": id, "row": n, "column": n, "rows": [[text, ...], ...]}; null leaves a cell as it is. The
    answer's "before" is the block that, typed in turn, takes this one back.
    """
    book = world.drive.book(file_id)
    tab = tab_of(book, message.get("sheet"))
    block: list[list[Any]] = message["rows"]
    rect = _rect(message, block)
    _check_width(tab, rect)
    context = Context(book, world.calc(book), view.person(world, book))
    with book.changing():
        _add_rows(context, tab, rect.bottom - tab.row_count)
        check_hand(world, book, tab, rect, context.editor)
        before = _texts(book, tab, rect, block)
        for row, line in enumerate(block, rect.top):
            for column, value in enumerate(line, rect.left):
                if value is not None:
                    tab.put_cell(row, column, _judged(context, tab, row, column, value))
    return {"version": book.version, "before": before}


def _rect(message: Json, block: list[list[Any]]) -> Rect:
    top, left = int(message["row"]), int(message["column"])
    if top < 0 or left < 0 or not block or not any(block):
        raise ValueError("a block has at least one cell, and its place no negative row or column")
    return Rect(top, left, top + len(block), left + max(map(len, block)))


def _check_width(tab: Tab, rect: Rect) -> None:
    if rect.right > tab.column_count:
        raise Refused(
            f"Вкладка «{tab.title}» кончается столбцом {cell_name(0, tab.column_count - 1)[:-1]}: "
            f"{rect.width} столбцов отсюда не поместятся."
        )


def _add_rows(context: Context, tab: Tab, lacking: int) -> None:
    """Rows at the end, dressed as the last one is."""
    if lacking > 0:
        end = {"sheetId": tab.sheet_id, "dimension": "ROWS", "startIndex": tab.row_count}
        added = {"range": end | {"endIndex": tab.row_count + lacking}, "inheritFromBefore": True}
        changes.apply(context, [("insertDimension", added)])


def _texts(book: Workbook, tab: Tab, rect: Rect, block: list[list[Any]]) -> list[list[str | None]]:
    locale = locale_of(book.head["properties"].get("locale", "en_US"))

    def text(row: int, column: int, value: Any) -> str | None:
        return None if value is None else view.typed_text(tab.cell(row, column), locale)

    lines = enumerate(block, rect.top)
    return [[text(row, column, value) for column, value in enumerate(line, rect.left)] for row, line in lines]


def _judged(context: Context, tab: Tab, row: int, column: int, value: Any) -> Cell:
    cell = entered(context.book, tab.cell(row, column), value, "USER_ENTERED")
    objection = complaint(context.book, context.calc, cell.validation, cell.value)
    if objection:
        raise Refused(f"{cell_name(row, column)}: {objection}")
    return cell


def change(world: World, file_id: str, message: Json) -> Json:
    """Carry out the requests of a batchUpdate, all or none. Raises Refused, ApiError."""
    book = world.drive.book(file_id)
    requests = changes.check(message)
    try:
        with book.changing():
            changes.apply(Context(book, world.calc(book), view.person(world, book)), requests)
    except ApiError as error:
        raise Refused(PROTECTED if REFUSAL in error.message else f"{REFUSED} {error.message}") from None
    return {"version": book.version}


def offered(world: World, file_id: str, sheet_id: int, row: int, column: int) -> Json:
    """What the dropdown of a cell offers just now. Raises ApiError."""
    book = world.drive.book(file_id)
    return {"choices": choices(book, world.calc(book), tab_of(book, sheet_id).cell(row, column).validation)}


Act = Callable[[Api, dict[str, str], Json], Any]
FILE = "/_local/files/{id}"
SHEET = FILE + "/sheets/{sheet}"


def _rows(api: Api, path: dict[str, str], body: Json) -> Json:
    top = int(path["top"])
    return view.rows(api.world, path["id"], int(path["sheet"]), top, min(int(path["bottom"]), top + MAX_ROWS))


def _offered(api: Api, path: dict[str, str], body: Json) -> Json:
    return offered(api.world, path["id"], int(path["sheet"]), int(path["row"]), int(path["column"]))


DOORS: dict[tuple[str, str], Act] = {
    ("GET", FILE + "/outline"): lambda api, path, body: view.outline(api.world, path["id"]),
    ("GET", SHEET + "/rows/{top}/{bottom}"): _rows,
    ("GET", SHEET + "/choices/{row}/{column}"): _offered,
    ("POST", FILE + "/block"): lambda api, path, body: write_block(api.world, path["id"], body),
    ("POST", FILE + "/change"): lambda api, path, body: change(api.world, path["id"], body),
}
