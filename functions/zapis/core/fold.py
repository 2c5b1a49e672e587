"""The fold: the only judge.

    fold(rows in the order in which they landed) -> State

Every instance, and every later replay, reads the same rows in the same order and so gives every request the
same verdict; that is all that keeps a seat from being sold twice. Therefore `evolve` sees entries and nothing
else: no clock, no settings, no catalogue. It is total: an entry whose id was seen before is ignored, one that
makes no sense changes nothing. A verdict depends only on the entries up to and including its own, and only a
later entry (a cancellation, a larger capacity) can change a registration.

`State` is changed in place, because a season has tens of thousands of entries and one owner (see
`ledger.committer`); what it hands out are immutable values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from zapis.core import rules
from zapis.core.entries import (
    RULES_VERSION,
    AddressConfirmed,
    Attended,
    Cancelled,
    ConsentWithdrawn,
    Corrected,
    Entry,
    Erased,
    HeldReleased,
    Joined,
    LedgerClosed,
    LedgerOpened,
    MailAsked,
    Messaged,
    Moved,
    Proposed,
    Requested,
    RulesRaised,
    SeatedOver,
    SlotOffered,
)
from zapis.core.model import (
    EntryId,
    Late,
    Message,
    Notice,
    NoticeKind,
    PersonKey,
    Reason,
    Registration,
    RegistrationId,
    SlotId,
    SlotStatus,
    Standing,
    Terms,
)
from zapis.core.rules import SlotLedger

LINK_INTERVAL = timedelta(hours=1)
PROPOSAL_LASTS = timedelta(days=1)
"""How long an address may be confirmed."""


class State(Struct):
    """All that follows from the entries so far."""

    slots: dict[SlotId, SlotLedger] = field(default_factory=dict)
    registrations: dict[RegistrationId, Registration] = field(default_factory=dict)
    active: dict[PersonKey, dict[RegistrationId, SlotId]] = field(default_factory=dict)
    """What each person holds: seats and places in line."""
    proposed: dict[RegistrationId, Requested] = field(default_factory=dict)
    """Requests whose addresses nobody has confirmed."""
    proposals: dict[PersonKey, tuple[datetime, ...]] = field(default_factory=dict)
    """When an address was last written to for that."""
    notices: dict[RegistrationId, Notice] = field(default_factory=dict)
    """The last notice of each registration: a later one overtakes an earlier one."""
    messages: dict[SlotId, list[Message]] = field(default_factory=dict)
    """What organisers wrote to all; it overtakes nothing and is overtaken by nothing."""
    late: dict[SlotId, list[Late]] = field(default_factory=dict)
    """What changed since the enterprise had its list, in order."""
    rejected: dict[EntryId, Reason] = field(default_factory=dict)
    """Entries that changed nothing, and why (a move to a full slot, say)."""
    seen: set[EntryId] = field(default_factory=set)
    erased: set[RegistrationId] = field(default_factory=set)
    withdrawn: dict[RegistrationId, dict[str, datetime]] = field(default_factory=dict)
    """Which consents no longer stand (as they were recorded, or by their kind where none was), and since when."""
    agreed: dict[RegistrationId, dict[str, datetime]] = field(default_factory=dict)
    """When consents were given that came after the request itself."""
    rules: int = 1
    closed: bool = False
    """Whether the ledger moves elsewhere: nothing that lands meanwhile counts, it may be asked for again there."""
    latest: datetime | None = None
    """The largest `at` so far: the clock of leases."""

    @property
    def decidable(self) -> bool:
        """Whether this release knows the rules in force."""
        return self.rules <= RULES_VERSION

    def has_withdrawn(self, registration: RegistrationId, kind: str) -> bool:
        """Whether a consent of this kind was taken back."""
        return any(consent.split("/", 1)[0] == kind for consent in self.withdrawn.get(registration, ()))

    def place(self, registration: RegistrationId) -> int | None:
        """The place in line, the first being 1; None for who does not wait."""
        slot = self.slots.get(self.registrations[registration].slot)
        if slot is None or registration not in slot.waiting:
            return None
        return next(place for place, waiting in enumerate(slot.waiting, 1) if waiting == registration)


def fold(entries: Iterable[Entry], state: State | None = None) -> State:
    """`state` (a new one if None) after `entries`, in their order."""
    state = State() if state is None else state
    for entry in entries:
        evolve(state, entry)
    return state


def evolve(state: State, entry: Entry) -> None:
    """Apply one entry to `state`."""
    if entry.id in state.seen or (state.closed and not isinstance(entry.fact, LedgerOpened)):
        return
    state.seen.add(entry.id)
    if state.latest is None or entry.at > state.latest:
        state.latest = entry.at
    reason = _evolve(state, entry, entry.fact)
    if reason is not None:
        state.rejected[entry.id] = reason


def _evolve(state: State, entry: Entry, fact: Any) -> Reason | None:
    kind = type(fact)
    if kind not in _RESEATING:
        return _EVOLVE[kind](state, entry, fact)
    id = RegistrationId(entry.id) if kind is Requested else fact.registration
    before = state.registrations.get(id)
    reason = _EVOLVE[kind](state, entry, fact)
    _note_late(state, entry, before, state.registrations.get(id))
    return reason


def _note_late(state: State, entry: Entry, before: Registration | None, after: Registration | None) -> None:
    """An enterprise that has its list is told of what changed since, and of nothing else."""
    if after is None:
        return
    for slot in (after.slot,) if before is None or before.slot == after.slot else (before.slot, after.slot):
        known = state.slots.get(slot)
        if known is not None and rules.is_frozen(known.terms, entry.at):
            was, now = _coming(before, slot), _coming(after, slot)
            if was != now:
                state.late.setdefault(slot, []).append(Late(entry.at, after.id, was, now))


def _coming(registration: Registration | None, slot: SlotId) -> tuple[int, ...]:
    """Who of the party has a seat in the slot."""
    if registration is None or registration.slot != slot or registration.standing is not Standing.CONFIRMED:
        return ()
    return registration.members


def _slot_offered(state: State, entry: Entry, fact: SlotOffered) -> Reason | None:
    slot = state.slots.get(entry.slot)
    if fact.replaces != (slot.version if slot else 0):
        return Reason.NOT_ACTIVE
    if slot is None:
        state.slots[entry.slot] = SlotLedger(entry.slot, fact.terms, 1)
        return None
    before, slot.terms, slot.version = slot.terms, fact.terms, slot.version + 1
    if not rules.is_frozen(fact.terms, entry.at):
        state.late.pop(slot.id, None)
    if fact.terms.status is SlotStatus.CANCELLED:
        slot.cancellations += before.status is not SlotStatus.CANCELLED
        state.late.pop(slot.id, None)
        _cancel_everybody(state, entry, slot)
    elif rules.is_another_visit(before, fact.terms, entry.at):
        _tell_of_the_change(state, entry, slot, before)
    _promote(state, entry, slot)
    return None


def _requested(state: State, entry: Entry, fact: Requested, revision: int = 0) -> Reason | None:
    standing, reason, same_as = _judge(state, entry, fact)
    registration = _register(state, entry, fact, standing, reason, same_as, revision)
    if standing is Standing.CONFIRMED:
        _take_seats(state, registration)
        _note_the_invited(state, registration, fact.code)
        _notify(state, entry, registration, NoticeKind.CONFIRMED)
    elif standing is Standing.WAITING:
        _join_the_line(state, registration)
        _notify(state, entry, registration, NoticeKind.WAITING)
    elif same_as is not None:
        _remind(state, entry, same_as)
    return reason


def _proposed(state: State, entry: Entry, fact: Proposed) -> Reason | None:
    """A request that nobody stands behind yet has neither seat nor place in line: its address is written to first."""
    standing, reason, same_as = _judge(state, entry, fact.request)
    if standing is not Standing.REFUSED:
        limit = state.slots[entry.slot].terms.season_limit
        reason = Reason.LIMIT if _written_to(state, entry, fact.request) >= limit else Reason.UNCONFIRMED
    registration = _register(state, entry, fact.request, Standing.REFUSED, reason, same_as)
    if reason is Reason.UNCONFIRMED:
        state.proposed[registration.id] = fact.request
        state.proposals[_writer_of(fact.request)] += (entry.at,)
        _notify(state, entry, registration, NoticeKind.CONFIRM_ADDRESS)
    elif same_as is not None:
        _remind(state, entry, same_as)
    return reason


def _written_to(state: State, entry: Entry, request: Requested) -> int:
    """How often the address was asked to confirm something within the hour: anybody may type a stranger's."""
    person = _writer_of(request)
    recent = tuple(at for at in state.proposals.get(person, ()) if entry.at - at < LINK_INTERVAL)
    state.proposals[person] = recent
    return len(recent)


def _writer_of(request: Requested) -> PersonKey:
    """Whose address it is."""
    return next(iter(request.persons), PersonKey(""))


def _address_confirmed(state: State, entry: Entry, fact: AddressConfirmed) -> Reason | None:
    request, registration = state.proposed.get(fact.registration), state.registrations.get(fact.registration)
    if request is None or registration is None or registration.id in state.erased:
        return Reason.NOT_ACTIVE
    if registration.reason is not Reason.UNCONFIRMED:  # organisers gave it a seat meanwhile
        return Reason.NOT_ACTIVE
    if entry.at - registration.asked_at >= PROPOSAL_LASTS:
        return Reason.STALE
    del state.proposed[registration.id]
    now_asked = replace(entry, id=EntryId(registration.id), slot=registration.slot)
    _requested(state, now_asked, request, registration.revision + 1)
    return None


def _register(
    state: State,
    entry: Entry,
    fact: Requested,
    standing: Standing,
    reason: Reason | None,
    same_as: RegistrationId | None,
    revision: int = 0,
) -> Registration:
    registration = state.registrations[RegistrationId(entry.id)] = Registration(
        id=RegistrationId(entry.id),
        slot=entry.slot,
        standing=standing,
        reason=reason,
        asked_at=entry.at,
        ages=fact.ages,
        members=_everybody(len(fact.ages)),
        persons=fact.persons,
        body=fact.body,
        consents=fact.consents,
        channel=fact.channel,
        waits=fact.waits,
        revision=revision,
        same_as=same_as,
    )
    return registration


def _note_the_invited(state: State, registration: Registration, code: str) -> None:
    slot = state.slots[registration.slot]
    if rules.is_invited(slot.terms, code):
        slot.invited[registration.id] = registration.seats


@cache
def _everybody(size: int) -> tuple[int, ...]:
    """The members of a party of `size`, one value for all parties."""
    return tuple(range(size))


def _judge(state: State, entry: Entry, fact: Requested) -> tuple[Standing, Reason | None, RegistrationId | None]:
    slot = state.slots.get(entry.slot)
    if slot is None:
        return Standing.REFUSED, Reason.UNKNOWN_SLOT, None
    same_as = _already_in(state, slot.id, fact.persons)
    if same_as is not None:
        return Standing.REFUSED, Reason.ALREADY, same_as
    reason = (
        rules.closed_to_requests(slot.terms, entry.at)
        or rules.party_fits_the_terms(slot.terms, fact.ages)
        or _beyond_the_limit(state, slot.terms, fact.persons)
    )
    if reason is not None:
        return Standing.REFUSED, reason, None
    standing, reason = rules.seat_for(slot, fact, entry.at)
    return standing, reason, None


def _already_in(state: State, slot: SlotId, persons: tuple[PersonKey, ...]) -> RegistrationId | None:
    for person in persons:
        if person in state.active:
            for registration, held in state.active[person].items():
                if held == slot:
                    return registration
    return None


def _beyond_the_limit(state: State, terms: Terms, persons: tuple[PersonKey, ...]) -> Reason | None:
    for person in persons:
        if len(state.active.get(person, ())) >= terms.season_limit:
            return Reason.LIMIT
    return None


def _cancelled(state: State, entry: Entry, fact: Cancelled) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None or not registration.active:
        return Reason.NOT_ACTIVE
    leaving = set(fact.members) & set(registration.members) if fact.members else set(registration.members)
    if not leaving:
        return Reason.NOT_ACTIVE
    slot = state.slots[registration.slot]
    if leaving == set(registration.members):
        reason = Reason.BY_CITIZEN if fact.by == "citizen" else Reason.BY_ORGANISER
        _release(state, registration)
        ended = _change(state, registration, standing=Standing.CANCELLED, reason=reason)
        _notify(state, entry, ended, NoticeKind.CANCELLED, was=registration.standing)
    else:
        _shrink(state, slot, entry, registration, leaving)
    _promote(state, entry, slot)
    return None


def _shrink(state: State, slot: SlotLedger, entry: Entry, registration: Registration, leaving: set[int]) -> None:
    members = tuple(member for member in registration.members if member not in leaving)
    smaller = _change(state, registration, members=members)
    _resize(slot, smaller)
    _notify(state, entry, smaller, NoticeKind.REDUCED)


def _resize(slot: SlotLedger, registration: Registration) -> None:
    """Seats or a place in line for as many as the party has now."""
    for holders in (slot.confirmed, slot.over, slot.waiting, slot.invited):
        if registration.id in holders:
            holders[registration.id] = registration.seats
    slot.taken = sum(slot.confirmed.values())


def _joined(state: State, entry: Entry, fact: Joined) -> Reason | None:
    registration = _renamed(state, fact)
    if isinstance(registration, Reason):
        return registration
    slot = state.slots[registration.slot]
    reason = _why_no_room_for(entry, slot, registration, fact.ages)
    if reason is not None:
        return reason
    ages = registration.ages + fact.ages
    members = (*registration.members, *range(len(registration.ages), len(ages)))
    consents = tuple(dict.fromkeys(registration.consents + fact.consents))
    if late := [consent for consent in fact.consents if consent not in registration.consents]:
        state.agreed[registration.id] = state.agreed.get(registration.id, {}) | dict.fromkeys(late, entry.at)
    larger = _change(state, registration, ages=ages, members=members, consents=consents)
    _resize(slot, larger)
    _notify(state, entry, larger, NoticeKind.ENLARGED)
    return None


def _why_no_room_for(
    entry: Entry, slot: SlotLedger, registration: Registration, newcomers: tuple[int, ...]
) -> Reason | None:
    ages = (*(registration.ages[member] for member in registration.members), *newcomers)
    closed = rules.closed_to_requests(slot.terms, entry.at) or rules.party_fits_the_terms(slot.terms, ages)
    if closed is not None:
        return closed
    if registration.standing is Standing.WAITING:
        return Reason.FROZEN if rules.is_frozen(slot.terms, entry.at) else None
    room = _room_for_more(slot, registration, entry) >= len(newcomers)
    return None if room and not registration.over else Reason.FULL


def _room_for_more(slot: SlotLedger, registration: Registration, entry: Entry) -> int:
    """Seats by which a party with seats may grow; the held ones for a party that a code let in."""
    if registration.id in slot.invited:
        return rules.seats_for_the_invited(slot, entry.at)
    return 0 if rules.passes_the_line(slot, entry.at) else rules.seats_left(slot)


def _corrected(state: State, entry: Entry, fact: Corrected) -> Reason | None:
    registration = _renamed(state, fact)
    if isinstance(registration, Reason):
        return registration
    if rules.is_frozen(state.slots[registration.slot].terms, entry.at):
        return Reason.FROZEN
    _notify(state, entry, _change(state, registration), NoticeKind.CORRECTED)
    return None


def _renamed(state: State, fact: Joined | Corrected) -> Registration | Reason:
    """The registration, which takes note that this revision of its people is used up, whatever becomes of the entry.

    Of two rows of people with one revision the first holds, so the entry that came with the second must not.
    """
    registration = state.registrations.get(fact.registration)
    if registration is None or not registration.active or registration.id in state.erased:
        return Reason.NOT_ACTIVE
    if fact.people <= registration.people:
        return Reason.STALE
    noted = state.registrations[registration.id] = replace(registration, people=fact.people)
    return noted


def _mail_asked(state: State, entry: Entry, fact: MailAsked) -> Reason | None:
    asked = [state.registrations[id] for id in dict.fromkeys(fact.registrations) if id in state.registrations]
    active = [registration for registration in asked if registration.active and registration.id not in state.erased]
    for registration in active:
        _send_again(state, entry, registration)
    return None if active else Reason.NOT_ACTIVE


def _send_again(state: State, entry: Entry, registration: Registration) -> None:
    """The last mail once more, not another in its place: it may be news that never reached anybody."""
    last, changed = state.notices.get(registration.id), _change(state, registration)
    if last is None:
        _notify(state, entry, changed, NoticeKind.LINK)
    else:
        state.notices[registration.id] = replace(last, at=entry.at, sequence=changed.revision)


def _messaged(state: State, entry: Entry, fact: Messaged) -> Reason | None:
    slot = state.slots.get(entry.slot)
    if slot is None:
        return Reason.UNKNOWN_SLOT
    message = Message(slot.id, entry.at, fact.text, (*slot.confirmed, *slot.over))
    state.messages.setdefault(slot.id, []).append(message)
    return None


def _moved(state: State, entry: Entry, fact: Moved) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None or not registration.active or registration.slot != fact.leaves:
        return Reason.NOT_ACTIVE
    slot = state.slots.get(entry.slot)
    if slot is None or entry.slot == fact.leaves:
        return Reason.UNKNOWN_SLOT
    reason = _why_not_there(state, entry, slot, registration)
    if reason is not None:
        return reason
    _release(state, registration)
    moved = _change(state, registration, slot=entry.slot, standing=Standing.CONFIRMED, reason=None, over=False)
    _take_seats(state, moved)
    _notify(state, entry, moved, NoticeKind.MOVED, left=fact.leaves)
    _promote(state, entry, state.slots[fact.leaves])
    return None


def _why_not_there(state: State, entry: Entry, slot: SlotLedger, registration: Registration) -> Reason | None:
    ages = tuple(registration.ages[member] for member in registration.members)
    if _already_in(state, slot.id, registration.persons):
        return Reason.ALREADY
    closed = rules.closed_to_requests(slot.terms, entry.at) or rules.party_fits_the_terms(slot.terms, ages)
    if closed is not None:
        return closed
    room = registration.seats <= rules.seats_left(slot) and not rules.passes_the_line(slot, entry.at)
    return None if room else Reason.FULL


def _seated_over(state: State, entry: Entry, fact: SeatedOver) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None or registration.standing is Standing.CONFIRMED or registration.slot not in state.slots:
        return Reason.NOT_ACTIVE
    if state.slots[registration.slot].terms.status is SlotStatus.CANCELLED:
        return Reason.SLOT_CANCELLED
    if registration.id in state.erased:
        return Reason.ERASED
    if _already_in(state, registration.slot, registration.persons) not in (None, registration.id):
        return Reason.ALREADY
    _release(state, registration)
    seated = _change(state, registration, standing=Standing.CONFIRMED, reason=None, over=True)
    _take_seats(state, seated)
    _notify(state, entry, seated, NoticeKind.CONFIRMED)
    return None


def _held_released(state: State, entry: Entry, fact: HeldReleased) -> Reason | None:
    slot = state.slots.get(entry.slot)
    if slot is None:
        return Reason.UNKNOWN_SLOT
    slot.released += fact.seats
    _promote(state, entry, slot)
    return None


def _attended(state: State, entry: Entry, fact: Attended) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None or registration.standing is not Standing.CONFIRMED:
        return Reason.NOT_ACTIVE
    named, before = set(fact.members), set(registration.attended or ())
    now = {"": named, "came": before | named, "undone": before - named}[fact.change]
    came = tuple(member for member in registration.members if member in now)
    state.registrations[registration.id] = replace(registration, attended=came)
    return None


def _consent_withdrawn(state: State, entry: Entry, fact: ConsentWithdrawn) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None:
        return Reason.NOT_ACTIVE
    gone = [c for c in registration.consents if c.split("/", 1)[0] == fact.consent] or [fact.consent]
    state.withdrawn[registration.id] = dict.fromkeys(gone, entry.at) | state.withdrawn.get(registration.id, {})
    left = tuple(c for c in registration.consents if c.split("/", 1)[0] != fact.consent)
    state.registrations[registration.id] = replace(registration, consents=left)
    return None


def _erased(state: State, entry: Entry, fact: Erased) -> Reason | None:
    registration = state.registrations.get(fact.registration)
    if registration is None:
        return Reason.NOT_ACTIVE
    state.erased.add(registration.id)
    state.notices.pop(registration.id, None)
    if registration.active and not rules.is_past(state.slots[registration.slot].terms, entry.at):
        _release(state, registration)
        registration = _change(state, registration, standing=Standing.CANCELLED, reason=Reason.ERASED)
        _promote(state, entry, state.slots[registration.slot])
    # Who was there was there: of a visit that has begun the seats stay counted, though nobody knows whose they were.
    _let_go(state, registration)
    state.registrations[registration.id] = replace(registration, persons=())
    return None


def _rules_raised(state: State, entry: Entry, fact: RulesRaised) -> Reason | None:
    state.rules = max(state.rules, fact.version)
    return None


def _ledger_closed(state: State, entry: Entry, fact: LedgerClosed) -> Reason | None:
    state.closed = True
    return None


def _ledger_opened(state: State, entry: Entry, fact: LedgerOpened) -> Reason | None:
    state.closed = False
    return None


def _take_seats(state: State, registration: Registration) -> None:
    slot = state.slots[registration.slot]
    holders = slot.over if registration.over else slot.confirmed
    holders[registration.id] = registration.seats
    if not registration.over:
        slot.taken += registration.seats
    _hold(state, registration)


def _join_the_line(state: State, registration: Registration) -> None:
    state.slots[registration.slot].waiting[registration.id] = registration.seats
    _hold(state, registration)


def _hold(state: State, registration: Registration) -> None:
    for person in registration.persons:
        if person in state.active:
            state.active[person][registration.id] = registration.slot
        else:
            state.active[person] = {registration.id: registration.slot}


def _release(state: State, registration: Registration) -> None:
    """Take back whatever the registration holds: seats or a place in line."""
    slot = state.slots[registration.slot]
    slot.taken -= slot.confirmed.pop(registration.id, 0)
    slot.invited.pop(registration.id, None)
    slot.over.pop(registration.id, None)
    slot.waiting.pop(registration.id, None)
    _let_go(state, registration)


def _let_go(state: State, registration: Registration) -> None:
    """Nobody holds it any more."""
    for person in registration.persons:
        held = state.active.get(person, {})
        held.pop(registration.id, None)
        if not held:
            state.active.pop(person, None)


def _promote(state: State, entry: Entry, slot: SlotLedger) -> None:
    if not rules.may_promote(slot, entry.at):
        return
    while (first := rules.next_in_line(slot)) is not None:
        del slot.waiting[first]
        promoted = _change(state, state.registrations[first], standing=Standing.CONFIRMED)
        _take_seats(state, promoted)
        _notify(state, entry, promoted, NoticeKind.PROMOTED)


def _cancel_everybody(state: State, entry: Entry, slot: SlotLedger) -> None:
    for registration_id in [*slot.confirmed, *slot.over, *slot.waiting]:
        registration = state.registrations[registration_id]
        _release(state, registration)
        ended = _change(state, registration, standing=Standing.CANCELLED, reason=Reason.SLOT_CANCELLED)
        _notify(state, entry, ended, NoticeKind.SLOT_CANCELLED, was=registration.standing)


def _tell_of_the_change(state: State, entry: Entry, slot: SlotLedger, before: Terms) -> None:
    for registration_id in [*slot.confirmed, *slot.over, *slot.waiting]:
        changed = _change(state, state.registrations[registration_id])
        _notify(state, entry, changed, NoticeKind.SLOT_CHANGED, before=before)


def _change(state: State, registration: Registration, **changes: Any) -> Registration:
    changed = replace(registration, revision=registration.revision + 1, **changes)
    state.registrations[registration.id] = changed
    return changed


def _notify(
    state: State,
    entry: Entry,
    registration: Registration,
    kind: NoticeKind,
    *,
    before: Terms | None = None,
    left: SlotId | None = None,
    was: Standing | None = None,
) -> None:
    state.notices[registration.id] = Notice(
        kind=kind,
        registration=registration.id,
        slot=registration.slot,
        at=entry.at,
        sequence=registration.revision,
        before=before,
        left=left,
        was=was,
    )


def _remind(state: State, entry: Entry, registration: RegistrationId) -> None:
    """Somebody asked again with the same address: the link goes to the address, never to who asked.

    At most one an hour, so that nobody can fill a stranger's mailbox by asking again and again.
    """
    last = state.notices.get(registration)
    if last is not None and last.kind is NoticeKind.LINK and entry.at - last.at < LINK_INTERVAL:
        return
    _notify(state, entry, _change(state, state.registrations[registration]), NoticeKind.LINK)


_EVOLVE: dict[type, Callable[[State, Entry, Any], Reason | None]] = {
    SlotOffered: _slot_offered,
    Requested: _requested,
    Proposed: _proposed,
    AddressConfirmed: _address_confirmed,
    Cancelled: _cancelled,
    Joined: _joined,
    Corrected: _corrected,
    MailAsked: _mail_asked,
    Messaged: _messaged,
    Moved: _moved,
    SeatedOver: _seated_over,
    HeldReleased: _held_released,
    Attended: _attended,
    ConsentWithdrawn: _consent_withdrawn,
    Erased: _erased,
    RulesRaised: _rules_raised,
    LedgerClosed: _ledger_closed,
    LedgerOpened: _ledger_opened,
}

_RESEATING = frozenset({Requested, AddressConfirmed, Cancelled, Joined, Moved, SeatedOver, Erased})
"""What may change who comes."""
