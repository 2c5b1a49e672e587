"""What the site does about robots and rushes: chosen once, where its parts are put together."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, field

from zapis.site.limits import Limits, NoLimits

SHORTEST = timedelta(seconds=2)
"""How long even the quickest needs for a form: a browser that knows name and address still leaves an age and the
consents."""


class Precautions(Struct, frozen=True):
    """Without arguments: none."""

    shortest: timedelta = timedelta()
    """How long a person needs for a form at least; zero: nobody is too quick."""
    proof_of_work: bool = False
    """Whether a form counts only with a proof of work, or once its address was confirmed."""
    limits: Limits = field(default_factory=NoLimits)
