"""What about a party does not fit one slot, said beside each visitor whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zapis.core import rules
from zapis.site import words
from zapis.site.forms import FieldProblem, PartyRequest, Visitor
from zapis.site.offers import Offer


def unfit(offer: Offer, asked: PartyRequest) -> tuple[FieldProblem, ...]:
    """The problems, each at its place: the size of the party first, then ages."""
    misfits = (asked.visitors[position] for position in rules.those_who_do_not_fit(offer.terms, asked.ages))
    ages = (FieldProblem(f"{visitor.pointer}/age", words.of_misfit(visitor.age, offer)) for visitor in misfits)
    return tuple(dict.fromkeys([*_of_the_party(offer, asked.ages), *ages]))


def unfit_newcomers(offer: Offer, ages: tuple[int, ...], newcomers: Iterable[Visitor]) -> tuple[FieldProblem, ...]:
    """The same for who joins: `ages` are those of the whole party then, newcomers among them."""
    misfits = (visitor for visitor in newcomers if rules.those_who_do_not_fit(offer.terms, (visitor.age,)))
    too_many_or_few = tuple(_of_the_party(offer, ages))
    return too_many_or_few + tuple(FieldProblem(f"{v.pointer}/age", words.of_misfit(v.age, offer)) for v in misfits)


def _of_the_party(offer: Offer, ages: tuple[int, ...]) -> Iterator[FieldProblem]:
    if len(ages) > offer.terms.max_party:
        yield FieldProblem("/visitors", words.of_party_size(offer))
    elif rules.too_few_adults(offer.terms, ages):
        yield FieldProblem("/visitors", words.of_too_few_adults(offer, ages))
