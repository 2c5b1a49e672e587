"""The JSON API's doors for who holds a ticket: another date, one more visitor, names, mails, oblivion.

The same changes as on the ticket's pages, with the same answers; see `amends`.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from zapis.core.model import Reason, Registration, SlotId
from zapis.site import fields, forms, words
from zapis.site.api import NO_KEY, Api, key_of, token_of, unauthorized
from zapis.site.api_slots import json_answer
from zapis.site.bodies import read_json
from zapis.site.changes import Changes
from zapis.site.corrections import NAME, PHONE, corrected, named
from zapis.site.desk import Desk
from zapis.site.fields import Wrong
from zapis.site.fitting import unfit_newcomers
from zapis.site.forms import DraftVisitor, FieldProblem
from zapis.site.limits import LETTERS
from zapis.site.moves import ages_of, has_authority, why_not_larger, why_not_there
from zapis.site.offers import Counter
from zapis.site.precautions import Precautions
from zapis.site.problems import invalid, problem
from zapis.voice.tongue import _


class ApiChanges:
    """Doors that change what a ticket is for. Tickets come as bearer tokens."""

    def __init__(self, desk: Desk, changes: Changes, api: Api, precautions: Precautions) -> None:
        self._desk = desk
        self._changes = changes
        self._api = api
        self._limits = precautions.limits

    async def move(self, request: Request) -> Response:
        """POST /api/registrations/move"""
        held, body = await self._held(request), await read_json(request)
        if held is None:
            return unauthorized()
        if not isinstance(body, dict) or not isinstance(body.get("slot"), str):
            return invalid([FieldProblem("/slot", _("Здесь нужен код визита."))])
        if (key := key_of(request, forms.new_key())) is None:
            return problem(NO_KEY)
        counter, to = await self._desk.counter(), SlotId(body["slot"])
        if to == held.slot:
            return self._api.ticket(counter, held)
        reason = why_not_there(counter, held, to)
        return await self._told(held, reason or await self._changes.move(held, to, key))

    async def join(self, request: Request) -> Response:
        """POST /api/registrations/visitors"""
        held, body = await self._held(request), await read_json(request)
        if held is None:
            return unauthorized()
        if not isinstance(body, dict):
            return invalid([FieldProblem("", _("Здесь нужен объект JSON."))])
        given = body.get("consents", [])
        if not isinstance(given, list) or any(kind != forms.AUTHORITY for kind in given):
            return invalid([FieldProblem("/consents", _("Здесь нужен список; известно: %s.") % forms.AUTHORITY)])
        if (key := key_of(request, forms.new_key())) is None:
            return problem(NO_KEY)
        draft = DraftVisitor("", body.get("name"), body.get("age"))
        visitor = forms.read_newcomer(draft, has_authority(held) or forms.AUTHORITY in given)
        if isinstance(visitor, tuple):
            return invalid(visitor)
        offer = (await self._desk.counter()).any_offer(held.slot)
        if offer and (problems := unfit_newcomers(offer, (*ages_of(held), visitor.age), [visitor])):
            return invalid(problems)
        if (reason := why_not_larger(await self._desk.counter(), held)) is not None:
            return await self._told(held, reason)
        stamps = self._desk.consents.stamps(dict.fromkeys(given), (await self._desk.counter()).wordings)
        return await self._told(held, await self._changes.join(held, [visitor], key, stamps))

    async def people(self, request: Request) -> Response:
        """GET /api/registrations/people"""
        held = await self._held(request)
        if held is None:
            return unauthorized()
        return await self._people(await self._desk.counter(), held)

    async def correct(self, request: Request) -> Response:
        """PATCH /api/registrations/people"""
        held, body = await self._held(request), await read_json(request)
        if held is None:
            return unauthorized()
        if not isinstance(body, dict):
            return invalid([FieldProblem("", _("Здесь нужен объект JSON."))])
        counter = await self._desk.counter()
        known = await self._changes.person(held) if self._desk.may_correct(counter, held) else None
        if known is None:
            return problem(words.of_no_change(Reason.FROZEN if held.active else Reason.NOT_ACTIVE))
        if shape := _misshapen(body, len(held.ages)):
            return invalid(shape)
        wanted, problems = corrected(held, known, _by_pointer(body))
        if problems:
            return invalid(problems)
        reason = await self._changes.correct(held, known, wanted) if wanted != known else None
        return problem(words.of_no_change(reason), reason=reason) if reason else await self._people(counter, held)

    async def _people(self, counter: Counter, held: Registration) -> Response:
        from zapis.site import shapes

        known = await self._changes.person(held) if self._desk.may_correct(counter, held) else None
        if known is None:
            return problem(words.of_no_change(Reason.FROZEN if held.active else Reason.NOT_ACTIVE))
        visitors = [shapes.NamedVisitor(person.member, person.name) for person in named(held, known)]
        return json_answer(shapes.People(known.name, known.phone, visitors), headers={"Cache-Control": "no-store"})

    async def forget(self, request: Request) -> Response:
        """DELETE /api/registrations/people"""
        held = await self._held(request)
        if held is None:
            return unauthorized()
        await self._changes.forget(held)
        return await self._told(held, None)

    async def mail(self, request: Request) -> Response:
        """POST /api/registrations/mail"""
        held = await self._held(request)
        if held is None:
            return unauthorized()
        if held.active:
            await self._changes.send_again(held)
        return await self._told(held, None)

    async def lost(self, request: Request) -> Response:
        """POST /api/lost"""
        body = await read_json(request)
        try:
            email = fields.email(body.get("email") if isinstance(body, dict) else None)
        except Wrong as wrong:
            return invalid([FieldProblem("/email", str(wrong))])
        self._limits.take(request, LETTERS)
        await self._desk.counter()
        await self._changes.send_all_of(self._desk.tokens.person("email", email))
        return Response(status_code=202, headers={"Cache-Control": "no-store"})

    async def _held(self, request: Request) -> Registration | None:
        return await self._desk.holder(token_of(request))

    async def _told(self, held: Registration, reason: Reason | None) -> Response:
        """The registration as it stands now, or why it stands as before."""
        counter = await self._desk.counter()
        if reason is not None:
            return problem(words.of_no_change(reason, counter.any_offer(held.slot)), reason=reason)
        return self._api.ticket(counter, counter.state.registrations[held.id])


def _misshapen(body: dict[str, Any], size: int) -> list[FieldProblem]:
    visitors = body.get("visitors", [])
    if not isinstance(visitors, list):
        return [FieldProblem("/visitors", _("Здесь нужен список: номер и имя каждого, кого исправить."))]
    wrong = (place for place, visitor in enumerate(visitors) if not _is_named(visitor, size))
    return [FieldProblem(f"/visitors/{place}", _("Нужны member — номер из заявки — и name.")) for place in wrong]


def _is_named(visitor: object, size: int) -> bool:
    if not isinstance(visitor, dict) or not isinstance(visitor.get("name"), str):
        return False
    member = visitor.get("member")
    return type(member) is int and 0 <= member < size


def _by_pointer(body: dict[str, Any]) -> dict[str, object]:
    """What is to be corrected. Whoever is not named stays."""
    wanted = {pointer: body[key] for key, pointer in (("name", NAME), ("phone", PHONE)) if body.get(key) is not None}
    return wanted | {f"/visitors/{visitor['member']}/name": visitor["name"] for visitor in body.get("visitors", [])}
