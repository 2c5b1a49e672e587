"""Calls: a line that an organiser typed while somebody was on the telephone -> a registration, exactly once.

A line has a code of its own before anybody types into it, and a registration is named by that code: whatever is
read twice, sorted, or lost on the way, one line makes one registration. Only a line whose request was refused may
ask again, and only once something in it was changed. What is wrong is said beside the line, which nobody else
ever writes to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import count

from msgspec import Struct, field

from zapis.core import habits, ids, people
from zapis.core.catalogue import OLDEST, Catalogue
from zapis.core.entries import Entry, Requested, Row
from zapis.core.fold import State
from zapis.core.habits import Unclear
from zapis.core.labels import meant
from zapis.core.model import EntryId, PersonKey, Reason, Registration, RegistrationId, SlotId, Standing
from zapis.core.people import Person
from zapis.core.rules import ADULT
from zapis.core.tables import EMPTY, TableRow

CHANNEL = "phone"
SPOKEN = ("registration/spoken", "transfer/spoken")
"""The consents that a tick in «Записать» stands for: asked for and given aloud."""
MOST = 100
UNTICKED = "вписано: поставьте галочку «Записать»"
NO_NAMES_HERE = (
    "имена в этой таблице не хранятся: сотрите строку и запишите звонящего на странице «Заявки и звонки», "
    "ссылка на неё — в «Сезоне»"
)
TWICE = "код этой строки стоит и в другой: перенесите звонок в пустую строку ниже"
REFUSED = {
    Reason.FULL: "мест не осталось; поставьте «Можно ждать» или выберите другой визит",
    Reason.CLOSED: "запись на этот визит закрыта",
    Reason.NOT_OPEN_YET: "запись на этот визит ещё не открыта",
    Reason.SLOT_CANCELLED: "этот визит отменён",
    Reason.PARTY_SIZE: "столько человек в одной заявке на этот визит не записывают",
    Reason.AGE: "возраст не подходит для этого визита: впишите «Возраст» или выберите другой",
    Reason.ADULTS: "на столько детей нужно больше взрослых",
    Reason.ALREADY: "с этим телефоном или почтой сюда уже записаны",
    Reason.LIMIT: "у этого человека уже столько заявок, сколько можно за сезон",
    Reason.UNKNOWN_SLOT: "запись на этот визит ещё не открывали",
}
_CODE = re.compile(r"call-(\d{1,9})")
_SEPARATORS = re.compile(r"[,;\n]+")

PersonKeys = Callable[[str, str], PersonKey]
"""What tells persons apart: kind («phone», «email») and value -> key."""


class Desk(Struct, frozen=True):
    """What calls are judged by. `names`: whether sheets may hold names at all."""

    state: State
    catalogue: Catalogue
    now: datetime
    writer: str
    person_key: PersonKeys
    names: bool = True


class Call(Struct, frozen=True):
    """A line that could be understood."""

    slot: SlotId
    ages: tuple[int, ...]
    person: Person
    waits: bool

    @property
    def body(self) -> str:
        """A digest of all that was typed."""
        who = (self.person.name, self.person.phone, self.person.email, *self.person.visitors)
        return ids.digest(self.slot, str(self.waits), *map(str, self.ages), *who)


class Plan(Struct):
    """What one look at the lines makes of them; `outcomes` answers each once the journal has."""

    entries: list[Entry] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, RegistrationId] = field(default_factory=dict)

    def outcomes(self, state: State) -> dict[str, str]:
        """By a line's code, what to say beside it."""
        return self.said | {line: _standing(state, state.registrations[id]) for line, id in self._asked.items()}

    def became(self, line: str, registration: RegistrationId) -> None:
        """The line is a registration, or will be once the journal has its entry."""
        self._asked[line] = registration


def plan(rows: Iterable[TableRow], desk: Desk) -> Plan:
    """What to append and say of the lines that have a code of their own."""
    made, lines = Plan(), dict[str, list[TableRow]]()
    for row in rows:
        if row.text("id") and is_typed(row):
            lines.setdefault(row.text("id"), []).append(row)
    for line, same in lines.items():
        _consider(made, line, same, desk)
    return made


def fresh(rows: Iterable[TableRow], state: State) -> Iterator[str]:
    """Codes for lines that have none, such as `call-17`: of no line that is there, or ever was a registration."""
    numbers = [int(found[1]) for row in rows if (found := _CODE.fullmatch(row.text("id")))]
    for number in count(max(numbers, default=0) + 1):
        if _id(f"call-{number}", 0) not in state.registrations:
            yield f"call-{number}"


def is_typed(row: TableRow) -> bool:
    """Whether anybody wrote into the line."""
    typed = ("name", "phone", "visit", "people", "ages", "others", "email")
    return any(row.text(key) for key in typed) or row.cells.get("go", EMPTY).ticked


def _consider(made: Plan, line: str, rows: list[TableRow], desk: Desk) -> None:
    latest = _latest(line, desk.state)
    if len(rows) > 1:
        made.said[line] = TWICE
    elif latest is not None and latest.standing is not Standing.REFUSED:
        made.became(line, latest.id)
    elif not desk.names:
        made.said[line] = NO_NAMES_HERE
    elif not rows[0].cells.get("go", EMPTY).ticked:
        made.said[line] = UNTICKED
    else:
        _ask(made, line, rows[0], latest, desk)


def _ask(made: Plan, line: str, row: TableRow, latest: Registration | None, desk: Desk) -> None:
    wrong: list[str] = []
    call = _read(row, desk, wrong)
    if call is None:
        made.said[line] = "; ".join(wrong)
    elif latest is not None and latest.body == _body(call, desk):
        made.became(line, latest.id)
    else:
        _request(made, line, call, desk)


def _request(made: Plan, line: str, call: Call, desk: Desk) -> None:
    turn = sum(1 for _ in _turns(line, desk.state))
    id = _id(line, turn)
    contacts = (("phone", call.person.phone), ("email", call.person.email))
    persons = tuple(desk.person_key(kind, value) for kind, value in contacts if value)
    fact = Requested(call.ages, persons, call.waits, _body(call, desk), SPOKEN, CHANNEL)
    made.entries.append(Entry(desk.now, EntryId(id), call.slot, desk.writer, fact))
    made.people.append(people.to_row(id, call.person))
    made.became(line, id)


def _body(call: Call, desk: Desk) -> str:
    """A keyed digest: the journal's rows must say nothing of anybody."""
    return str(desk.person_key("body", call.body))


def _id(line: str, turn: int) -> RegistrationId:
    return ids.registration_id(SlotId("call"), f"{line}.{turn}")


def _turns(line: str, state: State) -> Iterator[Registration]:
    """The registrations that the line has made so far."""
    turn = 0
    while (found := state.registrations.get(_id(line, turn))) is not None:
        yield found
        turn += 1


def _latest(line: str, state: State) -> Registration | None:
    return next(reversed(list(_turns(line, state))), None)


def _standing(state: State, registration: Registration) -> str:
    match registration.standing:
        case Standing.CONFIRMED:
            return f"записаны, код {registration.code}"
        case Standing.WAITING:
            return f"в листе ожидания, {state.place(registration.id)}-й, код {registration.code}"
        case Standing.CANCELLED:
            return f"отменена, код {registration.code}"
    why = REFUSED.get(registration.reason, "") if registration.reason else ""
    return f"не записаны: {why}" if why else "не записаны"


def _read(row: TableRow, desk: Desk, wrong: list[str]) -> Call | None:
    """The line as a request; None, and what is `wrong`, if it cannot be understood."""
    name, phone = " ".join(row.text("name").split()), _phone(row.text("phone"))
    if not name:
        wrong.append("впишите имя")
    if not phone:
        wrong.append("впишите телефон, например +7 916 123-45-67")
    slot = _slot(row, desk, wrong)
    ages = _ages(row, wrong)
    email = _email(row, wrong)
    visitors = _visitors(name, row.text("others"), len(ages), wrong)
    if wrong or slot is None:
        return None
    return Call(slot, ages, Person(name, email, phone, visitors), row.cells.get("waits", EMPTY).ticked)


def _slot(row: TableRow, desk: Desk, wrong: list[str]) -> SlotId | None:
    cell = row.cells.get("visit", EMPTY)
    if not cell.text.strip():
        wrong.append("выберите визит")
        return None
    try:
        return meant(cell, desk.catalogue, desk.now)
    except Unclear as unclear:
        wrong.append(f"«Визит»: {unclear}")
        return None


def _ages(row: TableRow, wrong: list[str]) -> tuple[int, ...]:
    """One age for each of the party: those that were typed, or all grown up; none where nobody can tell how many."""
    typed = [part.strip() for part in _SEPARATORS.split(row.text("ages")) if part.strip()]
    before = len(wrong)
    people = _people(row, wrong)
    if len(wrong) > before:
        return ()
    if not typed:
        return (ADULT,) * (people or 1)
    if not all(re.fullmatch(r"\d{1,3}", part) and int(part) <= OLDEST for part in typed):
        wrong.append(f"«Возраст»: числа через запятую, например 35, 12, а написано «{row.text('ages')}»")
    elif people is not None and people != len(typed):
        wrong.append(f"«Человек» — {people}, а возрастов {len(typed)}: поправьте то или другое")
    else:
        return tuple(map(int, typed))
    return ()


def _people(row: TableRow, wrong: list[str]) -> int | None:
    cell = row.cells.get("people", EMPTY)
    if not cell.text.strip():
        return None
    try:
        return habits.whole_number(cell, 1, MOST)
    except Unclear as unclear:
        wrong.append(f"«Человек»: {unclear}")
        return None


def _email(row: TableRow, wrong: list[str]) -> str:
    if not row.text("email"):
        return ""
    try:
        return habits.address(row.cells["email"])
    except Unclear as unclear:
        wrong.append(f"«Почта»: {unclear}")
        return ""


def _visitors(name: str, others: str, seats: int, wrong: list[str]) -> tuple[str, ...]:
    """The caller and those who were named; who was not is shown as somebody of the caller's party. 0 seats: unknown."""
    named = [" ".join(part.split()) for part in _SEPARATORS.split(others) if part.strip()]
    if len(named) >= seats > 0 and named:
        wrong.append(f"«Кто ещё» — {len(named)}, а всего человек {seats}: вместе со звонящим их больше")
    unnamed = seats - 1 - len(named)
    return (name, *named, *("—",) * max(unnamed, 0))


def _phone(text: str) -> str:
    """As the form writes it: +79161234567; empty for what is no number."""
    digits = re.sub(r"[^\d+]", "", text)
    if re.fullmatch(r"8\d{10}|7\d{10}", digits):
        return f"+7{digits[1:]}"
    if re.fullmatch(r"\d{10}", digits):
        return f"+7{digits}"
    return digits if re.fullmatch(r"\+\d{8,15}", digits) else ""
