"""What organisers read beside what they typed, and that a slip closes nothing but its own row."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.stage import SLOT, TOUR, Stage, offered, stage
from zapis.core.catalogue import MOSCOW, from_rows
from zapis.core.entries import Entry, Requested, from_row, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import code_digest, registration_id
from zapis.core.model import PersonKey, SlotId, Standing
from zapis.ledger.sheet import SheetLedger
from zapis.publish import pulse
from zapis.schema import tab
from zapis.sheets import Json, Sheets

FIRST, SLOTS = "Как рождается автомобиль", "Расписание"


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path, offered) as running:
        yield running


@pytest.fixture
def sync(on_stage):
    sync = on_stage.syncer()
    on_stage.settle(sync)
    return sync


def state(on_stage: Stage) -> State:
    return fold(e for e in map(from_row, on_stage.journal()) if isinstance(e, Entry))


def checks(on_stage: Stage, title: str = SLOTS) -> list[str]:
    return [row["Проверка"] for row in on_stage.rows(on_stage.catalogue, title)]


def concerns(on_stage: Stage) -> list[str]:
    return [concern.text for concern in from_rows(SheetLedger(on_stage.sheets, on_stage.ledger).catalogue()).concerns]


def paste(on_stage: Stage, title: str, row: int, rows: list[list[str]]) -> None:
    """What Ctrl+V does with cells of another spreadsheet; row 2 is the first below the header."""
    block = {"sheet": sheet_of(on_stage, title), "row": row - 1, "column": 0, "rows": rows}
    door = f"{on_stage.emulator.url}/_local/files/{on_stage.catalogue}/block"
    httpx.post(door, json=block).raise_for_status()


def by_hand(on_stage: Stage, change: Json) -> None:
    """What an organiser does by a menu."""
    door = f"{on_stage.emulator.url}/_local/files/{on_stage.catalogue}/change"
    httpx.post(door, json={"requests": [change]}).raise_for_status()


def sheet_of(on_stage: Stage, title: str) -> int:
    sheets = on_stage.sheets.get(on_stage.catalogue, (), "sheets.properties(sheetId,title)")["sheets"]
    return next(s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == title)


def register(on_stage: Stage, name: str, seats: int = 1, code: str = "") -> str:
    (slot,) = state(on_stage).slots
    fact = Requested((30,) * seats, (PersonKey(name),), True, name, code=code_digest(slot, code) if code else "")
    registration = registration_id(slot, name)
    on_stage.append(journal=[to_row(Entry(datetime.now(UTC), registration, slot, "site", fact))])
    return registration


def test_forty_rows_pasted_from_a_spreadsheet_become_drafts_and_then_visits(on_stage, sync):
    pasted = [[FIRST, f"{day} дек", "11-00", "20", ""] for day in range(1, 21)]
    pasted += [[FIRST, f"{day}.01.2031", "9.30", "15", ""] for day in range(1, 21)]
    paste(on_stage, SLOTS, 3, pasted)
    on_stage.settle(sync)

    rows = on_stage.rows(on_stage.catalogue, SLOTS)
    assert len({row["_id"] for row in rows}) == 41
    assert {row["Проверка"] for row in rows} == {"✓"}
    assert len(state(on_stage).slots) == 1

    paste(on_stage, SLOTS, 3, [[*row[:4], "открыта"] for row in pasted])
    on_stage.settle(sync)

    starts = sorted(slot.terms.starts.astimezone(MOSCOW) for slot in state(on_stage).slots.values())
    assert len(starts) == 41
    assert {f"{moment:%H:%M}" for moment in starts} == {"11:00", "09:30"}
    assert {moment.year for moment in starts} >= {2031}


def test_rows_copied_with_their_ids_are_told_apart(on_stage, sync):
    """Whoever copies a row copies what formulas show in it, too, and so hides their columns from everybody."""
    (row,) = on_stage.grid(on_stage.catalogue, SLOTS)[1:]
    copied = [*row]
    copied[1] = "13.12.2030"
    register(on_stage, "Анна")
    paste(on_stage, SLOTS, 3, [copied])
    assert "#REF!" in on_stage.grid(on_stage.catalogue, SLOTS, "1:1")[0]

    on_stage.settle(sync)

    first, second = on_stage.rows(on_stage.catalogue, SLOTS)
    assert (first["_id"], first["Занято"], second["Занято"]) == (row[-1], "1", "0")
    assert second["_id"] not in ("", first["_id"])
    assert (first["Дата"], second["Дата"], second["Проверка"]) == ("12.12.2030", "13.12.2030", "✓")


@pytest.mark.parametrize(
    ("title", "header", "typed", "said"),
    [
        (SLOTS, "Мест", "много", "D2: нужно целое число, а написано «много»"),
        (SLOTS, "Дата", "31.11", "B2: такого дня нет: «31.11»"),
        (SLOTS, "Экскурсия", "Полёт на Луну", "A2: во вкладке «Экскурсии и мастер-классы» нет «Полёт на Луну»"),
        (SLOTS, "Запись до", "вчера", "L2: нужен срок до начала («48 часов», «2 рабочих дня») или дата и время"),
        ("Экскурсии и мастер-классы", "Возраст до", "5", "H2: «до» (5) меньше, чем «от» (12)"),
        ("Сезон", "Значение", "часто", "нужен срок до начала"),
    ],
)
def test_a_slip_is_told_beside_it_and_the_last_good_values_stand(on_stage, sync, title, header, typed, said):
    before = state(on_stage).slots
    rows = {row["_id"]: number for number, row in enumerate(on_stage.rows(on_stage.catalogue, title), 2)}
    row = rows["closes_hours"] if title == "Сезон" else 2
    on_stage.type(title, row, header, typed)
    on_stage.settle(sync)

    assert said in checks(on_stage, title)[row - 2]
    assert state(on_stage).slots == before
    assert [said in concern for concern in concerns(on_stage)] == [True]


def test_a_slip_in_one_row_does_not_keep_another_from_opening(on_stage, sync):
    on_stage.type(SLOTS, 2, "Мест", "много")
    on_stage.fill("slots", 3, SLOT | {"date": "13.12.2030"})
    on_stage.settle(sync)

    assert [bool(check == "✓") for check in checks(on_stage)] == [False, True]
    assert len(state(on_stage).slots) == 2


def test_two_visits_of_one_enterprise_at_one_time_are_told(on_stage, sync):
    on_stage.fill("tours", 3, TOUR | {"title": "Окраска кузова"})
    on_stage.fill("slots", 3, SLOT | {"tour": "Окраска кузова"})
    on_stage.settle(sync)

    assert checks(on_stage)[1] == "C3: в это же время это предприятие занято в строке 2: проверьте дату и время"


def test_fewer_places_than_are_registered_take_nobodys_seat(on_stage, sync):
    on_stage.type(SLOTS, 2, "Мест", "20")
    on_stage.settle(sync)
    for number in range(7):
        register(on_stage, f"Гость {number}", seats=2)
    on_stage.type(SLOTS, 2, "Мест", "10")
    on_stage.settle(sync)

    assert checks(on_stage) == ["14 уже записаны; места не отнимутся, новые записи закрыты"]
    late = register(on_stage, "Опоздавший")
    standings = [r.standing for r in state(on_stage).registrations.values()]
    assert standings.count(Standing.CONFIRMED) == 7
    assert state(on_stage).registrations[late].standing is Standing.WAITING


def test_consequences_stand_beside_an_edit_until_its_tick_is_set(on_stage, sync):
    on_stage.type(SLOTS, 2, "Мест", "25")
    on_stage.settle(sync)
    for number, seats in enumerate((3, 3, 3, 3, 3, 2, 2, 2, 2)):
        register(on_stage, f"Гость {number}", seats)
    on_stage.type(SLOTS, 2, "Статус", "отменена")
    on_stage.settle(sync)

    said = "отмена затронет 23 человека: 9 заявок; поставьте галочку «Подтверждаю» или верните, как было"
    assert checks(on_stage) == [said]
    on_stage.type(SLOTS, 2, "Подтверждаю", True)
    on_stage.settle(sync)
    assert {r.standing for r in state(on_stage).registrations.values()} == {Standing.CANCELLED}
    assert checks(on_stage) == ["✓"]


def test_a_tab_without_a_column_closes_nothing_and_only_organisers_hear_of_it(on_stage, sync):
    before = state(on_stage).slots
    where = tab("catalogue", "slots")
    column = [c.key for c in where.columns].index("capacity")
    gone = {"sheetId": sheet_of(on_stage, SLOTS), "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    on_stage.sheets.batch_update(on_stage.catalogue, [{"deleteDimension": {"range": gone}}])
    on_stage.settle(sync)

    said = "Во вкладке «Расписание» нет столбца «Мест»: пока действуют прежние значения. Верните его."
    assert concerns(on_stage) == [said]
    assert said in checks(on_stage, "Сезон")[0]
    assert state(on_stage).slots == before
    assert state(on_stage).notices == {}


def test_the_time_of_the_last_run_stands_in_the_season_and_is_not_worth_a_write_each_minute(on_stage, sync):
    row = next(r for r in on_stage.rows(on_stage.catalogue, "Сезон") if r["_id"] == pulse.ROW)
    assert pulse.is_fresh((row["Проверка"],), datetime.now(UTC))

    assert sync.run().written == []
    number = next(n for n, r in enumerate(on_stage.rows(on_stage.catalogue, "_проверка"), 2) if r["_id"] == pulse.ROW)
    long_ago = pulse.line(datetime.now(UTC) - timedelta(minutes=11))[0]
    header = on_stage.grid(on_stage.catalogue, "_проверка", "1:1")[0][1]
    as_zapis(on_stage, "_проверка", number, header, str(long_ago))
    outbox = on_stage.grid(on_stage.ledger, "_outbox")

    assert sync.run().written == [on_stage.catalogue]
    row = next(r for r in on_stage.rows(on_stage.catalogue, "Сезон") if r["_id"] == pulse.ROW)
    assert pulse.is_fresh((row["Проверка"],), datetime.now(UTC))
    assert on_stage.grid(on_stage.ledger, "_outbox") == outbox
    assert sync.run().written == []


def as_zapis(on_stage: Stage, title: str, row: int, header: str, text: str) -> None:
    column = on_stage.grid(on_stage.catalogue, title, "1:1")[0].index(header)
    start = {"sheetId": sheet_of(on_stage, title), "rowIndex": row - 1, "columnIndex": column}
    cell = {"userEnteredValue": {"stringValue": text}}
    update = {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}
    on_stage.sheets.batch_update(on_stage.catalogue, [{"updateCells": update}])


def test_held_seats_are_booked_by_a_code_and_released_at_their_time(on_stage, sync):
    cells = {"capacity": "2", "held": "1", "codes": "пресса", "release": "01.12.2029 10:00"}
    on_stage.fill("slots", 2, {key: cells[key] for key in ("held", "codes")})
    on_stage.settle(sync)
    public, waits, press = (register(on_stage, n, code=c) for n, c in (("А", ""), ("Б", ""), ("В", "Пресса")))
    on_stage.settle(sync)

    standings = [state(on_stage).registrations[r].standing for r in (public, waits, press)]
    assert standings == [Standing.CONFIRMED, Standing.WAITING, Standing.CONFIRMED]
    (row,) = on_stage.rows(on_stage.catalogue, SLOTS)
    assert (row["Свободно"], row["Проверка"]) == ("0", "✓ придержано 1, по коду занято 1")

    on_stage.type(SLOTS, 2, "Мест", "3")
    on_stage.type(SLOTS, 2, "Придержано", "2")
    on_stage.settle(sync)
    assert state(on_stage).registrations[waits].standing is Standing.WAITING
    on_stage.type(SLOTS, 2, "Отпустить", "01.12.2020 10:00")
    on_stage.settle(sync)
    assert state(on_stage).registrations[waits].standing is Standing.CONFIRMED


class Interrupted:
    """The real client; just before it writes into `spreadsheet`, somebody does something, once."""

    def __init__(self, sheets: Sheets, spreadsheet: str, act: Callable[[], None]) -> None:
        self._sheets, self._spreadsheet, self._acts = sheets, spreadsheet, [act]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sheets, name)

    def batch_update(self, spreadsheet: str, *arguments: Any, **named: Any) -> Json:
        if spreadsheet == self._spreadsheet and self._acts:
            self._acts.pop()()
        return self._sheets.batch_update(spreadsheet, *arguments, **named)


def test_rows_sorted_while_ids_are_written_keep_their_own(on_stage, sync):
    on_stage.fill("slots", 3, SLOT | {"date": "01.03.2031"})
    slots, real = sheet_of(on_stage, SLOTS), on_stage.sheets
    spec = {"dimensionIndex": 1, "sortOrder": "DESCENDING"}
    turned = {"sortRange": {"range": {"sheetId": slots, "startRowIndex": 1}, "sortSpecs": [spec]}}
    on_stage.sheets = Interrupted(real, on_stage.catalogue, lambda: by_hand(on_stage, turned))
    interrupted = on_stage.syncer()
    (known,) = state(on_stage).slots

    on_stage.settle(interrupted)

    rows = {row["Дата"]: row for row in on_stage.rows(on_stage.catalogue, SLOTS)}
    assert [*rows] == ["01.03.2031", "12.12.2030"]
    assert rows["12.12.2030"]["_id"] == known
    assert {row["Проверка"] for row in rows.values()} == {"✓"}
    assert len(state(on_stage).slots) == 2


def test_three_colleagues_and_sync_work_at_once_and_nothing_typed_is_lost(on_stage, sync):
    """One types rows, one sorts the timetable, one filters it, while `sync` runs all the time."""
    slots = sheet_of(on_stage, SLOTS)

    def type_rows() -> None:
        for number in range(8):
            values = [FIRST, f"{number + 1:02}.03.2031", "11:00", "5", "открыта"]
            cells: list[dict[str, Any]] = [{"userEnteredValue": {"stringValue": value}} for value in values]
            row = {"sheetId": slots, "rows": [{"values": cells}], "fields": "userEnteredValue"}
            by_hand(on_stage, {"appendCells": row})

    def sort_rows() -> None:
        for order in ("DESCENDING", "ASCENDING") * 4:
            spec = {"dimensionIndex": 1, "sortOrder": order}
            body = {"sheetId": slots, "startRowIndex": 1, "startColumnIndex": 0}
            by_hand(on_stage, {"sortRange": {"range": body, "sortSpecs": [spec]}})

    def filter_rows() -> None:
        for number in range(8):
            filters = {"title": f"Мой {number}", "range": {"sheetId": slots}}
            by_hand(on_stage, {"addFilterView": {"filter": filters}})

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(job) for job in (type_rows, sort_rows, filter_rows)]
        while not all(one.done() for one in work):
            sync.run()
        for one in work:
            one.result()
    on_stage.settle(sync)

    rows = on_stage.rows(on_stage.catalogue, SLOTS)
    assert len({row["_id"] for row in rows}) == len(rows) == 9
    assert {row["Проверка"] for row in rows} == {"✓"}
    known = {slot.id: slot.terms.starts.astimezone(MOSCOW) for slot in state(on_stage).slots.values()}
    assert {row["_id"]: row["Дата"] for row in rows} == {id: f"{at:%d.%m.%Y}" for id, at in known.items()}
    assert SlotId(rows[0]["_id"]) in known
