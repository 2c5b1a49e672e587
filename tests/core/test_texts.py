"""Organisers' own words: what is replaced, what is refused, and what stands meanwhile."""

from __future__ import annotations

from datetime import date

import pytest

from tests.core.test_catalogue import SEASON, table
from zapis.core.catalogue import Catalogue, from_rows, to_rows
from zapis.core.model import NoticeKind
from zapis.core.organisers import Reading, read
from zapis.core.texts import Text, TextId, complaints, filled, text_for
from zapis.schema import tab

NAMES = {"name": "Анна", "visit": "Цех", "programme": "Открой#Моспром"}


def reading(last: Catalogue | None = None, **cells: str) -> Reading:
    season = [dict(zip(("Параметр", "Значение", "_id"), row, strict=True)) for row in SEASON]
    tables = {key: table(key) for key in ("enterprises", "tours", "slots")}
    headers = {tab("catalogue", "texts").column(key).header: value for key, value in cells.items()}
    texts = table("texts", {"_id": "confirmed.ru", **headers})
    return read({**tables, "season": table("season", *season), "texts": texts}, last or Catalogue(), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Здравствуйте, {имя}!", "Здравствуйте, Анна!"),
        ("Dear {name},", "Dear Анна,"),
        ("{ Имя }: «{визит}»", "Анна: «Цех»"),
        ("Ваш код {код}.", "Ваш код."),
    ],
)
def test_a_placeholder_becomes_plain_text_and_an_empty_one_takes_its_comma_along(typed, said):
    assert filled(typed, NAMES) == said
    assert not list(complaints("confirmed", typed))


def test_what_a_person_is_called_is_never_read_as_a_placeholder():
    assert filled("{имя}", {"name": "{визит}", "visit": "Цех"}) == "{визит}"


@pytest.mark.parametrize("typed", ["{имяя}", "{имя", "имя}", "{имя.__class__}", "{% set x %}", "{{ config }}", "{}"])
def test_what_cannot_be_replaced_is_told(typed):
    assert list(complaints("confirmed", typed))


def test_a_page_knows_no_visitor():
    assert list(complaints("page_home", "{имя}"))
    assert not list(complaints("page_home", "{программа}, {телефон}"))


def test_own_words_travel_with_the_catalogue():
    found = reading(subject="Ждём вас, {имя}", body="Первый.\nВторой.").catalogue

    carried = from_rows(to_rows(found)).texts

    assert carried == found.texts
    assert text_for(carried, "confirmed", "ru") == Text(
        TextId("confirmed.ru"), subject="Ждём вас, {имя}", body="Первый.\nВторой."
    )
    assert text_for(carried, "confirmed", "en") is None


def test_a_text_that_nobody_wrote_is_not_carried():
    assert reading().catalogue.texts == {}


def test_an_unknown_placeholder_is_told_beside_its_cell_and_the_last_good_text_stands():
    good = reading(subject="Ждём вас").catalogue

    wrong = reading(good, subject="Ждём {вас}")

    (problem,) = wrong.problems
    assert problem.row == "confirmed.ru"
    assert "«{вас}» нечем заменить" in problem.message
    assert wrong.catalogue.texts == good.texts


def test_every_row_of_the_tab_lists_what_may_be_put_in():
    for row in tab("catalogue", "texts").rows:
        kind = row["id"].rpartition(".")[0]
        assert not list(complaints(kind, row["allowed"])), row["id"]


def test_every_mail_has_a_row_in_each_language():
    rows = {row["id"] for row in tab("catalogue", "texts").rows}

    assert {f"{kind}.{language}" for kind in NoticeKind for language in ("ru", "en")} <= rows
