"""What holds for every journal, whatever lands in whatever order."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.spec import TERMS, minutes
from zapis.core import rules
from zapis.core.entries import (
    Attended,
    Cancelled,
    Corrected,
    Entry,
    Erased,
    Fact,
    HeldReleased,
    Joined,
    MailAsked,
    Moved,
    Requested,
    SeatedOver,
    SlotOffered,
    from_row,
    to_row,
)
from zapis.core.fold import State, evolve, fold
from zapis.core.model import EntryId, PersonKey, RegistrationId, SlotId, SlotStatus, Standing

SLOTS = ("S", "T")
PEOPLE = tuple("abcdefgh")
IDS = tuple(f"r{n}" for n in range(12))

registrations = st.sampled_from(IDS).map(RegistrationId)
members = st.lists(st.integers(0, 3), max_size=2, unique=True).map(tuple)
terms = st.builds(
    lambda capacity, held, waiting_list, status, max_party, led, codes: replace(
        TERMS,
        capacity=capacity,
        held=held,
        waiting_list=waiting_list,
        status=status,
        max_party=max_party,
        children_per_adult=led,
        codes=codes,
    ),
    st.integers(0, 6),
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from([SlotStatus.OPEN] * 5 + [SlotStatus.CLOSED, SlotStatus.CANCELLED]),
    st.integers(1, 4),
    st.sampled_from([0, 0, 1, 2]),
    st.sampled_from([(), ("code",)]),
)
requests = st.builds(
    Requested,
    st.lists(st.integers(3, 80), min_size=1, max_size=4).map(tuple),
    st.lists(st.sampled_from(PEOPLE).map(PersonKey), min_size=1, max_size=2, unique=True).map(tuple),
    st.booleans(),
    st.just("body"),
    st.just(()),
    st.just("site"),
    st.sampled_from(["", "", "code"]),
)
facts: st.SearchStrategy[Fact] = st.one_of(
    requests,
    requests,
    requests,
    st.builds(Cancelled, registrations, members),
    st.builds(SlotOffered, st.integers(0, 4), terms),
    st.builds(Moved, registrations, st.sampled_from(SLOTS).map(SlotId)),
    st.builds(SeatedOver, registrations),
    st.builds(HeldReleased, st.integers(0, 2)),
    st.builds(Attended, registrations, members, st.sampled_from(["", "came", "undone"])),
    st.builds(Erased, registrations),
    st.builds(
        Joined, registrations, st.lists(st.integers(3, 80), min_size=1, max_size=3).map(tuple), st.integers(0, 3)
    ),
    st.builds(Corrected, registrations, st.integers(0, 3)),
    st.builds(MailAsked, st.lists(registrations, max_size=3).map(tuple)),
)


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """A plausible journal: two slots offered, then anything, in any order, with clocks that disagree."""
    opening = [Entry(minutes(0), EntryId(f"o{s}"), SlotId(s), "w", SlotOffered(0, draw(terms))) for s in SLOTS]
    drawn = draw(st.lists(st.tuples(facts, st.sampled_from(SLOTS), st.integers(0, 1200)), max_size=30))
    ids = iter(IDS)
    entries = []
    for number, (fact, slot, at) in enumerate(drawn):
        entry_id = next(ids, f"r{number}x") if isinstance(fact, Requested) else f"e{number}"
        entries.append(Entry(minutes(at), EntryId(entry_id), SlotId(slot), "w", fact))
    return opening + entries


@given(journals())
def test_no_slot_ever_takes_a_seat_beyond_what_its_capacity_allows(journal):
    state = State()
    for entry in journal:
        before = {slot.id: slot.taken for slot in state.slots.values()}
        evolve(state, entry)
        for slot in state.slots.values():
            assert slot.taken == sum(slot.confirmed.values())
            assert slot.taken <= max(before.get(slot.id, 0), slot.terms.capacity)


@given(journals())
def test_any_prefix_of_the_journal_gives_the_answers_it_gave(journal):
    state = State()
    answers = []
    for entry in journal:
        evolve(state, entry)
        answers.append(dict(state.registrations))

    for length, answer in enumerate(answers, 1):
        assert fold(journal[:length]).registrations == answer


@given(journals(), st.data())
def test_a_repeated_entry_changes_nothing(journal, data):
    once = fold(journal)
    position = data.draw(st.integers(0, len(journal) - 1))
    later = data.draw(st.integers(position + 1, len(journal)))

    twice = fold([*journal[:later], journal[position], *journal[later:]])

    assert twice == once


@given(journals())
def test_nobody_waits_who_fits_a_free_seat_before_the_freeze(journal):
    state = State()
    for entry in journal:
        evolve(state, entry)
        slot = state.slots.get(entry.slot)
        if slot and rules.may_promote(slot, entry.at) and isinstance(entry.fact, Cancelled | SlotOffered):
            assert entry.id in state.rejected or _slot_of(state, entry, slot.id) or rules.next_in_line(slot) is None


def _slot_of(state: State, entry: Entry, slot: SlotId) -> bool:
    """Whether the entry was about another slot than the one in its own column."""
    fact = entry.fact
    return isinstance(fact, Cancelled) and state.registrations[fact.registration].slot != slot


@given(journals())
def test_the_line_is_kept_in_the_order_in_which_requests_landed(journal):
    state = fold(journal)
    landed = {entry.id: number for number, entry in enumerate(journal)}

    for slot in state.slots.values():
        positions = [landed[EntryId(registration)] for registration in slot.waiting]
        assert positions == sorted(positions)


@given(journals())
def test_every_registration_is_in_exactly_the_place_that_its_standing_says(journal):
    state = fold(journal)

    for registration in state.registrations.values():
        places = [
            (slot.id, name)
            for slot in state.slots.values()
            for name in ("confirmed", "over", "waiting")
            if registration.id in getattr(slot, name)
        ]
        expected = {
            Standing.CONFIRMED: [(registration.slot, "over" if registration.over else "confirmed")],
            Standing.WAITING: [(registration.slot, "waiting")],
        }
        assert places == expected.get(registration.standing, [])


@given(journals())
def test_a_person_holds_at_most_one_place_in_a_slot(journal):
    state = fold(journal)

    for held in state.active.values():
        assert len(set(held.values())) == len(held)


@given(journals())
def test_rows_carry_everything_the_fold_needs(journal):
    rows = [to_row(entry) for entry in journal]

    assert fold(map(from_row, rows)) == fold(journal)


@settings(max_examples=50)
@given(journals())
def test_folding_in_two_halves_is_folding_at_once(journal):
    middle = len(journal) // 2
    halfway = fold(journal[:middle])

    assert fold(journal[middle:], copy.deepcopy(halfway)) == fold(journal)
