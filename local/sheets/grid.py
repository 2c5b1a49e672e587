"""Rows and columns inserted, deleted and moved, and all that must follow them.

The rule it guards: whatever points at a cell (merge, protection, filter, named range, chart,
formula) points at the same cell afterwards, or is gone with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from local.sheets.formula.references import Corner, Ref, rewritten
from local.sheets.workbook import EMPTY, Cell, Formula, Json, Row, Tab, Workbook, trimmed

ENDS = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}
COUNTS = {"ROWS": "rowCount", "COLUMNS": "columnCount"}
METADATA = {"ROWS": "rowMetadata", "COLUMNS": "columnMetadata"}
GROUPS = {"ROWS": "rowGroups", "COLUMNS": "columnGroups"}


@dataclass(frozen=True, slots=True)
class Shift:
    """`count` lines inserted at `at`; or, negative, that many deleted from `at` on."""

    dimension: str
    at: int
    count: int

    def index(self, index: int) -> int | None:
        """Where the line went; None if it was deleted."""
        if index < self.at:
            return index
        if self.count < 0 and index < self.at - self.count:
            return None
        return index + self.count

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a span went: it grows by what is inserted inside it, shrinks by what is deleted."""
        if self.count >= 0:
            return (start + self.count * (start >= self.at), end + self.count * (end > self.at))
        gone_to = self.at - self.count
        new_start = start if start < self.at else max(self.at, start + self.count) if start >= gone_to else self.at
        new_end = end if end <= self.at else max(self.at, end + self.count)
        return (new_start, new_end) if new_end > new_start else None

    def order(self, lines: list[Any], blank: Any) -> list[Any]:
        if self.count >= 0:
            return (
                [*lines[: self.at], *([blank] * self.count), *lines[self.at :]] if self.at < len(lines) else list(lines)
            )
        return [*lines[: self.at], *lines[self.at - self.count :]]


@dataclass(frozen=True, slots=True)
class Move:
    """Lines start..end taken out and put before the line that was `to`."""

    dimension: str
    start: int
    end: int
    to: int

    def index(self, index: int) -> int | None:
        count = self.end - self.start
        if self.start <= index < self.end:
            return index - self.start + (self.to if self.to <= self.start else self.to - count)
        if self.to <= index < self.start:
            return index + count
        if self.end <= index < self.to:
            return index - count
        return index

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """One line follows itself; a block that went whole follows; any other keeps its extent."""
        ends = [self.index(start) or 0, self.index(end - 1) or 0]
        whole = abs(ends[1] - ends[0]) == end - 1 - start and ends[0] <= ends[1]
        return (ends[0], ends[1] + 1) if whole else (start, end)

    def order(self, lines: list[Any], blank: Any) -> list[Any]:
        padded = [*lines, *([blank] * (max(self.end, self.to) - len(lines)))]
        block = padded[self.start : self.end]
        rest = [*padded[: self.start], *padded[self.end :]]
        at = self.to if self.to <= self.start else self.to - len(block)
        return [*rest[:at], *block, *rest[at:]]


Motion = Shift | Move


def shift_grid(book: Workbook, tab: Tab, motion: Motion, template: Callable[[Row], Row] | None = None) -> None:
    """Carry out a motion of whole rows or columns. `template` dresses inserted rows and columns."""
    if motion.dimension == "ROWS":
        _move_rows(tab, motion)
    else:
        _move_columns(tab, motion)
    head = tab.edit_head()
    if isinstance(motion, Shift):
        head["properties"]["gridProperties"][COUNTS[motion.dimension]] += motion.count
    _follow_metadata(head, motion)
    _follow_frozen(head, motion)
    head.update(_followed_lists(head, tab.sheet_id, motion))
    follow_elsewhere(book, tab, motion)


def _move_rows(tab: Tab, motion: Motion) -> None:
    rows = motion.order(tab.rows, ())
    while rows and not rows[-1]:
        rows.pop()
    tab.replace_rows(rows)


def _move_columns(tab: Tab, motion: Motion) -> None:
    tab.replace_rows([trimmed(motion.order(list(row), EMPTY)) if row else row for row in tab.rows])


def _follow_metadata(head: Json, motion: Motion) -> None:
    """Widths, hidden marks and developer metadata of lines, kept by index as text."""
    old = head.get(METADATA[motion.dimension], {})
    moved = ((motion.index(int(key)), what) for key, what in old.items())
    head[METADATA[motion.dimension]] = {str(index): what for index, what in moved if index is not None}


def _follow_frozen(head: Json, motion: Motion) -> None:
    """Lines deleted from the frozen ones leave fewer of them; inserted ones add to them."""
    name = "frozenRowCount" if motion.dimension == "ROWS" else "frozenColumnCount"
    grid = head["properties"]["gridProperties"]
    frozen = grid.get(name, 0)
    if isinstance(motion, Shift) and frozen and motion.at < frozen:
        grid[name] = max(frozen + motion.count, motion.at)
        if not grid[name]:
            del grid[name]


def _followed_lists(head: Json, sheet_id: int, motion: Motion) -> Json:
    """The head's lists with every GridRange moved; an entry whose own range is gone goes too."""
    changed: Json = {}
    for name in (
        "merges",
        "protectedRanges",
        "filterViews",
        "bandedRanges",
        "conditionalFormats",
        "charts",
        "slicers",
        "tables",
    ):
        if head.get(name):
            moved = (follow(item, sheet_id, motion) for item in head[name])
            changed[name] = [item for item in moved if item is not None]
    if head.get("basicFilter"):
        changed["basicFilter"] = follow(head["basicFilter"], sheet_id, motion) or {}
    groups = GROUPS[motion.dimension]
    changed[groups] = [g for g in (_follow_group(group, motion) for group in head.get(groups, ())) if g]
    return changed


def _follow_group(group: Json, motion: Motion) -> Json | None:
    span = motion.span(group["range"]["startIndex"], group["range"]["endIndex"])
    if span is None:
        return None
    return {**group, "range": {**group["range"], "startIndex": span[0], "endIndex": span[1]}}


def follow(thing: Any, sheet_id: int, motion: Motion) -> Any:
    """Any part of a message with the GridRanges and cell places of this tab moved; None if it is gone."""
    if isinstance(thing, list):
        kept = [follow(item, sheet_id, motion) for item in thing]
        return [item for item in kept if item is not None]
    if not isinstance(thing, dict):
        return thing
    if ENDS["ROWS"][0] in thing or ENDS["COLUMNS"][0] in thing:
        return _follow_range(thing, sheet_id, motion)
    changed = {name: follow(value, sheet_id, motion) for name, value in thing.items()}
    if any(changed[name] is None and thing[name] is not None for name in ("range", "ranges") if name in thing):
        return None
    if thing.get("ranges") and not changed["ranges"]:
        return None
    return changed


def _follow_range(message: Json, sheet_id: int, motion: Motion) -> Json | None:
    first, last = ENDS[motion.dimension]
    if message.get("sheetId", 0) != sheet_id or (first not in message and last not in message):
        return message
    end = message.get(last)
    span = motion.span(message.get(first, 0), end if end is not None else 1 << 30)
    if span is None:
        return None
    return {**message, first: span[0]} | ({} if end is None else {last: span[1]})


def follow_elsewhere(book: Workbook, tab: Tab, motion: Motion) -> None:
    """Named ranges, other tabs' charts and everybody's formulas."""
    if book.head.get("namedRanges"):
        head = book.edit_head()
        head["namedRanges"] = follow(head["namedRanges"], tab.sheet_id, motion)
    if book.head.get("developerMetadata"):
        head = book.edit_head()
        followed = (_follow_entry(entry, tab.sheet_id, motion) for entry in head["developerMetadata"])
        head["developerMetadata"] = [entry for entry in followed if entry]
    titled = tab.title.casefold()
    for other in book.tabs:
        change_formulas(
            other, lambda ref, other=other: follow_ref(ref, motion) if _names(ref, other, tab, titled) else ref
        )


def _follow_entry(entry: Json, sheet_id: int, motion: Motion) -> Json | None:
    """Metadata of a row or column goes where it goes, and dies with it."""
    span = entry["location"].get("dimensionRange")
    if not span or span.get("sheetId", 0) != sheet_id or span["dimension"] != motion.dimension:
        return entry
    index = motion.index(span.get("startIndex", 0))
    if index is None:
        return None
    return {
        **entry,
        "location": {**entry["location"], "dimensionRange": {**span, "startIndex": index, "endIndex": index + 1}},
    }


def _names(ref: Ref, where: Tab, tab: Tab, titled: str) -> bool:
    return where is tab if ref.title is None else ref.title.casefold() == titled


def follow_ref(ref: Ref, motion: Motion) -> Ref | None:
    """A reference after the motion; None when what it named is gone."""
    name = "row" if motion.dimension == "ROWS" else "column"
    first = getattr(ref.first, name)
    last = first if ref.last is None else getattr(ref.last, name)
    if first is None and last is None:
        return ref
    low = first if first is not None else 0
    span = motion.span(low, (last if last is not None else 1 << 30) + 1)
    if span is None:
        return None
    start = ref.first if first is None else _with(ref.first, name, span[0])
    end = ref.last if last is None or ref.last is None else _with(ref.last, name, span[1] - 1)
    return replace(ref, first=start, last=end)


def _with(corner: Corner, name: str, index: int) -> Corner:
    return replace(corner, **{name: index})


def change_formulas(tab: Tab, change: Callable[[Ref], Ref | None]) -> None:
    """Rewrite the references of every formula of a tab."""
    rewrite_formulas(tab, lambda text: rewritten(text, change))


def rewrite_formulas(tab: Tab, rewrite: Callable[[str], str]) -> None:
    for row, column, formula in list(tab.formula_cells()):
        text = rewrite(formula.text)
        if text != formula.text:
            tab.put_cell(row, column, replace(tab.cell(row, column), value=Formula(text)))


def dressed(cells: Iterable[Cell]) -> Row:
    """The looks of a row without its values: what an inserted neighbour inherits."""
    return trimmed([Cell(format=cell.format, validation=cell.validation) for cell in cells])
