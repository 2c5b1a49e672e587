"""Plain tables of a hundred columns: figures to the right, one name a row."""

from __future__ import annotations

from collections.abc import Sequence

NAME = 34
WIDTH = 100


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of a name and its figures; the figures share what is left of the line."""
    cell = (WIDTH - NAME) // max(len(headers), 1)
    heads = [header.split("|") for header in headers]
    lines = max(map(len, heads))
    above = [_row("", [_line(head, line, lines) for head in heads], cell) for line in range(lines)]
    return "\n".join([*above, "-" * (NAME + cell * len(headers)), *(_row(row[0], row[1:], cell) for row in rows)])


def _line(head: Sequence[str], line: int, lines: int) -> str:
    """Headers stand on the ground: a short one is empty above."""
    return head[line - (lines - len(head))] if line >= lines - len(head) else ""


def _row(name: str, cells: Sequence[str], cell: int) -> str:
    return f"{name:<{NAME}}" + "".join(f"{text:>{cell}}" for text in cells)


def facts(rows: Sequence[tuple[str, str, str]]) -> str:
    """A name, a figure, and in brackets what it is to be."""
    return "\n".join(f"{name:<48}{figure:>26}  {target}".rstrip() for name, figure, target in rows)
