"""A workbook as a file: CSV and TSV of the first tab, XLSX of all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook as XlsxBook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from local.sheets.a1 import rect_name
from local.sheets.calc import Calc, Fault
from local.sheets.formats import number_format
from local.sheets.ranges import from_grid_range
from local.sheets.values import Rendering, plain, read
from local.sheets.workbook import Cell, Formula, Json, Tab, Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIXELS_A_CHARACTER = 7.0
POINTS_A_PIXEL = 0.75
ALIGN = {"LEFT": "left", "CENTER": "center", "RIGHT": "right", "TOP": "top", "MIDDLE": "center", "BOTTOM": "bottom"}
BORDERS = {
    "SOLID": "thin",
    "SOLID_MEDIUM": "medium",
    "SOLID_THICK": "thick",
    "DOTTED": "dotted",
    "DASHED": "dashed",
    "DOUBLE": "double",
}


def to_csv(book: Workbook, calc: Calc) -> bytes:
    """The first tab, lines of equal length, no line end after the last."""
    return _separated(book, calc, ",")


def to_tsv(book: Workbook, calc: Calc) -> bytes:
    return _separated(book, calc, "\t")


def _separated(book: Workbook, calc: Calc, separator: str) -> bytes:
    tab = book.tabs[0]
    lines = read(book, calc, tab, tab.grid, Rendering())
    while lines and not any(lines[-1]):
        lines.pop()
    width = max(
        (len(line) - next((i for i, v in enumerate(reversed(line)) if v != ""), len(line)) for line in lines), default=0
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([*line[:width], *([""] * (width - len(line)))] for line in lines)
    return out.getvalue().removesuffix("\r\n").encode()


def to_xlsx(book: Workbook, calc: Calc) -> bytes:
    """All tabs with values, formulas, formats, widths, merges, notes and dropdowns."""
    xlsx = XlsxBook()
    xlsx.remove(xlsx.worksheets[0])
    for tab in book.tabs:
        sheet = xlsx.create_sheet(_sheet_title(tab.title))
        _fill(sheet, tab, calc)
        _dress(sheet, tab, book)
    out = io.BytesIO()
    xlsx.save(out)
    return out.getvalue()


def _sheet_title(title: str) -> str:
    """XLSX allows 31 letters and not all signs."""
    return "".join("_" if letter in r"[]:*?/\\" else letter for letter in title)[:31]


def _fill(sheet: Worksheet, tab: Tab, calc: Calc) -> None:
    for row in range(max(calc.height(tab), len(tab.rows))):
        for column in range(calc.width(tab, row)):
            _put(sheet, row + 1, column + 1, tab.cell(row, column), calc.value(tab, row, column))


def _put(sheet: Worksheet, row: int, column: int, cell: Cell, value: Any) -> None:
    target = sheet.cell(row, column)
    shown = value.code if isinstance(value, Fault) else plain(value)
    if isinstance(shown, str):
        shown = ILLEGAL_CHARACTERS_RE.sub("", shown)
    if isinstance(cell.value, Formula) and "ARRAYFORMULA" not in cell.value.text.upper():
        target.value = cell.value.text
    elif shown not in (None, ""):
        target.value = shown
        if isinstance(shown, str) and not isinstance(value, Fault):
            target.data_type = "s"
    if cell.note:
        target.comment = Comment(cell.note, "")
    if cell.format:
        _style(target, cell.format)


def _style(target: Any, chosen: Any) -> None:
    text = chosen.get("textFormat") or {}
    target.font = Font(
        bold=text.get("bold"),
        italic=text.get("italic"),
        strike=text.get("strikethrough"),
        underline="single" if text.get("underline") else None,
        size=text.get("fontSize"),
        color=_argb(text.get("foregroundColor")),
    )
    if "backgroundColor" in chosen:
        target.fill = PatternFill("solid", fgColor=_argb(chosen["backgroundColor"]))
    target.alignment = Alignment(
        horizontal=ALIGN.get(chosen.get("horizontalAlignment", "")),
        vertical=ALIGN.get(chosen.get("verticalAlignment", "")),
        wrap_text=chosen.get("wrapStrategy") == "WRAP",
    )
    if pattern := number_format(chosen).get("pattern"):
        target.number_format = pattern
    elif number_format(chosen).get("type") == "TEXT":
        target.number_format = "@"
    if borders := chosen.get("borders"):
        sides = {n: Side(BORDERS.get(b.get("style", ""), "thin"), _argb(b.get("color"))) for n, b in borders.items()}
        target.border = Border(**sides)


def _argb(color: Json | None) -> str | None:
    if color is None:
        return None
    return "FF" + "".join(f"{round(color.get(name, 0) * 255):02X}" for name in ("red", "green", "blue"))


def _dress(sheet: Worksheet, tab: Tab, book: Workbook) -> None:
    grid = tab.head["properties"]["gridProperties"]
    rows, columns = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
    if rows or columns:
        sheet.freeze_panes = f"{get_column_letter(columns + 1)}{rows + 1}"
    if tab.hidden:
        sheet.sheet_state = "hidden"
    if color := _argb(tab.head["properties"].get("tabColor")):
        sheet.sheet_properties.tabColor = color
    for index, line in tab.head.get("columnMetadata", {}).items():
        letter = sheet.column_dimensions[get_column_letter(int(index) + 1)]
        letter.width = line.get("pixelSize", 100) / PIXELS_A_CHARACTER
        letter.hidden = bool(line.get("hiddenByUser"))
    for index, line in tab.head.get("rowMetadata", {}).items():
        height = sheet.row_dimensions[int(index) + 1]
        height.height = line.get("pixelSize", 21) * POINTS_A_PIXEL
        height.hidden = bool(line.get("hiddenByUser"))
    for merged in tab.head.get("merges", ()):
        sheet.merge_cells(rect_name(from_grid_range(book, merged)[1]))
    _add_validations(sheet, tab)
    _add_rules(sheet, tab, book)


def _add_validations(sheet: Worksheet, tab: Tab) -> None:
    """Dropdowns only: one XLSX rule for each list, over all the cells that have it."""
    made: dict[str, DataValidation] = {}
    for row, cells in enumerate(tab.rows):
        for column, cell in enumerate(cells):
            formula = _dropdown(cell.validation)
            if formula:
                made.setdefault(formula, DataValidation("list", formula1=formula, allow_blank=True))
                made[formula].add(f"{get_column_letter(column + 1)}{row + 1}")
    for rule in made.values():
        sheet.add_data_validation(rule)


def _dropdown(rule: Any) -> str | None:
    condition = (rule or {}).get("condition", {})
    items = [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]
    if condition.get("type") == "ONE_OF_LIST":
        listed = '"' + ",".join(items).replace('"', '""') + '"'
        return listed if len(listed) <= 255 else None
    return items[0].removeprefix("=") if condition.get("type") == "ONE_OF_RANGE" and items else None


def _add_rules(sheet: Worksheet, tab: Tab, book: Workbook) -> None:
    for rule in tab.head.get("conditionalFormats", ()):
        boolean = rule.get("booleanRule", {})
        condition = boolean.get("condition", {})
        if condition.get("type") != "CUSTOM_FORMULA":
            continue
        chosen = boolean.get("format", {})
        fill = PatternFill(bgColor=_argb(chosen["backgroundColor"])) if "backgroundColor" in chosen else None
        text = chosen.get("textFormat", {})
        font = Font(bold=text.get("bold"), strike=text.get("strikethrough"), color=_argb(text.get("foregroundColor")))
        formula = condition["values"][0]["userEnteredValue"].removeprefix("=")
        style = DifferentialStyle(font=font, fill=fill)
        for message in rule["ranges"]:
            made = FormulaRule(formula=[formula], font=style.font, fill=style.fill)
            sheet.conditional_formatting.add(rect_name(from_grid_range(book, message)[1]), made)


EXPORTS: dict[str, Callable[[Workbook, Calc], bytes]] = {
    "text/csv": to_csv,
    "text/tab-separated-values": to_tsv,
    XLSX: to_xlsx,
}
