"""`zapis ledger`: what the operator does with the ledger as a whole.

A ledger is named by its spreadsheet's link or by its database's address; without `--ledger` it is the one that
the settings name. A database's password may be left out of the address where libpq finds it (PGPASSWORD,
~/.pgpass), so that it is not seen among the processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from zapis.commands import carry, copy_file
from zapis.commands.connection import Command, emulator_option, key_option, open_sheets
from zapis.core.carrying import packed
from zapis.errors import SettingsError, ZapisError
from zapis.ledger.port import Ledger
from zapis.settings import spreadsheet_id

if TYPE_CHECKING:
    from zapis.ledger.sql.database import Database

HELP = {"help_option_names": ["-h", "--help"]}
DATABASE = "postgresql"


def in_force(command: Command) -> Command:
    """The options `ledger` and `database`."""
    sheet = click.option("--ledger", metavar="LINK", envvar="ZAPIS_LEDGER", show_envvar=True, help="A spreadsheet.")
    base = click.option("--database", metavar="URL", envvar="ZAPIS_DATABASE", show_envvar=True, help="Or a database.")
    return sheet(base(command))


@click.group(context_settings=HELP)
def ledger() -> None:
    """Look after the ledger: a spreadsheet, or a database."""


@ledger.command()
@click.option("--database", metavar="URL", envvar="ZAPIS_DATABASE", show_envvar=True, required=True)
def upgrade(database: str) -> None:
    """Make a database's tables, or bring them up to date.

    What stands there stays, so it may be run again at any time; run it before a new release is deployed.

    Example: zapis ledger upgrade --database postgresql+psycopg://zapis@db.your.domain/season
    """
    from zapis.ledger.sql import schema

    with sentences():
        taken = schema.upgrade(_database(database))
    done = f"was brought up to step {len(schema.STEPS)}" if taken else "was up to date; nothing was changed"
    click.echo(f"The database {done}.")


@ledger.command()
@in_force
@click.option("--to", "there", metavar="LINK|URL", required=True, help="An empty ledger: laid out, or upgraded.")
@key_option
@emulator_option
def move(ledger: str | None, database: str | None, there: str, key: Path | None, emulator: str | None) -> None:
    """Carry a running season's ledger to another place.

    Into a database, or back into a spreadsheet.

    Registration stops for the moment of the switch and the pages say so kindly. Run it again if it was cut off.

    Example: zapis ledger move --to postgresql+psycopg://zapis@db.your.domain/season
    """
    with sentences():
        place = place_in_force(ledger, database)
        carry.move(open_place(place, key, emulator), open_place(there, key, emulator), click.echo)
    click.echo(f"Now set {'ZAPIS_DATABASE' if there.startswith(DATABASE) else 'ZAPIS_LEDGER'} to it and deploy.")
    if not there.startswith(DATABASE):
        click.echo("Leave ZAPIS_DATABASE unset.")


@ledger.command()
@in_force
@key_option
@emulator_option
def reopen(ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> None:
    """Let a closed ledger go on where it is.

    When a move was given up; never after another place was opened. Example: zapis ledger reopen"""
    with sentences():
        carry.open_again(open_place(place_in_force(ledger, database), key, emulator))
    click.echo("The ledger is open. Running instances go on within half a minute.")


@ledger.command()
@in_force
@click.option("--file", type=Path, help="Write this file.")
@click.option("--folder", type=Path, help="Add a copy named by its moment to this folder.")
@click.option("--keep", type=click.IntRange(1), default=14, show_default=True, help="How many copies the folder keeps.")
@key_option
@emulator_option
def export(
    ledger: str | None,
    database: str | None,
    file: Path | None,
    folder: Path | None,
    keep: int,
    key: Path | None,
    emulator: str | None,
) -> None:
    """Copy the ledger, as of one moment, into a file.

    Registration goes on meanwhile.

    The copy holds names and contacts: keep it where they may be kept.

    Example (each day, by a timer): zapis ledger export --folder /var/backups/zapis
    """
    if (file is None) == (folder is None):
        raise click.UsageError("Say where to: --file or --folder.")
    with sentences():
        here = open_place(place_in_force(ledger, database), key, emulator)
        luggage, removed = carry.read(here), 0
        if folder:
            file, removed = copy_file.write_into(folder, luggage, here.now(), keep)
        elif file:
            copy_file.write(file, luggage, here.now())
    gone = f"; {removed} old ones were removed" if removed else ""
    click.echo(f"{file} holds {len(luggage.journal)} rows of the journal and {len(luggage.people)} of people{gone}.")


@ledger.command("import")
@in_force
@click.argument("file", type=Path)
@key_option
@emulator_option
def import_(ledger: str | None, database: str | None, file: Path, key: Path | None, emulator: str | None) -> None:
    """Put a copy into an empty ledger. Run it again if it was cut off.

    Whoever was erased since the copy was made is in it: run `zapis people erase --listed` with the last proof.

    Example: zapis ledger import zapis-2030-09-01T030000Z.jsonl --database postgresql+psycopg://zapis@host/new
    """
    with sentences():
        there = open_place(place_in_force(ledger, database), key, emulator)
        added = carry.carry(packed(copy_file.read(file)), there)
    click.echo(f"{added} rows were added; the ledger is the copy now.")


def open_place(place: str, key: Path | None, emulator: str | None) -> Ledger:
    """The ledger at a spreadsheet's link or a database's address. Raises SettingsError."""
    if place.startswith(DATABASE):
        from zapis.ledger.sql.ledger import SqlLedger

        return SqlLedger(_database(place))
    from zapis.ledger.sheet import SheetLedger

    return SheetLedger(open_sheets(key, emulator), spreadsheet_id("the ledger", place))


def _database(url: str) -> Database:
    """A database whose connections end with the command."""
    from zapis.ledger.sql.database import connect

    database = connect(url)
    click.get_current_context().call_on_close(database.engine.dispose)
    return database


def place_in_force(ledger: str | None, database: str | None) -> str:
    """The ledger that the command line names, or else the settings. Raises SettingsError."""
    said = click.get_current_context().get_parameter_source
    typed = [said(name) is ParameterSource.COMMANDLINE for name in ("ledger", "database")]
    place = ledger if typed == [True, False] else database or ledger
    if not place:
        raise SettingsError("Neither ZAPIS_DATABASE nor ZAPIS_LEDGER is set: say which ledger, with --ledger.")
    return place


@contextmanager
def sentences() -> Iterator[None]:
    """What goes wrong is said in a sentence, with exit code 1."""
    try:
        yield
    except ZapisError as error:
        raise click.ClickException(str(error)) from error
