"""What a visit asks of those who come, in one line of Russian: for whoever reads it in a sheet.

The same rows of the catalogue that the site and the letters tell from; an empty cell is not told.
"""

from __future__ import annotations

from collections.abc import Mapping

from zapis.core.catalogue import Enterprise, Tour
from zapis.core.model import Terms
from zapis.core.russian import counted, plural

ANY_AGE = 120
"""An upper limit that keeps nobody out."""
_STAIRS: Mapping[str, str] = {"none": "ступеней нет", "lift": "лестницы, можно на лифте", "only": "лестницы"}
_NOISE: Mapping[str, str] = {"places": "местами шумно", "loud": "шумно"}
_WHEELCHAIR: Mapping[str, str] = {"yes": "коляска проедет", "helped": "коляске нужна помощь", "no": "не для колясок"}


def brief(tour: Tour, enterprise: Enterprise, terms: Terms) -> str:
    """Ages, who leads children, how many come together, what to bring and wear, how hard the way is."""
    told = (
        _ages(terms),
        _children(terms),
        f"в заявке до {counted(terms.max_party, 'человека', 'человек', 'человек')}",
        _labelled("документы", enterprise.documents),
        _labelled("одежда и обувь", enterprise.clothes),
        _labelled("с собой", tour.bring),
        _WHEELCHAIR.get(enterprise.wheelchair, ""),
        _STAIRS.get(enterprise.stairs, ""),
        _NOISE.get(enterprise.noise, ""),
        enterprise.notes,
    )
    return "; ".join(filter(None, told))


def _ages(terms: Terms) -> str:
    least = f"с {_years(terms.min_age)}" if terms.min_age else ""
    most = f"до {_years(terms.max_age)}" if terms.max_age < ANY_AGE else ""
    return " ".join(filter(None, (least, most)))


def _years(age: int) -> str:
    return f"{age} {plural(age, 'года', 'лет', 'лет')}"


def _children(terms: Terms) -> str:
    led = terms.children_per_adult
    return f"на взрослого не больше {counted(led, 'ребёнка', 'детей', 'детей')}" if led else ""


def _labelled(label: str, text: str) -> str:
    return f"{label}: {text}" if text else ""
