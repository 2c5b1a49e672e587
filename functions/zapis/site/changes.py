"""What the holder of a ticket may change: the date, the party, the names; and what is forgotten.

Every change is one entry, and what the fold says of it is the answer: None, or the reason why nothing changed.
An act is named before it is tried (by the form's once-only key, or by what it would change), so that sending it
again is the same act. Names are read only for who corrects them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from zapis.core import ids, people, rules
from zapis.core.entries import Cancelled, ConsentWithdrawn, Corrected, Erased, Fact, Joined, MailAsked, Moved, Row
from zapis.core.model import EntryId, PersonKey, Reason, Registration, RegistrationId, SlotId
from zapis.core.people import Person
from zapis.ledger.committer import Committer
from zapis.site.forms import CONSENTS, TRANSFER, Visitor

MAIL_EVERY = 600
"""Seconds in which the same mails are sent again once at most, however often somebody asks."""


class Changes(Struct, frozen=True):
    """Changes to registrations. All raise what `Committer.commit` raises."""

    committer: Committer

    async def move(self, held: Registration, to: SlotId, key: str) -> Reason | None:
        """Leave for another slot if there is room for the whole party; the old seats are kept until then."""
        id = ids.entry_id("moved", held.id, to, key, str(held.revision))
        return await self._commit(id, to, Moved(held.id, held.slot))

    async def join(
        self, held: Registration, newcomers: Sequence[Visitor], key: str, consents: Iterable[str] = ()
    ) -> Reason | None:
        """More people in the party, if there is room for all of them. `consents` are stamps of what was agreed to."""
        id = ids.entry_id("joined", held.id, key)
        if id in self.committer.state.seen:
            return self.committer.state.rejected.get(id)
        person = await self.committer.person(held.id)
        if person is None:
            return Reason.NOT_ACTIVE
        names = (*_named(person, len(held.ages)), *(visitor.name for visitor in newcomers))
        larger = replace(person, visitors=names, revision=_next(person, held))
        ages = tuple(visitor.age for visitor in newcomers)
        fact = Joined(held.id, ages, larger.revision, tuple(consents))
        return await self._commit(id, held.slot, fact, [people.to_row(held.id, larger)])

    async def person(self, held: Registration) -> Person | None:
        """Who is behind the ticket; None if nobody knows any more."""
        person = await self.committer.person(held.id)
        return None if person is None or person.revision >= people.FORGOTTEN else person

    async def correct(self, held: Registration, known: Person, corrected: Person) -> Reason | None:
        """Other names or another number for `known`, which was just read."""
        row = people.to_row(held.id, replace(corrected, revision=_next(known, held)))
        id = ids.entry_id("corrected", *row)
        return await self._commit(id, held.slot, Corrected(held.id, int(row[1])), [row])

    async def forget(self, held: Registration) -> None:
        """Give seats back and delete names and contacts."""
        id = ids.entry_id("erased", held.id)
        await self._commit(id, held.slot, Erased(held.id), [people.forgotten(held.id)])

    async def withdraw(self, held: Registration, kind: str) -> None:
        """A consent no longer stands, and what it allowed comes to an end."""
        await self._commit(ids.entry_id("withdrawn", held.id, kind), held.slot, ConsentWithdrawn(held.id, kind))
        if kind == TRANSFER:
            await self._give_back(held)
        elif kind in CONSENTS:
            await self.forget(held)

    async def _give_back(self, held: Registration) -> None:
        """Seats without which nobody is let in, unless the visit has begun."""
        past = rules.is_past(self.committer.state.slots[held.slot].terms, self.committer.now())
        if held.active and not past:
            await self._commit(ids.entry_id("cancelled", held.id, "withdrawn"), held.slot, Cancelled(held.id))

    async def send_again(self, held: Registration) -> Reason | None:
        """The last mail of a registration once more."""
        return await self._ask_for_mail(held.id, [held.id])

    async def send_all_of(self, person: PersonKey) -> None:
        """The last mail of all that a person holds once more. A stranger's address costs the same and says nothing."""
        await self._ask_for_mail(person, self.committer.state.active.get(person, ()))

    async def _ask_for_mail(self, who: str, registrations: Iterable[RegistrationId]) -> Reason | None:
        turn = int(self.committer.now().timestamp()) // MAIL_EVERY
        id = ids.entry_id("mail_asked", who, str(turn))
        return await self._commit(id, SlotId(""), MailAsked(tuple(registrations)))

    async def _commit(self, id: EntryId, slot: SlotId, fact: Fact, rows: Sequence[Row] = ()) -> Reason | None:
        await self.committer.commit(id, slot, fact, rows)
        return self.committer.state.rejected.get(id)


def _named(person: Person, size: int) -> tuple[str, ...]:
    """A name for each who was ever in the party, and no others: a name may have been noted for who found no room."""
    return (*person.visitors, *("",) * size)[:size]


def _next(person: Person, held: Registration) -> int:
    return max(person.revision, held.people) + 1
