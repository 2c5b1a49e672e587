"""Letters to enterprises: the list at the freeze, then, in short, who was added and who left since.

They are arithmetic, as all that is due: over the State, the address in the catalogue and what the outbox says went. A
list is named by its slot, whom it goes to, how often the visit was called off and the moment of the freeze, so it goes
once, and again only where the visit got another freeze or was taken up again, or the enterprise got another address.
What changes within `GATHERED` of a first change is one letter, named by its place in the journal's order: nothing is
told twice and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from zapis.core import ids
from zapis.core.catalogue import Catalogue
from zapis.core.fold import State
from zapis.core.model import Late, Notice, NoticeKind, Registration, RegistrationId, SlotId, SlotStatus
from zapis.core.names import by_surname
from zapis.core.notices import LISTS, Outbox
from zapis.core.people import Person
from zapis.core.rosters import in_order, known_to_host, name_of
from zapis.core.rules import SlotLedger, is_frozen

GATHERED = timedelta(minutes=10)
"""Counted from a first change: so long others are waited for, that one letter tells of them all."""
LANDED = timedelta(minutes=1)
"""A change may land so much later than it was made: then a list that was sent meanwhile may lack it."""
MOST_CHANGES = 999
LIFE = 10**13
"""What the numbers of letters grow by each time a visit is taken up again: more than any freeze comes to."""


class HandoverKind(StrEnum):
    """What an enterprise is told."""

    LIST = "list"
    CHANGES = "changes"
    REOPENED = "reopened"
    """A list that was sent counts no more; another one will come."""
    CANCELLED = "cancelled"


class Change(Struct, frozen=True):
    """Of one party, the positions of those who were added and of those who left."""

    registration: RegistrationId
    added: tuple[int, ...]
    left: tuple[int, ...]


class Handover(Struct, frozen=True):
    """One letter that an enterprise is owed.

    `again`: another list of this visit was sent before. `revived`: the last that was said is that it is called off.
    """

    kind: HandoverKind
    notice: Notice
    changes: tuple[Change, ...] = ()
    again: bool = False
    revived: bool = False


class Party(Struct, frozen=True):
    """Who is to be let in under one code: name and age of each, children last."""

    code: str
    guests: tuple[tuple[str, int], ...]


def handovers(state: State, catalogue: Catalogue, outbox: Outbox, now: datetime) -> Iterator[Handover]:
    """The letters that enterprises are owed at `now`, whoever had them already."""
    for slot in state.slots.values():
        yield from handovers_of(slot, state, catalogue, outbox, now)


def handovers_of(
    slot: SlotLedger, state: State, catalogue: Catalogue, outbox: Outbox, now: datetime
) -> Iterator[Handover]:
    """Those about one slot."""
    if now >= slot.terms.starts or slot.id not in catalogue.slots:
        return
    address = catalogue.enterprise_of(slot.id).contact_email
    if not address:
        return
    about = about_list(slot.id, address)
    sent = outbox.handed.get(about, {})
    called_off = _notice(about, slot, now, max(map(_life, sent), default=0) * LIFE)
    if slot.terms.status is SlotStatus.CANCELLED:
        if sent:
            yield Handover(HandoverKind.CANCELLED, called_off)
        return
    freeze = slot.cancellations * LIFE + int(f"{slot.terms.freezes:%y%m%d%H%M}") * (MOST_CHANGES + 1)
    whole, revived = _notice(about, slot, now, freeze), called_off.id in sent
    if not is_frozen(slot.terms, now):
        if sent:
            recalled = _notice(about, slot, now, freeze + MOST_CHANGES)
            yield Handover(HandoverKind.REOPENED, recalled, revived=revived)
        return
    yield Handover(HandoverKind.LIST, whole, again=bool(sent.keys() - {whole.id}), revived=revived)
    if whole.id in sent:
        told = sent[whole.id] - LANDED
        for through, changes in _since(state.late.get(slot.id, ()), told, now):
            notice = _notice(about, slot, now, freeze + min(through, MOST_CHANGES - 1))
            yield Handover(HandoverKind.CHANGES, notice, changes)


def is_handover(notice: Notice) -> bool:
    """Whether a notice is for an enterprise, not for a party."""
    return notice.registration.startswith(LISTS)


def about_list(slot: SlotId, address: str) -> RegistrationId:
    """What stands where other notices name a registration. Too little of a digest to find the address by it."""
    return RegistrationId(f"{LISTS}{slot}-{ids.digest(slot, address)[:4]}")


def undelivered(catalogue: Catalogue, outbox: Outbox) -> Mapping[str, str]:
    """What to tell organisers beside enterprises whose last list did not arrive and never will."""
    if not any(about.startswith(LISTS) for about in outbox.bounced):
        return {}
    hosts = {slot: catalogue.enterprise_of(slot) for slot in catalogue.slots}
    sentence = "письмо со списком не доставлено: проверьте «Почту для списков»"
    return {
        str(host.id): sentence
        for slot, host in hosts.items()
        if host.contact_email and about_list(slot, host.contact_email) in outbox.bounced
    }


def parties(state: State, slot: SlotLedger, people: Mapping[RegistrationId, Person]) -> list[Party]:
    """Who is to be let in, by the surname of who registered; by code where no name is known."""
    holders = [state.registrations[id] for id in (*slot.confirmed, *slot.over)]
    known = {holder.id: known_to_host(state, people, holder) for holder in holders}
    holders.sort(key=lambda holder: (*by_surname(_registrant(known[holder.id])), holder.id))
    return [Party(holder.code, _guests(holder, known[holder.id], holder.members)) for holder in holders]


def changed(
    state: State, changes: Sequence[Change], people: Mapping[RegistrationId, Person]
) -> tuple[list[Party], list[Party]]:
    """Who was added, and who will not come."""
    found: tuple[list[Party], list[Party]] = ([], [])
    for change in changes:
        registration = state.registrations[change.registration]
        person = known_to_host(state, people, registration)
        for told, positions in zip(found, (change.added, change.left), strict=True):
            if positions:
                told.append(Party(registration.code, _guests(registration, person, positions)))
    return found


def _since(late: Sequence[Late], told: datetime, now: datetime) -> Iterator[tuple[int, tuple[Change, ...]]]:
    """What letters tell of, each with how many changes there were by its end: changes that came to something and
    that the list, as old as `told`, may lack."""
    through = 0
    for batch in _gathered(late):
        through += len(batch)
        changes = tuple(_net(batch))
        if changes and batch[-1].at > told and now >= batch[0].at + GATHERED:
            yield through, changes


def _gathered(late: Sequence[Late]) -> Iterator[list[Late]]:
    batch: list[Late] = []
    for change in late:
        if batch and change.at >= batch[0].at + GATHERED:
            yield batch
            batch = []
        batch.append(change)
    if batch:
        yield batch


def _net(batch: Sequence[Late]) -> Iterator[Change]:
    """Who of each party was added or left in all."""
    before: dict[RegistrationId, set[int]] = {}
    after: dict[RegistrationId, set[int]] = {}
    for change in batch:
        before.setdefault(change.registration, set(change.before))
        after[change.registration] = set(change.after)
    for registration, was in before.items():
        comes = after[registration]
        if was != comes:
            yield Change(registration, tuple(sorted(comes - was)), tuple(sorted(was - comes)))


def _life(letter: str) -> int:
    """How often a visit had been called off when this letter was due."""
    return int(letter.split(".")[-2]) // LIFE


def _notice(about: RegistrationId, slot: SlotLedger, at: datetime, sequence: int) -> Notice:
    return Notice(NoticeKind.MESSAGE, about, slot.id, at, sequence)


def _registrant(person: Person | None) -> str:
    return person.name if person else ""


def _guests(registration: Registration, person: Person | None, positions: Sequence[int]) -> tuple[tuple[str, int], ...]:
    listed = [position for position in in_order(registration) if position in positions]
    return tuple((name_of(person, position), registration.ages[position]) for position in listed)
