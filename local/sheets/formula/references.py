"""References inside a formula's text: found, moved when rows or columns move, renamed with tabs.

Only operands that the tokenizer calls ranges are touched: what stands in quotes stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from local.sheets.a1 import column_index, column_letters, quote_title

PART = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)([1-9]\d*)?\Z")
REF_ERROR = "#REF!"


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; None where it is a whole row or column. `$` marks are kept."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference as written: the tab's title if it names one, and its corners."""

    title: str | None
    first: Corner
    last: Corner | None = None


@lru_cache(maxsize=4096)
def tokens(formula: str) -> tuple[Token, ...]:
    """The tokens of a formula with its "=". Raises ValueError for what is no formula."""
    try:
        tokenizer = Tokenizer(formula)
    except (TokenizerError, IndexError, AttributeError) as error:
        raise ValueError(f"cannot read {formula!r}") from error
    return tuple(tokenizer.items)


@lru_cache(maxsize=8192)
def parse(text: str) -> Ref | None:
    """Read an operand as a reference; None if it is a name or something else."""
    title, cells = _split(text)
    first, colon, last = cells.partition(":")
    start = _corner(first)
    end = _corner(last) if colon else None
    if start is None or (colon and end is None):
        return None
    if not colon and (start.row is None or start.column is None):
        return None
    return Ref(title, start, end)


def _split(text: str) -> tuple[str | None, str]:
    title, bang, cells = text.rpartition("!")
    if not bang:
        return None, text
    if title.startswith("'") and title.endswith("'"):
        title = title[1:-1].replace("''", "'")
    return title, cells


def _corner(text: str) -> Corner | None:
    found = PART.match(text)
    if not text or found is None or not (found[2] or found[4]):
        return None
    if found[2] is None:
        return Corner(int(found[4]) - 1, None, row_fixed=bool(found[1] or found[3]))
    row = int(found[4]) - 1 if found[4] else None
    return Corner(row, column_index(found[2]), row_fixed=bool(found[3]), column_fixed=bool(found[1]))


def written(ref: Ref) -> str:
    """A reference as text again."""
    cells = _corner_text(ref.first)
    if ref.last is not None:
        cells += ":" + _corner_text(ref.last)
    return cells if ref.title is None else f"{quote_title(ref.title)}!{cells}"


def _corner_text(corner: Corner) -> str:
    column = "" if corner.column is None else ("$" if corner.column_fixed else "") + column_letters(corner.column)
    row = "" if corner.row is None else ("$" if corner.row_fixed else "") + str(corner.row + 1)
    return column + row


def rewritten(formula: str, change: Callable[[Ref], Ref | None]) -> str:
    """The formula with each reference replaced; None makes it #REF!. What cannot be read stays."""
    try:
        found = tokens(formula)
    except ValueError:
        return formula
    return "=" + "".join(_changed(token, change) for token in found)


def _changed(token: Token, change: Callable[[Ref], Ref | None]) -> str:
    if token.type != Token.OPERAND or token.subtype != Token.RANGE:
        return str(token.value)
    ref = parse(token.value)
    if ref is None:
        return str(token.value)
    changed = change(ref)
    if changed is None:
        return REF_ERROR
    return str(token.value) if changed == ref else written(changed)


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula as copied to a cell so far away: what has no `$` goes along."""

    def shift(ref: Ref) -> Ref | None:
        first = _moved_corner(ref.first, rows, columns)
        last = None if ref.last is None else _moved_corner(ref.last, rows, columns)
        if first is None or (ref.last is not None and last is None):
            return None
        return replace(ref, first=first, last=last)

    return rewritten(formula, shift) if rows or columns else formula


def _moved_corner(corner: Corner, rows: int, columns: int) -> Corner | None:
    row, column = corner.row, corner.column
    if row is not None and not corner.row_fixed:
        row += rows
    if column is not None and not corner.column_fixed:
        column += columns
    if (row is not None and row < 0) or (column is not None and column < 0):
        return None
    return replace(corner, row=row, column=column)


def renamed(formula: str, old: str, new: str) -> str:
    """The formula after a tab got another title."""
    same = old.casefold()
    return rewritten(
        formula, lambda ref: replace(ref, title=new) if ref.title is not None and ref.title.casefold() == same else ref
    )


def orphaned(formula: str, title: str) -> str:
    """The formula after a tab was deleted."""
    same = title.casefold()
    return rewritten(formula, lambda ref: None if ref.title is not None and ref.title.casefold() == same else ref)
