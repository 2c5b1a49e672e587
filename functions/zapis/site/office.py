"""The office: where organisers find people, act for them and take down calls, when sheets hold no names.

A signed link is the key. It stands in the organisers' spreadsheet, is another one each day and opens nothing once its
day is over. What is looked for is sent in a form's body, so that no name is ever in an address; pages are kept by no
browser and framed by nobody; opening one changes nothing. Acts are the same entries as those chosen in «Заявки».
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core import dossier, ids
from zapis.core.entries import Attended, Cancelled, Fact, Moved, SeatedOver
from zapis.core.model import Reason, Registration, RegistrationId, SlotId, SlotStatus, Standing
from zapis.core.people import FORGOTTEN, Person
from zapis.errors import SheetError, ZapisError
from zapis.site import callers, forms, lookup, words
from zapis.site.bodies import read_form
from zapis.site.changes import Changes
from zapis.site.corrections import NAME, PHONE, corrected
from zapis.site.desk import Asker, Desk, KeyReused
from zapis.site.edge import Ended
from zapis.site.fields import as_people_write
from zapis.site.fitting import unfit
from zapis.site.forms import FieldProblem
from zapis.site.links import Links
from zapis.site.lookup import Known, Sought
from zapis.site.names import Names
from zapis.site.offers import Counter, Offer
from zapis.site.rendering import SECRET, Rendering
from zapis.site.rights import json_file
from zapis.site.words import Words

CHANNEL = "phone"
DONE = ("cancel", "seat", "move", "mail", "came", "undo", "forget", "correct", "withdraw", "call")
"""What a page may be asked to say was just done."""
_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)

Typed = Mapping[str, str]
Problems = tuple[FieldProblem, ...]

FACTS: Mapping[str, Callable[[Registration], Fact]] = {
    "cancel": lambda held: Cancelled(held.id, by="organiser"),
    "seat": lambda held: SeatedOver(held.id),
    "move": lambda held: Moved(held.id, held.slot),
    "came": lambda held: Attended(held.id, held.members, "came"),
    "undo": lambda held: Attended(held.id, held.members, "undone"),
}
"""What is put into the journal for each act that needs nobody's name."""


class Office:
    """The doors of organisers."""

    def __init__(self, desk: Desk, changes: Changes, rendering: Rendering, links: Links) -> None:
        self._desk = desk
        self._changes = changes
        self._rendering = rendering
        self._links = links
        self._names = Names(desk.committer)

    async def show(self, request: Request) -> Response:
        """GET /office/<token>"""
        return self._page("office.html", request, await self._counter(request), asked="", found=None, visit=None)

    async def find(self, request: Request) -> Response:
        """POST /office/<token>"""
        typed = await read_form(request)
        counter = await self._counter(request)
        asked = typed.get("q", "").strip()[: lookup.LONGEST]
        everybody = list(counter.state.registrations.values())
        people = await self._people(counter, everybody)
        # A season of a city is looked through beside the loop, not in it.
        meant = await asyncio.to_thread(Sought(asked).among, everybody, people)
        found = lookup.in_order(Known(held, people.get(held.id), counter.any_offer(held.slot)) for held in meant)
        return self._page("office.html", request, counter, asked=asked, found=found, visit=None)

    async def visit(self, request: Request) -> Response:
        """GET /office/<token>/visits/<id>: everybody of one visit"""
        counter = await self._counter(request)
        visit = counter.any_offer(SlotId(request.path_params["id"]))
        if visit is None:
            raise HTTPException(404)
        there = [r for r in counter.state.registrations.values() if r.slot == visit.id and r.active]
        people = await self._people(counter, there)
        found = lookup.in_order(Known(held, people.get(held.id), visit) for held in there)
        return self._page("office.html", request, counter, asked="", found=found, visit=visit)

    async def registration(self, request: Request) -> Response:
        """GET /office/<token>/registrations/<id>"""
        counter, held = await self._seen(request)
        return await self._registration(request, counter, held)

    async def file(self, request: Request) -> Response:
        """GET /office/<token>/registrations/<id>/data.json: what a person who asks is sent"""
        counter, held = await self._seen(request)
        told = dossier.told(counter.state, held, await self._person(counter, held))
        return json_file(told, f"{held.code}.json")

    async def act(self, request: Request) -> Response:
        """POST /office/<token>/registrations/<id>"""
        typed = await read_form(request)
        counter, held = await self._seen(request)
        try:
            said = await self._act(counter, held, typed)
        except ZapisError as error:
            said = _trouble(error)
        if said is None:
            return self._done(request, held, typed.get("act", ""))
        problems, said = (said, None) if isinstance(said, tuple) else ((), said)
        counter, held = await self._seen(request)
        return await self._registration(request, counter, held, typed, said, problems)

    async def call(self, request: Request) -> Response:
        """GET /office/<token>/call, with ?slot=<id> for a visit that was chosen already"""
        slot = request.query_params.get("slot", "")
        return self._call(request, await self._counter(request), {"key": forms.new_key(), "slot": slot})

    async def take_down(self, request: Request) -> Response:
        """POST /office/<token>/call"""
        typed = await read_form(request)
        counter = await self._counter(request)
        asked = callers.read(typed)
        if isinstance(asked, tuple):
            return self._call(request, counter, typed, asked)
        slot = SlotId(typed["slot"])
        if (offer := counter.offer(slot)) and (misfits := unfit(offer, asked)):
            return self._call(request, counter, typed, tuple(FieldProblem(callers.AGES, m.detail) for m in misfits))
        asker = Asker(CHANNEL, self._desk.tokens.person("phone", asked.phone), spoken=True)
        try:
            answer = await self._desk.register(slot, f"{_key(typed)} {self._desk.body_of(asked)}", asked, asker)
        except ZapisError as error:
            return self._call(request, counter, typed, said=_trouble(error))
        # A form's key holds the digest of its body, so no other body can stand under it.
        assert not isinstance(answer, KeyReused)
        if isinstance(answer, Registration) and answer.standing is not Standing.REFUSED:
            return self._done(request, answer, "call")
        # What the journal refused stands for its key, so another try needs another one.
        typed = {**typed, "key": forms.new_key()}
        return self._call(request, counter, typed, said=words.of_refusal(answer.reason, counter.offer(slot)))

    async def _act(self, counter: Counter, held: Registration, typed: Typed) -> Words | Problems | None:
        """None once it is done."""
        act, to = typed.get("act", ""), SlotId(typed.get("to", ""))
        if act not in DONE or act == "call":
            raise HTTPException(400)
        if held.id in counter.state.erased:
            return words.of_no_change(Reason.NOT_ACTIVE)
        if act == "correct":
            return await self._correct(counter, held, typed)
        if act in ("forget", "withdraw"):
            await (self._changes.forget(held) if act == "forget" else self._withdraw(counter, held, typed))
            return None
        if act == "mail":
            return _no_change(await self._changes.send_again(held))
        id = ids.entry_id("office", held.id, act, to, _key(typed))
        await self._desk.committer.commit(id, to if act == "move" else held.slot, FACTS[act](held))
        return _no_change(self._desk.committer.state.rejected.get(id), counter.offer(to))

    async def _withdraw(self, counter: Counter, held: Registration, typed: Typed) -> None:
        kind = typed.get("kind", "")
        if kind not in {consent.kind for consent in dossier.consents(counter.state, held)}:
            raise HTTPException(400)
        await self._changes.withdraw(held, kind)

    async def _person(self, counter: Counter, held: Registration) -> Person | None:
        return None if held.id in counter.state.erased else await self._changes.person(held)

    async def _correct(self, counter: Counter, held: Registration, typed: Typed) -> Words | Problems | None:
        known = await self._changes.person(held)
        if known is None or not self._desk.may_correct(counter, held):
            return words.of_no_change(Reason.FROZEN if held.active else Reason.NOT_ACTIVE)
        wanted, problems = corrected(held, known, {NAME: typed.get("contact-name"), PHONE: typed.get("contact-phone")})
        if problems or wanted == known:
            return problems or None
        return _no_change(await self._changes.correct(held, known, wanted))

    async def _registration(
        self,
        request: Request,
        counter: Counter,
        held: Registration,
        typed: Typed | None = None,
        said: Words | None = None,
        problems: Problems = (),
    ) -> Response:
        person = await self._person(counter, held)
        known = Known(held, person, counter.any_offer(held.slot))
        return self._page(
            "party.html",
            request,
            counter,
            422 if problems else said.status if said else 200,
            known=known,
            registration=held,
            offer=known.offer,
            place=counter.place(held.id),
            erased=held.id in counter.state.erased,
            given=dossier.consents(counter.state, held),
            may_correct=person is not None and self._desk.may_correct(counter, held),
            others=[offer for offer in _open(counter) if offer.id != held.slot] if held.active else [],
            typed={**(_as_fields(person) if person else {}), **(typed or {})},
            **_said(said, problems),
        )

    def _call(
        self, request: Request, counter: Counter, typed: Typed, problems: Problems = (), said: Words | None = None
    ) -> Response:
        status = 422 if problems else said.status if said else 200
        return self._page(
            "call.html", request, counter, status, typed=typed, visits=_open(counter), **_said(said, problems)
        )

    def _page(self, template: str, request: Request, counter: Counter, status: int = 200, **more: Any) -> Response:
        token = request.path_params["token"]
        return self._rendering.page(
            template,
            status,
            SECRET,
            season=counter.season,
            office=self._links.path(f"/office/{token}"),
            until=self._desk.tokens.office_until(token),
            coming=[] if template != "office.html" else counter.coming(),
            most=lookup.MOST,
            key=forms.new_key(),
            done=_done_of(request),
            **more,
        )

    def _done(self, request: Request, held: Registration, what: str) -> Response:
        here = self._links.path(f"/office/{request.path_params['token']}/registrations/{held.id}")
        return RedirectResponse(f"{here}?done={what}", 303, SECRET)

    async def _counter(self, request: Request) -> Counter:
        """The counter, for who has a link of this day. Raises HTTPException 404, Ended."""
        until = self._desk.tokens.office_until(request.path_params["token"])
        if until is None:
            raise HTTPException(404)
        counter = await self._desk.counter()
        if counter.now >= until:
            raise Ended(words.OFFICE_ENDED)
        return counter

    async def _seen(self, request: Request) -> tuple[Counter, Registration]:
        """The counter, and the registration that the address names, though another instance has just written it."""
        await self._counter(request)
        held = await self._desk.held_by(RegistrationId(request.path_params["id"]))
        if held is None:
            raise HTTPException(404)
        return await self._desk.counter(), held

    async def _people(self, counter: Counter, registrations: Iterable[Registration]) -> dict[RegistrationId, Person]:
        asked = [held for held in registrations if held.id not in counter.state.erased]
        people = await self._names.of(asked, (), counter.now)
        return {id: person for id, person in people.items() if person.revision < FORGOTTEN}


def _as_fields(person: Person) -> dict[str, str]:
    return {"contact-name": person.name, "contact-phone": as_people_write(person.phone)}


def _open(counter: Counter) -> list[Offer]:
    """The visits to come that are not cancelled: the journal says whether there is room."""
    return [offer for offer in counter.coming() if offer.terms.status is not SlotStatus.CANCELLED]


def _no_change(reason: Reason | None, offer: Offer | None = None) -> Words | None:
    return words.of_no_change(reason, offer) if reason else None


def _said(said: Words | None, problems: Problems) -> dict[str, Any]:
    wrong = defaultdict(str, {problem.field: problem.detail for problem in problems})
    return {"said": said, "problems": problems, "wrong": wrong}


def _key(typed: Typed) -> str:
    key = typed.get("key", "")
    return key if _KEY.fullmatch(key) else forms.new_key()


def _trouble(error: ZapisError) -> Words:
    """What to say beside what was typed. What Google finds wrong with this very entry stays wrong."""
    if isinstance(error, SheetError):
        raise error
    return words.of_fault(error)


def _done_of(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in DONE else ""
