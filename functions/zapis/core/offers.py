"""From a validated catalogue to what is offered: which edits take effect now, and which still wait.

An edit that touches people (a cancellation, a move in time, more seats than usual) takes effect only when its
«Подтверждаю» is ticked and it has stood unchanged for a while; until then the terms in force stay, and the
organiser reads beside it what it will do. A tick that was left from an earlier edit confirms nothing. Another
place to come to needs no tick, but stands as long, so that several edits make one letter. Any other edit takes
effect at once. Held seats whose time has come are released.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from zapis.core.catalogue import Catalogue, Slot, Tour, terms_of
from zapis.core.entries import Entry, HeldReleased, SlotOffered, format_moment, terms_to_json
from zapis.core.fold import State
from zapis.core.ids import digest, entry_id
from zapis.core.model import SlotId, SlotStatus, Terms
from zapis.core.rules import SlotLedger, held_back, is_another_visit, is_frozen, is_past, still_held
from zapis.core.russian import clock, counted, day_in_figures, plural

FINE = "✓"
LEFT_OVER = "."
"""Ends the digest of an edit whose tick stood there before it: such a tick was meant for something else."""


class Pending(Struct, frozen=True):
    """An edit that has not taken effect: a digest of the terms it wants, and when it was first seen."""

    edit: str
    since: datetime


class Decision(Struct):
    """What one look at the catalogue decides."""

    catalogue: Catalogue
    """What the site is to show: the terms in force wherever an edit still waits."""
    last: Catalogue = field(default_factory=Catalogue)
    """The catalogue in force until now."""
    offers: list[Entry] = field(default_factory=list)
    pending: dict[SlotId, Pending] = field(default_factory=dict)
    remarks: dict[SlotId, str] = field(default_factory=dict)
    """What to say beside the slot, in Russian."""
    small: dict[SlotId, str] = field(default_factory=dict)
    """Visits whose list went out with fewer people than they are worth, in Russian."""


def decide(
    wanted: Catalogue,
    last: Catalogue,
    state: State,
    pending: Mapping[SlotId, Pending],
    *,
    now: datetime,
    settle: timedelta,
    writer: str,
) -> Decision:
    """What of `wanted` takes effect at `now`. `last` is the catalogue in force, `pending` what waited until now."""
    decision = Decision(wanted, last)
    in_force: dict[SlotId, Slot] = {}
    for slot in wanted.slots.values():
        kept = _decide_slot(decision, wanted, slot, last, state, pending.get(slot.id), now, settle, writer)
        if kept is not None:
            in_force[slot.id] = kept
    decision.catalogue = replace(wanted, slots=in_force)
    for slot in in_force.values():
        ledger = state.slots.get(slot.id)
        if ledger is not None:
            decision.offers += _release(slot, ledger, now, writer)
            _warn_of_a_small_group(decision, wanted.tours[slot.tour], ledger, now)
    return decision


def _decide_slot(
    decision: Decision,
    wanted: Catalogue,
    slot: Slot,
    last: Catalogue,
    state: State,
    waited: Pending | None,
    now: datetime,
    settle: timedelta,
    writer: str,
) -> Slot | None:
    """The slot to show; offers and remarks go into `decision`."""
    offered = state.slots.get(slot.id)
    before = last.slots.get(slot.id)
    if slot.status is None:
        if offered is not None:
            decision.remarks[slot.id] = "статус пуст: действует прежний. Чтобы остановить запись, выберите «закрыта»"
        return before if offered is not None else slot
    if wanted.season is None:
        return before
    terms = terms_of(wanted, slot)
    if offered is not None and offered.terms == terms:
        _remark_on_seats(decision, offered, terms)
        return slot
    to_confirm = _why_confirm(wanted.tours[slot.tour], offered, terms)
    why = to_confirm or _why_wait(offered, terms, now)
    if why is not None:
        edit = _edit_digest(terms)
        left_over = to_confirm is not None and _is_left_over(slot, before, waited, edit)
        may_be = to_confirm is None or (slot.confirmed and not left_over)
        since = waited.since if waited and waited.edit.removesuffix(LEFT_OVER) == edit else now
        if not may_be or now - since < settle:
            decision.pending[slot.id] = Pending(edit + LEFT_OVER if left_over else edit, since)
            decision.remarks[slot.id] = _waits(why, may_be, left_over, since + settle)
            return before
    if offered is not None:
        _remark_on_seats(decision, offered, terms)
    decision.offers.append(_offer(slot.id, offered, terms, now, writer))
    return slot


def _why_confirm(tour: Tour, offered: SlotLedger | None, terms: Terms) -> str | None:
    """What the edit will do to people, in Russian; None if it needs nobody's tick."""
    usual = max(tour.capacity, offered.terms.capacity if offered else 0)
    if terms.capacity > usual:
        return f"мест больше обычного ({terms.capacity} вместо {usual})"
    if offered is None:
        return None
    if terms.status is SlotStatus.CANCELLED and offered.terms.status is not SlotStatus.CANCELLED:
        return f"отмена затронет {_whom(offered)}"
    if terms.starts != offered.terms.starts:
        was = f"{day_in_figures(offered.terms.starts)} {clock(offered.terms.starts)}"
        return f"перенос с {was} затронет {_whom(offered)}"
    return None


def _is_left_over(slot: Slot, before: Slot | None, waited: Pending | None, edit: str) -> bool:
    """Whether the tick stood there before the edit did."""
    if waited is not None and waited.edit.removesuffix(LEFT_OVER) == edit:
        return slot.confirmed and waited.edit.endswith(LEFT_OVER)
    return slot.confirmed and before is not None and before.confirmed


def _release(slot: Slot, ledger: SlotLedger, now: datetime, writer: str) -> list[Entry]:
    """Held seats that are left when their time has come are everybody's."""
    seats = held_back(ledger)
    if slot.release is None or now < slot.release or not seats or is_past(ledger.terms, now):
        return []
    moment = format_moment(slot.release)
    id_ = entry_id("released", slot.id, moment, str(ledger.terms.held), str(ledger.released), str(seats))
    return [Entry(now, id_, slot.id, writer, HeldReleased(seats))]


def _warn_of_a_small_group(decision: Decision, tour: Tour, ledger: SlotLedger, now: datetime) -> None:
    terms = ledger.terms
    if terms.status is SlotStatus.CANCELLED or not is_frozen(terms, now) or is_past(terms, now):
        return
    come = ledger.taken + sum(ledger.over.values())
    if come < tour.min_group:
        people = counted(come, "человек", "человека", "человек")
        said = f"список передан, а записано {people} при наименьшей группе {tour.min_group}: решите, проводить ли визит"
        before = decision.remarks.get(ledger.id)
        decision.remarks[ledger.id] = f"{said}; {before}" if before else said
        decision.small[ledger.id] = said


def _why_wait(offered: SlotLedger | None, terms: Terms, now: datetime) -> str | None:
    """What the edit will tell people, in Russian: nobody need confirm it, but it may be typed in several goes."""
    if offered is None or not is_another_visit(offered.terms, terms, now):
        return None
    touched = offered.confirmed or offered.over or offered.waiting
    return f"новое место встречи затронет {_whom(offered)}" if touched else None


def _whom(slot: SlotLedger) -> str:
    parties = [*slot.confirmed.values(), *slot.over.values(), *slot.waiting.values()]
    people, requests = sum(parties), len(parties)
    return (
        f"{people} {plural(people, 'человека', 'человека', 'человек')}: "
        f"{requests} {plural(requests, 'заявка', 'заявки', 'заявок')}"
    )


def _waits(why: str, ticked: bool, left_over: bool, at: datetime) -> str:
    if left_over:
        return f"{why}: галочка «Подтверждаю» осталась от прежней правки, снимите её и через минуту поставьте снова"
    if not ticked:
        return f"{why}; поставьте галочку «Подтверждаю» или верните, как было"
    return f"{why}; вступит в силу в {clock(at)}, если не передумаете"


def _remark_on_seats(decision: Decision, slot: SlotLedger, terms: Terms) -> None:
    if slot.taken > terms.capacity:
        are = plural(slot.taken, "записан", "записаны", "записаны")
        decision.remarks[slot.id] = f"{slot.taken} уже {are}; места не отнимутся, новые записи закрыты"
    elif still_held(slot):
        by_code = sum(slot.invited.values())
        decision.remarks[slot.id] = f"{FINE} придержано {still_held(slot)}, по коду занято {by_code}"


def _edit_digest(terms: Terms) -> str:
    return digest(*(f"{key}={value}" for key, value in sorted(terms_to_json(terms).items())))


def _offer(slot: SlotId, offered: SlotLedger | None, terms: Terms, now: datetime, writer: str) -> Entry:
    replaces = offered.version if offered else 0
    id_ = entry_id("offered", slot, str(replaces), _edit_digest(terms), format_moment(now))
    return Entry(now, id_, slot, writer, SlotOffered(replaces, terms))
