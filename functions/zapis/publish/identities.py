"""A row keeps its `_id` though a colleague sorts in the very moment when ids are written.

An id is written into a row by its number, for there is no other way. So the answer to that write brings the tab
back as it stood then: where another row had come into the place, its own id, known from the read before, is owed
to it. It counts as standing there, so that nobody takes the row for another visit, until it is written again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.tables import EMPTY, Cell, TableRow
from zapis.publish.files import File
from zapis.schema import Tab

log = logging.getLogger("zapis.sync")

Content = tuple[str, ...]
"""What people typed into a row."""


class Given(Struct, frozen=True):
    """An id that is written into the row with this number (from 1, as people see it)."""

    tab: Tab
    row: int
    id: str


class Identities:
    """The ids that are owed to rows, as one instance knows them."""

    def __init__(self) -> None:
        self._owed: dict[tuple[str, Content], str] = {}
        self.to_give: list[Given] = []
        """What is owed to rows of the file that was last looked at."""

    def restored(self, file: File, tabs: Sequence[Tab]) -> File:
        """The file as if every row had its own id and nobody else's."""
        differing = [given for tab in tabs for given in self._find(file, tab)] if self._owed else []
        self.to_give = [given for given in differing if given.id]
        for given in sorted(differing, key=lambda given: bool(given.id)):
            grid = [*file.grids[given.tab.key]]
            column, row = file.column(given.tab, "id"), [*grid[given.row - 1]]
            row += [EMPTY] * (column + 1 - len(row))
            row[column] = Cell(given.id)
            grid[given.row - 1] = row
            file = replace(file, grids={**file.grids, given.tab.key: grid})
        return file

    def _find(self, file: File, tab: Tab) -> Iterator[Given]:
        """The rows that are owed an id; and, with none, those that have it meanwhile."""
        if not file.has(tab, "id"):
            return
        rows = [(_content(tab, row), row) for row in file.table(tab).rows]
        for content, id in [(content, id) for (key, content), id in self._owed.items() if key == tab.key]:
            owners = [row for typed, row in rows if typed == content]
            if not owners or any(row.text("id") == id for row in owners):
                del self._owed[tab.key, content]
                continue
            yield Given(tab, owners[0].number, id)
            yield from (Given(tab, row.number, "") for typed, row in rows if row.text("id") == id and typed != content)

    def check(self, before: File, after: File, written: Iterable[Given]) -> None:
        """See where ids that were written landed. `before`: the file as it was read, `after`: as it stood then."""
        by_tab: dict[str, list[Given]] = {}
        for given in written:
            by_tab.setdefault(given.tab.key, []).append(given)
        for several in by_tab.values():
            self._check(before, after, several)

    def _check(self, before: File, after: File, written: Sequence[Given]) -> None:
        tab, asked = written[0].tab, {given.row: given.id for given in written}
        was, now = before.table(tab).rows, after.table(tab).rows
        keepers = (row for row in was if asked.get(row.number) in (None, row.text("id")))
        own = {(_content(tab, row), row.text("id")) for row in keepers}
        standing = {(_content(tab, row), row.text("id")) for row in now}
        overwritten = {_content(tab, row) for row in now if row.number in asked}
        for content, id in own - standing:
            if id and content in overwritten:
                self._owed[tab.key, content] = id
                log.info("«%s» was sorted while ids were written: a row gets its own back", tab.title)


def _content(tab: Tab, row: TableRow) -> Content:
    return tuple(row.text(column.key) for column in tab.columns if column.owner == "people")
