"""Charts as the page draws them: from the cells that they name, and from nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx

from tests.publish.test_summary import charts
from tests.publish.test_sync import on_stage, register, sync

__all__ = ["on_stage", "sync"]


def drawn(on_stage, chart: dict) -> str:
    answer = httpx.get(f"{on_stage.emulator.url}/spreadsheets/d/{on_stage.catalogue}/charts/{chart['chartId']}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    return "".join(ET.fromstring(answer.text).itertext())


def test_a_chart_says_what_its_cells_say(on_stage, sync):
    register(on_stage, "Анна", seats=2)
    on_stage.settle(sync)
    enterprises, days, _, channels, *_ = charts(on_stage)

    assert "Завод «Москвич»: 2" in drawn(on_stage, enterprises)
    assert "12.12.2030: 2" in drawn(on_stage, days)
    assert "сайт: 1 (100 %)" in drawn(on_stage, channels)


def test_charts_of_an_empty_season_are_empty(on_stage):
    for chart in charts(on_stage):
        assert chart["spec"]["title"] in drawn(on_stage, chart)


def test_the_page_is_told_where_a_chart_floats(on_stage):
    outline = httpx.get(f"{on_stage.emulator.url}/_local/files/{on_stage.catalogue}/outline").json()
    (summary,) = (tab for tab in outline["tabs"] if tab["title"] == "Сводка")

    assert [chart["title"] for chart in summary["charts"]] == [c["spec"]["title"] for c in charts(on_stage)]
    assert {chart["column"] for chart in summary["charts"]} == {3}


def test_a_chart_that_is_not_there_is_not_found(on_stage):
    address = f"{on_stage.emulator.url}/spreadsheets/d/{on_stage.catalogue}/charts/1.svg"

    assert httpx.get(address).status_code == 404
