"""A slot's page, its form, and what becomes of a form that was sent.

A form carries a once-only key: sent twice it is one registration. What was typed is given back in whatever
answer it got, an error or a pause included, and is kept nowhere else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis.core.model import Reason, Registration, SlotId, Standing
from zapis.errors import SheetError, ZapisError
from zapis.site import domains, finding, forms, frames, words
from zapis.site.bodies import read_form
from zapis.site.consents import unticked
from zapis.site.desk import Answer, Asker, Desk, KeyReused
from zapis.site.events import Events
from zapis.site.fitting import unfit
from zapis.site.forms import FieldProblem, PartyRequest
from zapis.site.invitations import seen_with, unknown_code
from zapis.site.links import Links
from zapis.site.offers import Counter, Offer
from zapis.site.rendering import SECRET, Rendering
from zapis.site.tongue import _

_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
_FIELD = re.compile(
    r"key|if_full|rows|code|contact-(?:name|email|phone)|(?:email|name)-kept|name-given|visitors-\d{1,3}-(?:name|age|going)"
    r"|group-name|group-members-\d{1,2}-(?:age|count)|consents-[a-z]+"
)
MOST_ROWS = 30
"""Rows for companions that a form shows at most."""
FIRST_AGES, MOST_AGES = 2, 12
"""Rows for the ages of a group: at first, and at most."""
SMALLEST_GROUP = 10
"""Where so many may come together, a school may register by number."""

Typed = Mapping[str, str]


class Pages:
    """The doors of one slot, and of the texts that a form refers to."""

    def __init__(self, desk: Desk, rendering: Rendering, links: Links, events: Events) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links
        self._events = events

    async def slot(self, request: Request) -> Response:
        """GET /slots/<id>"""
        counter = await self._desk.counter()
        typed = {"key": forms.new_key()} | ({"group-name": ""} if "group" in request.query_params else {})
        if "code" in request.query_params:
            typed["code"] = request.query_params["code"]
        return self._slot(counter, _known(counter, request), typed)

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
        if problems := unknown_code(_known(counter, request), asked):
            return self._slot(counter, _known(counter, request), typed, problems)
        doubts = _Doubts.of(typed, asked)
        if doubts.problems:
            return self._slot(counter, _known(counter, request), typed, doubts.problems, doubts=doubts)
        answer = await self._desk.register(slot, self._once_only(typed, asked), asked, _asker())
        return self._answered(await self._desk.counter(), slot, answer, typed, asked)

    def _once_only(self, typed: Typed, asked: PartyRequest) -> str:
        """The form's key with a digest of its body: nobody gets another's ticket by sending a key again."""
        key = typed.get("key", "")
        return f"{key if _KEY.fullmatch(key) else ''} {self._desk.body_of(asked)}"

    def _answered(self, counter: Counter, slot: SlotId, answer: Answer, typed: Typed, asked: PartyRequest) -> Response:
        if isinstance(answer, Registration) and answer.standing is not Standing.REFUSED:
            return RedirectResponse(self._links.path(f"/ticket/{self._desk.tokens.ticket(answer.id)}"), 303, SECRET)
        offer = counter.offer(slot)
        if offer is None:
            raise HTTPException(404)
        # A form's key holds the digest of its body, so no other body can stand under it.
        assert not isinstance(answer, KeyReused)
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
        doubts: _Doubts | None = None,
    ) -> Response:
        offer = seen_with(typed.get("code", ""), offer, counter)
        rows = _Rows.of(offer, typed, added)
        return self._rendering.page(
            "slot.html",
            422 if problems else 200,
            SECRET if problems or added else {},
            season=counter.season,
            note=counter.note("slot"),
            offer=offer,
            events=self._events.of([offer], counter.season),
            typed=typed,
            fresh="contact-name" not in typed,
            rows=rows.shown,
            most_rows=rows.most,
            added=added,
            group="group-name" in typed,
            groups=offer.terms.max_party >= SMALLEST_GROUP,
            doubts=doubts,
            problems=problems,
            wrong=defaultdict(str, {problem.field: problem.detail for problem in problems}),
            others=others or [],
            consents=self._desk.consents.all(counter.wordings),
        )

    def _refused(
        self, counter: Counter, offer: Offer, reason: Reason | None, typed: Typed, others: list[Offer]
    ) -> Response:
        # An outcome of the journal stands for its key, so another try needs another key.
        return self._rendering.page(
            "refused.html",
            409,
            SECRET,
            season=counter.season,
            offer=offer,
            said=words.of_refusal(reason, offer),
            reason=reason,
            others=[] if reason in (Reason.ALREADY, Reason.LIMIT) else others,
            typed={**_form(typed), "key": forms.new_key()},
        )

    def _not_yet(self, request: Request, typed: Typed, error: ZapisError) -> Response:
        said = words.of_fault(error)
        headers = SECRET | {"Retry-After": str(said.retry_after)}
        action = self._links.path(f"/slots/{request.path_params['id']}")
        return self._rendering.page(
            "notyet.html", said.status, headers, said=said, action=action, typed={**_form(typed), "again": "1"}
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


@dataclass(frozen=True, slots=True)
class _Rows:
    """How many rows the form shows for companions, or for the ages of a group, and how many it may."""

    shown: int
    most: int

    @classmethod
    def of(cls, offer: Offer, typed: Typed, added: bool) -> _Rows:
        """As many as were filled or shown before, and one that was asked for."""
        group = "group-name" in typed
        goes = "contact-name" not in typed or "visitors-0-going" in typed
        most = min(offer.terms.max_party - goes, MOST_AGES if group else MOST_ROWS)
        before = typed.get("rows", "")
        shown = int(before) if re.fullmatch(r"[0-9]{1,2}", before) else FIRST_AGES if group else 0
        filled = forms.last_members(typed) if group else forms.last_row(typed)
        return cls(max(min(shown + added, most), filled), most)


@dataclass(frozen=True, slots=True)
class _Doubts:
    """What is asked about once, because it may be right: a slip in an address, a name that VK filled in."""

    email: str
    meant: str
    """The address that was probably meant; empty without a doubt."""
    name: str
    """The name that VK filled in and nobody looked at; empty without a doubt."""

    @classmethod
    def of(cls, typed: Typed, asked: PartyRequest) -> _Doubts:
        """Whoever says that it is right is believed."""
        meant = "" if typed.get("email-kept") == asked.email else domains.meant(asked.email) or ""
        untouched = typed.get("name-given", "").strip() == typed.get("contact-name", "").strip()
        return cls(asked.email, meant, asked.name if untouched and typed.get("name-kept") != asked.name else "")

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """The questions, each beside its field."""
        name = FieldProblem("/contact/name", _("Проверьте имя. В паспорте так и написано: %s?") % self.name)
        email = FieldProblem("/contact/email", _("Проверьте адрес. Вы имели в виду %s?") % self.meant)
        return (*((name,) if self.name else ()), *((email,) if self.meant else ()))


def _asker() -> Asker:
    around = frames.frame()
    return Asker("vk", around.person) if around else Asker()


def _form(typed: Typed) -> dict[str, str]:
    """The fields that a form has, and no others that somebody may have sent along."""
    return {name: value for name, value in typed.items() if _FIELD.fullmatch(name)}


def _known(counter: Counter, request: Request) -> Offer:
    offer = counter.offer(SlotId(request.path_params["id"]))
    if offer is None:
        raise HTTPException(404)
    return offer
