"""The ticket: a page that is itself the proof, and the door by which a party leaves.

Its address is its secret: it is signed, never logged here, never cached, never a referrer. The page knows
counts and ages, not names: the site reads those only for who corrects them (see `amends`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zapis import qr
from zapis.core import rules
from zapis.core.model import NoticeKind, Registration, Standing
from zapis.site import forms
from zapis.site.bodies import read_form
from zapis.site.desk import TICKET_LASTS, Desk
from zapis.site.links import Links
from zapis.site.moves import may_grow, places_for
from zapis.site.offers import Counter, Offer
from zapis.site.rendering import SECRET, Rendering
from zapis.voice.tongue import _

_MEMBER = re.compile(r"member-(\d{1,3})")
DONE = ("moved", "joined", "corrected", "mailed", "forgotten", "withdrawn")
"""What the ticket may be asked to say was just done."""


class Tickets:
    """The doors of one ticket."""

    def __init__(self, desk: Desk, rendering: Rendering, links: Links) -> None:
        self._desk = desk
        self._rendering = rendering
        self._links = links

    async def show(self, request: Request) -> Response:
        """GET /ticket/<token>"""
        counter, holder = await self.seen(request)
        done = request.query_params.get("done", "")
        return self.page(
            "ticket.html",
            counter,
            holder,
            done=done if done in DONE else "",
            qr=self._code(holder) if holder.standing is Standing.CONFIRMED and not _is_over(counter, holder) else "",
            news=_news(counter, holder),
            key=forms.new_key(),
            left=_left(counter, holder),
        )

    def _code(self, holder: Registration) -> str:
        """What the gate reads: it tells whether the ticket holds, and gives nobody the right to change it."""
        return qr.drawing(self._links.shown(self._desk.tokens.shown(holder.id)))

    async def ask(self, request: Request) -> Response:
        """GET /ticket/<token>/cancel"""
        counter, holder = await self.seen(request)
        return self._leaving(counter, holder)

    async def cancel(self, request: Request) -> Response:
        """POST /ticket/<token>/cancel"""
        fields = await read_form(request)
        counter, holder = await self.seen(request)
        members = [int(found[1]) for field in fields if (found := _MEMBER.fullmatch(field))]
        if "everybody" not in fields and not members:
            return self._leaving(counter, holder, nobody=True)
        if "everybody" in fields:
            members = []
        elif _leave_children_alone(counter, holder, members):
            return self._leaving(counter, holder, alone=True)
        if self._may_leave(counter, holder):
            await self._desk.cancel(holder, members)
        return RedirectResponse(self._links.path(f"/ticket/{request.path_params['token']}"), 303, SECRET)

    async def calendar(self, request: Request) -> Response:
        """GET /ticket/<token>/calendar.ics"""
        from zapis.calendar import entry_of, to_file

        counter, holder = await self.seen(request)
        offer = counter.any_offer(holder.slot)
        if offer is None or holder.standing is not Standing.CONFIRMED or offer.is_over(counter.now):
            raise HTTPException(404)
        entry = entry_of(
            holder,
            offer.terms,
            offer.tour,
            offer.enterprise,
            site=self._links.host,
            url=self._links.absolute(f"/slots/{offer.id}"),
            code_label=_("Код записи"),
            stamp=counter.now,
        )
        headers = SECRET | {"Content-Disposition": 'attachment; filename="visit.ics"'}
        return Response(to_file(entry), media_type="text/calendar", headers=headers)

    async def seen(self, request: Request) -> tuple[Counter, Registration]:
        """The counter, and the registration that the request's ticket is for. Raises HTTPException 404."""
        holder = await self._desk.holder(request.path_params["token"])
        if holder is None:
            raise HTTPException(404)
        return await self._desk.counter(), holder

    def _leaving(self, counter: Counter, holder: Registration, nobody: bool = False, alone: bool = False) -> Response:
        return self.page("cancel.html", counter, holder, 422 if nobody or alone else 200, nobody=nobody, alone=alone)

    def _may_leave(self, counter: Counter, holder: Registration) -> bool:
        offer = counter.any_offer(holder.slot)
        return holder.active and not (offer and rules.is_past(offer.terms, counter.now))

    def page(self, template: str, counter: Counter, holder: Registration, status: int = 200, **more: Any) -> Response:
        """A page about one registration."""
        offer = counter.any_offer(holder.slot)
        return self._rendering.page(
            template,
            status,
            SECRET,
            season=counter.season,
            note=counter.note("ticket"),
            registration=holder,
            offer=offer,
            place=counter.place(holder.id),
            ages=[holder.ages[member] for member in holder.members],
            frozen=bool(offer and rules.is_frozen(offer.terms, counter.now)),
            may_leave=self._may_leave(counter, holder),
            erased=holder.id in counter.state.erased,
            over=_is_over(counter, holder),
            ends=offer.terms.starts + TICKET_LASTS if offer else None,
            may_correct=self._desk.may_correct(counter, holder),
            may_grow=may_grow(counter, holder),
            consents=self._desk.consents.all(counter.wordings),
            here=self._links.path(f"/ticket/{self._desk.tokens.ticket(holder.id)}"),
            **more,
        )


def _leave_children_alone(counter: Counter, holder: Registration, leaving: Iterable[int]) -> bool:
    """Whether those who stay would be children whom too few adults lead, though until now there were enough."""
    offer, gone = counter.any_offer(holder.slot), set(leaving)
    staying = [holder.ages[member] for member in holder.members if member not in gone]
    before = [holder.ages[member] for member in holder.members]
    return bool(
        offer
        and staying
        and rules.too_few_adults(offer.terms, staying)
        and not rules.too_few_adults(offer.terms, before)
    )


def _is_over(counter: Counter, holder: Registration) -> bool:
    offer = counter.any_offer(holder.slot)
    return bool(offer and offer.is_over(counter.now))


def _news(counter: Counter, holder: Registration) -> NoticeKind | None:
    """What the holder was told last."""
    notice = counter.state.notices.get(holder.id)
    return notice.kind if notice else None


def _left(counter: Counter, holder: Registration) -> Offer | None:
    """After a move: the date that was left, if the party may go back there."""
    notice = counter.state.notices.get(holder.id)
    if notice is None or notice.left is None:
        return None
    return next((offer for offer in places_for(counter, holder) if offer.id == notice.left), None)
