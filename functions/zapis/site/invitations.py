"""Codes that open held-back seats, as a door sees them: what is shown to who has one, and to who mistyped it.

A page asked for with `?code=` shows the seats that the code opens; nobody else learns that there are any. Whether
they are to be had is the fold's to say.
"""

from __future__ import annotations

from msgspec.structs import replace

from zapis.core import rules
from zapis.core.ids import code_digest
from zapis.site.forms import FieldProblem, PartyRequest
from zapis.site.offers import Availability, Counter, Offer
from zapis.voice.tongue import _

_MAY_HAVE_HELD_SEATS = (Availability.OPEN, Availability.WAITING, Availability.FULL)


def seen_with(code: str, offer: Offer, counter: Counter) -> Offer:
    """The offer as who has this code sees it; the same offer where the code opens nothing more."""
    ledger = counter.state.slots[offer.id]
    invited = rules.is_invited(ledger.terms, code_digest(offer.id, code))
    if not invited or offer.availability not in _MAY_HAVE_HELD_SEATS:
        return offer
    seats = rules.seats_for_the_invited(ledger, counter.now)
    return replace(offer, terms=ledger.terms, free=seats, availability=Availability.OPEN) if seats else offer


def is_known(offer: Offer, code: str) -> bool:
    """Whether the code opens held seats of this visit; an empty one is no code."""
    return not code or rules.is_invited(offer.terms, code_digest(offer.id, code))


def unknown_code(offer: Offer, asked: PartyRequest) -> tuple[FieldProblem, ...]:
    """What is wrong with a code that opens nothing: whoever has one must not land in the line by a slip."""
    if is_known(offer, asked.code):
        return ()
    return (FieldProblem("/code", _("Такого кода для этого визита нет: проверьте его или сотрите.")),)
