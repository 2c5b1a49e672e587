"""A season's report: one HTML file with charts that prints well and names nobody; and its numbers as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from zapis.core.catalogue import MOSCOW, Catalogue
from zapis.core.fold import State
from zapis.core.numbers import Tally, numbers
from zapis.core.russian import day_in_figures, day_in_words
from zapis.resources import resource

COLUMNS = ("visits", "seats", "asked", "taken", "fill", "waiting", "cancelled", "came", "absent")


def page(state: State, catalogue: Catalogue, now: datetime) -> str:
    """The report as HTML; all that it needs is in it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = numbers(state, catalogue)
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spaced"] = _spaced
    season, days = catalogue.season, sorted(found.days)
    return environment.get_template("season.html").render(
        title=season.title if season else "Сезон",
        season=season.season if season else "",
        made=day_in_figures(now),
        lasted=f"с\u00a0{_figures(days[0])} по\u00a0{_figures(days[-1])}" if days else "",
        total=found.total,
        enterprises=list(found.enterprises.items()),
        days=[(day_in_words(_moment(day)), found.days[day]) for day in days],
        channels=list(found.channels.items()),
    )


def table(state: State, catalogue: Catalogue) -> str:
    """The same numbers as CSV: what is counted, under which heading, and how many."""
    found, text = numbers(state, catalogue), io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("by", "heading", *COLUMNS))
    groups = {"season": {"": found.total}, "enterprise": found.enterprises, "day": found.days}
    for by, tallies in {**groups, "channel": found.channels}.items():
        writer.writerows(_lines(by, tallies))
    return text.getvalue()


def _lines(by: str, tallies: Mapping[str, Tally]) -> Iterator[tuple[object, ...]]:
    for heading, tally in tallies.items():
        yield (by, heading, *(getattr(tally, column) for column in COLUMNS))


def _figures(day: str) -> str:
    return day_in_figures(_moment(day))


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=MOSCOW)


def _spaced(number: int) -> str:
    """Thousands apart, never parted by a line's end: 12 450."""
    return f"{number:,}".replace(",", "\u202f")
