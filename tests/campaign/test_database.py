"""Thirty waves over PostgreSQL with real processes: kill -9, broken wires, ended sessions, crashes."""

from __future__ import annotations

from pathlib import Path

from tests.campaign.database import MISFORTUNES, DatabaseCampaign, database_ground

WAVES = 30


def test_whatever_breaks_no_seat_is_sold_twice_and_nobody_is_lost(tmp_path: Path, record_property):
    with database_ground(tmp_path, WAVES) as made:
        campaign = DatabaseCampaign(made, made.slots())
        for number in range(WAVES):
            campaign.play(number)
        campaign.finish()

    figures = "\n".join(f"{count:9,}  {what}" for what, count in campaign.happened.most_common())
    record_property("summary", f"{WAVES} waves, {campaign.answers} answers\n{figures}")
    assert campaign.failures == []
    assert min(campaign.happened[misfortune] for misfortune in MISFORTUNES) >= WAVES // len(MISFORTUNES)
