"""Organisers' own words: of mails, and notes on pages, with placeholders such as {имя}.

A placeholder is replaced by plain text and nothing else is understood: no conditions, no calls, so a text can
neither break a letter nor reach anything. A text that has an unknown placeholder is not taken; the last good one
stands. What a letter must say (facts, links, rules) is not in these texts and cannot be lost with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NewType

from msgspec import Struct

TextId = NewType("TextId", str)
"""What the text is of and its language, such as `confirmed.ru` or `page_home.en`."""

SEASON_PLACEHOLDERS = {"программа": "programme", "организатор": "organiser", "телефон": "phone"}
PLACEHOLDERS = SEASON_PLACEHOLDERS | {
    "имя": "name",
    "визит": "visit",
    "предприятие": "enterprise",
    "адрес": "address",
    "дата": "date",
    "время": "time",
    "человек": "people",
    "код": "code",
    "срок": "deadline",
}
"""What a placeholder is called in Russian and in English; either is understood in every text."""
_PLACEHOLDER = re.compile(r"(,?[ \u00a0]*)\{\s*([^{}]*?)\s*\}")


class Text(Struct, frozen=True):
    """The words of one mail or page in one language; what is empty is said in the usual words."""

    id: TextId
    subject: str = ""
    greeting: str = ""
    body: str = ""
    signature: str = ""
    sample: bool = False
    """Whether the organiser wants to be sent a sample."""

    @property
    def kind(self) -> str:
        """What it is of, such as `confirmed`."""
        return self.id.rpartition(".")[0]

    @property
    def language(self) -> str:
        """The language it is in, such as `ru`."""
        return self.id.rpartition(".")[2]

    @property
    def says(self) -> bool:
        """Whether anything is said in words of its own."""
        return any(getattr(self, part) for part in PARTS)


PARTS = tuple(field for field in Text.__struct_fields__ if field not in ("id", "sample"))


def text_for(texts: Mapping[TextId, Text], kind: str, language: str) -> Text | None:
    """The organisers' words for a kind of mail (`confirmed`) or a page (`page_home`); None where they have none."""
    return texts.get(TextId(f"{kind}.{language}"))


def complaints(kind: str, text: str) -> Iterator[str]:
    """What an organiser must mend in a text of this kind, in Russian."""
    known = SEASON_PLACEHOLDERS if kind.startswith("page_") else PLACEHOLDERS
    for _, name in _PLACEHOLDER.findall(text):
        if name.casefold() not in known and name.casefold() not in known.values():
            allowed = ", ".join(f"{{{word}}}" for word in known)
            yield f"«{{{name}}}» нечем заменить; можно вставить {allowed}"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        yield "скобка { или } без пары: слово для замены пишется целиком в скобках, например {программа}"


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its placeholders replaced; `values` by their English names.

    What is empty takes the comma and the spaces before it along: «Здравствуйте, {имя}!» without a name is
    «Здравствуйте!».
    """

    def replacement(found: re.Match[str]) -> str:
        name = found[2].casefold()
        value = values.get(PLACEHOLDERS.get(name, name), "")
        return found[1] + value if value else ""

    return _PLACEHOLDER.sub(replacement, text)
