"""`sheets_schema/` as values: the tabs of each kind of spreadsheet, declared once.

Three kinds: `catalogue` (the organisers'), `roster` (one enterprise's), `ledger` (Zapis's own). The same
declaration lays a file out, reads it and documents it; nothing else in the code spells a header.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from zapis.resources import resource

Owner = Literal["people", "zapis", "formula"]


class Column(Struct, frozen=True):
    """One column, found by its header wherever people move it."""

    key: str
    header: str
    type: str
    """text, number, date, time, datetime, deadline, choice, checkbox, link or id."""
    note: str
    width: int
    owner: Owner = "people"
    """Who writes it: people, Zapis, or the array formula in the header cell."""
    required: bool = False
    choices: tuple[str, ...] = ()
    choices_from: str | None = None
    """Another tab's column, such as `enterprises.name`."""
    lookup: str | None = None
    """For a formula: the title of the hidden tab where the row's `_id` is looked up."""
    clip: bool = False
    """Whether a long text is cut at the cell's edge: otherwise it makes its row higher."""
    colours: tuple[tuple[str, str], ...] = ()
    """What a cell's text begins with, and the colour it then has (#rrggbb); `*` is any other text."""


class FilterView(Struct, frozen=True):
    """A way to look at a tab that leaves it to everybody else as it is."""

    key: str
    title: str
    sort: str
    """The column by which its rows stand."""
    then: tuple[str, ...] = ()
    """The columns by which rows stand that are alike in that one."""
    descending: bool = False
    only: tuple[tuple[str, str], ...] = ()
    """Columns and the text that a row must have in them to be shown."""


class Chart(Struct, frozen=True):
    """A chart that floats over a tab and draws another tab's columns, such as `numbers.seats`."""

    key: str
    title: str
    kind: Literal["BAR", "COLUMN", "PIE"]
    domain: str
    series: tuple[str, ...]
    stacked: bool = False


class Tab(Struct, frozen=True):
    """One tab of a spreadsheet."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    hidden: bool = False
    colour: str | None = None
    rows: tuple[dict[str, str], ...] = ()
    """Rows that a new file begins with."""
    charts: tuple[Chart, ...] = ()
    """What floats over its last column."""
    views: tuple[FilterView, ...] = ()
    frozen: int = 0
    """So many columns stay in view whatever is scrolled."""

    def column(self, key: str) -> Column:
        """The column with this key. Raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


Schema = dict[str, tuple[Tab, ...]]


@cache
def schema() -> Schema:
    """The schema that ships with this release."""
    return load(resource("sheets_schema"))


def load(root: Path) -> Schema:
    """The tabs under `root`, one folder a kind, one file a tab, in the order of the files' names."""
    return {
        kind.name: tuple(map(_tab, sorted(kind.glob("*.toml")))) for kind in sorted(root.iterdir()) if kind.is_dir()
    }


def tab(kind: str, key: str) -> Tab:
    """One tab of the shipped schema, such as `tab("catalogue", "slots")`. Raises KeyError."""
    for candidate in schema()[kind]:
        if candidate.key == key:
            return candidate
    raise KeyError(f"{kind}/{key}")


def _tab(path: Path) -> Tab:
    declared = tomllib.loads(path.read_text(encoding="utf-8"))
    return Tab(
        key=path.stem.split("-", 1)[1],
        title=declared["title"],
        about=declared["about"],
        columns=tuple(map(_column, declared["columns"])),
        hidden=declared.get("hidden", False),
        colour=declared.get("colour"),
        rows=tuple(declared.get("rows", ())),
        charts=tuple(Chart(**{**chart, "series": tuple(chart["series"])}) for chart in declared.get("charts", ())),
        frozen=declared.get("frozen", 0),
        views=tuple(map(_view, declared.get("views", ()))),
    )


def _column(declared: dict[str, Any]) -> Column:
    choices = tuple(declared.get("choices", ()))
    return Column(**{**declared, "choices": choices, "colours": _pairs(declared, "colours")})


def _view(declared: dict[str, Any]) -> FilterView:
    return FilterView(**{**declared, "then": tuple(declared.get("then", ())), "only": _pairs(declared, "only")})


def _pairs(declared: dict[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(declared.get(name, {}).items())
