"""How calls are shared out, by a clock that only the test turns."""

from __future__ import annotations

import pytest

from zapis.ledger.pace import Pace


def calls_in_a_minute(pace: Pace, writers: int) -> int:
    """How many calls a writer makes that always has something to write."""
    now, calls = 0.0, 0
    while (now := now + pace.wait(now, writers)) < 60:
        pace.called()
        calls += 1
    return calls


def test_a_lone_visitor_does_not_wait():
    assert Pace().wait(0.0, 1) == 0


@pytest.mark.parametrize("writers", [1, 3, 10, 25])
def test_all_writers_together_stay_within_sixty_calls_in_the_busiest_minute(writers):
    paces = [Pace() for _ in range(writers)]
    for pace in paces:
        pace.wait(0.0, writers)

    assert 45 <= sum(calls_in_a_minute(pace, writers) for pace in paces) <= 60


def test_a_refusal_pauses_all_calls_and_longer_each_time():
    pace = Pace()
    pace.refused(10.0)
    first = pace.wait(10.0, 1)
    pace.refused(20.0)

    assert 2 <= first < pace.wait(20.0, 1)


def test_after_a_refusal_the_pace_recovers_and_a_lone_visitor_goes_at_once_again():
    pace = Pace()
    for moment in (10.0, 12.0, 16.0):
        pace.refused(moment)
    longest = pace.wait(16.0, 1)
    pace.wait(16.0 + longest, 1)
    pace.called()
    pace.answered()

    assert pace.wait(60.0, 1) == 0
    pace.refused(61.0)
    assert pace.wait(61.0, 1) < longest
