"""The protocol explored whole; each safeguard taken out; what spin then finds, played again on the real parts."""

from __future__ import annotations

from functools import cache

import pytest

from model.__main__ import main
from model.cases import MUTANTS, SCENARIOS, Case
from model.spin import Outcome, explore, installed, simulate
from model.trace import Event
from tests.model.replay import Journal, Mailing, Step, answers, disturbed, fold_rows
from zapis.core.model import Standing
from zapis.core.notices import CLAIM_LASTS
from zapis.mail.deliver import LONGEST_BUDGET

pytestmark = pytest.mark.skipif(not installed(), reason="spin is not installed: apt-get install spin gcc")

MUTANT = {case.name: case for case in MUTANTS}


def each(cases: tuple[Case, ...]) -> list[object]:
    """Cases that are not split among workers, so that each is built once."""
    return [pytest.param(case, id=case.name, marks=pytest.mark.xdist_group(case.name)) for case in cases]


def on(name: str) -> pytest.MarkDecorator:
    return pytest.mark.xdist_group(name)


@cache
def outcome(case: Case) -> Outcome:
    return explore(case)


def trace(name: str) -> tuple[Event, ...]:
    return outcome(MUTANT[name]).trace


def broken_truths(steps: list[Step]) -> list[str]:
    """What is promised of a journal and does not hold after some of its rows."""
    broken: list[str] = []
    verdicts: dict[int, Standing | None] = {}
    for step in steps:
        if step.taken - step.taken_before and len(step.taken) > step.capacity:
            broken.append(f"{len(step.taken)} confirmed for {step.capacity} seats")
        if step.number < 3:
            now = step.standings[step.number]
            if verdicts.setdefault(step.number, now) is not Standing.REFUSED and now is Standing.REFUSED:
                broken.append(f"request {step.number} is refused after another verdict")
    return broken


def untrue_answers(events: tuple[Event, ...], journal: Journal) -> list[object]:
    """What somebody was told and never was so in the journal."""
    return [told for told in answers(events) if told.standing not in journal.ever[told.registration]]


@pytest.mark.parametrize("case", each(tuple(case for case in SCENARIOS if case.name != "edits")))
def test_no_interleaving_breaks_a_promise(case):
    found = outcome(case)

    assert found.violated == ""
    assert found.states > 1000


@on("edits")
def test_no_interleaving_of_edits_breaks_a_promise():
    found = outcome(Case("edits", "without lost answers, for time", ("SYNCS=1",)))

    assert found.violated == ""
    assert found.states > 100_000


@pytest.mark.parametrize("case", each(MUTANTS))
def test_without_a_safeguard_spin_finds_the_fault(case):
    found = outcome(case)

    assert "assertion violated" in found.violated
    assert found.trace


@pytest.mark.parametrize("name", [pytest.param(n, marks=on(n)) for n in ("dedupe", "look+dedupe", "row-order")])
def test_the_real_fold_is_right_where_the_model_without_its_safeguard_is_wrong(name):
    _, steps = fold_rows(trace(name))

    assert not all(step.agrees for step in steps)
    assert broken_truths(steps) == []
    assert broken_truths([as_the_model_has_it(step) for step in steps]) != []


def as_the_model_has_it(step: Step) -> Step:
    taken = frozenset(str(i) for i, standing in enumerate(step.model_standings) if standing is Standing.CONFIRMED)
    return Step(
        step.number,
        frozenset(),
        taken,
        step.model_capacity,
        step.model_standings,
        step.model_standings,
        step.model_capacity,
    )


@on("version")
def test_the_real_fold_ignores_the_offer_that_comes_too_late():
    journal, steps = fold_rows(trace("version"))

    late = steps[-1]
    assert late.model_capacity != late.capacity
    assert late.capacity == steps[-2].capacity == 0, "the organiser's last word was: no seats"
    assert journal.state.rejected


@on("anchor")
def test_the_real_ledger_notices_the_row_that_is_gone_before_a_wrong_answer_is_given():
    events = trace("anchor")
    journal, steps = fold_rows(events)

    wrong = untrue_answers(events, journal)

    assert broken_truths(steps) == []
    assert wrong
    assert {told.instance for told in wrong} <= set(disturbed(events))


@on("cursor")
def test_rows_that_were_read_but_not_folded_make_an_instance_tell_what_the_journal_does_not_say():
    events = trace("cursor")
    journal, steps = fold_rows(events)

    assert all(step.agrees for step in steps), "the journal itself is right"
    assert untrue_answers(events, journal)


@on("claim")
def test_the_real_outbox_lets_one_of_two_runs_send():
    sends = Mailing().play(trace("claim"))

    assert len(sends) == 2
    assert sends[0][0] == sends[1][0]
    assert sorted(allowed for _, allowed in sends) == [False, True]


@on("second-look")
def test_the_real_state_holds_back_what_was_overtaken_before_the_claim():
    sends = Mailing().play(trace("second-look"))

    assert [allowed for _, allowed in sends] == [False]


@on("deadline")
def test_a_real_run_is_over_before_its_claims_lapse():
    assert CLAIM_LASTS.total_seconds() > LONGEST_BUDGET
    sends = Mailing().play(trace("deadline"))

    assert [allowed for _, allowed in sends] == [True, True], "the outbox cannot tell: the deadline must"


@on("owner")
def test_a_deferral_that_is_written_twice_frees_nobody_elses_claim():
    sends = Mailing().play(trace("owner"))

    assert sorted(allowed for _, allowed in sends) == [False, True]


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.parametrize(
    "defines",
    [("LOST=1", "DEATHS=1", "IMPATIENT=1"), ("SYNCS=1", "LOST=1", "DEATHS=1"), ("HANDS=1", "LOST=1")],
    ids=["seats", "edits", "hands"],
)
def test_the_model_and_the_real_fold_say_the_same_after_every_row(defines, seed):
    _, steps = fold_rows(simulate(Case("walk", "", defines), seed))

    assert len(steps) >= 3
    assert [step for step in steps if not step.agrees] == []


@on("surprise")
def test_a_case_that_comes_out_otherwise_than_expected_fails_the_run(monkeypatch, capsys):
    survivor = Case("survivor", "nothing is taken out", (), holds=False)
    monkeypatch.setattr("model.__main__.SCENARIOS", ())
    monkeypatch.setattr("model.__main__.MUTANTS", (survivor,))

    assert main([]) == 1
    assert "survivor" in capsys.readouterr().err
