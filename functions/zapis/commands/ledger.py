"""`zapis ledger`: what the operator does with the ledger as a whole.

A ledger is named by its spreadsheet's link or by its database's address; without `--ledger` it is the one that
the settings name. A database's password may be left out of the address where libpq finds it (PGPASSWORD,
~/.pgpass), so that it is not seen among the processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from zapis.commands.connection import emulator_option, key_option, open_sheets
from zapis.errors import SettingsError, ZapisError
from zapis.ledger.port import Ledger
from zapis.settings import spreadsheet_id

HELP = {"help_option_names": ["-h", "--help"]}
DATABASE = "postgresql"


@click.group(context_settings=HELP)
def ledger() -> None:
    """Look after the ledger: a spreadsheet, or a database."""


@ledger.command()
@click.option("--database", metavar="URL", envvar="ZAPIS_DATABASE", show_envvar=True, required=True)
def upgrade(database: str) -> None:
    """Make the tables of a database, or bring them up to this release.

    What stands there stays, so it may be run again at any time; run it before a new release is deployed.

    Example: zapis ledger upgrade --database postgresql+psycopg://zapis@db.your.domain/season
    """
    from zapis.ledger.sql import schema
    from zapis.ledger.sql.database import connect

    with sentences():
        taken = schema.upgrade(connect(database))
    done = f"was brought up to step {len(schema.STEPS)}" if taken else "was up to date; nothing was changed"
    click.echo(f"The database {done}.")


def open_place(place: str, key: Path | None, emulator: str | None) -> Ledger:
    """The ledger at a spreadsheet's link or a database's address. Raises SettingsError."""
    if place.startswith(DATABASE):
        from zapis.ledger.sql.database import connect
        from zapis.ledger.sql.ledger import SqlLedger

        return SqlLedger(connect(place))
    from zapis.ledger.sheet import SheetLedger

    return SheetLedger(open_sheets(key, emulator), spreadsheet_id("the ledger", place))


def place_in_force(ledger: str | None, database: str | None) -> str:
    """The ledger that the settings name. Raises SettingsError."""
    place = database or ledger
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


__all__ = ["emulator_option", "key_option", "ledger"]
