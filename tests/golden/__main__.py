"""Adds a golden journal.

python -m tests.golden keep NAME < rows.tsv     of rows on standard input (`zapis ledger export` has them, too)
python -m tests.golden seed NAME 42             of a seeded scenario of the campaign
"""

from __future__ import annotations

import sys

from tests.campaign.drawing import draw
from tests.campaign.run import play
from tests.golden import shelf, verdicts
from zapis.core.entries import Row


def main(what: str, name: str, *more: str) -> None:
    """Keep a journal under a name that is free."""
    path = shelf.FOLDER / f"{name}.tsv"
    if path.exists():
        sys.exit(f"{path} is kept already: verdicts that were given do not change.")
    rows = shelf.read(sys.stdin.read()) if what == "keep" else _played(int(more[0]))
    path.write_text(shelf.written(rows), "utf-8")
    said = "\n".join(verdicts.verdicts(rows))
    path.with_suffix(".verdicts").write_text(f"{said}\n", "utf-8")


def _played(seed: int) -> list[Row]:
    return play(draw(seed)).journal


if __name__ == "__main__":
    main(*sys.argv[1:])
