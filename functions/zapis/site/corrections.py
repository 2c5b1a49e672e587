"""Names and a number put right: what may be asked of whom, and what stands afterwards. Pure.

A value that nobody touched is not judged anew: a class is called by number, and no name that an organiser took
down by telephone has to pass the rules of the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from zapis.core.model import Registration
from zapis.core.people import Person
from zapis.site import fields
from zapis.site.fields import Wrong
from zapis.site.forms import FieldProblem

NAME, PHONE = "/contact/name", "/contact/phone"


class Named(Struct, frozen=True):
    """One of those who come and are called by a name of their own."""

    member: int
    name: str

    @property
    def pointer(self) -> str:
        """Where the name is typed."""
        return f"/visitors/{self.member}/name"

    @property
    def field(self) -> str:
        """The same as the form calls it."""
        return f"visitors-{self.member}-name"


def named(held: Registration, known: Person) -> list[Named]:
    """Who comes, but for the applicant, whose name is the contact's."""
    names = [(member, known.visitors[member]) for member in held.members if member < len(known.visitors)]
    return [Named(member, name) for member, name in names if name != known.name]


def corrected(
    held: Registration, known: Person, wanted: Mapping[str, object]
) -> tuple[Person, tuple[FieldProblem, ...]]:
    """What stands when the values of `wanted` (by JSON pointer) are taken for those of `known`, and what is wrong."""
    problems: list[FieldProblem] = []

    def take(pointer: str, read: Callable[[object], str], before: str) -> str:
        value = wanted.get(pointer, before)
        try:
            return before if value == before else read(value)
        except Wrong as wrong:
            problems.append(FieldProblem(pointer, str(wrong)))
            return before

    name, phone = take(NAME, fields.name, known.name), take(PHONE, fields.phone, known.phone)
    names = [name if visitor == known.name else visitor for visitor in known.visitors]
    for person in named(held, known):
        names[person.member] = take(person.pointer, fields.name, person.name)
    return replace(known, name=name, phone=phone, visitors=tuple(names)), tuple(problems)
