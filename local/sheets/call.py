"""One request as the methods see it, and the world that they act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from local.sheets import masks
from local.sheets.accounts import Accounts, Caller
from local.sheets.calc import Calc
from local.sheets.clock import Clock
from local.sheets.drive import Drive
from local.sheets.errors import ApiError, bad_field
from local.sheets.masks import Mask
from local.sheets.store import Store
from local.sheets.workbook import Json, Workbook


class World:
    """All that the emulator pretends: clock, accounts, files. One thread acts on it at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.accounts = Accounts(store, self.clock)
        self.drive = Drive(store, self.clock)
        self._calcs: dict[int, Calc] = {}

    def calc(self, book: Workbook) -> Calc:
        """The calculator of a workbook, kept with it so that its results last between calls."""
        found = self._calcs.get(id(book))
        if found is None or found.book is not book:
            found = self._calcs[id(book)] = Calc(book, self.clock)
        return found

    def reset(self) -> None:
        self.drive.reset()
        self.clock.reset()
        self._calcs.clear()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON unless it says otherwise."""

    body: Any = None
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"


@dataclass(slots=True)
class Call:
    """A request to an imitated method."""

    world: World
    caller: Caller
    path: Mapping[str, str]
    query: str = ""
    raw: bytes = b""
    json: Any = None
    midway: Callable[[], None] = lambda: None
    """What a fault does between a change and the reading of its answer."""
    books: Mapping[str, Workbook] = field(default_factory=dict)
    """Old states of workbooks that a stale read is answered from."""

    def option(self, name: str, default: str | None = None) -> str | None:
        found = self.options(name)
        return found[-1] if found else default

    def options(self, name: str) -> list[str]:
        return [value for key, value in parse_qsl(self.query, keep_blank_values=True) if key == name]

    def flag(self, name: str) -> bool:
        """A boolean of the query, in any case: clients send True as well as true. Raises ApiError."""
        value = self.option(name) or ""
        if value.lower() not in ("true", "false", "1", "0", ""):
            raise bad_field(name, f"Invalid value at '{name}' (TYPE_BOOL), \"{value}\"")
        return value.lower() in ("true", "1")

    @property
    def mask(self) -> Mask | None:
        """The field mask of the query, if there is one. Raises ApiError."""
        text = self.option("fields") or self.option("$fields")
        if not text:
            return None
        try:
            return masks.parse(text)
        except masks.BadMask:
            raise ApiError(400, "Request contains an invalid argument.", reason="invalidParameter") from None

    def book(self, role: str = "reader") -> Workbook:
        """The spreadsheet in the path, for a caller with this role. Raises ApiError."""
        file_id = self.path["id"]
        current = self.world.drive.open(file_id, self.caller, role)
        return self.books.get(file_id, current) if role == "reader" else current

    def body(self) -> Json:
        """The JSON object sent; nothing sent is an empty one. Raises ApiError."""
        if self.json is None:
            return {}
        if not isinstance(self.json, dict):
            raise bad_field("", 'Invalid JSON payload received. Unknown name "": Root element must be a message.')
        return self.json
