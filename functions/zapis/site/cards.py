"""The cards of a long list, each drawn anew only when its offer changed: an entry changes one of two hundred."""

from __future__ import annotations

from collections.abc import Callable

from zapis.core.model import SlotId
from zapis.site import frames
from zapis.site.offers import Offer
from zapis.voice.tongue import tongue

Draw = Callable[[Offer], str]


class Cards:
    """Keeps the newest card of each slot, for each language and place in which it is seen."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[tuple[str, bool], int | None, SlotId], tuple[Offer, str]] = {}

    def of(self, offer: Offer, draw: Draw) -> str:
        """The card of `offer`, drawn by `draw` if it is not here."""
        around = frames.frame()
        seen = (tongue().words, around.depth if around else None, offer.id)
        kept = self._drawn.get(seen)
        if kept is None or kept[0] != offer:
            kept = self._drawn[seen] = (offer, draw(offer))
        return kept[1]
