"""What organisers do beside registrations, on the telephone and with a text to all, as cells that they type into."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from tests.stage import SLOT, Stage, small_season, stage
from zapis.core.entries import Entry, Requested, from_row, to_row
from zapis.core.fold import State, fold
from zapis.core.ids import registration_id
from zapis.core.model import NoticeKind, PersonKey, Reason, Registration, SlotId, Standing
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.ledger.port import Part
from zapis.publish.sync import Sync

LINES, CALLS, SLOTS = "Заявки", "Звонки", "Расписание"
AT = datetime(2030, 12, 1, 7, tzinfo=UTC)
WHEN = r"\d\d\.\d\d\.\d{4} \d\d:\d\d"
OTHER_DAY = "13.12.2030 11:00 Как рождается автомобиль"


def two_visits(stage: Stage) -> None:
    """Two visits of two seats; Анна and Борис have the first one's, Вера waits."""
    small_season(stage)
    stage.fill("slots", 3, SLOT | {"date": "13.12.2030"})
    sync = stage.syncer()
    stage.settle(sync)
    for name in ("Анна", "Борис", "Вера"):
        register(stage, name, visits(stage)[0])
    stage.settle(sync)


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path, two_visits) as running:
        yield running


@pytest.fixture
def sync(on_stage: Stage) -> Sync:
    return on_stage.syncer()


def register(on_stage: Stage, name: str, slot: SlotId) -> None:
    id = registration_id(slot, name)
    entry = Entry(AT, id, slot, "site", Requested((30,), (PersonKey(name),), True, name))
    on_stage.append(journal=[to_row(entry)], people=[person_row(id, Person(name, f"{name}@example.com", "", (name,)))])


def state(on_stage: Stage) -> State:
    return fold(e for e in map(from_row, on_stage.journal()) if isinstance(e, Entry))


def visits(on_stage: Stage) -> list[SlotId]:
    """The slots, the sooner first."""
    slots = state(on_stage).slots.values()
    return [slot.id for slot in sorted(slots, key=lambda slot: slot.terms.starts)]


def party(on_stage: Stage, name: str) -> Registration:
    known = state(on_stage)
    return next(r for r in known.registrations.values() if r.persons == (PersonKey(name),) or r.body == name)


def row_of(on_stage: Stage, title: str, header: str, text: str) -> int:
    """The number of the row that shows this text, wherever somebody sorted it to."""
    return next(n for n, row in enumerate(on_stage.rows(on_stage.catalogue, title), 2) if row[header] == text)


def line(on_stage: Stage, name: str) -> dict[str, str]:
    return next(row for row in on_stage.rows(on_stage.catalogue, LINES) if row["Имя"] == name)


def choose(on_stage: Stage, name: str, action: str, **beside: str) -> None:
    row = row_of(on_stage, LINES, "Имя", name)
    for header, value in {**beside, "Действие": action}.items():
        on_stage.type(LINES, row, header, value)


def came(on_stage: Stage) -> bool:
    return party(on_stage, "Анна").attended == (0,)


def is_mailed_again(on_stage: Stage) -> bool:
    id = party(on_stage, "Анна").id
    notice = state(on_stage).notices[id]
    return (notice.kind, notice.sequence) == (NoticeKind.CONFIRMED, 1)


def is_promoted(on_stage: Stage) -> bool:
    return (
        party(on_stage, "Вера").standing is Standing.CONFIRMED and party(on_stage, "Анна").reason is Reason.BY_ORGANISER
    )


def is_over(on_stage: Stage) -> bool:
    return party(on_stage, "Вера").over and line(on_stage, "Вера")["Состояние"] == "записаны сверх мест"


def is_elsewhere(on_stage: Stage) -> bool:
    return party(on_stage, "Анна").slot == visits(on_stage)[1] and line(on_stage, "Анна")["Дата"] == "13.12.2030"


def is_forgotten(on_stage: Stage) -> bool:
    rows = on_stage.open_ledger().read(Part.PEOPLE).people
    return not any("Борис" in cell for row in rows for cell in row)


def test_the_newest_registrations_stand_first_in_a_view_of_their_own(on_stage):
    mask = "sheets(filterViews(title,sortSpecs),data(rowData.values(formattedValue,effectiveValue)))"
    sheet = on_stage.sheets.get(on_stage.catalogue, [f"'{LINES}'"], mask)["sheets"][0]
    header, first = (row["values"] for row in sheet["data"][0]["rowData"][:2])
    names = [cell["formattedValue"] for cell in header]

    (view,) = (view for view in sheet["filterViews"] if view["title"] == "Сначала новые")
    assert view["sortSpecs"] == [{"dimensionIndex": names.index("Получена"), "sortOrder": "DESCENDING"}]
    asked, date = (first[names.index(name)] for name in ("Получена", "Дата"))
    assert (asked["formattedValue"], date["formattedValue"]) == ("01.12.2030 10:00", "12.12.2030")
    assert all("numberValue" in cell["effectiveValue"] for cell in (asked, date)), "texts would stand in another order"


@pytest.mark.parametrize(
    ("name", "action", "where", "said", "done"),
    [
        ("Анна", "отменить", "", "отменена", is_promoted),
        ("Вера", "подтвердить сверх мест", "", "подтверждена сверх мест", is_over),
        ("Анна", "перенести в…", OTHER_DAY, "перенесена на 13.12.2030 11:00", is_elsewhere),
        ("Анна", "перенести в…", "13.12.2030 11:00", "перенесена на 13.12.2030 11:00", is_elsewhere),
        ("Анна", "выслать письмо снова", "", "письмо уходит ещё раз", is_mailed_again),
        ("Анна", "отметить приход", "", "приход отмечен", came),
    ],
)
def test_what_is_chosen_is_done_once_and_answered_beside(
    on_stage, sync, name: str, action: str, where: str, said: str, done: Callable[[Stage], bool]
):
    choose(on_stage, name, action, Кто="Ольга", Куда=where)
    on_stage.settle(sync)

    assert done(on_stage)
    told = line(on_stage, name)
    assert re.fullmatch(rf"{WHEN}, Ольга: {re.escape(said)}", told["Итог"])
    assert (told["Действие"], told["Кто"]) == (action, "Ольга"), "people's cells stay as they were typed"
    journal = on_stage.journal()
    for instance in (sync, on_stage.syncer(writer="another")):
        assert instance.run().acts == 0
    assert on_stage.journal() == journal


def test_data_that_are_deleted_leave_the_line_and_the_ledger(on_stage, sync):
    row = row_of(on_stage, LINES, "Имя", "Борис")
    choose(on_stage, "Борис", "удалить данные", Кто="Ольга")
    on_stage.settle(sync)

    told = on_stage.rows(on_stage.catalogue, LINES)[row - 2]
    assert (told["Имя"], told["Почта"]) == ("", "")
    assert told["Итог"].endswith("Ольга: данные удалены")
    assert is_forgotten(on_stage)
    assert party(on_stage, "Вера").standing is Standing.CONFIRMED, "the seat went to the first in line"


def test_an_action_is_done_again_only_after_its_cell_was_cleared(on_stage, sync):
    def letters() -> int:
        return state(on_stage).notices[party(on_stage, "Анна").id].sequence

    choose(on_stage, "Анна", "выслать письмо снова")
    on_stage.settle(sync)
    choose(on_stage, "Анна", "выслать письмо снова")
    on_stage.settle(sync)
    assert letters() == 1

    choose(on_stage, "Анна", "")
    on_stage.settle(sync)
    assert line(on_stage, "Анна")["Итог"].endswith("письмо уходит ещё раз"), "the answer outlives the cell"
    choose(on_stage, "Анна", "выслать письмо снова")
    on_stage.settle(sync)
    assert letters() == 2


@pytest.mark.parametrize(
    ("name", "action", "where", "said"),
    [
        ("Анна", "перенести в…", "", "выберите в «Куда», на какой визит перенести"),
        (
            "Анна",
            "перенести в…",
            "31.12.2030 11:00",
            "«Куда»: такого визита нет: «31.12.2030 11:00», выберите из списка",
        ),
        ("Анна", "перенести в…", "12.12.2030 11:00", "заявка уже на этом визите"),
        ("Анна", "подтвердить сверх мест", "", "место и так подтверждено"),
        ("Вера", "отметить приход", "", "отметить можно только записанных"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(on_stage, sync, name, action, where, said):
    journal = on_stage.journal()
    choose(on_stage, name, action, Куда=where)
    on_stage.settle(sync)

    assert line(on_stage, name)["Итог"] == said
    assert on_stage.journal() == journal


def test_a_move_to_a_full_visit_keeps_the_old_seat(on_stage, sync):
    for name in ("Глеб", "Дина"):
        register(on_stage, name, visits(on_stage)[1])
    choose(on_stage, "Анна", "перенести в…", Куда=OTHER_DAY, Кто="Ольга")
    on_stage.settle(sync)

    assert line(on_stage, "Анна")["Итог"].endswith("Ольга: не получилось, там не хватает мест")
    assert party(on_stage, "Анна").slot == visits(on_stage)[0]


def test_a_cancellation_stands_for_two_minutes_and_can_be_thought_better_of(on_stage):
    patient = on_stage.syncer(settle=120)
    choose(on_stage, "Анна", "отменить", Кто="Ольга")
    on_stage.settle(patient)
    assert re.fullmatch(r"будет отменена в \d\d:\d\d; передумали — сотрите «Действие»", line(on_stage, "Анна")["Итог"])

    choose(on_stage, "Анна", "")
    on_stage.settle(patient)
    assert party(on_stage, "Анна").standing is Standing.CONFIRMED


def test_actions_stay_with_their_registrations_when_the_lines_are_sorted(on_stage, sync):
    choose(on_stage, "Вера", "подтвердить сверх мест", Кто="Ольга")
    sheet = on_stage.sheets.get(on_stage.catalogue, [f"'{LINES}'!A1"], "sheets.properties.sheetId")["sheets"][0]
    column = on_stage.grid(on_stage.catalogue, LINES, "1:1")[0].index("Действие")
    sort = {
        "range": {"sheetId": sheet["properties"]["sheetId"], "startRowIndex": 1},
        "sortSpecs": [{"dimensionIndex": column, "sortOrder": "ASCENDING"}],
    }
    door = f"{on_stage.emulator.url}/_local/files/{on_stage.catalogue}/change"
    httpx.post(door, json={"requests": [{"sortRange": sort}]}).raise_for_status()
    on_stage.settle(sync)

    assert on_stage.rows(on_stage.catalogue, LINES)[0]["Имя"] == "Вера"
    assert is_over(on_stage)
    assert [party(on_stage, name).over for name in ("Анна", "Борис")] == [False, False]


CALL = {"Имя": "Пётр Ким", "Телефон": "8 916 123-45-67", "Визит": OTHER_DAY, "Человек": "2", "Кто ещё": "Ира Ким"}


def call(on_stage: Stage, row: int = 2, **cells: str | bool) -> None:
    for header, value in {**CALL, **cells}.items():
        on_stage.type(CALLS, row, header, value)


def outcome(on_stage: Stage, row: int = 2) -> str:
    return on_stage.rows(on_stage.catalogue, CALLS)[row - 2]["Итог"]


def test_a_call_becomes_a_registration_once_its_line_is_ticked(on_stage, sync):
    call(on_stage)
    on_stage.settle(sync)
    assert outcome(on_stage) == "вписано: поставьте галочку «Записать»"

    on_stage.type(CALLS, 2, "Записать", True)
    on_stage.settle(sync)

    told = line(on_stage, "Пётр Ким")
    assert outcome(on_stage) == f"записаны, код {told['Код']}"
    assert (told["Состояние"], told["Человек"], told["Откуда"]) == ("записаны", "2", "телефон")
    assert (told["Телефон"], told["Письмо"]) == ("+79161234567", "почты нет: позвоните")
    assert "Ира Ким" in told["Кто идёт"]
    journal = on_stage.journal()
    on_stage.settle(on_stage.syncer(writer="another"))
    assert on_stage.journal() == journal


def test_a_line_typed_among_registrations_goes_to_calls_and_becomes_one(on_stage, sync):
    cells = {"Имя": "Пётр Ким", "Телефон": "8 916 123-45-67", "Дата": "13.12.2030", "Начало": "11:00", "Человек": "2"}
    for header, value in cells.items():
        on_stage.type(LINES, 6, header, value)
    for _ in range(3):
        sync.run()
    on_stage.settle(sync)

    assert [row["Имя"] for row in on_stage.rows(on_stage.catalogue, LINES)] == ["Анна", "Борис", "Вера"]
    taken = row_of(on_stage, CALLS, "Имя", "Пётр Ким")
    assert outcome(on_stage, taken) == "вписано: поставьте галочку «Записать»"
    on_stage.type(CALLS, taken, "Записать", True)
    on_stage.settle(sync)
    assert (line(on_stage, "Пётр Ким")["Дата"], line(on_stage, "Пётр Ким")["Человек"]) == ("13.12.2030", "2")


def test_a_call_that_is_refused_says_why_and_may_be_mended(on_stage, sync):
    full, free = "12.12.2030 11:00", "13.12.2030 11:00"
    call(on_stage, Визит=full, Записать=True)
    on_stage.settle(sync)
    assert outcome(on_stage) == "не записаны: мест не осталось; поставьте «Можно ждать» или выберите другой визит"

    on_stage.type(CALLS, 2, "Визит", free)
    on_stage.settle(sync)
    assert outcome(on_stage).startswith("записаны, код ")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Имя": ""}, "впишите имя"),
        ({"Телефон": "12"}, "впишите телефон, например +7 916 123-45-67"),
        ({"Человек": "двое"}, "«Человек»: нужно целое число, а написано «двое»"),
        ({"Возраст": "35"}, "«Человек» — 2, а возрастов 1: поправьте то или другое"),
        ({"Кто ещё": "Ира, Оля, Юля"}, "«Кто ещё» — 3, а всего человек 2: вместе со звонящим их больше"),
    ],
)
def test_what_is_missing_in_a_call_is_told_beside_it(on_stage, sync, cells, said):
    journal = on_stage.journal()
    call(on_stage, **cells, Записать=True)
    on_stage.settle(sync)

    assert outcome(on_stage) == said
    assert on_stage.journal() == journal


def message(on_stage: Stage, text: str, send: bool) -> None:
    on_stage.type(SLOTS, 2, "Написать записанным", text)
    on_stage.type(SLOTS, 2, "Отправить", send)


def told(on_stage: Stage) -> str:
    return on_stage.rows(on_stage.catalogue, SLOTS)[0]["Письмо записанным"]


def test_a_text_to_all_goes_once_and_other_words_want_another_tick(on_stage, sync):
    message(on_stage, "Вход со двора, {имя}.", True)
    on_stage.settle(sync)

    (sent,) = state(on_stage).messages[visits(on_stage)[0]]
    assert (sent.text, len(sent.to)) == ("Вход со двора, {имя}.", 2), "who waits is not written to"
    assert re.fullmatch(rf"{WHEN}: отправлено 0 из 2", told(on_stage))

    on_stage.type(SLOTS, 2, "Написать записанным", "Возьмите па")
    on_stage.settle(sync)
    assert told(on_stage) == "галочка осталась от прежнего письма: снимите её и через минуту поставьте снова"
    on_stage.settle(on_stage.syncer(writer="another"))
    assert len(state(on_stage).messages[visits(on_stage)[0]]) == 1

    message(on_stage, "Возьмите паспорт.", False)
    on_stage.settle(sync)
    on_stage.type(SLOTS, 2, "Отправить", True)
    on_stage.settle(sync)
    texts = [each.text for each in state(on_stage).messages[visits(on_stage)[0]]]
    assert texts == ["Вход со двора, {имя}.", "Возьмите паспорт."]


def test_a_text_to_all_waits_two_minutes_and_says_what_is_wrong_with_it(on_stage):
    patient = on_stage.syncer(settle=120)
    message(on_stage, "Вход со двора, {ваше имя}.", True)
    on_stage.settle(patient)
    assert told(on_stage).startswith("«{ваше имя}» нечем заменить; можно вставить {программа}")

    message(on_stage, "Вход со двора.", True)
    on_stage.settle(patient)
    assert re.fullmatch(r"2\N{NO-BREAK SPACE}письма уйдут в \d\d:\d\d; передумали — снимите галочку", told(on_stage))

    on_stage.type(SLOTS, 2, "Отправить", False)
    on_stage.settle(patient)
    assert told(on_stage) == ""
    assert state(on_stage).messages == {}
