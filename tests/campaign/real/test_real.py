"""Fifty scenarios with real processes: kill -9 where it hurts most, and all promises kept."""

from __future__ import annotations

from pathlib import Path

from tests.campaign.real.ground import ground
from tests.campaign.real.plans import MISFORTUNES, draw
from tests.campaign.real.play import Campaign

SCENARIOS = 50
EACH = 3
"""How often each misfortune must have struck in its moment: a job may be quicker than its killer."""


def test_whoever_is_killed_no_seat_is_sold_twice_and_nobody_is_lost(tmp_path: Path, record_property):
    with ground(tmp_path, SCENARIOS) as made:
        campaign = Campaign(made, made.slots())
        for number in range(SCENARIOS):
            campaign.play(draw(number))
        campaign.finish()

    figures = "\n".join(f"{count:9,}  {what}" for what, count in campaign.happened.most_common())
    record_property("summary", f"{SCENARIOS} scenarios, {len(campaign.told)} answers\n{figures}")
    assert campaign.failures == []
    struck = {f"{what}, {point}": campaign.happened[f"{what}, {point}"] for what, point in MISFORTUNES}
    assert min(struck.values()) >= EACH, struck
