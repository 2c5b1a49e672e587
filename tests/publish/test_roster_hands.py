"""Hands of an enterprise in its roster while `sync` writes: they sort, filter, tick and remark, and lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.publish.test_sync import AT, register, slot_of, state
from tests.stage import Stage, small_season, stage
from zapis.core.entries import Cancelled, Entry, to_row
from zapis.core.ids import entry_id
from zapis.schema import tab
from zapis.sheets import Json, Sheets, grid

VISITORS = tab("roster", "visitors")
PLACES = {column.key: place for place, column in enumerate(VISITORS.columns)}
GUESTS = [f"Гость {letter}" for letter in "АБВГДЕЖЗИК"]
LATER = [f"Гость {letter}" for letter in "ЛМНОПРСТ"]


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path) as running:
        small_season(running)
        running.type("Экскурсии и мастер-классы", 2, "Обычно мест", "60")
        running.type("Расписание", 2, "Мест", "50")
        running.settle(running.syncer())
        yield running


def hand(on_stage: Stage, email: str) -> Sheets:
    """Somebody of the enterprise, with whom the file was shared."""
    on_stage.emulator.world.drive.grant(on_stage.roster, {"type": "user", "role": "writer", "emailAddress": email})
    key = on_stage.emulator.key_file(on_stage.key.with_name(f"{email}.json"), email)
    return Sheets(key, on_stage.host)


def lines(sheets: Sheets, on_stage: Stage) -> list[list[str]]:
    answer = sheets.get(
        on_stage.roster, [f"'{VISITORS.title}'"], "sheets(data(startRow,rowData.values.formattedValue))"
    )
    return grid(answer["sheets"][0])[1][1:]


def cells(sheet: int, row: int, key: str, value: Json) -> Json:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": PLACES[key]}
    rows = [{"values": [{"userEnteredValue": value}]}]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def test_ticks_and_remarks_stay_with_their_person_whatever_hands_and_sync_do_at_once(on_stage):
    for guest in GUESTS:
        register(on_stage, guest)
    sync = on_stage.syncer()
    on_stage.settle(sync)
    sheet = next(
        found["properties"]["sheetId"]
        for found in on_stage.sheets.get(on_stage.roster, (), "sheets.properties")["sheets"]
        if found["properties"]["title"] == VISITORS.title
    )
    guard, clerk = hand(on_stage, "guard@plant.example"), hand(on_stage, "clerk@plant.example")

    def tick_and_sort() -> None:
        """Tick a row and remark whose it is, as it stands before one's eyes; then sort another way."""
        for turn, guest in enumerate(GUESTS):
            shown = lines(guard, on_stage)
            row = next(number for number, line in enumerate(shown, 1) if line[PLACES["name"]] == guest)
            ticked = cells(sheet, row, "came", {"boolValue": True})
            guard.batch_update(on_stage.roster, [ticked, cells(sheet, row, "remark", {"stringValue": guest})])
            order = ("ASCENDING", "DESCENDING")[turn % 2]
            spec = {"dimensionIndex": PLACES["name"], "sortOrder": order}
            body = {"sheetId": sheet, "startRowIndex": 1, "startColumnIndex": 0}
            guard.batch_update(on_stage.roster, [{"sortRange": {"range": body, "sortSpecs": [spec]}}])

    def filter_rows() -> None:
        for number in range(6):
            shown = {"range": {"sheetId": sheet}, "criteria": {str(PLACES["name"]): {"hiddenValues": [GUESTS[number]]}}}
            clerk.batch_update(on_stage.roster, [{"setBasicFilter": {"filter": shown}}])
            clerk.batch_update(on_stage.roster, [{"clearBasicFilter": {"sheetId": sheet}}])

    def come_and_go() -> None:
        slot = slot_of(on_stage).id
        for guest in LATER:
            came = register(on_stage, guest)
            if guest in LATER[::3]:
                gone = Entry(AT, entry_id("cancelled", came), slot, "site", Cancelled(came))
                on_stage.append(journal=[to_row(gone)])

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(job) for job in (tick_and_sort, filter_rows, come_and_go)]
        while not all(one.done() for one in work):
            sync.run()
        for one in work:
            one.result()
    on_stage.settle(sync)

    found = {line["Фамилия и имя"]: line for line in on_stage.rows(on_stage.roster, VISITORS.title)}
    assert {name: line["Заметки"] for name, line in found.items() if line["Заметки"]} == {
        guest: guest for guest in GUESTS
    }
    assert {name for name, line in found.items() if line["Пришли"] == "TRUE"} == set(GUESTS)
    came = {r.body for r in state(on_stage).registrations.values() if r.attended}
    assert came == set(GUESTS)
    assert found.keys() >= set(GUESTS) | (set(LATER) - set(LATER[::3]))
