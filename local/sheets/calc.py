"""What cells show: values as entered, and formulas' results.

The rule it guards: a cell is worked out when it is read, once, and the result stands until the
workbook is altered. A tab without formulas costs nothing: its cells are read as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from local.sheets.a1 import Box
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
from local.sheets.formula.spill import Spill, in_the_way
from local.sheets.formula.suggest import suggested
from local.sheets.ranges import named_range, within
from local.sheets.workbook import Formula, Tab, Workbook

__all__ = ["Calc", "Fault"]
CIRCULAR = Fault("#REF!", "Circular dependency detected. To resolve with iterative calculation, see File > Settings.")
PARSE_ERROR = Fault("#ERROR!", "Formula parse error.")
TOO_LARGE = Fault("#NUM!", "The result is too large to be a number.")
DEEPEST = 40
"""Formulas under work at once: a longer chain is worked out from its far end."""


@dataclass(frozen=True, slots=True)
class _Place:
    tab: Tab
    row: int
    column: int


class _TooDeep(Exception):
    """A chain of formulas is longer than the interpreter's stack; `place` is where to begin instead."""

    def __init__(self, place: _Place) -> None:
        super().__init__()
        self.place = place


@dataclass(slots=True)
class _Results:
    """All that was worked out since the workbook was last altered."""

    cells: dict[_Place, Any] = field(default_factory=dict)
    spills: dict[int, list[Spill]] = field(default_factory=dict)
    indexes: dict[Any, Any] = field(default_factory=dict)
    working: set[_Place] = field(default_factory=set)


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
            return self._result(_Place(tab, row, column))
        return self._spilled(tab, row, column) if entered is None else entered

    def column(self, tab: Tab, column: int, top: int, bottom: int) -> list[Any]:
        """The values of a column, blanks to the end included."""
        used = max(min(bottom, self.end(tab, column, column + 1)), top)
        values = [self.value(tab, row, column) for row in range(top, used)]
        values.extend([None] * (bottom - used))
        return values

    def height(self, tab: Tab) -> int:
        """One past the last row that holds anything, spilled results and their empty texts included."""
        return self.end(tab, 0, tab.column_count)

    def end(self, tab: Tab, left: int, right: int) -> int:
        """As `height`, where only what spills into these columns counts: the rest is not worked out."""
        if not tab.has_formulas:
            return tab.data_end
        self._refresh()
        reaching = [spill for spill in self._candidates(tab) if spill.meets(left, right)]
        return max([tab.data_end, *(self._work_out(tab, spill).bottom for spill in reaching)])

    def width(self, tab: Tab, row: int) -> int:
        """One past the last column of a row in which anything may be."""
        own = len(tab.row(row))
        if not tab.has_formulas:
            return own
        self._refresh()
        return max([own, *(self._work_out(tab, spill).right(row) for spill in self._candidates(tab))])

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
        found = None if node is None else suggested(node, lambda ref: self.resolve(ref, tab))
        return {**(cell.format or {}), "numberFormat": found} if found else cell.format

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
        if self._results.working:
            return
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
        left = area.rect.left + column
        bottom = min(area.rect.bottom, self.end(area.tab, left, left + 1))
        return self.column(area.tab, left, area.rect.top, max(bottom, area.rect.top))

    def _result(self, place: _Place) -> Any:
        known = self._results.cells
        if place in self._results.working:
            return CIRCULAR
        if place not in known:
            if self._results.working:
                self._work(place)
            else:
                self._work_from_far_end(place)
        return known[place]

    def _work_from_far_end(self, place: _Place) -> None:
        """Where a chain is too long for the stack, begin with the place at which it was given up."""
        waiting = [place]
        while waiting:
            try:
                self._work(waiting[-1])
                waiting.pop()
            except _TooDeep as deep:
                if deep.place in waiting:
                    self._results.cells[deep.place] = CIRCULAR
                else:
                    waiting.append(deep.place)

    def _work(self, place: _Place) -> None:
        self._results.cells[place] = self._settled(place, self._worked_out(place))

    def _worked_out(self, place: _Place) -> Any:
        node = _tree(place.tab.cell(place.row, place.column).value.text)  # type: ignore[union-attr]
        working = self._results.working
        if node is None:
            return PARSE_ERROR
        if len(working) >= DEEPEST:
            raise _TooDeep(place)
        self._volatile = self._volatile or is_volatile(node)
        working.add(place)
        try:
            return Evaluation(self, place.tab, place.row, place.column).outcome(node)
        except RecursionError:
            return Fault("#ERROR!", "The formula is nested too deeply.")
        finally:
            working.discard(place)

    def _settled(self, place: _Place, outcome: Any) -> Any:
        """A formula's own value: of a grid the first, unless something stands in the grid's way."""
        if not isinstance(outcome, Grid):
            return "" if outcome is None else _finite(outcome)
        blocked = in_the_way(place.tab, place.row, place.column, outcome)
        if blocked is not None:
            return blocked
        for spill in self._candidates(place.tab):
            if (spill.row, spill.column) == (place.row, place.column):
                spill.fill(outcome)
        return outcome.cells[0]

    def _candidates(self, tab: Tab) -> list[Spill]:
        """The tab's formulas that may spill, none of them worked out for being listed."""
        known = self._results.spills.get(tab.sheet_id)
        if known is None:
            known = self._results.spills[tab.sheet_id] = []
            for row, column, formula in tab.formula_cells():
                node = _tree(formula.text)
                if node is not None and spills(node):
                    known.append(Spill(row, column, columns(node, self._ref_width(tab))))
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
            if spill.row <= row and spill.meets(column, column + 1):
                value = self._work_out(tab, spill).at(row, column)
                if value is not None:
                    return value
        return None

    def _work_out(self, tab: Tab, spill: Spill) -> Spill:
        """The spill with its grid; without, while its formula is under work: then it is being asked by itself."""
        place = _Place(tab, spill.row, spill.column)
        if not spill.done and place not in self._results.working:
            self._result(place)
            spill.done = True
        return spill


def _finite(value: Any) -> Any:
    """Numbers are 64-bit floats, however Python may reckon on the way."""
    try:
        is_number = isinstance(value, int | float)
        return value if not is_number or math.isfinite(value) else TOO_LARGE
    except OverflowError:
        return TOO_LARGE


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
