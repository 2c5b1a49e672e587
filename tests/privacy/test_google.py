"""With the ledger in a database nothing personal goes to Google, unless the operator says that it may."""

from __future__ import annotations

import json
import re

import pytest

from tests.privacy.walk import MARKS, NAME, PHONE, Walk, found_in, walk
from zapis.core.catalogue import EnterpriseId
from zapis.ledger.port import Part
from zapis.ledger.sql.ledger import SqlLedger

CALL = {
    "contact-name": "Меченова Фёкла",
    "contact-phone": "8 (916) 555-01-23",
    "contact-email": "",
    "ages": "34, 12",
    "others": "Ксенофонтов Лука",
    "waits": "on",
    "agreed": "on",
}
TYPED = {"name": NAME, "phone": PHONE, "visit": "12.12.2030 11:00", "go": "TRUE"}


async def _acts(walked: Walk, act: str, code: str, **more: str) -> None:
    """An organiser finds somebody by the code and does something for them."""
    page = await walked.http.post(walked.office, data={"q": code})
    (where,) = set(re.findall(rf'href="({walked.office}/registrations/\w+)"', page.text))
    answer = await walked.http.post(where, data={"act": act, "key": f"{act}-{code}".ljust(20, "-"), **more})
    assert answer.status_code == 303, (act, answer.text)


async def _whole_season(walked: Walk) -> None:
    """Everything that happens to people between the first registration and the end of a season."""
    await walked.register()
    ticket = {"Authorization": f"Bearer {walked.ticket}"}
    assert (await walked.ask("second")).status_code == 409
    called = await walked.http.post(f"{walked.office}/call", data=CALL | {"slot": walked.slot, "key": "c" * 20})
    assert called.status_code == 303, called.text
    walked.stage.fill("calls", 2, TYPED)
    walked.settle()
    first, second = (row["Код"] for row in walked.stage.rows(walked.stage.catalogue, "Заявки"))
    for act in ("came", "undo", "mail"):
        await _acts(walked, act, first)
    await _acts(walked, "correct", first, **{"contact-name": "Меченова Инна", "contact-phone": PHONE})
    await _acts(walked, "seat", second)
    walked.settle()
    walked.deliver()
    gate = await walked.http.get(f"/gate/{walked.tokens.gate(EnterpriseId('new1'))}")
    assert gate.status_code == 200
    assert (await walked.http.delete("/api/registrations", headers=ticket)).status_code == 200
    await _acts(walked, "cancel", second)
    walked.stage.type("Сезон", 10, "Значение", "Центр визитов")
    walked.settle()
    await _acts(walked, "forget", second)
    walked.settle()
    walked.deliver()
    walked.settle()


async def test_of_a_whole_season_google_hears_codes_and_head_counts_only(tmp_path, database):
    async with walk(tmp_path, lambda: SqlLedger(database), names=False) as walked:
        await _whole_season(walked)
        heard = bytes(walked.google.heard)
        registrations = walked.stage.rows(walked.stage.catalogue, "Заявки")
        calls = walked.stage.rows(walked.stage.catalogue, "Звонки")
        listed = walked.stage.rows(walked.stage.roster, "Посетители")
        hmacs, office = walked.hmacs(), walked.office
        await walked.committer.refresh(0)
        agreed = json.loads(next(row for row in walked.rows()[Part.JOURNAL] if row[1] == "requested")[-1])["consents"]
        texts = [(await walked.http.get("/consent/" + stamp.replace("@", "/"))).text for stamp in agreed]
        now = (await walked.http.get("/consent/registration")).text

    assert len(hmacs) >= 2
    assert found_in(heard, (*MARKS, *hmacs)) == []
    assert walked.ticket.encode() not in heard
    assert [row["Код"].encode() in heard for row in registrations] == [True, True]
    assert {row["Имя"] for row in registrations} == {""}
    assert len(listed) == 4
    assert office.encode() in heard
    assert all("чтобы Центр визитов" not in text for text in texts)
    assert len([text for text in texts if "ни имён, ни адресов, ни телефонов там нет" in text]) == 1
    assert "чтобы Центр визитов" in now
    assert "имена в этой таблице не хранятся" in calls[0]["Итог"]


@pytest.mark.parametrize("in_database", [True, False])
async def test_where_names_are_allowed_this_test_finds_them(tmp_path, database, in_database):
    ledger = (lambda: SqlLedger(database)) if in_database else None
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()

    assert set(found_in(bytes(walked.google.heard))) >= {"Меченова", "Ксенофонтов"}
