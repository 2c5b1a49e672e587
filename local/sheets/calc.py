"""What cells show: values as entered, and formulas' results.

The rule it guards: a cell is worked out when it is read, once, and the result stands until the
workbook is altered. A tab without formulas costs nothing: its cells are read as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from local.sheets.a1 import Box, Rect, cell_name
from local.sheets.clock import Clock
from local.sheets.errors import ApiError
from local.sheets.formats import ZERO_DAY, number_format
from local.sheets.formula import syntax
from local.sheets.formula.data import Area, Failed, Fault, Grid, fail
from local.sheets.formula.evaluate import (
    Evaluation,
    Finder,
    columns,
    counted,
    exact_finder,
    is_volatile,
    last_not_greater,
    spills,
)
from local.sheets.formula.references import Ref
from local.sheets.ranges import named_range, within
from local.sheets.workbook import Formula, Tab, Workbook

__all__ = ["Calc", "Fault"]
CIRCULAR = Fault("#REF!", "Circular dependency detected. To resolve with iterative calculation, see File > Settings.")
PARSE_ERROR = Fault("#ERROR!", "Formula parse error.")
DATE_RESULTS = {"DATE": "DATE", "TODAY": "DATE", "EDATE": "DATE", "NOW": "DATE_TIME", "TIME": "TIME"}
PASSES_FORMAT = ("IF", "IFERROR", "IFNA", "MAX", "MIN", "SUM", "AVERAGE", "ARRAYFORMULA")
Place = tuple[int, int]


@dataclass(slots=True)
class _Spill:
    """A formula that may fill cells below and beside its own."""

    row: int
    column: int
    reach: int
    grid: Grid | None = None
    done: bool = False

    def at(self, row: int, column: int) -> Any:
        if self.grid is None or row - self.row >= self.grid.height or column - self.column >= self.grid.width:
            return None
        return self.grid.at(row - self.row, column - self.column)

    def right(self, row: int) -> int:
        """One past the last column that it fills in a row."""
        if self.grid is None or not self.row <= row < self.row + self.grid.height:
            return 0
        return self.column + self.grid.width


@dataclass(slots=True)
class _Results:
    """All that was worked out since the workbook was last altered."""

    cells: dict[int, dict[Place, Any]] = field(default_factory=dict)
    spills: dict[int, list[_Spill]] = field(default_factory=dict)
    heights: dict[int, int] = field(default_factory=dict)
    indexes: dict[Any, Any] = field(default_factory=dict)
    working: set[tuple[int, int, int]] = field(default_factory=set)


class Calc:
    """The calculator of one workbook."""

    def __init__(self, book: Workbook, clock: Clock) -> None:
        self.book = book
        self._clock = clock
        self._results = _Results()
        self._stamp: Any = None
        self._volatile = False

    def value(self, tab: Tab, row: int, column: int) -> Any:
        """What a cell holds: None, a text, a number, a boolean or a Fault."""
        entered = tab.cell(row, column).value
        if not tab.has_formulas:
            return entered
        self._refresh()
        if type(entered) is Formula:
            return self._result(tab, row, column, entered)
        return self._spilled(tab, row, column) if entered is None else entered

    def column(self, tab: Tab, column: int, top: int, bottom: int) -> list[Any]:
        """The values of a column, blanks to the end included."""
        used = max(min(bottom, self.height(tab)), top)
        values = [self.value(tab, row, column) for row in range(top, used)]
        values.extend([None] * (bottom - used))
        return values

    def height(self, tab: Tab) -> int:
        """One past the last row that holds anything, spilled results and their empty texts included."""
        if not tab.has_formulas:
            return tab.data_end
        self._refresh()
        known = self._results.heights.get(tab.sheet_id)
        if known is None:
            known = self._results.heights[tab.sheet_id] = tab.data_end
            self._results.heights[tab.sheet_id] = known = max(known, self._spilled_height(tab))
        return known

    def width(self, tab: Tab, row: int) -> int:
        """One past the last column of a row in which anything may be."""
        own = len(tab.row(row))
        if not tab.has_formulas:
            return own
        self._refresh()
        return max([own, *(spill.right(row) for spill in self._all_spills(tab))])

    def link(self, tab: Tab, row: int, column: int) -> str | None:
        """Where a cell leads to, if its formula is a HYPERLINK."""
        value = tab.cell(row, column).value
        node = _tree(value.text) if type(value) is Formula else None
        if not isinstance(node, syntax.FunctionCall) or node.name != "HYPERLINK" or not node.arguments:
            return None
        found = Evaluation(self, tab, row, column).outcome(node.arguments[0])
        return found if isinstance(found, str) else None

    def looks(self, tab: Tab, row: int, column: int) -> Mapping[str, Any] | None:
        """The format a value is shown in: the cell's own, or for a formula what its sources suggest."""
        cell = tab.cell(row, column)
        if type(cell.value) is not Formula or number_format(cell.format):
            return cell.format
        node = _tree(cell.value.text)
        suggested = None if node is None else self._suggested(node, tab, 0)
        return {**(cell.format or {}), "numberFormat": suggested} if suggested else cell.format

    # What evaluations ask for (formula.evaluate.Cells)

    def resolve(self, ref: Ref, tab: Tab) -> Area:
        target = tab if ref.title is None else self.book.tab_by_title(ref.title)
        if target is None:
            raise fail("#REF!", f"Unresolved sheet name '{ref.title}'.")
        try:
            return Area(target, within(target, _box(ref)))
        except ApiError:
            raise fail("#REF!", "Reference does not exist.") from None

    def named(self, name: str) -> Area:
        found = named_range(self.book, name)
        if found is None:
            raise fail("#NAME?", f"Unknown range name: '{name.upper()}'.")
        return Area(*found)

    def finder(self, area: Area, column: int) -> Finder:
        key = ("exact", area.tab.sheet_id, area.rect, column)
        return self._index(key, lambda: exact_finder(self._keys(area, column)))

    def sorted_finder(self, area: Area, column: int) -> Finder:
        key = ("last", area.tab.sheet_id, area.rect, column)
        return self._index(key, lambda: last_not_greater(self._keys(area, column)))

    def tally(self, area: Area) -> dict[Any, int]:
        def tallied() -> dict[Any, int]:
            return counted([value for column in range(area.rect.width) for value in self._keys(area, column)])

        return self._index(("tally", area.tab.sheet_id, area.rect), tallied)

    def now(self) -> float:
        zone = self.book.head["properties"].get("timeZone", "Etc/GMT")
        local = datetime.fromtimestamp(self._clock.time(), ZoneInfo(zone)).replace(tzinfo=UTC)
        return (local - ZERO_DAY).total_seconds() / 86400

    # Inside

    def _refresh(self) -> None:
        stamp = (self.book.edits, int(self._clock.time()) if self._volatile else 0)
        if stamp != self._stamp:
            self._stamp = stamp
            self._results = _Results()

    def _index(self, key: Any, make: Callable[[], Any]) -> Any:
        known = self._results.indexes
        if key not in known:
            known[key] = make()
        return known[key]

    def _keys(self, area: Area, column: int) -> list[Any]:
        bottom = min(area.rect.bottom, self.height(area.tab))
        return self.column(area.tab, area.rect.left + column, area.rect.top, max(bottom, area.rect.top))

    def _result(self, tab: Tab, row: int, column: int, formula: Formula) -> Any:
        known = self._results.cells.setdefault(tab.sheet_id, {})
        if (row, column) not in known:
            outcome = self._worked_out(tab, row, column, formula)
            known[row, column] = self._settled(tab, row, column, outcome)
        return known[row, column]

    def _worked_out(self, tab: Tab, row: int, column: int, formula: Formula) -> Any:
        node = _tree(formula.text)
        if node is None:
            return PARSE_ERROR
        self._volatile = self._volatile or is_volatile(node)
        place = (tab.sheet_id, row, column)
        if place in self._results.working:
            return CIRCULAR
        self._results.working.add(place)
        try:
            return Evaluation(self, tab, row, column).outcome(node)
        except RecursionError:
            return Fault("#ERROR!", "The formula is nested too deeply.")
        finally:
            self._results.working.discard(place)

    def _settled(self, tab: Tab, row: int, column: int, outcome: Any) -> Any:
        """A formula's own value: of a grid the first, unless something stands in the grid's way."""
        if not isinstance(outcome, Grid):
            return "" if outcome is None else outcome
        blocked = _in_the_way(tab, row, column, outcome)
        if blocked is not None:
            return blocked
        for spill in self._candidates(tab):
            if (spill.row, spill.column) == (row, column):
                spill.grid, spill.done = outcome, True
        return outcome.cells[0]

    def _candidates(self, tab: Tab) -> list[_Spill]:
        """The tab's formulas that may spill, none of them worked out for being listed."""
        known = self._results.spills.get(tab.sheet_id)
        if known is None:
            known = self._results.spills[tab.sheet_id] = []
            for row, column, formula in tab.formula_cells():
                node = _tree(formula.text)
                if node is not None and spills(node):
                    known.append(_Spill(row, column, columns(node, self._ref_width(tab))))
        return known

    def _ref_width(self, tab: Tab) -> Callable[[Ref], int]:
        def width(ref: Ref) -> int:
            try:
                return self.resolve(ref, tab).rect.width
            except Failed:
                return 1

        return width

    def _spilled(self, tab: Tab, row: int, column: int) -> Any:
        for spill in self._candidates(tab):
            if spill.row <= row and spill.column <= column < spill.column + spill.reach:
                self._work_out(tab, spill)
                value = spill.at(row, column)
                if value is not None:
                    return value
        return None

    def _work_out(self, tab: Tab, spill: _Spill) -> None:
        if not spill.done and (tab.sheet_id, spill.row, spill.column) not in self._results.working:
            spill.done = True
            self._result(tab, spill.row, spill.column, tab.cell(spill.row, spill.column).value)  # type: ignore[arg-type]

    def _all_spills(self, tab: Tab) -> list[_Spill]:
        found = self._candidates(tab)
        for spill in found:
            self._work_out(tab, spill)
        return found

    def _spilled_height(self, tab: Tab) -> int:
        return max((_filled_height(spill) for spill in self._all_spills(tab)), default=0)

    def _suggested(self, node: syntax.Node, tab: Tab, depth: int) -> Mapping[str, Any] | None:
        if depth > 20:
            return None
        if isinstance(node, syntax.FunctionCall):
            if node.name in DATE_RESULTS:
                return {"type": DATE_RESULTS[node.name]}
            parts = node.arguments[1:] if node.name == "IF" else node.arguments
            found = (self._suggested(part, tab, depth + 1) for part in parts if node.name in PASSES_FORMAT)
            return next((suggested for suggested in found if suggested), None)
        if isinstance(node, syntax.Operation) and node.sign in ("+", "-") and len(node.operands) == 2:
            left, right = (self._suggested(part, tab, depth + 1) for part in node.operands)
            return None if left and right else left or right
        if isinstance(node, syntax.Reference):
            return self._source_format(node.ref, tab)
        return None

    def _source_format(self, ref: Ref, tab: Tab) -> Mapping[str, Any] | None:
        try:
            area = self.resolve(ref, tab)
        except Failed:
            return None
        cell = area.tab.cell(area.rect.top, area.rect.left)
        found = number_format(cell.format)
        return found if found and found.get("type") != "TEXT" else None


def _filled_height(spill: _Spill) -> int:
    if spill.grid is None:
        return spill.row + 1
    end = len(spill.grid.cells)
    while end and spill.grid.cells[end - 1] is None:
        end -= 1
    return spill.row + -(-end // spill.grid.width)


def _in_the_way(tab: Tab, row: int, column: int, grid: Grid) -> Fault | None:
    """The fault of an array that would overwrite what somebody entered."""
    rect = Rect(row, column, row + grid.height, column + grid.width)
    for r in range(row, min(rect.bottom, len(tab.rows))):
        cells = tab.rows[r]
        for c in range(column, min(rect.right, len(cells))):
            if cells[c].value is not None and (r, c) != (row, column):
                where = cell_name(r, c)
                return Fault("#REF!", f"Array result was not expanded because it would overwrite data in {where}.")
    return None


def _box(ref: Ref) -> Box:
    first, last = ref.first, ref.last or ref.first
    rows = sorted(row for row in (first.row, last.row) if row is not None)
    sides = sorted(column for column in (first.column, last.column) if column is not None)
    return Box(
        rows[0] if rows else None,
        sides[0] if sides else None,
        rows[1] + 1 if len(rows) == 2 else None,
        sides[1] + 1 if len(sides) == 2 else None,
    )


@lru_cache(maxsize=4096)
def _tree(text: str) -> syntax.Node | None:
    try:
        return syntax.tree(text)
    except syntax.NotAFormula:
        return None
