"""When the organisers' file was last read and brought up to date, as a line of «Сезон» says it.

It is written with whatever else is written; where nothing else is, once in `EVERY`, so that a file in which nothing
happens is not rewritten each minute, and one that was forgotten can be told by its time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from zapis.core.catalogue import MOSCOW
from zapis.core.offers import FINE
from zapis.core.projections import CellValue

ROW = "synced"
"""The season's row that shows it."""
EVERY = timedelta(minutes=10)
_SHAPE = f"{FINE} %d.%m.%Y %H:%M"


def line(now: datetime) -> tuple[CellValue, ...]:
    """What the hidden tab says for that row."""
    return (f"{now.astimezone(MOSCOW):{_SHAPE}}", "")


def is_fresh(standing: tuple[CellValue, ...] | None, now: datetime) -> bool:
    """Whether what stands there is young enough; a line that was never written is not missed."""
    if standing is None:
        return True
    try:
        said = datetime.strptime(str(standing[0]), _SHAPE).replace(tzinfo=MOSCOW)
    except ValueError:
        return False
    return abs(now - said) < EVERY
