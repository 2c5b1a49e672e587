"""«Тексты», as an organiser types them."""

from __future__ import annotations

import pytest

from tests.publish.test_sync import on_stage, sync
from zapis.core.catalogue import Catalogue, from_rows
from zapis.core.texts import Text, text_for

__all__ = ["on_stage", "sync"]


def taken(on_stage) -> Catalogue:
    return from_rows(on_stage.open_ledger().catalogue())


def own(on_stage) -> Text | None:
    return text_for(taken(on_stage).texts, "confirmed", "ru")


@pytest.fixture
def row(on_stage, sync) -> int:
    """The number of the row for confirmations."""
    rows = on_stage.rows(on_stage.catalogue, "Тексты")
    return next(number for number, row in enumerate(rows, 2) if row["_id"] == "confirmed.ru")


def check(on_stage, row: int) -> str:
    return on_stage.rows(on_stage.catalogue, "Тексты")[row - 2]["Проверка"]


def test_what_is_typed_is_taken_and_fine(on_stage, sync, row):
    on_stage.type("Тексты", row, "Тема", "Ждём вас, {имя}")
    on_stage.settle(sync)

    assert own(on_stage).subject == "Ждём вас, {имя}"
    assert check(on_stage, row) == "✓"


def test_an_unknown_placeholder_is_told_beside_it_and_the_last_good_text_stands(on_stage, sync, row):
    on_stage.type("Тексты", row, "Тема", "Ждём вас")
    on_stage.settle(sync)
    on_stage.type("Тексты", row, "Тема", "Ждём {вас}")
    on_stage.settle(sync)

    assert own(on_stage).subject == "Ждём вас"
    assert "«{вас}» нечем заменить" in check(on_stage, row)


def test_a_tick_asks_for_a_sample(on_stage, sync, row):
    on_stage.type("Тексты", row, "Прислать образец", "TRUE")
    on_stage.settle(sync)

    assert own(on_stage).sample


def test_words_that_somebody_took_out_are_the_usual_ones_again(on_stage, sync, row):
    on_stage.type("Тексты", row, "Тема", "Ждём вас")
    on_stage.settle(sync)
    on_stage.type("Тексты", row, "Тема", "")
    on_stage.settle(sync)

    assert own(on_stage) is None


def test_rows_may_be_sorted(on_stage, sync, row):
    on_stage.type("Тексты", row, "Тема", "Ждём вас")
    sheet = on_stage.sheets.get(on_stage.catalogue, ["'Тексты'!A1"], "sheets.properties.sheetId")["sheets"][0]
    area = {"sheetId": sheet["properties"]["sheetId"], "startRowIndex": 1}
    order = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    on_stage.sheets.batch_update(on_stage.catalogue, [{"sortRange": {"range": area, "sortSpecs": order}}])
    on_stage.settle(sync)

    assert own(on_stage).subject == "Ждём вас"
