"""The list of files: grouped by what they are to a programme of visits, told by a tab that they have.

The emulator knows no schema. A file without such a tab stands under «Другие таблицы».
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from local.sheets.call import World
from local.sheets.doors import list_files
from local.sheets.workbook import Json

KINDS = (
    ("Расписание", "Каталог", "Здесь работают организаторы"),
    ("Посетители", "Списки предприятий", "Каждое предприятие видит только свой"),
    ("_journal", "Журнал", "Пишет только программа"),
)
"""A tell-tale tab, the heading of such files, and whose they are; the first that fits counts."""
REST = ("Другие таблицы", "")
MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@dataclass(frozen=True, slots=True)
class Book:
    """A file in the list."""

    id: str
    title: str
    tabs: tuple[str, ...]
    modified: str
    changed: str
    """When it was changed last, in words."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files of one kind, by title."""

    heading: str
    about: str
    books: tuple[Book, ...]


def shelves(world: World) -> list[Shelf]:
    """All files, on the shelves that are not empty."""
    sorted_out: dict[tuple[str, str], list[Book]] = {(heading, about): [] for _, heading, about in KINDS}
    sorted_out[REST] = []
    now = datetime.fromtimestamp(world.clock.time()).astimezone()
    for file in sorted(list_files(world), key=lambda file: file["title"].casefold()):
        sorted_out[_shelf(file["tabs"])].append(_book(file, now))
    return [Shelf(heading, about, tuple(books)) for (heading, about), books in sorted_out.items() if books]


def _shelf(tabs: list[str]) -> tuple[str, str]:
    return next(((heading, about) for telltale, heading, about in KINDS if telltale in tabs), REST)


def _book(file: Json, now: datetime) -> Book:
    shown = tuple(title for title in file["tabs"] if not title.startswith("_")) or tuple(file["tabs"])
    return Book(file["id"], file["title"], shown, file["modified"], _in_words(file["modified"], now))


def _in_words(rfc3339: str, now: datetime) -> str:
    moment = datetime.fromisoformat(rfc3339).astimezone(now.tzinfo)
    days = (now.date() - moment.date()).days
    if days in (0, 1):
        return f"{'сегодня' if days == 0 else 'вчера'} в\u00a0{moment:%H:%M}"
    year = "" if moment.year == now.year else f"\u00a0{moment.year}"
    return f"{moment.day}\u00a0{MONTHS[moment.month - 1]}{year}"
