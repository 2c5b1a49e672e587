"""A roll: the three tabs in which an enterprise sees its visitors, in a file of its own or in the catalogue's.

«Пришли» and the remarks beside it are the enterprise's: a line's code is appended once and never moved, the tick is
read, and nothing is ever written into either. What is shown beside comes from a hidden tab, and the list to print
is a tab of its own, so that it can be in order without anybody's cells being moved.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from datetime import datetime

from msgspec import Struct

from zapis.core import ids, rosters
from zapis.core.catalogue import EnterpriseId
from zapis.core.model import SlotId
from zapis.core.projections import Lines, View
from zapis.core.rosters import Printed
from zapis.core.tables import EMPTY
from zapis.publish.files import File, Strip
from zapis.publish.hidden import HIDDEN_ROWS, append_new, listed, renew, uncovered
from zapis.schema import Tab, tab
from zapis.sheets import Json
from zapis.voice import conditions

PRINTED = "_print"
"""The line of the hidden tab that keeps a digest of the list to print."""
ROW_HEIGHT = 30
"""Pixels of a row to be signed."""


class Roll(Struct, frozen=True):
    """The tabs of a roll."""

    visitors: Tab
    print: Tab
    lines: Tab

    @property
    def strips(self) -> tuple[Strip, ...]:
        """What is read of them."""
        ours = Strip(self.visitors, ("came", "remark", "id"))
        return ours, Strip(self.lines, ("id", "date"), HIDDEN_ROWS), Strip(self.print, ("number",), 1)

    def shows(
        self, view: View, enterprises: Collection[EnterpriseId], listed: Set[str], now: datetime
    ) -> tuple[Lines, list[Printed]]:
        """What the hidden tab and the list to print are to say, where `listed` visitors have a line already."""
        printed = rosters.printed(view, enterprises, now)
        lines = rosters.visitors(view, enterprises, listed, lambda slot: asks(view, slot))
        width = len(self.lines.columns) - 1
        return {PRINTED: (ids.digest(repr(printed)),)} | {id: cells[:width] for id, cells in lines.items()}, printed


def asks(view: View, slot: SlotId) -> str:
    """What a visit asks of those who come, as they were told; empty while nothing is offered."""
    offered = view.state.slots.get(slot)
    if offered is None:
        return ""
    tour, enterprise = view.catalogue.tour_of(slot), view.catalogue.enterprise_of(slot)
    return conditions.in_one_line(conditions.of_the_visit(tour, enterprise, offered.terms))


OWN = Roll(tab("roster", "visitors"), tab("roster", "print"), tab("roster", "lines"))
SHARED = Roll(tab("catalogue", "visitors"), tab("catalogue", "print"), tab("catalogue", "guests"))
"""For enterprises that have no file of their own."""


class Look:
    """One read of a roll, and what it is to show.

    `left` is the hidden lines as this instance left them, if it did; `listed` the visitors who have a line.
    """

    def __init__(
        self, roll: Roll, file: File, enterprises: Collection[EnterpriseId], left: Lines | None = None
    ) -> None:
        self.roll, self.file, self.enterprises, self.left = roll, file, enterprises, left
        self.listed = listed(file, roll.visitors) if roll.visitors.key not in file.moved else set()

    def ticks(self) -> dict[str, bool]:
        """By a line's code whether it is ticked; of a line that was copied, whether any copy is."""
        found: dict[str, bool] = {}
        for row in self.file.table(self.roll.visitors).rows if self.listed else ():
            if row.text("id") and "came" in row.cells:
                found[row.text("id")] = found.get(row.text("id"), False) or row.cells.get("came", EMPTY).ticked
        return found

    def requests(self, view: View, now: datetime) -> list[Json]:
        """What brings the roll up to date; none where it says all that already."""
        if self.roll.visitors.key in self.file.moved or not (self.enterprises or self.listed):
            return []
        lines, printed = self.roll.shows(view, self.enterprises, self.listed, now)
        renewed = renew(self.file, self.roll.lines, lines, self.left)
        shown_again = uncovered(self.file, (self.roll.visitors,))
        if not renewed:
            return shown_again
        new = append_new(self.file, self.roll.visitors, [line for line in lines if line != PRINTED], self.listed)
        shown = _unhidden(self.file, self.roll) if self.roll.visitors.hidden and new and not self.listed else []
        return [*shown_again, *renewed, *new, *shown, *_printed(self.file.ids[self.roll.print.key], printed)]


def _unhidden(file: File, roll: Roll) -> list[Json]:
    """In the catalogue's file a roll comes into view with its first visitor."""
    properties = ({"sheetId": file.ids[shown.key], "hidden": False} for shown in (roll.visitors, roll.print))
    return [{"updateSheetProperties": {"properties": each, "fields": "hidden"}} for each in properties]


def _printed(sheet: int, rows: Sequence[Printed]) -> list[Json]:
    """The requests that make `rows` the whole of a list to print; its headings are bold and run on over the row."""
    fields = "userEnteredValue,userEnteredFormat(textFormat.bold,wrapStrategy)"
    cleared = {"updateCells": {"range": {"sheetId": sheet, "startRowIndex": 1}, "fields": fields}}
    if not rows:
        return [cleared]
    told = {"appendCells": {"sheetId": sheet, "rows": [_printed_row(row) for row in rows], "fields": fields}}
    span = {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": len(rows) + 1}
    tall = {"range": span, "properties": {"pixelSize": ROW_HEIGHT}, "fields": "pixelSize"}
    return [cleared, told, {"updateDimensionProperties": tall}]


def _printed_row(row: Printed) -> Json:
    kinds = (("numberValue" if isinstance(value, int) else "stringValue", value) for value in row.cells)
    cells = [{"userEnteredValue": {kind: value}} if value != "" else {} for kind, value in kinds]
    look = {"textFormat": {"bold": row.heading}, "wrapStrategy": "OVERFLOW_CELL" if row.heading else "WRAP"}
    return {"values": [cell | {"userEnteredFormat": look} for cell in cells]}
