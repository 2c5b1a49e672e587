"""What an organiser typed while somebody was on the telephone -> a request, or all that is wrong with it. Pure.

The rules are those of a call taken down in the spreadsheet: a name and a number are needed, an address is not; ages
stand in one field, the caller's first, and who is not named is somebody of the caller's party. The caller agreed
aloud, and the organiser says so by a tick.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from zapis.core.rules import ADULT
from zapis.site import fields
from zapis.site.fields import Wrong
from zapis.site.forms import AUTHORITY, REGISTRATION, TRANSFER, FieldProblem, PartyRequest, Visitor, field_of
from zapis.voice.tongue import RUSSIAN, _

SLOT, AGES, OTHERS, AGREED = "/slot", "/ages", "/others", "/agreed"
UNNAMED = "—"
_SEPARATORS = re.compile(r"[,;\n]+")


class _Line(Struct):
    """What was typed, and what is wrong with it so far."""

    typed: Mapping[str, str]
    problems: list[FieldProblem] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def parts(self, name: str) -> list[str]:
        return [part.strip() for part in _SEPARATORS.split(self.typed.get(name, "")) if part.strip()]

    def say(self, pointer: str, detail: str) -> None:
        self.problems.append(FieldProblem(pointer, detail))


def read(typed: Mapping[str, str]) -> PartyRequest | tuple[FieldProblem, ...]:
    """The request of a caller, or all of its problems."""
    line = _Line(typed)
    name, phone = _checked(line, "/contact/name", fields.name), _checked(line, "/contact/phone", fields.phone)
    email = _checked(line, "/contact/email", fields.email) if line.text("contact-email") else ""
    ages = _ages(line)
    names = _names(line, name, len(ages))
    if not line.text("slot"):
        line.say(SLOT, _("Выберите визит."))
    if "agreed" not in typed:
        line.say(AGREED, _("Спросите согласие и отметьте: без него записать нельзя."))
    if line.problems:
        return tuple(line.problems)
    visitors = tuple(Visitor(AGES, named, age) for named, age in zip(names, ages, strict=True))
    consents = (REGISTRATION, TRANSFER, *((AUTHORITY,) if min(ages[1:], default=ADULT) < ADULT else ()))
    return PartyRequest(name, email, phone, visitors, "waits" in typed, consents, RUSSIAN)


def _checked(line: _Line, pointer: str, read: Callable[[object], str]) -> str:
    try:
        return read(line.text(field_of(pointer)))
    except Wrong as wrong:
        line.say(pointer, str(wrong))
        return ""


def _ages(line: _Line) -> tuple[int, ...]:
    """One age for each of the party; nothing typed is one adult."""
    typed = line.parts("ages")
    try:
        return tuple(fields.age(int(part) if re.fullmatch(r"[0-9]{1,3}", part) else part) for part in typed) or (ADULT,)
    except Wrong:
        line.say(AGES, _("Числа через запятую, например 35, 12."))
        return (ADULT,)


def _names(line: _Line, name: str, size: int) -> tuple[str, ...]:
    others = []
    for part in line.parts("others"):
        try:
            others.append(fields.name(part))
        except Wrong as wrong:
            line.say(OTHERS, str(wrong))
    if len(others) >= size:
        line.say(OTHERS, _("Имён больше, чем возрастов: впишите возраст каждого, звонящего — первым."))
    return (name, *others, *(UNNAMED,) * (size - 1 - len(others)))[:size]
