"""The demo season in spreadsheets of the emulator, as an organiser and an operator would make them.

A person makes and shares the files; the tabs are laid out by the very code of `zapis sheet init`; then the
season is typed in, its dates counted from today. All of it is done in the person's own name, so that the quota
of the service accounts is left to the functions. `season.json` is written last: its presence means that all
went well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from local.demo import cells
from local.demo.person import EMAIL, NEW_FILE, Person
from local.demo.season import DemoSeason, dated, moment, read
from local.errors import LocalError
from zapis.errors import ZapisError
from zapis.publish.layout import requests_to_lay_out
from zapis.publish.places import place
from zapis.schema import Tab, schema, tab
from zapis.sheets import Json, Sheets

MOSCOW = ZoneInfo("Europe/Moscow")
SITE, JOBS = "zapis-site@demo.iam.gserviceaccount.com", "zapis-jobs@demo.iam.gserviceaccount.com"
CATALOGUE, LEDGER, ROSTER = "Открой#Моспром — каталог", "Запись — журнал", "Посетители: {}"


def seed(emulator: str, data: Path) -> str:
    """Lay the season out; a sentence of what was done. Raises LocalError."""
    done = data / "season.json"
    if done.exists():
        return f"{done} says that the demo season is laid out already; nothing was changed."
    person = Person(emulator)
    for name, email in (("site", SITE), ("jobs", JOBS)):
        person.download_key(email, data / "keys" / f"{name}.json")
    season, now = read(), datetime.now(MOSCOW).replace(tzinfo=None)
    try:
        files = _lay_out(person, _sheets(person, emulator), season, now)
    except ZapisError as error:
        raise LocalError(f"The demo season could not be laid out: {error}") from error
    _write(done, files)
    return f"Laid out {len(season.enterprises)} enterprises and {len(season.slots)} visits from {now:%d.%m.%Y} on."


def _sheets(person: Person, emulator: str) -> Sheets:
    """The API in the person's own name."""
    with TemporaryDirectory() as folder:
        return Sheets(person.download_key(EMAIL, Path(folder) / "key.json"), urlsplit(emulator).netloc)


def _lay_out(person: Person, sheets: Sheets, season: DemoSeason, now: datetime) -> Json:
    """Every spreadsheet of the season; their ids by what they are."""
    catalogue, _ = person.make_spreadsheet(CATALOGUE, [JOBS])
    ledger, _ = person.make_spreadsheet(LEDGER, [SITE, JOBS])
    names = [enterprise["name"] for enterprise in season.enterprises]
    rosters = {name: person.make_spreadsheet(ROSTER.format(name), [JOBS]) for name in names}
    links = {name: link for name, (_, link) in rosters.items()}
    tabs = requests_to_lay_out(NEW_FILE, schema()["catalogue"], [JOBS])
    sheets.batch_update(catalogue, [*tabs, *_typed(season, links, now)])
    sheets.batch_update(ledger, requests_to_lay_out(NEW_FILE, schema()["ledger"]))
    for roster, _ in rosters.values():
        sheets.batch_update(roster, requests_to_lay_out(NEW_FILE, schema()["roster"], [JOBS]))
    ids = {name: roster for name, (roster, _) in rosters.items()}
    return {"catalogue": catalogue, "ledger": ledger, "rosters": ids}


def _typed(season: DemoSeason, links: Mapping[str, str], now: datetime) -> list[Json]:
    """What the organiser types into the catalogue."""
    enterprises = [{**row, "roster": links[row["name"]]} for row in season.enterprises]
    return [
        *_settings(tab("catalogue", "season"), season.settings, now),
        _rows(tab("catalogue", "enterprises"), enterprises),
        _rows(tab("catalogue", "tours"), season.tours),
        _rows(tab("catalogue", "slots"), dated(season.slots, now)),
    ]


def _settings(of: Tab, settings: Mapping[str, str], now: datetime) -> list[Json]:
    rows = {row["id"]: number for number, row in enumerate(of.rows, 1)}
    where = place(of, None)
    column = where.columns["value"]
    return [cells.one(where.sheet, rows[key], column, *_setting(key, text, now)) for key, text in settings.items()]


def _setting(key: str, text: str, now: datetime) -> tuple[str, str]:
    """What kind of cell a setting is, and its text."""
    if key == "opens":
        return "datetime", moment(text, now)
    return ("number" if text.isdecimal() else "text"), text


def _rows(of: Tab, rows: Sequence[Mapping[str, str]]) -> Json:
    return cells.rows_below_header(place(of, None).sheet, of.columns, rows)


def _write(path: Path, files: Json) -> None:
    """Whole or not at all: a half-written file would be taken for a season."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(files, ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(path)
