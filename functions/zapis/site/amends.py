"""The doors by which a ticket's holder changes what was booked: another date, one more visitor, a name put right,
the mail once more, everything forgotten.

Opening a page changes nothing; only a form that is sent does. Whatever goes wrong, the ticket stays as it was and
what was typed is given back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core.model import Reason, Registration, SlotId
from zapis.core.people import Person
from zapis.errors import SheetError, ZapisError
from zapis.site import fields, forms, words
from zapis.site.bodies import read_form
from zapis.site.changes import Changes
from zapis.site.consents import unticked
from zapis.site.corrections import Named, corrected, named
from zapis.site.desk import Desk
from zapis.site.fitting import unfit_newcomers
from zapis.site.forms import FieldProblem
from zapis.site.links import Links
from zapis.site.moves import ages_of, has_authority, places_for, why_not_larger, why_not_there
from zapis.site.offers import Counter
from zapis.site.rendering import SECRET
from zapis.site.tickets import Tickets
from zapis.site.words import Words

_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)

Typed = Mapping[str, str]
Problems = tuple[FieldProblem, ...]


class Amends:
    """Doors below /ticket/<token>/."""

    def __init__(self, tickets: Tickets, desk: Desk, changes: Changes, links: Links) -> None:
        self._tickets = tickets
        self._desk = desk
        self._changes = changes
        self._links = links

    async def where_to(self, request: Request) -> Response:
        """GET /ticket/<token>/move, and with ?to=<slot> the question whether it shall be that one"""
        counter, held = await self._tickets.seen(request)
        return self._moving(counter, held, request.query_params.get("to", ""))

    async def move(self, request: Request) -> Response:
        """POST /ticket/<token>/move"""
        typed = await read_form(request)
        counter, held = await self._tickets.seen(request)
        to = SlotId(typed.get("to", ""))
        if to == held.slot:
            return self._done(request, "moved")
        try:
            reason = await self._move(counter, held, to, typed)
        except ZapisError as error:
            return self._moving(counter, held, to, _trouble(error), _key(typed))
        if reason is None:
            return self._done(request, "moved")
        counter, held = await self._tickets.seen(request)
        return self._moving(counter, held, "", words.of_no_change(reason, counter.offer(to)))

    async def _move(self, counter: Counter, held: Registration, to: SlotId, typed: Typed) -> Reason | None:
        reason = why_not_there(counter, held, to)
        return reason or await self._changes.move(held, to, _key(typed))

    def _moving(
        self, counter: Counter, held: Registration, to: str, said: Words | None = None, key: str = ""
    ) -> Response:
        others = places_for(counter, held)
        wanted = next((offer for offer in others if offer.id == to), None)
        status = said.status if said else 200
        key = key or forms.new_key()
        return self._tickets.page("move.html", counter, held, status, others=others, wanted=wanted, said=said, key=key)

    async def who_else(self, request: Request) -> Response:
        """GET /ticket/<token>/add"""
        counter, held = await self._tickets.seen(request)
        return self._adding(counter, held, {"key": forms.new_key()})

    async def add(self, request: Request) -> Response:
        """POST /ticket/<token>/add"""
        typed = await read_form(request)
        counter, held = await self._tickets.seen(request)
        visitor = forms.read_newcomer(forms.newcomer_of(typed), _may_lead(held, typed))
        offer = counter.any_offer(held.slot)
        if isinstance(visitor, tuple):
            return self._adding(counter, held, typed, visitor)
        if outdated := self._desk.consents.outdated(typed, counter.wordings):
            return self._adding(counter, held, unticked(typed, outdated), outdated)
        if offer and (problems := unfit_newcomers(offer, (*ages_of(held), visitor.age), [visitor])):
            return self._adding(counter, held, typed, problems)
        if (reason := why_not_larger(counter, held)) is not None:
            return self._adding(counter, held, typed, said=words.of_no_change(reason, offer))
        try:
            given = (kind for kind in forms.CONSENTS if f"consents-{kind}" in typed)
            stamps = self._desk.consents.stamps(given, counter.wordings)
            reason = await self._changes.join(held, [visitor], _key(typed), stamps)
        except ZapisError as error:
            return self._adding(counter, held, typed, said=_trouble(error))
        if reason is None:
            return self._done(request, "joined")
        counter, held = await self._tickets.seen(request)
        return self._adding(counter, held, {**typed, "key": forms.new_key()}, said=words.of_no_change(reason, offer))

    def _adding(
        self, counter: Counter, held: Registration, typed: Typed, problems: Problems = (), said: Words | None = None
    ) -> Response:
        return self._form("add.html", counter, held, typed, problems, said, has_authority=has_authority(held))

    async def as_written(self, request: Request) -> Response:
        """GET /ticket/<token>/edit"""
        counter, held = await self._tickets.seen(request)
        if not self._desk.may_correct(counter, held):
            return self._editing(counter, held, None, {})
        return self._editing(counter, held, await self._changes.person(held), {})

    async def correct(self, request: Request) -> Response:
        """POST /ticket/<token>/edit"""
        typed = await read_form(request)
        counter, held = await self._tickets.seen(request)
        if not self._desk.may_correct(counter, held):
            return self._editing(counter, held, None, typed, said=words.of_no_change(Reason.FROZEN))
        try:
            return await self._correct(request, counter, held, typed)
        except ZapisError as error:
            return self._editing(counter, held, _typed_back(held, typed), typed, said=_trouble(error))

    async def _correct(self, request: Request, counter: Counter, held: Registration, typed: Typed) -> Response:
        known = await self._changes.person(held)
        if known is None:
            return self._editing(counter, held, None, typed, said=words.of_no_change(Reason.NOT_ACTIVE))
        wanted, problems = corrected(held, known, _by_pointer(typed))
        if problems:
            return self._editing(counter, held, known, typed, problems)
        if typed.get("revision") not in (None, str(known.revision)) and wanted != known:
            return self._editing(counter, held, known, typed, said=words.of_no_change(Reason.STALE))
        reason = await self._changes.correct(held, known, wanted) if wanted != known else None
        if reason is None:
            return self._done(request, "corrected")
        return self._editing(counter, held, known, typed, said=words.of_no_change(reason))

    def _editing(
        self,
        counter: Counter,
        held: Registration,
        known: Person | None,
        typed: Typed,
        problems: Problems = (),
        said: Words | None = None,
    ) -> Response:
        people = named(held, known) if known else []
        values: Typed = {**_as_fields(people, known), **typed} if known else typed
        return self._form("edit.html", counter, held, values, problems, said, known=known, people=people)

    async def what_is_forgotten(self, request: Request) -> Response:
        """GET /ticket/<token>/forget"""
        counter, held = await self._tickets.seen(request)
        return self._tickets.page("forget.html", counter, held)

    async def forget(self, request: Request) -> Response:
        """POST /ticket/<token>/forget"""
        await read_form(request)
        _, held = await self._tickets.seen(request)
        await self._changes.forget(held)
        return self._done(request, "forgotten")

    async def send_again(self, request: Request) -> Response:
        """POST /ticket/<token>/mail"""
        await read_form(request)
        _, held = await self._tickets.seen(request)
        if held.active:
            await self._changes.send_again(held)
        return self._done(request, "mailed")

    def _form(
        self,
        template: str,
        counter: Counter,
        held: Registration,
        typed: Typed,
        problems: Problems,
        said: Words | None,
        **more: Any,
    ) -> Response:
        return self._tickets.page(
            template,
            counter,
            held,
            422 if problems else said.status if said else 200,
            typed=typed,
            problems=problems,
            wrong=defaultdict(str, {problem.field: problem.detail for problem in problems}),
            said=said,
            **more,
        )

    def _done(self, request: Request, what: str) -> Response:
        here = self._links.path(f"/ticket/{request.path_params['token']}")
        return RedirectResponse(f"{here}?done={what}", 303, SECRET)


def _may_lead(held: Registration, typed: Typed) -> bool:
    return has_authority(held) or f"consents-{forms.AUTHORITY}" in typed


def _key(typed: Typed) -> str:
    key = typed.get("key", "")
    return key if _KEY.fullmatch(key) else forms.new_key()


def _trouble(error: ZapisError) -> Words:
    """What to say beside what was typed. What Google finds wrong with this very entry stays wrong."""
    if isinstance(error, SheetError):
        raise error
    return words.of_fault(error)


def _by_pointer(typed: Typed) -> dict[str, object]:
    return {f"/{name.replace('-', '/')}": value for name, value in typed.items()}


def _as_fields(people: list[Named], known: Person) -> dict[str, str]:
    own = {
        "contact-name": known.name,
        "contact-phone": fields.as_people_write(known.phone),
        "revision": str(known.revision),
    }
    return own | {person.field: person.name for person in people}


def _typed_back(held: Registration, typed: Typed) -> Person:
    """Stands for who could not be read, so that the form shows what was typed."""
    names = tuple(typed.get(f"visitors-{member}-name", "") for member in range(len(held.ages)))
    return Person(typed.get("contact-name", ""), "", typed.get("contact-phone", ""), names)
