"""Fifty scenarios with real processes: kill -9 where it hurts most, and all promises kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaign.real.ground import ground
from tests.campaign.real.plans import DELIVER_DIES, GOOGLE_DIES, SITE_DIES, SITE_STOPS, SYNC_DIES, draw
from tests.campaign.real.play import Campaign

SCENARIOS = 50
EACH = 30
"""How often each must have died, or the run shows nothing of it."""


@pytest.mark.long
def test_whoever_is_killed_no_seat_is_sold_twice_and_nobody_is_lost(tmp_path: Path, record_property):
    with ground(tmp_path, SCENARIOS) as made:
        campaign = Campaign(made, made.slots())
        for number in range(SCENARIOS):
            campaign.play(draw(number))
        campaign.finish()

    figures = "\n".join(f"{count:9,}  {what}" for what, count in campaign.happened.most_common())
    record_property("summary", f"{SCENARIOS} scenarios, {len(campaign.told)} answers\n{figures}")
    assert campaign.failures == []
    deaths = (SITE_DIES, SITE_STOPS, GOOGLE_DIES, DELIVER_DIES, SYNC_DIES)
    struck = {death: _count(campaign, death) for death in deaths}
    assert min(struck.values()) >= EACH, struck


def _count(campaign: Campaign, death: str) -> int:
    return sum(count for name, count in campaign.happened.items() if name.startswith(death))
