"""The values.* methods: plain values in and out of ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.sheets import typed
from local.sheets.a1 import Box, Rect, column_letters, range_name
from local.sheets.calc import Calc, Fault
from local.sheets.errors import bad_field, invalid, unknown_name
from local.sheets.formats import is_date, show
from local.sheets.limits import check_cells, check_text
from local.sheets.locales import locale_of
from local.sheets.protection import check_writable
from local.sheets.ranges import locate, within
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Row, Tab, Value, Workbook, trimmed

MAJORS = ("ROWS", "COLUMNS")
RENDERS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATE_RENDERS = ("SERIAL_NUMBER", "FORMATTED_STRING")
INPUTS = ("RAW", "USER_ENTERED")
VALUE_RANGE = ("range", "majorDimension", "values")


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a caller wants values shown and laid out."""

    major: str = "ROWS"
    render: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"

    @classmethod
    def asked(cls, options: Mapping[str, Any], prefix: str = "") -> Rendering:
        """Read the options of a query or a body; `prefix` is "response" where they describe an answer."""

        def option(name: str, known: tuple[str, ...], kind: str) -> str:
            key = prefix + name if prefix else name[0].lower() + name[1:]
            return _choice(options.get(key), key, known, kind)

        return cls(
            "ROWS" if prefix else option("MajorDimension", MAJORS, "Dimension"),
            option("ValueRenderOption", RENDERS, "ValueRenderOption"),
            option("DateTimeRenderOption", DATE_RENDERS, "DateTimeRenderOption"),
        )


def _choice(value: Any, key: str, known: tuple[str, ...], kind: str) -> str:
    if value in (None, "", "DIMENSION_UNSPECIFIED"):
        return known[0]
    if value not in known:
        raise bad_field(
            key, f"Invalid value at '{key}' (type.googleapis.com/google.apps.sheets.v4.{kind}), \"{value}\""
        )
    return str(value)


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, how what is written is to be read, and whether protections bind the hand."""

    editor: str
    option: str = "RAW"


def input_option(value: Any) -> str:
    """The valueInputOption, which must be given. Raises ApiError."""
    if value in (None, "", "INPUT_VALUE_OPTION_UNSPECIFIED"):
        raise invalid("'valueInputOption' is required but not specified")
    return _choice(value, "valueInputOption", INPUTS, "ValueInputOption")


def get(book: Workbook, calc: Calc, text: str, rendering: Rendering) -> Json:
    """Answer a ValueRange: rows and ends that are empty are left out, the range is echoed whole."""
    tab, box = locate(book, text)
    return value_range(book, calc, tab, within(tab, box), rendering)


def value_range(book: Workbook, calc: Calc, tab: Tab, rect: Rect, rendering: Rendering) -> Json:
    rows = read(book, calc, tab, rect, rendering)
    answer: Json = {"range": range_name(tab.title, rect), "majorDimension": rendering.major}
    lines = _trim(rows if rendering.major == "ROWS" else _turned(rows))
    return answer | {"values": lines} if lines else answer


def read(book: Workbook, calc: Calc, tab: Tab, rect: Rect, rendering: Rendering) -> list[list[Any]]:
    """The shown values of a rectangle, "" where a cell is empty, down to the last row in use."""
    shown = _shower(book, calc, tab, rendering)
    bottom = min(rect.bottom, calc.height(tab))
    return [
        [shown(row, column) for column in range(rect.left, min(rect.right, calc.width(tab, row)))]
        for row in range(rect.top, bottom)
    ]


def _shower(book: Workbook, calc: Calc, tab: Tab, rendering: Rendering) -> Callable[[int, int], Any]:
    locale = locale_of(book.head["properties"].get("locale", "en_US"))
    as_text = rendering.render == "FORMATTED_VALUE"
    as_formula = rendering.render == "FORMULA"
    date_text = rendering.dates == "FORMATTED_STRING"

    def shown(row: int, column: int) -> Any:
        value = calc.value(tab, row, column)
        if value is None or value == "":
            return entered_text(row, column) if as_formula else ""
        if as_formula and (formula := entered_text(row, column)):
            return formula
        if isinstance(value, Fault):
            return value.code
        if isinstance(value, str):
            return value
        looks = calc.looks(tab, row, column)
        if as_text or (date_text and is_date(looks)):
            return show(value, looks, locale)
        return plain(value)

    def entered_text(row: int, column: int) -> str:
        entered = tab.cell(row, column).value
        return entered.text if isinstance(entered, Formula) else ""

    return shown


def plain(value: Any) -> Any:
    """A number as JSON writes it: 2, not 2.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _turned(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows), default=0)
    return [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]


def _trim(lines: list[list[Any]]) -> list[list[Any]]:
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines


def check_body(body: Mapping[str, Any], where: str = "data") -> None:
    """Refuse a ValueRange that is none, in the words of Google's JSON reader."""
    for name in body:
        if name not in VALUE_RANGE:
            raise unknown_name(name, where)
    values = body.get("values")
    if values is None:
        return
    if not isinstance(values, list):
        raise _not_a_list(values, f"{where}.values")
    for index, line in enumerate(values):
        if not isinstance(line, list):
            raise _not_a_list(line, f"{where}.values[{index}]")


def _not_a_list(value: Any, where: str) -> Exception:
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return bad_field(where, f"Invalid value at '{where}' (type.googleapis.com/google.protobuf.ListValue), {shown}")


@dataclass(frozen=True, slots=True)
class Written:
    """What a write touched: the block it was meant for, and the rows, columns and cells that were not null."""

    tab: Tab
    rect: Rect
    rows: frozenset[int]
    columns: frozenset[int]
    cells: int

    def summary(self, file_id: str) -> Json:
        """Google's UpdateValuesResponse; zeros are left out."""
        counts = {"updatedRows": len(self.rows), "updatedColumns": len(self.columns), "updatedCells": self.cells}
        named: Json = {"spreadsheetId": file_id, "updatedRange": range_name(self.tab.title, self.rect)}
        return named | {name: count for name, count in counts.items() if count}


def update(book: Workbook, text: str, body: Mapping[str, Any], pen: Pen) -> Written:
    """Write a ValueRange from the first cell of a range on. Raises ApiError."""
    named = body.get("range")
    if named and named != text and locate(book, named) != locate(book, text):
        raise invalid(f"Requested writing within range [{text}], but the data's range is [{named}]")
    tab, box = locate(book, text)
    rows = as_rows(body)
    return write_block(book, tab, _target(tab, box, rows), rows, pen)


def as_rows(body: Mapping[str, Any]) -> list[list[Any]]:
    lines = body.get("values") or []
    if _choice(body.get("majorDimension"), "majorDimension", MAJORS, "Dimension") == "ROWS":
        return lines
    height = max(map(len, lines), default=0)
    return [[line[row] if row < len(line) else None for line in lines] for row in range(height)]


def _target(tab: Tab, box: Box, rows: list[list[Any]]) -> Rect:
    """Where the values go: from the range's first cell, and not out of a range that has an end."""
    rect = within(tab, box)
    height, width = len(rows), max(map(len, rows), default=0)
    anchor = rect.is_cell or box == Box()
    if not anchor:
        named = range_name(tab.title, rect)
        if height > rect.height and box.bottom is not None:
            raise invalid(f"Requested writing within range [{named}], but tried writing to row [{rect.bottom + 1}]")
        if width > rect.width and box.right is not None:
            raise invalid(
                f"Requested writing within range [{named}], but tried writing to column [{column_letters(rect.right)}]"
            )
    return Rect(rect.top, rect.left, rect.top + max(height, 1), rect.left + max(width, 1))


def write_block(book: Workbook, tab: Tab, rect: Rect, rows: list[list[Any]], pen: Pen) -> Written:
    grow(book, tab, rect.bottom, rect.right)
    if any(rows):
        check_writable(book, tab, rect, pen.editor)
    written = {
        rect.top + offset: put_line(book, tab, rect.top + offset, rect.left, line, pen.option)
        for offset, line in enumerate(rows)
    }
    touched = frozenset(row for row, columns in written.items() if columns)
    columns = frozenset(column for found in written.values() for column in found)
    return Written(tab, rect, touched, columns, sum(map(len, written.values())))


def grow(book: Workbook, tab: Tab, bottom: int, right: int) -> None:
    """Make the grid reach so far."""
    if bottom <= tab.row_count and right <= tab.column_count:
        return
    rows, columns = max(bottom, tab.row_count), max(right, tab.column_count)
    check_cells(book, rows * columns - tab.row_count * tab.column_count)
    tab.edit_head()["properties"]["gridProperties"].update(rowCount=rows, columnCount=columns)


def put_line(book: Workbook, tab: Tab, row: int, left: int, line: list[Any], option: str) -> list[int]:
    """Write one row's values from a column on; null skips a cell. Answers the columns written."""
    columns = [left + i for i, value in enumerate(line) if value is not None]
    if not columns:
        return columns
    cells = list(tab.row(row))
    cells.extend([EMPTY] * (columns[-1] + 1 - len(cells)))
    for column in columns:
        cells[column] = entered(book, cells[column], line[column - left], option)
    tab.put_row(row, trimmed(cells))
    return columns


def entered(book: Workbook, cell: Cell, value: Any, option: str) -> Cell:
    """The cell after this value was put in. Raises ApiError for what no cell can hold."""
    if isinstance(value, dict | list):
        kind = "struct_value" if isinstance(value, dict) else "list_value"
        raise invalid(f"Invalid values[0][0]: {kind} {{\n}}\n")
    check_text(value)
    if option == "RAW" or not isinstance(value, str):
        return replace(cell, value=_stored(value), runs=None)
    locale = locale_of(book.head["properties"].get("locale", "en_US"))
    found, number_format = typed.enter(value, locale, cell.format)
    if number_format:
        return replace(cell, value=found, format={**(cell.format or {}), "numberFormat": number_format}, runs=None)
    return replace(cell, value=found, runs=None)


def _stored(value: Any) -> Value:
    return None if value == "" else value


def clear(book: Workbook, text: str, editor: str) -> str:
    """Empty the values of a range; formats, notes and validation stay. Answers its full name."""
    tab, box = locate(book, text)
    rect = within(tab, box)
    check_writable(book, tab, rect, editor)
    for row in range(rect.top, min(rect.bottom, len(tab.rows))):
        cleared = _without_values(tab.row(row), rect)
        if cleared is not None:
            tab.put_row(row, cleared)
    return range_name(tab.title, rect)


def _without_values(row: Row, rect: Rect) -> Row | None:
    span = range(rect.left, min(rect.right, len(row)))
    if all(row[column].value is None for column in span):
        return None
    return trimmed([replace(c, value=None, runs=None) if i in span else c for i, c in enumerate(row)])
