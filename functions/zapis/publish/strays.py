"""A call that somebody typed among registrations: it goes to «Звонки», where it can become one.

Columns that answer by themselves show nothing while there is something typed in them, so they are emptied; not
before the line is taken over, whole.
"""

from __future__ import annotations

from zapis.publish.files import File
from zapis.schema import tab

REGISTRATIONS = tab("catalogue", "registrations")
MEANT = {"name": "name", "phone": "phone", "email": "email", "seats": "people", "visitors": "others"}
"""A registration's column -> that of a call."""


def strays(file: File) -> list[dict[str, str]]:
    """Lines of calls, by column key, in the place of what was typed beside no registration; none until all is read."""
    covered = file.covered.get(REGISTRATIONS.key, {})
    if not covered or not file.is_whole(REGISTRATIONS) or not file.has(REGISTRATIONS, "id"):
        return []
    id = file.column(REGISTRATIONS, "id")
    rows = (dict(enumerate(row)) for row in file.texts(REGISTRATIONS))
    typed = ({key: row.get(place, "").strip() for key, place in covered.items()} for row in rows if not row.get(id))
    return [_call(cells) for cells in typed if any(cells.values())]


def _call(typed: dict[str, str]) -> dict[str, str]:
    call = {ours: typed[theirs] for theirs, ours in MEANT.items() if typed.get(theirs)}
    when = " ".join(filter(None, (typed.get("date"), typed.get("time"))))
    return call | ({"visit": when or typed["tour"]} if when or typed.get("tour") else {})
