"""«Сводка», «Цифры» and the gate's link, as an organiser sees them."""

from __future__ import annotations

import pytest

from tests.publish.test_sync import AT, on_stage, register, slot_of, sync
from tests.stage import ACCOUNT
from zapis.core.entries import Attended, Entry, to_row
from zapis.core.ids import entry_id
from zapis.errors import CallRefused
from zapis.publish.layout import lay_out
from zapis.schema import schema, tab

__all__ = ["on_stage", "sync"]
SUMMARY = tab("catalogue", "summary")


def totals(on_stage):
    return {row["Показатель"]: row["Всего"] for row in on_stage.rows(on_stage.catalogue, "Сводка")}


def charts(on_stage):
    found = on_stage.sheets.get(on_stage.catalogue, (), "sheets(properties(title),charts)")["sheets"]
    return next(sheet["charts"] for sheet in found if sheet["properties"]["title"] == SUMMARY.title)


def test_the_summary_says_how_the_season_goes(on_stage, sync):
    register(on_stage, "Анна", seats=2)
    register(on_stage, "Борис")
    on_stage.settle(sync)

    said = totals(on_stage)

    assert (said["Визитов"], said["Мест"], said["Записано человек"]) == ("1", "2", "2")
    assert (said["Заполнено, %"], said["В листе ожидания, человек"]) == ("100", "1")


def test_the_numbers_stand_by_enterprise_day_and_channel(on_stage, sync):
    register(on_stage, "Анна", seats=2)
    on_stage.settle(sync)

    first = on_stage.rows(on_stage.catalogue, "Цифры")[0]

    assert (first["Предприятие"], first["Записано"], first["День"]) == ("Завод «Москвич»", "2", "12.12.2030")
    assert (first["Записано на день"], first["Откуда"], first["Заявок оттуда"]) == ("2", "сайт", "1")


def test_who_did_not_come_is_counted_once_somebody_says_who_came(on_stage, sync):
    anna = register(on_stage, "Анна", seats=2)
    fact = Attended(anna, (0,))
    on_stage.append(journal=[to_row(Entry(AT, entry_id("attended", anna), slot_of(on_stage).id, "gate", fact))])

    on_stage.settle(sync)

    assert totals(on_stage)["Не пришли, по отметкам"] == "1"


def test_numbers_that_stand_as_they_should_cost_no_write(on_stage, sync):
    register(on_stage, "Анна")
    on_stage.settle(sync)

    assert sync.run().written == []
    assert on_stage.syncer(writer="sync").run().written == []


def test_the_charts_are_real_ones_and_made_once(on_stage):
    before = charts(on_stage)

    again = lay_out(on_stage.sheets, on_stage.catalogue, schema()["catalogue"], [ACCOUNT])

    assert (again, len(before)) == (0, len(SUMMARY.charts))
    assert [chart["spec"]["title"] for chart in before] == [chart.title for chart in SUMMARY.charts]


def test_a_chart_draws_the_columns_that_it_names(on_stage):
    chart = charts(on_stage)[0]["spec"]["basicChart"]
    headers = on_stage.grid(on_stage.catalogue, "Цифры", "1:1")[0]
    sources = [
        part["sourceRange"]["sources"][0] for part in (chart["domains"][0]["domain"], chart["series"][1]["series"])
    ]

    assert [headers[source["startColumnIndex"]] for source in sources] == ["Предприятие", "Записано"]


def test_a_chart_that_somebody_deleted_comes_back_alone(on_stage):
    first, *rest = charts(on_stage)
    on_stage.sheets.batch_update(on_stage.catalogue, [{"deleteEmbeddedObject": {"objectId": first["chartId"]}}])

    assert lay_out(on_stage.sheets, on_stage.catalogue, schema()["catalogue"], [ACCOUNT]) == 1
    assert {chart["chartId"] for chart in charts(on_stage)} == {chart["chartId"] for chart in (first, *rest)}


def test_beside_each_enterprise_stands_its_gate_link(on_stage, sync):
    (row,) = on_stage.rows(on_stage.catalogue, "Предприятия")

    assert row["Ссылка для проходной"] == f"https://site.example/gate/{row['_id']}"


def test_a_chart_is_not_added_twice_under_one_id(on_stage):
    first, *_ = charts(on_stage)

    with pytest.raises(CallRefused, match="already exists"):
        on_stage.sheets.batch_update(on_stage.catalogue, [{"addChart": {"chart": first}}])
