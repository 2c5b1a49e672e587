"""A catalogue that an earlier release laid out gets what is new, and keeps what people typed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from local.demo.person import Person
from tests.stage import ACCOUNT, Stage, small_season, stage
from zapis.cli import main
from zapis.publish import layout
from zapis.publish.layout import lay_out
from zapis.schema import Column, Tab, schema, tab

LATER = {"texts", "summary", "numbers"}
LATER_COLUMNS = {"gate_link", "held", "codes", "release", "min_group", "freezes", "told", "tasting"}
LATER_ROWS = {"holidays", "synced", "status"}


def earlier() -> list[Tab]:
    """The catalogue's tabs without what came later, and with the words of then."""
    kept = (tab for tab in schema()["catalogue"] if tab.key not in LATER)
    return [replace(tab, columns=tuple(_columns(tab)), rows=tuple(_rows(tab)), views=()) for tab in kept]


def _columns(tab: Tab) -> Iterator[Column]:
    for column in tab.columns:
        if column.key not in LATER_COLUMNS:
            choices = column.choices[:2] if column.key == "status" else column.choices
            type = "text" if column.owner == "formula" else column.type
            yield replace(column, type=type, note=f"Раньше: {column.note}", choices=choices, colours=())


def _rows(tab: Tab) -> Iterator[dict[str, str]]:
    return (row | {"meaning": "как раньше"} for row in tab.rows if row["id"] not in LATER_ROWS)


def laid_out_earlier(stage: Stage) -> None:
    stage.catalogue = bare(stage)
    lay_out(stage.sheets, stage.catalogue, earlier(), [ACCOUNT])
    small_season(stage)


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path, laid_out_earlier) as running:
        yield running


@pytest.fixture
def zapis(on_stage, monkeypatch):
    monkeypatch.setenv("SHEETS_EMULATOR_HOST", on_stage.host)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(on_stage.key))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["sheet", *arguments, "--catalogue", on_stage.catalogue])

    return run


def bare(on_stage: Stage) -> str:
    """A spreadsheet that a person made, and nothing in it."""
    return Person(on_stage.emulator.url).make_spreadsheet("Каталог", [ACCOUNT])[0]


def test_an_earlier_catalogue_is_brought_up_to_date_and_goes_on(on_stage):
    assert lay_out(on_stage.sheets, on_stage.catalogue, schema()["catalogue"], [ACCOUNT]) > 0
    assert layout.lacking(on_stage.sheets, on_stage.catalogue, schema()["catalogue"], [ACCOUNT]) == []

    on_stage.settle(on_stage.syncer())

    (enterprise,) = on_stage.rows(on_stage.catalogue, "Предприятия")
    assert enterprise["Предприятие"] == "Завод «Москвич»"
    assert enterprise["Ссылка для проходной"].endswith(f"/gate/{enterprise['_id']}")
    assert {r["Показатель"]: r["Всего"] for r in on_stage.rows(on_stage.catalogue, "Сводка")}["Мест"] == "2"


def grid(on_stage: Stage, title: str, mask: str) -> list[list[dict]]:
    data = on_stage.sheets.get(on_stage.catalogue, [f"'{title}'"], f"sheets.data.rowData.values({mask})")["sheets"][0]
    return [row.get("values", []) for row in data["data"][0]["rowData"]]


def test_check_says_what_differs_and_changes_nothing(on_stage, zapis):
    before = on_stage.grid(on_stage.catalogue, "Расписание")

    result = zapis("check")

    assert result.exit_code == 1
    said = [line.strip() for line in result.stdout.splitlines()]
    assert "the tab «Тексты» is missing" in said
    assert "«Расписание»: without «Письмо записанным», «Придержано», «Код», «Отпустить»" in said
    assert "«Сезон»: the row «Праздники» is missing" in said
    assert "«Расписание»: the note on «Мест» is an earlier release's" in said
    assert "«Расписание»: what may stand in «Статус» is an earlier release's, or nobody's" in said
    assert "«Расписание»: the colour of «открыта» in «Статус» is missing" in said
    assert "«Расписание»: the filter view «Идёт запись» is missing" in said
    assert "«Заявки»: «Получена» shows its dates as an earlier release did" in said
    assert "zapis sheet upgrade" in result.stderr
    assert on_stage.grid(on_stage.catalogue, "Расписание") == before


def test_upgrade_renews_what_zapis_wrote_and_keeps_what_people_did(on_stage, zapis):
    on_stage.type("Сезон", 4, "Значение", "01.12.2030 10:00")
    add_a_column(on_stage, "Расписание", "Кто ведёт", "Ольга")

    upgraded = zapis("upgrade")

    assert upgraded.exit_code == 0, upgraded.output
    (tour,) = on_stage.rows(on_stage.catalogue, "Экскурсии и мастер-классы")
    assert (tour["Название"], tour["Дегустация 18+"]) == ("Как рождается автомобиль", "")
    (slot,) = on_stage.rows(on_stage.catalogue, "Расписание")
    assert (slot["Экскурсия"], slot["Кто ведёт"], slot["Придержано"]) == ("Как рождается автомобиль", "Ольга", "")
    season = {row["_id"]: row for row in on_stage.rows(on_stage.catalogue, "Сезон")}
    assert season["opens"]["Значение"].startswith("01.12.2030")
    assert season["opens"]["Что это"] == next(
        r["meaning"] for r in tab("catalogue", "season").rows if r["id"] == "opens"
    )
    header = grid(on_stage, "Расписание", "note,formattedValue")[0]
    notes = {cell["formattedValue"]: cell.get("note", "") for cell in header}
    assert notes["Мест"] == tab("catalogue", "slots").column("capacity").note
    assert notes["Кто ведёт"] == ""


def test_after_an_upgrade_nothing_differs_and_another_one_changes_nothing(on_stage, zapis):
    zapis("upgrade")

    check, again = zapis("check"), zapis("upgrade")

    assert (check.exit_code, check.stdout) == (
        0,
        f"The catalogue {on_stage.catalogue} is as this release declares it.\n",
    )
    assert "was up to date; nothing was changed." in again.stdout


def test_what_people_recolour_filter_and_move_is_not_a_difference(on_stage, zapis):
    zapis("upgrade")
    sheet = layout_of(on_stage, "Расписание")
    whole = {"sheetId": sheet}
    own = {"condition": {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "Ральф"}]}, "format": {}}
    moved = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}
    wide = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    on_stage.sheets.batch_update(
        on_stage.catalogue,
        [
            {"addConditionalFormatRule": {"rule": {"ranges": [whole], "booleanRule": own}, "index": 0}},
            {"addFilterView": {"filter": {"title": "Мои", "range": whole}}},
            {"moveDimension": {"source": moved, "destinationIndex": 1}},
            {"updateDimensionProperties": {"range": wide, "properties": {"pixelSize": 500}, "fields": "pixelSize"}},
        ],
    )

    assert zapis("check").exit_code == 0


def layout_of(on_stage: Stage, title: str) -> int:
    sheets = on_stage.sheets.get(on_stage.catalogue, (), "sheets.properties(sheetId,title)")["sheets"]
    return next(s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == title)


def add_a_column(on_stage: Stage, title: str, header: str, value: str) -> None:
    """A colleague's own column, right of the second one."""
    where = {"sheetId": layout_of(on_stage, title), "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    on_stage.sheets.batch_update(on_stage.catalogue, [{"insertDimension": {"range": where}}])
    for row, text in enumerate((header, value)):
        edit = {"tab": title, "row": row, "column": 2, "value": text}
        httpx.post(f"{on_stage.emulator.url}/_local/files/{on_stage.catalogue}/edit", json=edit).raise_for_status()
