"""A season's report: one HTML file with charts that prints well and names nobody; and its numbers as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.numbers import Tally, numbers
from zapis.core.russian import day_in_figures
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
    season = catalogue.season
    return environment.get_template("season.html").render(
        title=season.title if season else "Сезон",
        season=season.season if season else "",
        made=day_in_figures(now),
        total=found.total,
        enterprises=list(found.enterprises.items()),
        days=[(_day(day), tally) for day, tally in sorted(found.days.items())],
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


def _day(day: str) -> str:
    return ".".join(reversed(day.split("-")))
