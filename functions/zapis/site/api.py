"""The JSON API: the same desk as the pages, for programs that register somebody.

A registration's once-only key is the header Idempotency-Key: the same key with the same body is answered with
the same registration as it stands now, with another body it is a problem. What went wrong is told as RFC 9457.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from zapis.core import rules
from zapis.core.model import Reason, Registration, SlotId, Standing
from zapis.site import finding, forms, shapes, words
from zapis.site.api_slots import json_answer
from zapis.site.bodies import read_json
from zapis.site.desk import Desk, KeyReused, Refused
from zapis.site.fitting import unfit
from zapis.site.forms import PartyRequest
from zapis.site.invitations import unknown_code
from zapis.site.limits import GUESSES, REQUESTS
from zapis.site.links import Links
from zapis.site.offers import Counter, Offer
from zapis.site.precautions import Precautions
from zapis.site.problems import invalid, problem
from zapis.site.words import Words
from zapis.site.work import NO_PROOF, Work
from zapis.voice.tongue import N_

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
NO_KEY = Words(
    400,
    "idempotency_key",
    N_("Нужен ключ"),
    N_("Передайте заголовок Idempotency-Key: от 1 до 255 печатных знаков ASCII."),
)
_NOTHING_TO_CANCEL = Words(409, "not_active", N_("Отменять нечего"), N_("Эта заявка не получила ни места, ни очереди."))
_BEGUN = Words(409, "past", N_("Визит уже начался"), N_("Отменить можно только визит, который ещё не начался."))
_AFTER_THE_JOURNAL = (Reason.FULL, Reason.LIMIT)
"""Refusals that are an outcome of having asked; the others are a problem with asking."""


class Api:
    """The API's doors to a registration."""

    def __init__(self, desk: Desk, links: Links, precautions: Precautions, work: Work | None) -> None:
        self._desk = desk
        self._links = links
        self._limits = precautions.limits
        self._work = work

    async def challenge(self, request: Request) -> Response:
        """GET /api/slots/<id>/challenge"""
        slot, key = SlotId(request.path_params["id"]), key_of(request)
        if key is None:
            return problem(NO_KEY)
        counter = await self._desk.counter()
        if counter.offer(slot) is None:
            return problem(words.of_refusal(Reason.UNKNOWN_SLOT))
        if self._work is None:
            return Response(status_code=204, headers={"Cache-Control": "no-store"})
        return json_answer(self._work.challenge(slot, key, counter.now), headers={"Cache-Control": "no-store"})

    def _is_proven(self, request: Request, slot: SlotId, key: str) -> bool:
        solution, now = request.headers.get("altcha", ""), self._desk.committer.now()
        return self._work is None or self._work.is_done(solution, slot, key, now)

    async def register(self, request: Request) -> Response:
        """POST /api/slots/<id>/registrations"""
        slot, key = SlotId(request.path_params["id"]), key_of(request)
        if key is None:
            return problem(NO_KEY)
        asked = forms.read(forms.from_json(await read_json(request)))
        if isinstance(asked, tuple):
            known = (await self._desk.counter()).offer(slot)
            return invalid(asked) if known else problem(words.of_refusal(Reason.UNKNOWN_SLOT))
        known = (await self._desk.counter()).offer(slot)
        if known and asked.code:
            unknown = unknown_code(known, asked)
            self._limits.take(request, GUESSES, len(unknown))
            if unknown:
                return invalid(unknown)
        if not self._is_proven(request, slot, key):
            return problem(NO_PROOF)
        self._limits.take(request, REQUESTS)
        answer = await self._desk.register(slot, key, asked)
        if isinstance(answer, KeyReused):
            return problem(words.CONTRADICTED)
        return self._answered(await self._desk.counter(), answer, slot, asked)

    def _answered(
        self, counter: Counter, answer: Registration | Refused, slot: SlotId, asked: PartyRequest
    ) -> Response:
        offer = counter.offer(slot)
        if isinstance(answer, Refused):
            return self._refused(counter, offer, answer.reason, asked)
        if answer.standing is Standing.REFUSED and answer.reason not in _AFTER_THE_JOURNAL:
            return self._refused(counter, offer, answer.reason, asked)
        return self.ticket(counter, answer, 201)

    def _refused(self, counter: Counter, offer: Offer | None, reason: Reason | None, asked: PartyRequest) -> Response:
        said = words.of_refusal(reason, offer)
        if offer is None:
            return problem(said)
        if said.status == 422:
            return invalid(unfit(offer, asked), said, reason=reason, alternatives=self._others(counter, offer, asked))
        if reason is Reason.ALREADY:
            return problem(said, reason=reason)
        return problem(said, reason=reason, alternatives=self._others(counter, offer, asked))

    def _others(self, counter: Counter, offer: Offer, asked: PartyRequest) -> list[Any]:
        others = finding.alternatives(counter.coming(), offer, asked.ages)
        return [shapes.slot(other, self._links) for other in others]

    async def registration(self, request: Request) -> Response:
        """GET /api/registrations"""
        holder = await self._desk.holder(token_of(request))
        return self.ticket(await self._desk.counter(), holder) if holder else unauthorized()

    async def cancel(self, request: Request) -> Response:
        """DELETE /api/registrations"""
        holder = await self._desk.holder(token_of(request))
        if holder is None:
            return unauthorized()
        counter = await self._desk.counter()
        offer = counter.any_offer(holder.slot)
        if holder.standing is Standing.REFUSED:
            return problem(_NOTHING_TO_CANCEL)
        if holder.active and offer and rules.is_past(offer.terms, counter.now):
            return problem(_BEGUN)
        return self.ticket(counter, await self._desk.cancel(holder))

    def ticket(self, counter: Counter, registration: Registration, status: int = 200) -> Response:
        """A registration as it stands now."""
        token = self._desk.tokens.ticket(registration.id)
        offer, place = counter.any_offer(registration.slot), counter.place(registration.id)
        shape = shapes.ticket(registration, place, offer, token, self._links)
        headers = {"Location": self._links.absolute("/api/registrations")} if status == 201 else {}
        return json_answer(shape, status, {"Cache-Control": "no-store"} | headers)

    async def description(self, request: Request) -> Response:
        """GET /api/openapi.json"""
        from zapis.site.openapi import describe

        return json_answer(describe(self._links), headers={"Cache-Control": "public, max-age=300"})


def key_of(request: Request, instead: str = "") -> str | None:
    """The once-only key that a request brings, or `instead` where it brings none; None for one that cannot be used."""
    key = request.headers.get("idempotency-key", instead)
    return key if _KEY.fullmatch(key) else None


def token_of(request: Request) -> str:
    """The ticket that a request brings."""
    value = request.headers.get("authorization", "").strip()
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else value


def unauthorized() -> Response:
    """The answer to who brings none."""
    return problem(words.of_status(401), {"WWW-Authenticate": "Bearer"})
