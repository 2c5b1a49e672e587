"""The demo season's CSV files as values, its days still counted from the day of laying out.

`slots.csv` and the season's `opens` say "3" or "3 12:00": the third day from now. So a season laid out on any
day has a past, a present and a future. `fill` is the demo's own column: how full visitors are to make a slot.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

FOLDER = Path(__file__).with_name("season")
FILLS = ("", "some", "nearly", "full", "waiting")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoSeason:
    """Rows by the schema's keys, as they stand in the files."""

    settings: Mapping[str, str]
    enterprises: tuple[Row, ...]
    tours: tuple[Row, ...]
    slots: tuple[Row, ...]


def read(folder: Path = FOLDER) -> DemoSeason:
    """The season in `folder`."""
    return DemoSeason(
        settings={row["id"]: row["value"] for row in _rows(folder / "season.csv")},
        enterprises=_rows(folder / "enterprises.csv"),
        tours=_rows(folder / "tours.csv"),
        slots=_rows(folder / "slots.csv"),
    )


def dated(slots: Iterable[Row], today: date) -> list[dict[str, str]]:
    """The slots with a `date` (ISO) in place of `day`, and moments (ISO) in `opens` and `closes`."""
    return [
        {
            **{key: text for key, text in slot.items() if key not in ("day", "fill")},
            "date": (today + timedelta(days=int(slot["day"]))).isoformat(),
            "opens": moment(slot["opens"], today),
            "closes": moment(slot["closes"], today),
        }
        for slot in slots
    ]


def moment(text: str, today: date) -> str:
    """`3 12:00` as an ISO date and time, the third day from `today`; empty stays empty."""
    if not text:
        return ""
    day, clock = text.split()
    return datetime.combine(today + timedelta(days=int(day)), time.fromisoformat(clock)).isoformat()


def _rows(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
