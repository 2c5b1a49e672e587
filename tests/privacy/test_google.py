"""With the ledger in a database nothing personal goes to Google, unless the operator says that it may."""

from __future__ import annotations

import pytest

from tests.privacy.walk import MARKS, found_in, walk
from zapis.ledger.sql.ledger import SqlLedger


async def _whole_season(walked):
    await walked.register()
    ticket = {"Authorization": f"Bearer {walked.ticket}"}
    assert (await walked.ask("second")).status_code == 409
    assert (await walked.http.delete("/api/registrations", headers=ticket)).status_code == 200
    walked.settle()
    walked.deliver()
    walked.settle()


async def test_of_a_whole_season_google_hears_codes_and_head_counts_only(tmp_path, database):
    async with walk(tmp_path, lambda: SqlLedger(database), names=False) as walked:
        await _whole_season(walked)
        heard = bytes(walked.google.heard)
        code = walked.stage.rows(walked.stage.catalogue, "Заявки")[0]["Код"]
        listed = walked.stage.rows(walked.stage.roster, "Посетители")
        hmacs = walked.hmacs()

    assert len(hmacs) >= 1
    assert found_in(heard, (*MARKS, *hmacs)) == []
    assert walked.ticket.encode() not in heard
    assert code.encode() in heard
    assert len(listed) == 2


@pytest.mark.parametrize("in_database", [True, False])
async def test_where_names_are_allowed_this_test_finds_them(tmp_path, database, in_database):
    ledger = (lambda: SqlLedger(database)) if in_database else None
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()

    assert set(found_in(bytes(walked.google.heard))) >= {"Меченова", "Ксенофонтов"}
