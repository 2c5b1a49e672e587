"""What a visitor sent -> a request, or everything that is wrong with it at once.

Pure, and the same for the page's form and for the JSON API: both become a `Draft`, whose parts know where
they came from as a JSON pointer (`/visitors/1/age`). A field of the form has the same name with hyphens
(`visitors-1-age`), so one problem finds its place in either. The limits of one slot are not known here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct, field

from zapis.core.rules import ADULT
from zapis.site import fields
from zapis.site.fields import Wrong
from zapis.voice.tongue import LANGUAGES, N_, _, tongue

MOST_VISITORS = 100
REGISTRATION, TRANSFER, AUTHORITY = "registration", "transfer", "authority"
CONSENTS = (REGISTRATION, TRANSFER, AUTHORITY)
"""What a person must agree to or state; each has a wording of its own. The last is needed beside children only."""
PHOTO = "photo"
OPTIONAL = (PHOTO,)
"""What a person may agree to where the programme asks for it; nothing hangs on it."""
KINDS = (*CONSENTS, *OPTIONAL)
_VISITOR_FIELD = re.compile(r"visitors-([1-9]\d{0,2})-(?:name|age)")
_GROUP_FIELD = re.compile(r"group-members-([1-9]\d?)-(?:age|count)")

Value = TypeVar("Value")


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field, in words for the visitor."""

    pointer: str
    detail: str
    part: str = ""
    """Which of the fields that a form has for this one place."""

    @property
    def field(self) -> str:
        """The name and id of the form's field."""
        return field_of(f"{self.pointer}/{self.part}")


class Visitor(Struct, frozen=True):
    """One of the party. `pointer` is where the visitor was typed."""

    pointer: str
    name: str
    age: int


class PartyRequest(Struct, frozen=True):
    """A request that can be put to the journal, whatever slot it is for."""

    name: str
    email: str
    phone: str
    visitors: tuple[Visitor, ...]
    waits: bool
    consents: tuple[str, ...]
    language: str
    code: str = ""
    """What opens held-back seats; empty for almost everybody."""

    @property
    def ages(self) -> tuple[int, ...]:
        """One age for each visitor, in the order in which they were typed."""
        return tuple(visitor.age for visitor in self.visitors)

    def body(self) -> tuple[str, ...]:
        """All that was asked, as texts: two requests with the same body are the same request."""
        visitors = (part for visitor in self.visitors for part in (visitor.name, str(visitor.age)))
        choices = (str(self.waits), " ".join(self.consents), self.language)
        return (self.name, self.email, self.phone, *choices, *visitors, *((self.code,) if self.code else ()))


class DraftVisitor(Struct, frozen=True):
    """One of the party as typed. The applicant's own name is the contact's and is not asked for twice."""

    pointer: str
    name: object
    age: object
    applicant: bool = False


class DraftMembers(Struct, frozen=True):
    """So many of a group who are of one age, as typed."""

    pointer: str
    age: object
    count: object


class DraftGroup(Struct, frozen=True):
    """A school class or the like: counted by age, not named one by one."""

    name: object
    members: tuple[DraftMembers, ...] = ()


class Draft(Struct, frozen=True):
    """Values as they were sent, before anything was checked."""

    name: object = None
    email: object = None
    phone: object = None
    visitors: tuple[DraftVisitor, ...] = ()
    group: DraftGroup | None = None
    if_full: object = "refuse"
    code: object = ""
    consents: object = ()
    language: object = "ru"
    problems: tuple[FieldProblem, ...] = ()
    """Problems of the shape, found while the draft was taken apart."""


def new_key() -> str:
    """A once-only key for one form."""
    return secrets.token_urlsafe(18)


def field_of(pointer: str) -> str:
    """The form's field at a JSON pointer."""
    return pointer.strip("/").replace("/", "-")


def read(draft: Draft) -> PartyRequest | tuple[FieldProblem, ...]:
    """The request in a draft, or all of its problems."""
    if draft.problems:
        return draft.problems
    reader = _Reader()
    name = reader.take("/contact/name", fields.name, draft.name, "")
    email = reader.take("/contact/email", fields.email, draft.email, "")
    phone = reader.take("/contact/phone", fields.phone, draft.phone, "")
    visitors = reader.visitors(draft)
    request = PartyRequest(
        name=name,
        email=email,
        phone=phone,
        visitors=visitors,
        waits=reader.take("/if_full", _waits, draft.if_full, False),
        code=reader.take("/code", fields.code, draft.code, ""),
        consents=reader.consents(draft.consents, of_others=any(_is_led(visitor, name) for visitor in visitors)),
        language=reader.take("/language", _language, draft.language, "ru"),
    )
    return tuple(reader.problems) or request


class _Reader(Struct):
    """Collects what is wrong instead of stopping at the first."""

    problems: list[FieldProblem] = field(default_factory=list)

    def take(self, pointer: str, read: Callable[[object], Value], value: object, instead: Value) -> Value:
        try:
            return read(value)
        except Wrong as wrong:
            self.say(pointer, str(wrong))
            return instead

    def say(self, pointer: str, detail: str, part: str = "") -> None:
        if all((problem.pointer, problem.part) != (pointer, part) for problem in self.problems):
            self.problems.append(FieldProblem(pointer, detail, part))

    def consents(self, value: object, of_others: bool) -> tuple[str, ...]:
        given = self.take("/consents", _consents, value, None)
        if given is None:
            return ()
        for kind in (REGISTRATION, TRANSFER, *((AUTHORITY,) if of_others else ())):
            if kind not in given:
                self.say("/consents", _(_WITHOUT[kind]), kind)
        return given

    def visitors(self, draft: Draft) -> tuple[Visitor, ...]:
        named = [self._visitor(draft, visitor) for visitor in draft.visitors[:MOST_VISITORS]]
        counted = self._group(draft.group) if draft.group else []
        if not named and not counted:
            self.say("/visitors", _("Укажите, кто придёт: хотя бы один человек."))
        if len(draft.visitors) + len(counted) > MOST_VISITORS:
            self.say("/visitors", _("В одной заявке не бывает больше %d человек.") % MOST_VISITORS)
        return (*named, *counted)

    def _group(self, group: DraftGroup) -> list[Visitor]:
        """Everybody of a group, called by its name and a number: nobody needs thirty names of children."""
        name = self.take("/group/name", fields.organisation, group.name, "")
        if not group.members:
            self.say("/group/members/1/age", _("Напишите возраст и сколько человек этого возраста."))
        read = [(m.pointer, *self._members(m)) for m in group.members]
        everybody = [(pointer, age) for pointer, age, count in read for _ in range(count)]
        return [Visitor(pointer, f"{name}, {number}", age) for number, (pointer, age) in enumerate(everybody, 1)]

    def _members(self, members: DraftMembers) -> tuple[int, int]:
        age = self.take(f"{members.pointer}/age", fields.age, members.age, ADULT)
        return age, self.take(f"{members.pointer}/count", fields.head_count, members.count, 0)

    def _visitor(self, draft: Draft, visitor: DraftVisitor) -> Visitor:
        where = "/contact/name" if visitor.applicant else f"{visitor.pointer}/name"
        name = self.take(where, fields.name, draft.name if visitor.applicant else visitor.name, "")
        return Visitor(visitor.pointer, name, self.take(f"{visitor.pointer}/age", fields.age, visitor.age, ADULT))


def newcomer_of(typed: Mapping[str, str]) -> DraftVisitor:
    """Who joins a party: the form's first companion."""
    return _companion(typed, 1)


def read_newcomer(draft: DraftVisitor, has_authority: bool) -> Visitor | tuple[FieldProblem, ...]:
    """Who joins a party, or all that is wrong with them; a child needs somebody who may bring it."""
    reader = _Reader()
    name = reader.take(f"{draft.pointer}/name", fields.name, draft.name, "")
    age = reader.take(f"{draft.pointer}/age", fields.age, draft.age, ADULT)
    if age < ADULT and not has_authority:
        reader.say("/consents", _(_WITHOUT[AUTHORITY]), AUTHORITY)
    return tuple(reader.problems) or Visitor(draft.pointer, name, age)


def from_fields(typed: Mapping[str, str]) -> Draft:
    """The draft in a form's fields. Rows of companions that were left empty are nobody; mails speak as the page did."""
    rows = sorted({int(row[1]) for key in typed if (row := _VISITOR_FIELD.fullmatch(key))})
    companions = (_companion(typed, row) for row in rows)
    return Draft(
        name=typed.get("contact-name", ""),
        group=_group(typed),
        email=typed.get("contact-email", ""),
        phone=typed.get("contact-phone", ""),
        visitors=(*_applicant(typed), *(c for c in companions if c.name or c.age != "")),
        if_full=typed.get("if_full", "refuse"),
        code=typed.get("code", ""),
        consents=[kind for kind in KINDS if f"consents-{kind}" in typed],
        language=tongue().language,
    )


def last_row(typed: Mapping[str, str]) -> int:
    """The last row of companions in which something was typed; 0 if there is none."""
    filled = (row for key, value in typed.items() if value.strip() and (row := _VISITOR_FIELD.fullmatch(key)))
    return max((int(row[1]) for row in filled), default=0)


def last_members(typed: Mapping[str, str]) -> int:
    """The last row of a group in which something was typed; 0 if there is none."""
    filled = (row for key, value in typed.items() if value.strip() and (row := _GROUP_FIELD.fullmatch(key)))
    return max((int(row[1]) for row in filled), default=0)


def _group(typed: Mapping[str, str]) -> DraftGroup | None:
    if "group-name" not in typed:
        return None
    rows = [f"group-members-{row}" for row in range(1, last_members(typed) + 1)]
    cells = ((row, typed.get(f"{row}-age", ""), typed.get(f"{row}-count", "")) for row in rows)
    filled = ((row, age, count) for row, age, count in cells if age.strip() or count.strip())
    members = (DraftMembers(f"/{row.replace('-', '/')}", _whole_number(a), _whole_number(c)) for row, a, c in filled)
    return DraftGroup(typed["group-name"], tuple(members))


def _is_led(visitor: Visitor, applicant: str) -> bool:
    """Whether this is a child whom somebody else answers for."""
    return visitor.age < ADULT and not (applicant and visitor.name.casefold() == applicant.casefold())


def _applicant(typed: Mapping[str, str]) -> tuple[DraftVisitor, ...]:
    if "visitors-0-going" not in typed:
        return ()
    return (DraftVisitor("/visitors/0", None, _whole_number(typed.get("visitors-0-age", "")), applicant=True),)


def _companion(typed: Mapping[str, str], row: int) -> DraftVisitor:
    name = typed.get(f"visitors-{row}-name", "").strip(" ")
    return DraftVisitor(f"/visitors/{row}", name, _whole_number(typed.get(f"visitors-{row}-age", "")))


def _whole_number(text: str) -> object:
    text = text.strip()
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else text


def from_json(value: object) -> Draft:
    """The draft in a decoded JSON body, whatever its shape."""
    problems: list[FieldProblem] = []
    body = _object(value, "", problems)
    contact = _object(body.get("contact"), "/contact", problems)
    group = _group_in(body.get("group"), problems) if body.get("group") is not None else None
    visitors = body.get("visitors", [] if group else None)
    if not isinstance(visitors, list):
        problems.append(FieldProblem("/visitors", _("Здесь нужен список посетителей.")))
        visitors = []
    members = [(f"/visitors/{i}", visitor) for i, visitor in enumerate(visitors[: MOST_VISITORS + 1])]
    parts = [(pointer, _object(visitor, pointer, problems)) for pointer, visitor in members]
    return Draft(
        name=contact.get("name"),
        group=group,
        email=contact.get("email"),
        phone=contact.get("phone"),
        visitors=tuple(DraftVisitor(pointer, part.get("name"), part.get("age")) for pointer, part in parts),
        if_full=body.get("if_full", "refuse"),
        code=body.get("code", ""),
        consents=body.get("consents", ()),
        language=body.get("language", tongue().language),
        problems=tuple(problems),
    )


def _group_in(value: object, problems: list[FieldProblem]) -> DraftGroup:
    group = _object(value, "/group", problems)
    members = group.get("members")
    if not isinstance(members, list):
        problems.append(
            FieldProblem("/group/members", _("Здесь нужен список: возраст и сколько человек этого возраста."))
        )
        members = []
    places = [(f"/group/members/{i}", member) for i, member in enumerate(members[:MOST_VISITORS])]
    parts = [(pointer, _object(member, pointer, problems)) for pointer, member in places]
    rows = tuple(DraftMembers(pointer, part.get("age"), part.get("count")) for pointer, part in parts)
    return DraftGroup(group.get("name"), rows)


def _object(value: object, pointer: str, problems: list[FieldProblem]) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    problems.append(FieldProblem(pointer, _("Здесь нужен объект JSON.")))
    return {}


def _waits(value: object) -> bool:
    if value not in ("wait", "refuse"):
        raise Wrong(_("Выберите, что делать, если мест не хватит: wait или refuse."))
    return value == "wait"


def _consents(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(kind in KINDS for kind in value):
        raise Wrong(_("Согласия — список; известны: %s.") % ", ".join(KINDS))
    return tuple(sorted(set(value)))


_WITHOUT = {
    REGISTRATION: N_("Без согласия на обработку данных записать нельзя: отметьте его."),
    TRANSFER: N_("Без согласия передать список предприятию вас не пропустят: отметьте его."),
    AUTHORITY: N_("Вы записываете детей: отметьте, что вы их законный представитель или действуете по его поручению."),
}


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise Wrong(_("Язык писем — один из этих: %s.") % ", ".join(LANGUAGES))
    return str(value)
