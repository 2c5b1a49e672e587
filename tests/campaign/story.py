"""A scenario that failed, cut down to what it takes, and told."""

from __future__ import annotations

from tests.campaign.run import Outcome, play

LONGEST_TALE = 80


def shortened(outcome: Outcome) -> Outcome:
    """The same failure with as few happenings as it takes."""
    size = max(len(outcome.scenario.happenings) // 2, 1)
    while size:
        smaller = _without_some(outcome, size)
        if smaller is None:
            size //= 2
        else:
            outcome = smaller
    return outcome


def _without_some(outcome: Outcome, size: int) -> Outcome | None:
    """The same failure without some `size` happenings in a row; None if it takes all of them."""
    for start in range(0, len(outcome.scenario.happenings), size):
        left_out = set(range(start, start + size))
        candidate = play(outcome.scenario.without(left_out))
        if _broken(candidate) & _broken(outcome):
            return candidate
    return None


def _broken(outcome: Outcome) -> set[str]:
    """The rules that were broken."""
    return {failure.partition(":")[0] for failure in outcome.failures}


def told(outcome: Outcome) -> str:
    """The failure for people."""
    skews = {name: skew for name, skew in outcome.scenario.skews.items() if skew}
    lines = [f"{at:9.2f} s  {who:18} {what}" for at, who, what in outcome.tale[-LONGEST_TALE:]]
    return "\n".join(
        [
            f"Seed {outcome.scenario.seed}: {len(outcome.failures)} broken; again by: "
            f"python -m tests.campaign --seed {outcome.scenario.seed}",
            *(f"  {failure}" for failure in outcome.failures),
            f"with {len(outcome.scenario.happenings)} happenings, clocks wrong by {skews}:",
            *lines,
        ]
    )
