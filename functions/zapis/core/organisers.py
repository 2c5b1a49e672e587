"""What organisers typed -> a validated catalogue, and a Problem beside whatever could not be understood.

A row with a problem closes only itself: its last good values stay in force. A row that vanished stays in
force too and is a Problem; nothing is ever cancelled because something could not be read. Rows are known by
`_id`; a row without one, or with a copied one, is listed as needing an id and is not offered until it has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import fields, replace

from zapis.core import habits
from zapis.core.catalogue import (
    ALWAYS,
    HERE,
    MOSCOW,
    OLDEST,
    Catalogue,
    Enterprise,
    EnterpriseId,
    Noise,
    Season,
    Slot,
    Stairs,
    Tour,
    TourId,
    TourKind,
    Wheelchair,
    terms_of,
)
from zapis.core.deadlines import Lead
from zapis.core.habits import Unclear
from zapis.core.model import SlotId, SlotStatus
from zapis.core.rules import ADULT
from zapis.core.russian import counted
from zapis.core.tables import EMPTY, Table, TableRow
from zapis.core.texts import PARTS, Text, TextId, complaints

KINDS: dict[str, TourKind] = {"экскурсия": "excursion", "мастер-класс": "workshop", "мастер класс": "workshop"}
STATUSES = {
    "": None,
    "открыта": SlotStatus.OPEN,
    "закрыта": SlotStatus.CLOSED,
    "отменена": SlotStatus.CANCELLED,
}
WHEELCHAIRS: dict[str, Wheelchair] = {"": "", "да": "yes", "помогут": "helped", "нет": "no"}
STAIRS: dict[str, Stairs] = {"": "", "нет": "none", "есть лифт": "lift", "есть": "only"}
NOISES: dict[str, Noise] = {"": "", "тихо": "quiet", "местами": "places", "громко": "loud"}
LAST_GOOD = "пока действуют прежние значения"


class Problem(Struct, frozen=True):
    """What is wrong with a cell that an organiser typed, with its address and remedy, in Russian."""

    tab: str
    row: str
    """The row's `_id`; empty for a fault of the whole tab."""
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}" if self.cell else self.message


class NeedsId(Struct, frozen=True):
    """A row that has no id of its own yet."""

    tab: str
    row: int


class Reading(Struct):
    """The outcome of reading a catalogue file."""

    catalogue: Catalogue
    tables: Mapping[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    needs_id: list[NeedsId] = field(default_factory=list)


Item = TypeVar("Item", Enterprise, Tour, Slot)


def read(tables: Mapping[str, Table], last: Catalogue, today: date) -> Reading:
    """The catalogue in `tables` (by the schema's keys), what is unclear resting on `last`, the last good one."""
    reading = Reading(Catalogue(), tables)
    season = _season(tables["season"], last.season, today, reading)
    enterprises = _items(tables["enterprises"], last.enterprises, _enterprise, reading)
    by_name = _names(tables["enterprises"], enterprises, last.enterprises, lambda item: item.name)

    def tour(row: _Row) -> Tour:
        return _tour(row, by_name, season, today)

    tours = _items(tables["tours"], last.tours, tour, reading)
    by_title = _names(tables["tours"], tours, last.tours, lambda item: item.title)

    def slot(row: _Row) -> Slot:
        return _slot(row, by_title, tours, today)

    slots = _items(tables["slots"], last.slots, slot, reading)
    _two_at_once(tables["slots"], slots, tours, reading)
    texts = _texts(tables["texts"], last.texts, reading) if "texts" in tables else last.texts
    reading.catalogue = replace(_closed_over_references(season, enterprises, tours, slots), texts=texts)
    _closed_before_open(tables["slots"], reading)
    return reading


class _Row(Struct, frozen=True):
    """One row being read; collects what is unclear instead of stopping at the first."""

    table: Table
    row: TableRow
    problems: list[Problem]

    def say(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.table.title, self.id, self.table.address(self.row, key), message))

    @property
    def id(self) -> str:
        return self.row.text("id")

    def text(self, key: str) -> str:
        return self.row.text(key)

    def needed(self, key: str) -> str:
        text = self.row.text(key)
        if not text:
            self.say(key, "нужно заполнить")
        return text

    def read(self, key: str, how: Callable[..., Any], *args: Any, empty: Any = None) -> Any:
        """The cell read by `how`; `empty` for an empty cell, or a Problem where `empty` is `_NEEDED`."""
        cell = self.row.cells.get(key, EMPTY)
        if not cell.text.strip():
            if empty is _NEEDED:
                self.say(key, "нужно заполнить")
            return empty
        try:
            return how(cell, *args)
        except Unclear as unclear:
            self.say(key, str(unclear))
            return _NEEDED


_NEEDED: Any = object()


def _items(table: Table, last: Mapping[Any, Item], build: Callable[[_Row], Item], reading: Reading) -> dict[Any, Item]:
    """The rows of a tab as items by id; the last good item where a row is unclear, missing or its tab broken."""
    if lost := _lost(table, last.values()):
        headers = ", ".join(f"«{header}»" for header in lost)
        reading.problems.append(
            Problem(table.title, "", "", f"Во вкладке «{table.title}» нет столбца {headers}: {LAST_GOOD}. Верните его.")
        )
        return dict(last)
    items: dict[Any, Item] = {}
    for row in _own_rows(table, last, build, reading):
        problems: list[Problem] = []
        item = build(_Row(table, row, problems))
        reading.problems += problems
        if not problems:
            items[item.id] = item
        elif item.id in last:
            items[item.id] = last[item.id]
    present = {row.text("id") for row in table.rows}
    for vanished in (item for key, item in last.items() if key not in present):
        items[vanished.id] = vanished
        reading.problems += _missed(table, vanished)
    return items


_LATER: dict[str, Any] = {"letter": "", "send": False} | {
    f.name: f.default for item in (Enterprise, Tour, Slot) for f in fields(item) if f.default is not NODEFAULT
}
"""What a file laid out by an earlier release has no column for, and what that means."""


def _lost(table: Table, last: Iterable[Item]) -> list[str]:
    """The headers that the tab must have and does not; a later column counts only once somebody used it."""
    return [
        header
        for key, header in table.missing.items()
        if key not in _LATER or any(getattr(item, key, _LATER[key]) != _LATER[key] for item in last)
    ]


_UNTYPED = ("id", "check", "confirm", "send")
"""What stands in a row before anybody typed into it: codes, and ticks that nobody set."""


def _own_rows(
    table: Table, last: Mapping[Any, Item], build: Callable[[_Row], Item], reading: Reading
) -> list[TableRow]:
    """The rows that keep their id; the others are listed as needing one."""
    by_id: dict[str, list[TableRow]] = {}
    for row in table.rows:
        if not any(cell.text.strip() for key, cell in row.cells.items() if key not in _UNTYPED):
            continue
        by_id.setdefault(row.text("id"), []).append(row)
    keepers = []
    for row_id, rows in by_id.items():
        keeper = _keeper(table, rows, last.get(row_id), build) if row_id else None
        keepers += [keeper] if keeper else []
        reading.needs_id += [NeedsId(table.title, row.number) for row in rows if row is not keeper]
    return keepers


def _keeper(table: Table, rows: list[TableRow], recorded: Item | None, build: Callable[[_Row], Item]) -> TableRow:
    """Of rows that share an id, the one that matches what is recorded under it, else the first."""
    if len(rows) > 1 and recorded is not None:
        for row in rows:
            problems: list[Problem] = []
            if build(_Row(table, row, problems)) == recorded and not problems:
                return row
    return rows[0]


def _missed(table: Table, item: Enterprise | Tour | Slot) -> list[Problem]:
    if isinstance(item, Slot) and item.status is None:
        return []
    name = item.name if isinstance(item, Enterprise) else item.title if isinstance(item, Tour) else ""
    what = f"«{name}»" if name else f"от {_slot_words(item)}" if isinstance(item, Slot) else ""
    message = f"Из вкладки «{table.title}» пропала строка {what}: она остаётся в силе. Верните её или отмените."
    return [Problem(table.title, str(item.id), "", message)]


def _slot_words(slot: Slot) -> str:
    return f"{slot.starts.astimezone(MOSCOW):%d.%m.%Y %H:%M}"


def _names(
    table: Table, items: Mapping[Any, Item], last: Mapping[Any, Item], name: Callable[[Item], str]
) -> dict[str, Any]:
    """Name as typed elsewhere -> id. A name from before a renaming still finds its row; a doubled one is None."""
    ids: dict[str, Any] = {_plain(name(item)): key for key, item in last.items() if key in items}
    seen: set[str] = set()
    for key, item in items.items():
        plain = _plain(name(item))
        ids[plain] = None if plain in seen else key
        seen.add(plain)
    return ids


def _plain(text: str) -> str:
    return re.sub(r"[«»\"“”„\s]+", " ", text).strip().casefold()


def _season(table: Table, last: Season | None, today: date, reading: Reading) -> Season | None:
    rows = {row.text("id"): _Row(table, row, reading.problems) for row in table.rows if row.text("id")}
    before = len(reading.problems)

    def value(key: str, how: Callable[..., Any] | None = None, *args: Any, empty: Any = "") -> Any:
        row = rows.get(key)
        if row is None:
            return empty
        return row.read("value", how, *args, empty=empty) if how else row.text("value")

    closes = value("closes_hours", habits.deadline, today, empty=Lead(24))
    freezes = value("freezes_hours", habits.deadline, today, empty=Lead(24))
    season = Season(
        title=value("title"),
        season=value("season"),
        opens=value("opens", habits.moment, today, empty=None),
        closes_hours=_plain_hours(closes, 24),
        freezes_hours=_plain_hours(freezes, 24),
        season_limit=value("season_limit", habits.whole_number, 1, 1000, empty=3),
        max_party=value("max_party", habits.whole_number, 1, 100, empty=5),
        operator=value("operator"),
        email=value("email"),
        phone=value("phone"),
        rehearsal=value("rehearsal", habits.address),
        closes=None if _plain_hours(closes) else closes,
        freezes=None if _plain_hours(freezes) else freezes,
        holidays=value("holidays", habits.days, today, empty=()),
        photo=value("photo", habits.yes, False, empty=False),
    )
    if table.missing or "title" not in rows:
        reading.problems.append(
            Problem(table.title, "", "", f"Вкладка «{table.title}» неполна: {LAST_GOOD}. Верните её строки и столбцы.")
        )
    return last if len(reading.problems) > before else season


def _plain_hours(deadline: Any, otherwise: int = 0) -> int:
    """The hours of a deadline that is nothing but hours."""
    return deadline.hours if isinstance(deadline, Lead) and not deadline.working_days else otherwise


def _texts(table: Table, last: Mapping[TextId, Text], reading: Reading) -> dict[TextId, Text]:
    """Own words by id; the last good ones where a row is unclear or a column is gone."""
    if lost := _lost(table, ()):
        headers = ", ".join(f"«{header}»" for header in lost)
        message = f"Во вкладке «{table.title}» нет столбца {headers}: {LAST_GOOD}. Верните его."
        reading.problems.append(Problem(table.title, "", "", message))
        return dict(last)
    found: dict[TextId, Text] = {}
    for row in (_Row(table, row, []) for row in table.rows if row.text("id")):
        text = _text(row)
        reading.problems += row.problems
        good = last.get(text.id) if row.problems else text
        if good and (good.says or good.sample):
            found[good.id] = good
    return found


def _text(row: _Row) -> Text:
    parts = {part: row.text(part) for part in PARTS}
    text = Text(TextId(row.id), **parts, sample=row.row.cells.get("sample", EMPTY).ticked)
    for part, words in parts.items():
        for complaint in complaints(text.kind, words):
            row.say(part, complaint)
    return text


def _enterprise(row: _Row) -> Enterprise:
    return Enterprise(
        id=EnterpriseId(row.id),
        name=row.needed("name"),
        about=row.text("about"),
        address=row.needed("address"),
        metro=row.text("metro"),
        gate=row.text("gate"),
        documents=row.text("documents"),
        clothes=row.text("clothes"),
        notes=row.text("notes"),
        phone=row.text("phone"),
        roster=_spreadsheet(row),
        line=row.text("line"),
        wheelchair=_choice(row, "wheelchair", WHEELCHAIRS),
        stairs=_choice(row, "stairs", STAIRS),
        noise=_choice(row, "noise", NOISES),
        contact_email=row.read("contact_email", habits.address, empty=""),
    )


_HERE = ("здесь", "в этом файле", "в этой таблице")


def _spreadsheet(row: _Row) -> str:
    link = row.text("roster")
    if link.casefold() in _HERE:
        return HERE
    found = re.search(r"/spreadsheets/d/([\w-]+)", link) or re.fullmatch(r"([\w-]{20,})", link)
    if link and not found:
        row.say("roster", "нужна ссылка на таблицу, как в адресной строке браузера, или слово «здесь»")
    return found[1] if found else ""


def _tour(row: _Row, enterprises: Mapping[str, Any], season: Season | None, today: date) -> Tour:
    max_party = season.max_party if season else 5
    tour = Tour(
        id=TourId(row.id),
        enterprise=_reference(row, "enterprise", enterprises, "Предприятия"),
        title=row.needed("title"),
        kind=_choice(row, "kind", KINDS),
        about=row.text("about"),
        minutes=row.read("minutes", habits.whole_number, 1, 1440, empty=_NEEDED),
        min_age=row.read("min_age", habits.whole_number, 0, OLDEST, empty=_NEEDED),
        max_age=row.read("max_age", habits.whole_number, 0, OLDEST, empty=OLDEST),
        capacity=row.read("capacity", habits.whole_number, 1, 10_000, empty=_NEEDED),
        max_party=row.read("max_party", habits.whole_number, 1, 1000, empty=max_party),
        waiting_list=row.read("waiting_list", habits.yes, True, empty=True),
        bring=row.text("bring"),
        children_per_adult=row.read("children_per_adult", habits.whole_number, 1, 100),
        opens=row.read("opens", habits.moment, today),
        closes=row.read("closes", habits.deadline, today),
        freezes=row.read("freezes", habits.deadline, today),
        min_group=row.read("min_group", habits.whole_number, 0, 10_000, empty=0),
        tasting=row.read("tasting", habits.yes, False, empty=False),
    )
    if _NEEDED not in (tour.min_age, tour.max_age) and tour.min_age > tour.max_age:
        row.say("max_age", f"«до» ({tour.max_age}) меньше, чем «от» ({tour.min_age}): исправьте одно из двух")
    if tour.tasting is True and tour.max_age is not _NEEDED and tour.max_age < ADULT:
        row.say("tasting", f"пробовать некому: сюда пускают до {_until(tour.max_age)}, исправьте одно из двух")
    return tour


def _until(age: int) -> str:
    return counted(age, "года", "лет", "лет")


def _slot(row: _Row, tours: Mapping[str, Any], known: Mapping[TourId, Tour], today: date) -> Slot:
    slot = Slot(
        id=SlotId(row.id),
        tour=_reference(row, "tour", tours, "Экскурсии и мастер-классы"),
        starts=_starts(row, today),
        capacity=row.read("capacity", habits.whole_number, 0, 10_000, empty=_NEEDED),
        status=_choice(row, "status", STATUSES),
        opens=row.read("opens", habits.moment, today),
        closes=row.read("closes", habits.deadline, today),
        confirmed=row.row.cells.get("confirm", EMPTY).ticked,
        held=row.read("held", habits.whole_number, 0, 10_000, empty=0),
        codes=row.read("codes", habits.codes, empty=()),
        release=row.read("release", habits.moment, today),
    )
    if _NEEDED not in (slot.held, slot.capacity) and slot.held > slot.capacity:
        row.say("held", f"придержано {slot.held}, а мест всего {slot.capacity}: исправьте одно из двух")
    if slot.codes and not slot.held:
        row.say("codes", "код ничего не открывает: впишите в «Придержано», сколько мест для него")
    return slot


def _starts(row: _Row, today: date) -> datetime:
    day = row.read("date", habits.day, today, empty=_NEEDED)
    time = row.read("time", habits.time_of_day, empty=_NEEDED)
    if day is _NEEDED or time is _NEEDED:
        return ALWAYS
    return habits.in_moscow(day, time)


def _reference(row: _Row, key: str, ids: Mapping[str, Any], tab: str) -> Any:
    text = row.needed(key)
    if not text:
        return ""
    found = ids.get(_plain(text), "")
    if found == "":
        row.say(key, f"во вкладке «{tab}» нет «{text}»: выберите из списка или добавьте туда строку")
    elif found is None:
        row.say(key, f"во вкладке «{tab}» несколько строк «{text}»: дайте им разные названия")
    return found


def _choice(row: _Row, key: str, choices: dict[str, Any]) -> Any:
    text = row.text(key).casefold()
    if text not in choices:
        first_spelling = {choices[choice]: choice for choice in reversed(choices) if choice}
        expected = ", ".join(f"«{choice}»" for choice in reversed(first_spelling.values()))
        row.say(key, f"выберите из списка: {expected}" + (f", а написано «{row.text(key)}»" if text else ""))
    return choices.get(text)


def _two_at_once(table: Table, slots: Mapping[SlotId, Slot], tours: Mapping[TourId, Tour], reading: Reading) -> None:
    """Two slots of one enterprise at one moment may be a slip of the hand: told beside the later row, both stay."""
    rows = {row.text("id"): row for row in table.rows}
    taken: dict[tuple[EnterpriseId, datetime], SlotId] = {}
    for slot in slots.values():
        if slot.status in (None, SlotStatus.CANCELLED) or slot.id not in rows or slot.tour not in tours:
            continue
        other = taken.setdefault((tours[slot.tour].enterprise, slot.starts), slot.id)
        if other != slot.id and other in rows:
            address = table.address(rows[slot.id], "time")
            message = f"в это же время это предприятие занято в строке {rows[other].number}: проверьте дату и время"
            reading.problems.append(Problem(table.title, str(slot.id), address, message))


def _closed_before_open(table: Table, reading: Reading) -> None:
    """Registration that ends before it begins is told beside its row; the row stays in force as it is typed."""
    rows = {row.text("id"): row for row in table.rows}
    for slot in reading.catalogue.slots.values():
        if slot.status is not SlotStatus.OPEN or reading.catalogue.season is None or slot.id not in rows:
            continue
        terms = terms_of(reading.catalogue, slot)
        if terms.closes <= terms.opens:
            ends = f"{terms.closes.astimezone(MOSCOW):%d.%m.%Y %H:%M}"
            begins = f"{terms.opens.astimezone(MOSCOW):%d.%m.%Y %H:%M}"
            message = f"запись закрывается {ends}, раньше, чем открывается ({begins}): исправьте одно из двух"
            reading.problems.append(Problem(table.title, str(slot.id), table.address(rows[slot.id], "closes"), message))


def _closed_over_references(
    season: Season | None,
    enterprises: dict[EnterpriseId, Enterprise],
    tours: dict[TourId, Tour],
    slots: dict[SlotId, Slot],
) -> Catalogue:
    tours = {key: tour for key, tour in tours.items() if tour.enterprise in enterprises}
    return Catalogue(season, enterprises, tours, {key: s for key, s in slots.items() if s.tour in tours})
