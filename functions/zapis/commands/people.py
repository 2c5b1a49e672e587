"""`zapis people`: what the operator does when a person asks what is known of them, or to be forgotten.

Names and contacts are shown to the operator only, never logged. Erasing writes one entry; `sync` destroys the
rows under its lease and puts that on record, which `proof` hands out.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from zapis.commands import carry
from zapis.commands.connection import emulator_option, key_option
from zapis.commands.ledger import HELP, in_force, open_place, place_in_force, sentences
from zapis.core import dossier, ids, people
from zapis.core.carrying import Luggage
from zapis.core.entries import Entry, Erased, format_moment, from_row, to_row
from zapis.core.fold import State, fold
from zapis.core.model import Registration, RegistrationId
from zapis.core.notices import Outbox
from zapis.core.people import FORGOTTEN, Person
from zapis.errors import SheetError, SheetsUnavailable
from zapis.ledger.port import Append, Ledger
from zapis.settings import from_environment
from zapis.tokens import Tokens

WRITER = "operator"
KINDS = "name, e-mail address, telephone number, names of companions"
PROOF_COLUMNS = ("registration", "data", "system", "reason", "destroyed_at")


@click.group("people", context_settings=HELP)
def people_commands() -> None:
    """Answer people who ask what is known of them."""


@people_commands.command()
@click.argument("words")
@in_force
@key_option
@emulator_option
def find(words: str, ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> None:
    """Find registrations by name, address, telephone or code.

    A part of it is enough.

    Example: zapis people find Петрова
    """
    with sentences():
        known = _Known.of(carry.read(open_place(place_in_force(ledger, database), key, emulator)))
    matches = list(known.matching(words))
    for registration, person in matches:
        click.echo(f"{registration.code}  {registration.standing}  {registration.slot}  {person.name}  {person.email}")
    click.echo(f"{len(matches)} found.")


@people_commands.command()
@click.argument("code")
@in_force
@key_option
@emulator_option
def export(code: str, ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> None:
    """Print all that is known of one registration, as JSON.

    It is what a person may ask to see.

    Example: zapis people export K7MQ-4T2X
    """
    with sentences():
        known = _Known.of(carry.read(open_place(place_in_force(ledger, database), key, emulator)))
        told = known.told(known.registration(code))
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@people_commands.command()
@click.argument("codes", nargs=-1)
@click.option("--listed", type=Path, help="Erase all that this file of `proof` names: after a copy was restored.")
@in_force
@key_option
@emulator_option
def erase(
    codes: tuple[str, ...],
    listed: Path | None,
    ledger: str | None,
    database: str | None,
    key: Path | None,
    emulator: str | None,
) -> None:
    """Forget whoever is behind registrations.

    Seats are given back; names and contacts are destroyed by `sync`.

    Example: zapis people erase K7MQ-4T2X
    """
    if not codes and not listed:
        raise click.UsageError("Say whom: codes of registrations, or --listed.")
    with sentences():
        here = open_place(place_in_force(ledger, database), key, emulator)
        known = _Known.of(carry.read(here))
        wanted = [known.registration(code) for code in codes]
        wanted += [known.state.registrations[id] for id in _listed(listed) if id in known.state.registrations]
        for registration in wanted:
            _erase(here, registration)
    click.echo(f"{len(wanted)} forgotten; sync destroys their names and contacts with its next run.")


@people_commands.command()
@click.option("--file", type=Path, help="Write it there, as CSV; without this it is printed.")
@in_force
@key_option
@emulator_option
def proof(file: Path | None, ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> None:
    """Print the record of what was destroyed, and why.

    Whose (by registration), which data, why and when.

    Example: zapis people proof --file destroyed.csv
    """
    with sentences():
        luggage = carry.read(open_place(place_in_force(ledger, database), key, emulator))
    outbox = _outbox(luggage)
    lines = [(id, KINDS, "Zapis", done.reason, format_moment(done.at)) for id, done in outbox.destroyed.items()]
    if file:
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            csv.writer(target).writerows([PROOF_COLUMNS, *lines])
        click.echo(f"{file} has {len(lines)} lines.")
        return
    for line in (PROOF_COLUMNS, *lines):
        click.echo(";".join(line))


@people_commands.command()
@click.option("--hours", type=click.IntRange(1, 72), default=8, show_default=True, help="For how long it works.")
def link(hours: int) -> None:
    """Print a link to the page that finds people.

    For organisers whose spreadsheet is to hold none.

    Example: ZAPIS_OFFICE=off in the settings, then each morning: zapis people link
    """
    with sentences():
        chosen = from_environment()
    until = datetime.now(UTC) + timedelta(hours=hours)
    click.echo(f"{chosen.site_url}/office/{Tokens(chosen.secrets).office(until)}")


class _Known:
    """What the ledger knows of people."""

    def __init__(self, state: State, persons: dict[RegistrationId, Person], outbox: Outbox) -> None:
        self.state = state
        self.persons = persons
        self.outbox = outbox

    @classmethod
    def of(cls, luggage: Luggage) -> _Known:
        """What a ledger that was read says."""
        state = fold(entry for entry in map(from_row, luggage.journal) if isinstance(entry, Entry))
        persons: dict[RegistrationId, Person] = {}
        people.add_rows(persons, luggage.people)
        kept = {id: person for id, person in persons.items() if person.revision < FORGOTTEN and id not in state.erased}
        return cls(state, kept, _outbox(luggage))

    def matching(self, words: str) -> Iterator[tuple[Registration, Person]]:
        """Registrations that the words fit."""
        wanted = words.casefold().strip()
        for id, person in self.persons.items():
            registration = self.state.registrations.get(id)
            told = (
                person.name,
                person.email,
                person.phone,
                *person.visitors,
                registration.code if registration else "",
            )
            if registration and any(wanted in text.casefold() for text in told):
                yield registration, person

    def registration(self, code: str) -> Registration:
        """The registration of a code (or the whole id). Raises SheetError."""
        wanted = code.replace("-", "").upper()
        found = [r for id, r in self.state.registrations.items() if id.startswith(wanted)] if len(wanted) >= 8 else []
        if len(found) != 1:
            raise SheetError(f"{code}: {'no' if not found else 'more than one'} registration has this code.")
        return found[0]

    def told(self, registration: Registration) -> dict[str, Any]:
        """All that is known of it, in words a person may be given."""
        person, destroyed = self.persons.get(registration.id), self.outbox.destroyed.get(registration.id)
        return dossier.told(self.state, registration, person, destroyed)


def _outbox(luggage: Luggage) -> Outbox:
    outbox = Outbox()
    for row in luggage.outbox:
        outbox.apply(row)
    return outbox


def _listed(file: Path | None) -> list[RegistrationId]:
    if file is None:
        return []
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            return [RegistrationId(row["registration"]) for row in csv.DictReader(source)]
    except (OSError, KeyError, UnicodeError) as error:
        raise SheetError(f"{file} is no record that `zapis people proof` wrote ({type(error).__name__}).") from None


def _erase(here: Ledger, registration: Registration) -> None:
    """One entry and the row that takes the person's place; sending it again changes nothing."""
    entry = Entry(
        here.now(), ids.entry_id("erased", registration.id), registration.slot, WRITER, Erased(registration.id)
    )
    rows = Append(journal=[to_row(entry)], people=[people.forgotten(registration.id)])
    for _ in range(carry.TRIES):
        try:
            here.append(rows)
            return
        except SheetsUnavailable:
            time.sleep(carry.PAUSE)
    raise SheetsUnavailable("The ledger does not answer; run this again: erasing twice is erasing once.")
