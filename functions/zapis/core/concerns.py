"""What organisers must not miss: problems that keep an edit from taking effect or touch people, for one mail a day.

A slip in a draft is nobody's concern but the sheet's. A concern keeps the moment when it was first seen, so that
a half-typed row is not mailed about; it travels with the catalogue, because `sync` finds concerns and `deliver`
mails them. Names of visitors never stand in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from zapis.core.catalogue import MOSCOW, Catalogue, Concern
from zapis.core.offers import Decision
from zapis.core.organisers import Problem, Reading
from zapis.core.russian import clock, day_in_figures

STANDS = timedelta(minutes=10)
"""How long something must have been wrong before anybody is written to."""
DAY_BEGINS = timedelta(hours=9)
"""Counted from midnight in Moscow: the day's mail about what is still wrong goes out then."""
MOST = 30
"""So many are told in one mail; the sheet says the rest."""


def concerns(reading: Reading, decision: Decision, troubles: Mapping[str, str], now: datetime) -> tuple[Concern, ...]:
    """What organisers must not miss at `now`, by what was in force until now."""
    known = {concern.text: concern.since for concern in decision.last.concerns}
    texts = dict.fromkeys([*_problems(reading, decision.last), *_small(decision), *_troubles(decision, troubles)])
    return tuple(Concern(text, known.get(text, now)) for text in texts)


def to_mail(catalogue: Catalogue, now: datetime) -> tuple[str, ...]:
    """The concerns that have stood long enough to write about."""
    return tuple(concern.text for concern in catalogue.concerns if now - concern.since >= STANDS)


def day_of(now: datetime) -> int:
    """The day whose mail is due at `now`, such as 20261201."""
    return int(f"{now.astimezone(MOSCOW) - DAY_BEGINS:%Y%m%d}")


def _problems(reading: Reading, last: Catalogue) -> Iterable[str]:
    in_force: set[str] = {*last.enterprises, *last.tours}
    in_force |= {slot.id for slot in last.slots.values() if slot.status is not None}
    for problem in reading.problems:
        if not problem.row or problem.tab == reading.tables["season"].title or problem.row in in_force:
            yield _placed(problem)


def _placed(problem: Problem) -> str:
    return f"«{problem.tab}», {problem}" if problem.cell else problem.message


def _small(decision: Decision) -> Iterable[str]:
    for slot_id, said in decision.small.items():
        starts = decision.catalogue.slots[slot_id].starts
        title = decision.catalogue.tour_of(slot_id).title
        yield f"«{title}», {day_in_figures(starts)} {clock(starts)}: {said}"


def _troubles(decision: Decision, troubles: Mapping[str, str]) -> Iterable[str]:
    names = {str(id): enterprise.name for id, enterprise in decision.catalogue.enterprises.items()}
    for enterprise, sentence in troubles.items():
        yield f"{names.get(enterprise, enterprise)}: {sentence}"
