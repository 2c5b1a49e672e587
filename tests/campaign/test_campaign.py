"""A thousand scenarios on a simulated clock; what they must show, and that they did happen."""

from __future__ import annotations

from tests.campaign.drawing import draw
from tests.campaign.judge import Judge
from tests.campaign.run import play, play_many
from tests.campaign.story import shortened, told
from zapis.core import entries

SCENARIOS = 1000
EACH = 30
"""How often each fault must fire in a run, or the run shows nothing of it."""
CONTESTED = 200

FAULTS = {
    "quota",
    "lost",
    "dropped",
    "stall",
    "stall, applied",
    "unavailable",
    "slow",
    "stale",
    "bad entry",
    "site: kill -9",
    "site: kill -9 in mid-commit, sent",
    "site: kill -9 in mid-commit, applied",
    "jobs: kill -9 between its calls",
    "jobs: kill -9 between sending and recording",
    "sync dawdles between reading and writing",
    "deliver dawdles between reading and writing",
    "two runs claimed one notice at once",
    "a late or stale offer",
    "a row landed twice",
    "a person asked again under another key",
    "page asks again: seats are still being checked",
    "page asks again: the instance died",
    "page asks again: the instance's clock is wrong",
    "page asks again: the ledger does not answer",
    "mail server knows no such address (550)",
    "mail server is busy (451)",
    "mail server refuses us (554)",
    "mail server stalls",
    "mail server dies after taking a letter",
    "journal edited by hand: delete",
    "journal edited by hand: duplicate",
    "journal edited by hand: restore",
    "journal edited by hand: sort",
    "an instance began on an edited journal",
    "page asks again: the ledger moves",
    "ledger: close",
    "ledger: open",
}
ENTRIES = {f"entry: {kind}" for kind in entries.KINDS}


def test_every_kind_of_entry_has_a_judge_of_its_own():
    assert {kind for kind in entries.KINDS if not hasattr(Judge, f"_{kind}")} == set()


def test_every_promise_is_kept_whatever_happens_and_enough_does(record_property):
    totals = play_many(range(SCENARIOS))
    record_property("summary", totals.table())

    assert not totals.failed, "\n\n".join(told(shortened(outcome)) for outcome in totals.failed[:3])
    seldom = {what: totals.fires[what] for what in FAULTS | ENTRIES if totals.fires[what] < EACH}
    assert seldom == {}
    assert totals.contested >= CONTESTED


def test_a_seed_is_always_the_same_story():
    first, second = play(draw(7)), play(draw(7))

    assert first.tale == second.tale
    assert first.fires == second.fires


def test_leaving_out_a_happening_leaves_the_others_as_they_were():
    scenario = draw(7)

    assert scenario.without({0}).happenings == scenario.happenings[1:]
