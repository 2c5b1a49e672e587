"""Finding people for an organiser: by surname, code, address or the end of a telephone number. Pure.

What is looked for is typed by somebody who listens to a caller: case, ё, hyphens, spaces and the order of words do
not matter, the beginning of a word is enough, and everybody of a party is found, not only who registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from zapis.core.model import Registration
from zapis.core.names import by_surname
from zapis.core.people import Person
from zapis.site.offers import Offer

MOST = 50
"""So many are shown; whoever finds more says more of whom they look for."""
SHORTEST_NUMBER = 4
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Known:
    """A registration, who is behind it (None once nobody knows), and what it is for."""

    registration: Registration
    person: Person | None
    offer: Offer | None

    @property
    def name(self) -> str:
        """Who registered; a dash once nobody knows."""
        return self.person.name if self.person else "—"

    def answers_to(self, asked: str) -> bool:
        """Whether this is whom `asked` may mean. Nothing asked means nobody."""
        wanted, words = _plain(asked), _words(asked)
        if not words:
            return False
        if len(wanted) >= SHORTEST_NUMBER and _plain(self.registration.code).startswith(wanted):
            return True
        return self.person is not None and _is_meant(self.person, wanted, words, re.sub(r"\D", "", asked))


def found(asked: str, known: Iterable[Known]) -> list[Known]:
    """Those who are meant, by surname."""
    return in_order(one for one in known if one.answers_to(asked[:LONGEST]))


def in_order(known: Iterable[Known]) -> list[Known]:
    """By surname, and a person's own registrations in the order in which they were made."""
    return sorted(known, key=lambda one: (by_surname(one.name), one.registration.asked_at))


def _is_meant(person: Person, wanted: str, words: list[str], digits: str) -> bool:
    if "@" in wanted:
        return bool(person.email) and wanted in _plain(person.email)
    if len(digits) >= SHORTEST_NUMBER and not re.search(r"[^\W\d_]", wanted):
        return person.phone.endswith(digits[-10:])
    own = [word for name in {person.name, *person.visitors} for word in _words(name)]
    return all(any(mine.startswith(word) for mine in own) for word in words)


def _plain(text: str) -> str:
    return re.sub(r"[\s\-‐‑]", "", text.casefold().replace("ё", "е"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("ё", "е"))
