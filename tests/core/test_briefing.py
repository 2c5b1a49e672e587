"""What a sheet says of a visit's rules."""

from dataclasses import replace

from tests.site.conftest import BREAD, CARS, PLANT
from tests.spec import TERMS
from zapis.core.briefing import brief


def test_every_rule_that_an_organiser_gave_is_told_in_one_line():
    terms = replace(TERMS, min_age=12, max_age=16, children_per_adult=3)

    assert brief(CARS, PLANT, terms).replace("\u00a0", " ") == (
        "с 12 лет до 16 лет; на взрослого не больше 3 детей; в заявке до 5 человек; документы: Паспорт; "
        "одежда и обувь: Закрытая обувь; "
        "с собой: Очки, если носите; не для колясок; лестницы, можно на лифте; шумно; Две лестницы, местами шумно"
    )


def test_what_nobody_said_is_neither_promised_nor_warned_of():
    silent = replace(PLANT, documents="", clothes="", notes="", wheelchair="", stairs="", noise="")

    assert brief(BREAD, silent, TERMS).replace("\u00a0", " ") == "в заявке до 5 человек"
