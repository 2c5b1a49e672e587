"""The desk behind every door: look at the counter, register a party, cancel it.

Only what is certain is refused before the journal; everything else is put into it and answered with what the
fold said once the entry was read back. The page's form and the JSON API differ in words and shapes, never
in what they may do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from zapis.core import ids, people, rules
from zapis.core.entries import AddressConfirmed, Cancelled, Proposed, Requested
from zapis.core.model import EntryId, PersonKey, Reason, Registration, RegistrationId, SlotId
from zapis.core.people import Person
from zapis.errors import SheetsUnavailable
from zapis.ledger.committer import Committer
from zapis.site.offers import Counter
from zapis.tokens import Tokens

if TYPE_CHECKING:  # who only looks needs none of it
    from zapis.site.consents import Consents
    from zapis.site.forms import PartyRequest

TICKET_LASTS = timedelta(days=30)
"""From the visit on: what it is for is over then, and so are the names behind it."""
SPOKEN = "spoken"
"""Stands for a version where consent was given aloud."""
READING_AGE = 3.0
"""Seconds that what a page shows may be old."""


class Refused(Struct, frozen=True):
    """Certain without the journal; nothing was recorded."""

    reason: Reason


class KeyReused(Struct, frozen=True):
    """The once-only key came before with another body; nothing of this one was recorded."""


Answer = Registration | Refused | KeyReused


class Asker(Struct, frozen=True):
    """By which channel somebody asks, and who they are there if the channel vouches for it."""

    channel: str = "site"
    person: PersonKey | None = None
    spoken: bool = False
    """Whether consents were asked for and given aloud: no text was shown."""


BY_THE_SITE = Asker()
"""Somebody whom nobody vouches for."""


class Desk(Struct, frozen=True):
    """What all doors share."""

    committer: Committer
    tokens: Tokens
    open_consents: Callable[[], Consents]

    @property
    def consents(self) -> Consents:
        """Texts that a person agrees to."""
        return self.open_consents()

    async def counter(self, max_age: float = READING_AGE) -> Counter:
        """The counter, at most `max_age` seconds old. Raises SheetsUnavailable, JournalDisturbed, CannotDecide."""
        await self.committer.refresh(max_age)
        return Counter(self.committer.catalogue, self.committer.state, self.committer.now())

    def body_of(self, request: PartyRequest) -> str:
        """A keyed digest of all that was asked: tells bodies apart, says nothing of them."""
        return str(self.tokens.person("body", ids.digest(*request.body())))

    async def register(
        self, slot: SlotId, key: str, request: PartyRequest, asker: Asker = BY_THE_SITE, proven: bool = True
    ) -> Answer:
        """What became of a request under a once-only key. Raises what `Committer.commit` raises.

        One that is not `proven` to be worth a seat counts for nothing until its address is confirmed.
        """
        counter = await self.counter()
        registration, body = ids.registration_id(slot, key), self.body_of(request)
        if registration not in counter.state.registrations:
            refused = _certain_refusal(counter, slot, request)
            if refused:
                return refused
            stamps = self._stamps(counter, request, asker)
            await self._commit(registration, slot, body, request, asker, stamps, proven)
        landed = self.committer.state.registrations[registration]
        return landed if landed.body == body else KeyReused()

    async def _commit(
        self,
        id: RegistrationId,
        slot: SlotId,
        body: str,
        request: PartyRequest,
        asker: Asker,
        stamps: tuple[str, ...],
        proven: bool,
    ) -> None:
        fact = Requested(
            ages=request.ages,
            persons=self._persons(request, asker),
            channel=asker.channel,
            waits=request.waits,
            body=body,
            consents=stamps,
            code=ids.code_digest(slot, request.code) if request.code else "",
        )
        person = Person(
            request.name, request.email, request.phone, tuple(v.name for v in request.visitors), request.language
        )
        await self.committer.commit(EntryId(id), slot, fact if proven else Proposed(fact), [people.to_row(id, person)])

    async def confirm_address(self, proposed: Registration) -> Registration:
        """The registration once its address was confirmed; as it stands, if that was too late or not needed.

        Raises what `Committer.commit` raises.
        """
        id = ids.entry_id("address_confirmed", proposed.id)
        await self.committer.commit(id, proposed.slot, AddressConfirmed(proposed.id))
        return self.committer.state.registrations[proposed.id]

    def _stamps(self, counter: Counter, request: PartyRequest, asker: Asker) -> tuple[str, ...]:
        if asker.spoken:
            return tuple(f"{kind}/{SPOKEN}" for kind in request.consents)
        return self.consents.stamps(request.consents, counter.wordings)

    def _persons(self, request: PartyRequest, asker: Asker) -> tuple[PersonKey, ...]:
        """By all that this person is known by, so that limits hold wherever they ask next."""
        by_mail = self.tokens.person("email", request.email) if request.email else None
        return tuple(filter(None, (by_mail, asker.person)))

    async def holder(self, token: str) -> Registration | None:
        """The registration that a ticket's token was signed for; None for a forged token or an unknown one.

        Raises Ended once the visit is long over.
        """
        return await self.held_by(self.tokens.registration(token))

    async def held_by(self, id: RegistrationId | None) -> Registration | None:
        """The registration that a signed link names; None for an unknown one. Raises Ended."""
        if id is None:
            return None
        await self.committer.refresh(READING_AGE)
        if id not in self.committer.state.registrations:
            await self._hear_of_others()
        held = self.committer.state.registrations.get(id)
        slot = self.committer.state.slots.get(held.slot) if held else None
        if slot and self.committer.now() >= slot.terms.starts + TICKET_LASTS:
            raise _ended()
        return held

    async def _hear_of_others(self) -> None:
        """Another instance may have written within these seconds. Raises SheetsUnavailable if nobody can know."""
        before = self.committer.read_at
        await self.committer.refresh(0)
        if self.committer.read_at == before:
            raise SheetsUnavailable("The ledger does not answer; another instance may know the registration.")

    def may_correct(self, counter: Counter, held: Registration) -> bool:
        """Whether names may still be put right: the enterprise does not have its list yet."""
        offer = counter.any_offer(held.slot)
        return held.active and not (offer and rules.is_frozen(offer.terms, counter.now))

    async def cancel(self, registration: Registration, members: Iterable[int] = ()) -> Registration:
        """The registration after `members` (all of the party if none are named) will not come.

        Cancelling again what is cancelled changes nothing. Raises what `Committer.commit` raises.
        """
        named = set(members)
        leaving = tuple(m for m in registration.members if m in named or not named)
        if registration.active and leaving:
            id = ids.entry_id("cancelled", registration.id, *map(str, leaving), str(registration.revision))
            await self.committer.commit(id, registration.slot, Cancelled(registration.id, leaving))
        return self.committer.state.registrations[registration.id]


def _ended() -> Exception:
    from zapis.site.edge import Ended
    from zapis.site.words import TICKET_ENDED

    return Ended(TICKET_ENDED)


def _certain_refusal(counter: Counter, slot: SlotId, request: PartyRequest) -> Refused | None:
    offer = counter.offer(slot)
    if offer is None:
        return Refused(Reason.UNKNOWN_SLOT)
    terms = offer.terms
    reason = rules.closed_to_requests(terms, counter.now) or rules.party_fits_the_terms(terms, request.ages)
    return Refused(reason) if reason else None
