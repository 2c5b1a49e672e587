"""A change of a spreadsheet's layout: what is the matter, in words for the operator, and the request that mends it."""

from __future__ import annotations

from msgspec import Struct

from zapis.sheets import Json


class Change(Struct, frozen=True):
    """One difference between a spreadsheet and what is declared."""

    what: str
    """Such as `«Расписание»: the column «Код» is missing`."""
    request: Json
