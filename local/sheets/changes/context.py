"""What a change is given: the workbook, its calculator, who asks, and a maker of ids."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.sheets.calc import Calc
from local.sheets.workbook import Json, Workbook


@dataclass(frozen=True, slots=True)
class Context:
    book: Workbook
    calc: Calc
    editor: str

    def new_id(self) -> int:
        """An id as Google gives them: a random positive 31-bit number."""
        return random.randrange(1, 2**31 - 1)  # noqa: S311


Message = Mapping[str, Any]
Apply = Callable[[Context, Message], Json]
