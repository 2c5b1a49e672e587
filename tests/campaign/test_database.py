"""The campaign with real processes over PostgreSQL: kill -9, broken wires, ended sessions, crashes, conflicts."""

from __future__ import annotations

from pathlib import Path

from tests.campaign.database import MISFORTUNES, database_ground
from tests.campaign.real.plans import DELIVER_DIES, SYNC_DIES, draw
from tests.campaign.real.play import Campaign

SCENARIOS = 9


def test_over_postgresql_too_no_seat_is_sold_twice_and_nobody_is_lost(tmp_path: Path, record_property):
    with database_ground(tmp_path, SCENARIOS) as made:
        campaign = Campaign(made, made.slots())
        for number in range(SCENARIOS):
            campaign.play(draw(number, MISFORTUNES))
        campaign.finish()
        conflicts = made.conflicts()

    figures = "\n".join(f"{count:9,}  {what}" for what, count in campaign.happened.most_common())
    second = f"{conflicts:9,}  transactions came second and were begun anew"
    record_property("summary", f"{SCENARIOS} scenarios, {len(campaign.told)} answers\n{figures}\n{second}")
    assert campaign.failures == []
    assert all(campaign.happened[f"{what}, {point}"] for what, point in MISFORTUNES)
    assert all(any(name.startswith(death) for name in campaign.happened) for death in (DELIVER_DIES, SYNC_DIES))
    assert conflicts > 0
