"""Names and contacts behind registration ids: the only values that may hold them.

They are rows of their own (id | revision | person), apart from the journal, because a person may ask to be
forgotten and a journal forgets nothing. Of several rows with one id the highest revision holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from zapis.core.entries import Row
from zapis.core.model import RegistrationId

PEOPLE_COLUMNS = ("id", "revision", "person")
FORGOTTEN = 1_000_000
"""The revision of a row that holds nothing any more: no correction comes after it."""


class Person(Struct, frozen=True):
    """Who registered, how to reach them, and whom they bring."""

    name: str
    email: str
    phone: str
    """E.164, such as +79161234567; empty if none was asked for."""
    visitors: tuple[str, ...]
    """One name for each visitor of the party, in the order of the registration's ages."""
    language: str = "ru"
    revision: int = 0


def to_row(registration: RegistrationId, person: Person) -> Row:
    """The row that stands for `person` in `_people`."""
    fields = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "visitors": person.visitors,
        "language": person.language,
    }
    return (registration, str(person.revision), json.dumps(fields, ensure_ascii=False, separators=(",", ":")))


NOBODY = Person("", "", "", (), revision=FORGOTTEN)
"""What is known of who was forgotten."""


def forgotten(registration: RegistrationId) -> Row:
    """The row that takes the place of whoever asked to be forgotten."""
    return to_row(registration, NOBODY)


def add_rows(people: dict[RegistrationId, Person], rows: Iterable[Sequence[str]]) -> None:
    """Take `rows` into `people`; the highest revision of an id holds, a row that cannot be read says nothing."""
    for row in rows:
        try:
            registration, person = _from_row(row)
        except (ValueError, KeyError, TypeError):
            continue
        known = people.get(registration)
        if known is None or person.revision > known.revision:
            people[registration] = person


def _from_row(row: Sequence[str]) -> tuple[RegistrationId, Person]:
    registration, revision, text = row[:3]
    fields = json.loads(text)
    return RegistrationId(registration), Person(
        name=str(fields["name"]),
        email=str(fields["email"]),
        phone=str(fields["phone"]),
        visitors=tuple(map(str, fields["visitors"])),
        language=str(fields["language"]),
        revision=int(revision),
    )
