"""Group commit: who waits together, and what happens when Google does not answer as it should."""

from __future__ import annotations

import asyncio

import pytest

from tests.ledger.faulty import FaultyLedger
from tests.spec import Season, minutes
from zapis.core.audit import Witness
from zapis.core.entries import Requested, to_row
from zapis.core.marks import found
from zapis.core.model import EntryId, PersonKey, Reason, RegistrationId, SlotId, Standing
from zapis.errors import CallRefused, CannotDecide, JournalDisturbed, SheetsUnavailable
from zapis.ledger import committer as module
from zapis.ledger.committer import Committer, TooManyWaiting, Unsettled
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Part

NOW = minutes(10)
SLOT = SlotId("S")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(module, "REREAD_PAUSE", 0.0)
    monkeypatch.setattr("zapis.ledger.pace.QUOTA_PAUSE", 0.0)


@pytest.fixture
def store():
    season = Season(capacity=2)
    store = MemoryStore()
    MemoryLedger(store, lambda: NOW).append(Append(journal=[to_row(entry) for entry in season.entries]))
    return store


def instance(store, plan=(), reads=(), writer="w1", patience=20.0):
    ledger = FaultyLedger(MemoryLedger(store, lambda: NOW), plan, reads)
    return Committer(lambda: ledger, writer, patience), ledger


def ask(committer, who, seats=1, id=None):
    fact = Requested((30,) * seats, (PersonKey(who),), True, who)
    return committer.commit(EntryId(id or who), SLOT, fact, [(who, "0", "{}")])


def standing(committer, who):
    return committer.state.registrations[RegistrationId(who)].standing


async def test_a_lone_request_goes_at_once_and_alone(store):
    committer, ledger = instance(store)

    await ask(committer, "anna")

    assert standing(committer, "anna") is Standing.CONFIRMED
    assert ledger.appends == [1]


async def test_whoever_sends_letters_hears_of_a_batch_before_it_lands_and_after(store):
    heard = []
    ledger = FaultyLedger(MemoryLedger(store, lambda: NOW), (), ())
    committer = Committer(lambda: ledger, "w1", herald=lambda ahead: heard.append((ahead, len(ledger.appends))))

    await ask(committer, "anna")
    await committer.close()

    assert heard == [(module.LANDS_WITHIN, 0), (0.0, 1)]


async def test_requests_that_arrive_during_a_call_go_together_in_the_next(store):
    committer, ledger = instance(store)

    await asyncio.gather(*(ask(committer, f"p{n}") for n in range(50)))

    assert len(ledger.appends) <= 2
    assert sum(ledger.appends) == 50


async def test_the_last_seats_go_to_as_many_as_there_are(store):
    committer, _ = instance(store)

    await asyncio.gather(*(ask(committer, f"p{n}") for n in range(50)))

    confirmed = [r for r in committer.state.registrations.values() if r.standing is Standing.CONFIRMED]
    assert len(confirmed) == 2


async def test_a_double_click_is_one_row(store):
    committer, ledger = instance(store)

    await asyncio.gather(ask(committer, "anna"), ask(committer, "anna"))
    await ask(committer, "anna")

    assert ledger.appends == [1]


async def test_a_write_whose_answer_was_lost_is_found_and_not_sent_again(store):
    committer, ledger = instance(store, plan=["lost"])

    await ask(committer, "anna")

    assert standing(committer, "anna") is Standing.CONFIRMED
    assert ledger.appends == [1]


async def test_a_write_that_never_landed_is_sent_again(store):
    committer, ledger = instance(store, plan=["dropped", "dropped"])

    await ask(committer, "anna")

    assert standing(committer, "anna") is Standing.CONFIRMED
    assert ledger.appends == [1, 1, 1]


async def test_a_refused_call_is_repeated_after_a_pause(store):
    committer, ledger = instance(store, plan=["quota", "quota"])

    await asyncio.gather(ask(committer, "anna"), ask(committer, "boris"))

    assert len(ledger.appends) >= 3
    assert standing(committer, "boris") is Standing.CONFIRMED


async def test_while_google_refuses_a_batch_grows_and_afterwards_a_lone_visitor_goes_at_once(store, monkeypatch):
    monkeypatch.setattr("zapis.ledger.pace.QUOTA_PAUSE", 0.05)
    committer, ledger = instance(store, plan=["quota"])
    first = asyncio.create_task(ask(committer, "anna"))
    while not ledger.appends:
        await asyncio.sleep(0)

    await asyncio.gather(first, *(ask(committer, f"p{n}") for n in range(30)))
    await ask(committer, "vera")

    assert ledger.appends == [1, 31, 1]


async def test_an_instance_that_cannot_write_at_all_sends_its_visitors_elsewhere(store):
    committer, ledger = instance(store, plan=["clock"])

    with pytest.raises(SheetsUnavailable, match="clock"):
        await ask(committer, "anna")

    assert ledger.appends == [1]


async def test_one_bad_entry_never_takes_its_batch_with_it(store):
    committer, ledger = instance(store)
    ledger.refused = {"p3"}

    outcomes = await asyncio.gather(*(ask(committer, f"p{n}") for n in range(8)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(CallRefused) == 1
    assert isinstance(outcomes[3], CallRefused)
    assert len(committer.state.registrations) == 7


async def test_a_visitor_who_waited_long_enough_is_told_and_the_entry_still_lands(store):
    committer, _ = instance(store, plan=["lost"], reads=["ok", "down", "down", "down"], patience=0.0)

    with pytest.raises(Unsettled):
        await ask(committer, "anna")
    await committer.close()

    assert standing(committer, "anna") is Standing.CONFIRMED


async def test_who_still_waits_when_the_instance_is_told_to_stop_is_told_so_in_time(store, monkeypatch):
    monkeypatch.setattr(module, "PARTING", 0.0)
    committer, ledger = instance(store, plan=["lost"], reads=["ok", *["down"] * 500])
    asking = asyncio.ensure_future(ask(committer, "anna"))

    while not ledger.appends:
        await asyncio.sleep(0)
    committer.part()

    with pytest.raises(Unsettled):
        await asking
    await committer.close()


async def test_beyond_the_bound_newcomers_are_sent_away(store, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_QUEUE", 3)
    committer, _ = instance(store)

    outcomes = await asyncio.gather(*(ask(committer, f"p{n}") for n in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(TooManyWaiting) == 2


async def test_each_instance_sees_the_others_seats_within_one_call(store):
    (first, _), (second, _) = instance(store, writer="w1"), instance(store, writer="w2")
    await ask(first, "anna")
    await ask(first, "boris")

    await ask(second, "vera")

    assert standing(second, "vera") is Standing.WAITING
    assert standing(second, "anna") is Standing.CONFIRMED


async def test_the_same_person_through_two_instances_is_one_registration(store):
    (first, _), (second, _) = instance(store, writer="w1"), instance(store, writer="w2")
    await second.refresh(0)

    await ask(first, "anna", id="one")
    fact = Requested((30,), (PersonKey("anna"),), True, "anna")
    await second.commit(EntryId("two"), SLOT, fact)

    assert second.state.registrations[RegistrationId("two")].reason is Reason.ALREADY


async def test_every_instance_reaches_the_same_state(store):
    instances = [instance(store, plan, writer=f"w{n}")[0] for n, plan in enumerate([["lost"], ["dropped"], ["quota"]])]

    await asyncio.gather(*(ask(instances[n % 3], f"p{n}") for n in range(60)))
    for committer in instances:
        await committer.refresh(0)

    assert instances[0].state == instances[1].state == instances[2].state


async def test_what_was_known_stands_while_google_is_silent(store):
    committer, _ = instance(store, reads=["ok", "down"])
    await committer.refresh(0)

    await committer.refresh(0)

    assert SLOT in committer.state.slots


async def test_an_instance_that_knows_nothing_says_so(store):
    committer, _ = instance(store, reads=["down"])

    with pytest.raises(SheetsUnavailable):
        await committer.refresh(0)


async def test_many_readers_share_one_read(store):
    committer, ledger = instance(store, reads=["ok"] + ["down"] * 5)

    await asyncio.gather(*(committer.refresh(0) for _ in range(20)))

    assert SLOT in committer.state.slots
    assert len(ledger._reads) == 5


async def test_an_instance_that_meets_a_newer_release_stops_deciding(store):
    committer, _ = instance(store)
    await committer.refresh(0)
    newer = ("2026-12-01T07:00:00.000Z", "requested", "x", "S", "w9", '{"v":99}')
    MemoryLedger(store, lambda: NOW).append(Append(journal=[newer]))

    with pytest.raises(CannotDecide):
        await ask(committer, "anna")
    with pytest.raises(CannotDecide):
        await ask(committer, "boris")


async def test_people_go_with_their_entries_in_one_call(store):
    committer, _ = instance(store)

    await ask(committer, "anna")

    assert store.lists["_people"] == [("anna", "0", "{}")]


def recorded(store, *rows):
    """The store as `sync` has recorded it, with `rows` of the journal in place of those that landed."""
    witness = Witness()
    witness.hear(found(store.lists[Part.JOURNAL]))
    store.lists[Part.OUTBOX] += witness.to_record(NOW, "sync")
    if rows:
        store.lists[Part.JOURNAL] = list(rows)


async def test_a_new_instance_confirms_nothing_by_a_journal_that_is_not_the_recorded_one(store):
    landed, _ = instance(store)
    await ask(landed, "anna")
    await ask(landed, "boris")
    offered, anna, boris = store.lists[Part.JOURNAL]
    recorded(store, offered, boris, anna)
    committer, ledger = instance(store, writer="w2")

    with pytest.raises(JournalDisturbed, match=r"row \d is not where it landed"):
        await ask(committer, "vera")

    assert ledger.appends == []


async def test_the_first_read_of_a_new_instance_is_still_one_call(store):
    recorded(store)
    committer, ledger = instance(store)

    await ask(committer, "anna")

    assert ledger.calls == ["read", "append"]


async def test_who_comes_first_has_the_answer_to_the_question_that_was_sent_ahead(store):
    committer, ledger = instance(store)

    committer.look_ahead()
    await committer.refresh(3.0)

    assert ledger.calls == ["read"]
    assert SLOT in committer.state.slots


async def test_a_question_sent_ahead_in_vain_is_asked_again(store):
    committer, _ = instance(store, reads=["down"])
    committer.look_ahead()
    assert committer._reading
    await asyncio.wait([committer._reading])

    await committer.refresh(3.0)

    assert SLOT in committer.state.slots


async def test_an_instance_goes_on_once_the_journal_is_repaired(store, monkeypatch):
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    landed, _ = instance(store)
    await ask(landed, "anna")
    rows = list(store.lists[Part.JOURNAL])
    recorded(store, *reversed(rows))
    committer, _ = instance(store, writer="w2")
    with pytest.raises(JournalDisturbed):
        await ask(committer, "boris")
    store.lists[Part.JOURNAL] = rows

    await ask(committer, "boris")

    assert standing(committer, "boris") is Standing.CONFIRMED


async def test_what_an_instance_saw_itself_must_come_back_even_if_nobody_recorded_it(store, monkeypatch):
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    committer, ledger = instance(store)
    await ask(committer, "anna")
    rows = list(store.lists[Part.JOURNAL])
    del store.lists[Part.JOURNAL][1]
    ledger.disturbed = True

    for _ in range(3):
        with pytest.raises(JournalDisturbed):
            await ask(committer, "boris")
    store.lists[Part.JOURNAL][:] = rows
    ledger.disturbed = False
    await ask(committer, "boris")

    assert standing(committer, "anna") is Standing.CONFIRMED


async def test_a_catalogue_that_cannot_be_read_loses_no_row_of_the_journal(store):
    (first, _), (second, ledger) = instance(store, writer="w1"), instance(store, writer="w2")
    await second.refresh(0)
    await ask(first, "anna")
    await ask(first, "boris")
    MemoryLedger(store, lambda: NOW).append(Append(catalogue=[("revision", "next", "")]))

    def refuse():
        raise CallRefused("Google refused the call (400): the range")

    ledger.catalogue = refuse
    await second.refresh(0)
    await ask(second, "vera")

    assert standing(second, "vera") is Standing.WAITING
