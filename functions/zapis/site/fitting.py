"""What about a party does not fit one slot, said beside each visitor whom it concerns."""

from __future__ import annotations

from zapis.core import rules
from zapis.site import words
from zapis.site.forms import FieldProblem, PartyRequest
from zapis.site.offers import Offer


def unfit(offer: Offer, asked: PartyRequest) -> tuple[FieldProblem, ...]:
    """The problems, each at its place: the size of the party first, then ages."""
    misfits = (asked.visitors[position] for position in rules.those_who_do_not_fit(offer.terms, asked.ages))
    ages = tuple(FieldProblem(f"{visitor.pointer}/age", words.of_misfit(visitor.age, offer)) for visitor in misfits)
    if len(asked.visitors) <= offer.terms.max_party:
        return ages
    return (FieldProblem("/visitors", words.of_party_size(offer)), *ages)
