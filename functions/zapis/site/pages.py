"""A slot's page, its form, and what becomes of a form that was sent.

A form carries a once-only key: sent twice it is one registration. What was typed is given back in whatever
answer it got, an error or a pause included, and is kept nowhere else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core.model import Reason, Registration, SlotId, Standing
from zapis.errors import SheetError, ZapisError
from zapis.site import finding, forms, frames, opening, robots, words
from zapis.site.bodies import read_form
from zapis.site.consents import unticked
from zapis.site.desk import BY_THE_SITE, Asker, Desk, KeyReused, Refused
from zapis.site.events import Events
from zapis.site.fitting import unfit
from zapis.site.forms import FieldProblem, PartyRequest
from zapis.site.invitations import is_known, seen_with, unknown_code
from zapis.site.limits import GUESSES, LETTERS, REQUESTS
from zapis.site.links import Links
from zapis.site.offers import Counter, Offer
from zapis.site.precautions import Precautions
from zapis.site.rendering import SECRET, Rendering
from zapis.site.shelf import Shelf
from zapis.site.slotform import HOLES, Doubts, Rows, Typed, kept
from zapis.site.words import Words
from zapis.site.work import CHECKING, FIELD, Work

_KEY = re.compile(r"[\w.-]{16,100}", re.ASCII)

SMALLEST_GROUP = 10
"""Where so many may come together, a school may register by number."""


class Pages:
    """The doors of one slot, and of the texts that a form refers to."""

    def __init__(
        self,
        desk: Desk,
        rendering: Rendering,
        links: Links,
        events: Events,
        shelf: Shelf,
        precautions: Precautions,
        work: Work | None,
    ) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links
        self._events = events
        self._shelf = shelf
        self._precautions = precautions
        self._work = work

    async def slot(self, request: Request) -> Response:
        """GET /slots/<id>"""
        self._rendering.prepare("slot.html")
        counter = await self._desk.counter()
        offer = _known(counter, request)
        if not request.query_params:
            return self._as_everybody_sees_it(request, counter, offer)
        typed = self._anew(counter, {"group-name": ""} if "group" in request.query_params else {})
        if "code" in request.query_params:
            typed["code"] = request.query_params["code"]
            self._precautions.limits.take(request, GUESSES, not is_known(offer, typed["code"]))
        return self._slot(counter, offer, typed)

    def _as_everybody_sees_it(self, request: Request, counter: Counter, offer: Offer) -> Response:
        """The page with nothing typed: rendered once for all, then given a key of its own."""

        def page() -> str:
            challenge = HOLES.challenge if self._work else None
            return self._rendering.text("slot.html", **self._values(counter, offer, {"key": HOLES.key}, challenge))

        def fill(body: bytes) -> bytes:
            key = self._desk.tokens.form_key(counter.now)
            challenge = self._challenge(offer.id, {"key": key}, counter.now)
            return HOLES.filled(body, key, opening.seconds_to(offer, counter.now), challenge)

        more = {"Cache-Control": "private, no-cache"} | opening.comes_back(offer, counter.now)
        return self._shelf.answer(request, counter, ("slot", offer.id), page, more=more, fill=fill)

    async def register(self, request: Request) -> Response:
        """POST /slots/<id>"""
        typed = await read_form(request)
        try:
            return await self._register(request, typed)
        except SheetError:
            # What Google finds wrong with this very entry stays wrong, however often it is sent.
            raise
        except ZapisError as error:
            return self._not_yet(request, typed, error)

    async def _register(self, request: Request, typed: Typed) -> Response:
        # Who was told to wait may have been written down by another instance meanwhile.
        counter = await self._desk.counter(0) if "again" in typed else await self._desk.counter()
        slot = SlotId(request.path_params["id"])
        if "more" in typed:
            return self._slot(counter, _known(counter, request), typed, added=True)
        asked = forms.read(forms.from_fields(typed))
        if isinstance(asked, tuple):
            return self._slot(counter, _known(counter, request), typed, asked)
        if outdated := self._desk.consents.outdated(typed, counter.wordings):
            return self._slot(counter, _known(counter, request), unticked(typed, outdated), outdated)
        if asked.code and (problems := self._guessed(request, _known(counter, request), asked)):
            return self._slot(counter, _known(counter, request), typed, problems)
        doubts = Doubts.of(typed, asked)
        if doubts.problems:
            return self._slot(counter, _known(counter, request), typed, doubts.problems, doubts=doubts)
        if said := self._suspects(slot, typed, counter.now):
            return self._once_more(slot, self._anew(counter, typed), said)
        proven = self._work is None or bool(typed.get(FIELD))
        self._precautions.limits.take(request, REQUESTS if proven else LETTERS)
        answer = await self._desk.register(slot, self._once_only(typed, asked), asked, _asker(), proven)
        if isinstance(answer, KeyReused):
            return self._once_more(slot, self._anew(counter, typed), CHECKING)
        return self._answered(await self._desk.counter(), slot, answer, typed, asked)

    def _suspects(self, slot: SlotId, typed: Typed, now: datetime) -> Words | None:
        """What is said to a form that has to come again, under another key, before it counts; None to most."""
        key, solution = typed.get("key", ""), typed.get(FIELD)
        said = robots.doubted(typed, self._desk.tokens.form_made(key), now, self._precautions.shortest)
        if said or not self._work or not solution:
            return said
        return None if self._work.is_done(solution, slot, key, now) else CHECKING

    def _guessed(self, request: Request, offer: Offer, asked: PartyRequest) -> tuple[FieldProblem, ...]:
        """What is wrong with a code. Who tried many wrong ones has to wait, a right one among them or not."""
        problems = unknown_code(offer, asked)
        self._precautions.limits.take(request, GUESSES, len(problems))
        return problems

    def _anew(self, counter: Counter, typed: Typed) -> dict[str, str]:
        """The same fields under a key of their own: another try."""
        fields = {name: value for name, value in kept(typed).items() if name != FIELD}
        return {**fields, "key": self._desk.tokens.form_key(counter.now)}

    def _once_only(self, typed: Typed, asked: PartyRequest) -> str:
        """The form's key with a digest of its body: nobody gets another's ticket by sending a key again.

        Work is done for one key and for one body: there the key stands alone.
        """
        key = typed.get("key", "")
        if self._work:
            return key
        return f"{key if _KEY.fullmatch(key) else ''} {self._desk.body_of(asked)}"

    def _answered(
        self, counter: Counter, slot: SlotId, answer: Registration | Refused, typed: Typed, asked: PartyRequest
    ) -> Response:
        if answer.reason is Reason.UNCONFIRMED:
            return self._rendering.page("mailed.html", 200, SECRET, season=counter.season, email=asked.email)
        if isinstance(answer, Registration) and answer.standing is not Standing.REFUSED:
            return RedirectResponse(self._links.path(f"/ticket/{self._desk.tokens.ticket(answer.id)}"), 303, SECRET)
        offer = counter.offer(slot)
        if offer is None:
            raise HTTPException(404)
        if answer.reason is Reason.NOT_OPEN_YET:
            return self._too_early(slot, offer, typed, counter.now)
        others = finding.alternatives(counter.coming(), offer, asked.ages)
        if answer.reason in (Reason.AGE, Reason.PARTY_SIZE, Reason.ADULTS) and (problems := unfit(offer, asked)):
            return self._slot(counter, offer, typed, problems, others)
        return self._refused(counter, offer, answer.reason, typed, others)

    def _slot(
        self,
        counter: Counter,
        offer: Offer,
        typed: Typed,
        problems: tuple[FieldProblem, ...] = (),
        others: list[Offer] | None = None,
        added: bool = False,
        doubts: Doubts | None = None,
    ) -> Response:
        values = self._values(
            counter, offer, typed, self._challenge(offer.id, typed, counter.now), problems, others, added, doubts
        )
        if opening.is_near(offer, counter.now):
            values["opens_in"] = opening.seconds_to(offer, counter.now)
        headers = SECRET if problems or added else opening.comes_back(offer, counter.now)
        return self._rendering.page("slot.html", 422 if problems else 200, headers, **values)

    def _values(
        self,
        counter: Counter,
        offer: Offer,
        typed: Typed,
        challenge: object,
        problems: tuple[FieldProblem, ...] = (),
        others: list[Offer] | None = None,
        added: bool = False,
        doubts: Doubts | None = None,
    ) -> dict[str, Any]:
        offer = seen_with(typed.get("code", ""), offer, counter)
        rows = Rows.of(offer, typed, added)
        return {
            "opens_in": HOLES.seconds if opening.is_near(offer, counter.now) else 0,
            "season": counter.season,
            "note": counter.note("slot"),
            "offer": offer,
            "events": self._events.of([offer], counter.season),
            "typed": typed,
            "challenge": challenge,
            "fresh": "contact-name" not in typed,
            "rows": rows.shown,
            "most_rows": rows.most,
            "added": added,
            "group": "group-name" in typed,
            "groups": offer.terms.max_party >= SMALLEST_GROUP,
            "doubts": doubts,
            "problems": problems,
            "wrong": defaultdict(str, {problem.field: problem.detail for problem in problems}),
            "others": others or [],
            "consents": self._desk.consents.all(counter.wordings),
        }

    def _refused(
        self, counter: Counter, offer: Offer, reason: Reason | None, typed: Typed, others: list[Offer]
    ) -> Response:
        # An outcome of the journal stands for its key.
        anew = self._anew(counter, typed)
        return self._rendering.page(
            "refused.html",
            409,
            SECRET,
            season=counter.season,
            offer=offer,
            said=words.of_refusal(reason, offer),
            reason=reason,
            others=[] if reason in (Reason.ALREADY, Reason.LIMIT) else others,
            typed=anew,
            challenge=self._challenge(offer.id, anew, counter.now),
        )

    def _not_yet(self, request: Request, typed: Typed, error: ZapisError) -> Response:
        return self._once_more(SlotId(request.path_params["id"]), kept(typed), words.of_fault(error))

    def _challenge(self, slot: SlotId, typed: Typed, now: datetime) -> Mapping[str, Any] | None:
        """What a browser is to compute for this form; None if nothing, or if it has."""
        wanted = self._work and not typed.get(FIELD)
        return self._work.challenge(slot, typed.get("key", ""), now) if self._work and wanted else None

    def _too_early(self, slot: SlotId, offer: Offer, typed: Typed, now: datetime) -> Response:
        near = opening.is_near(offer, now)
        said = replace(opening.TOO_EARLY, retry_after=opening.seconds_to(offer, now) if near else 0)
        return self._once_more(slot, kept(typed), said, offer.terms.opens)

    def _once_more(self, slot: SlotId, typed: Typed, said: Words, opens: datetime | None = None) -> Response:
        """The form in a page that sends it again: by itself after a while, or by one press."""
        headers = SECRET | ({"Retry-After": str(said.retry_after)} if said.status >= 400 and said.retry_after else {})
        action, again = self._links.path(f"/slots/{slot}"), {**typed, "again": "1"}
        challenge = self._challenge(slot, typed, self._desk.committer.now())
        season = self._desk.committer.catalogue.season
        return self._rendering.page(
            "notyet.html",
            said.status,
            headers,
            said=said,
            opens=opens,
            action=action,
            typed=again,
            challenge=challenge,
            **({"season": season} if season else {}),
        )

    async def consent(self, request: Request) -> Response:
        """GET /consent/<kind>, and /<version>, and /<digest>: the very text that somebody agreed to"""
        asked = request.path_params
        counter = await self._desk.counter()
        found = self._desk.consents.find(
            counter.wordings, asked["kind"], asked.get("version", ""), asked.get("digest", "")
        )
        if found is None:
            raise HTTPException(404)
        return self._rendering.page("consent.html", season=counter.season, consent=found)


def _asker() -> Asker:
    around = frames.frame()
    return Asker("vk", around.person) if around else BY_THE_SITE


def _known(counter: Counter, request: Request) -> Offer:
    offer = counter.offer(SlotId(request.path_params["id"]))
    if offer is None:
        raise HTTPException(404)
    return offer
