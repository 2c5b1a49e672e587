"""Finding people for an organiser: by surname, code, address or the end of a telephone number. Pure.

What is looked for is typed by somebody who listens to a caller: case, ё, hyphens, spaces and the order of words do
not matter, the beginning of a word is enough, and everybody of a party is found, not only who registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from zapis.core.model import Registration, RegistrationId
from zapis.core.names import by_surname
from zapis.core.people import Person
from zapis.site.offers import Offer

MOST = 50
"""So many are shown; whoever finds more says more of whom they look for."""
SHORTEST_NUMBER = 4
LONGEST = 100
_WORD = re.compile(r"\w+")


class Known(Struct, frozen=True):
    """A registration, who is behind it (None once nobody knows), and what it is for."""

    registration: Registration
    person: Person | None
    offer: Offer | None

    @property
    def name(self) -> str:
        """Who registered; a dash once nobody knows."""
        return self.person.name if self.person else "—"


class Sought:
    """Whom somebody looks for. Nothing asked means nobody."""

    def __init__(self, asked: str) -> None:
        asked = asked[:LONGEST]
        self._wanted = _plain(asked)
        self._words = _words(asked)
        self._digits = re.sub(r"\D", "", asked)[-10:]
        self._is_number = len(self._digits) >= SHORTEST_NUMBER and not re.search(r"[^\W\d_]", asked)

    def among(
        self, registrations: Iterable[Registration], people: Mapping[RegistrationId, Person]
    ) -> list[Registration]:
        """Those who are meant, in the order in which they asked."""
        if not self._words:
            return []
        return [held for held in registrations if self._is(held, people.get(held.id))]

    def _is(self, held: Registration, person: Person | None) -> bool:
        if len(self._wanted) >= SHORTEST_NUMBER and _plain(held.code).startswith(self._wanted):
            return True
        return person is not None and self._is_person(person)

    def _is_person(self, person: Person) -> bool:
        if "@" in self._wanted:
            return bool(person.email) and self._wanted in _plain(person.email)
        if self._is_number:
            return person.phone.endswith(self._digits)
        own = _words(" ".join((person.name, *person.visitors)))
        return all(any(mine.startswith(word) for mine in own) for word in self._words)


def in_order(known: Iterable[Known]) -> list[Known]:
    """By surname, and a person's own registrations in the order in which they were made."""
    return sorted(known, key=lambda one: (by_surname(one.name), one.registration.asked_at))


def _plain(text: str) -> str:
    return re.sub(r"[\s\-‐‑]", "", text.casefold().replace("ё", "е"))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("ё", "е"))
