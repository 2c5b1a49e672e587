"""The demo season's CSV files as values, its days still counted from the day of laying out.

`slots.csv` and the season's `opens` say "3" or "3 12:00": the third day from now. So a season laid out on any
day has a past, a present and a future; "+5" is in five minutes, for whoever wants to see a registration open.
`fill` is the demo's own column: how full visitors are to make a slot.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
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


def dated(slots: Iterable[Row], laid_out: datetime) -> list[dict[str, str]]:
    """The slots with a `date` (ISO) in place of `day`, and moments (ISO) in `opens` and `closes`.

    `laid_out` is a moment by the clock of the place, without a zone, as cells have it.
    """
    return [
        {
            **{key: text for key, text in slot.items() if key not in ("day", "fill")},
            "date": (laid_out.date() + timedelta(days=int(slot["day"]))).isoformat(),
            "opens": moment(slot["opens"], laid_out),
            "closes": moment(slot["closes"], laid_out),
        }
        for slot in slots
    ]


def moment(text: str, laid_out: datetime) -> str:
    """`3 12:00` as an ISO date and time, the third day from `laid_out`; `+5` in five minutes; empty stays empty."""
    if not text:
        return ""
    if text.startswith("+"):
        return (laid_out + timedelta(minutes=int(text))).isoformat(timespec="minutes")
    day, clock = text.split()
    return datetime.combine(laid_out.date() + timedelta(days=int(day)), time.fromisoformat(clock)).isoformat()


def _rows(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
