"""Where golden journals lie."""

from __future__ import annotations

from pathlib import Path

from zapis.core.entries import Row

FOLDER = Path(__file__).with_name("journals")


def names() -> list[str]:
    """All that are kept."""
    return sorted(path.stem for path in FOLDER.glob("*.tsv"))


def rows(name: str) -> list[Row]:
    """The rows of a journal."""
    return read((FOLDER / f"{name}.tsv").read_text("utf-8"))


def read(text: str) -> list[Row]:
    """Rows from text: a line each, a tab between cells."""
    return [tuple(line.split("\t")) for line in text.splitlines()]


def written(lines: list[Row]) -> str:
    """Text from rows. No cell of a journal has a tab or a line's end in it: JSON writes both in letters."""
    return "".join("\t".join(row) + "\n" for row in lines)


def verdicts(name: str) -> list[str]:
    """What was said of it when it was kept."""
    return (FOLDER / f"{name}.verdicts").read_text("utf-8").splitlines()
