"""A catalogue that an earlier release laid out gets what is new, and keeps what people typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.demo.person import Person
from tests.stage import ACCOUNT, Stage, small_season, stage
from zapis.publish import layout
from zapis.publish.layout import lay_out
from zapis.schema import Tab, schema

LATER = {"texts", "summary", "numbers"}
LATER_COLUMNS = {"gate_link"}


def earlier() -> list[Tab]:
    """The catalogue's tabs without those that came later."""
    kept = (tab for tab in schema()["catalogue"] if tab.key not in LATER)
    return [replace(tab, columns=tuple(c for c in tab.columns if c.key not in LATER_COLUMNS)) for tab in kept]


@pytest.fixture
def on_stage(tmp_path):
    with stage(tmp_path) as running:
        running.catalogue = bare(running)
        lay_out(running.sheets, running.catalogue, earlier(), [ACCOUNT])
        small_season(running)
        yield running


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
