"""The operator's commands.

Each command says in a sentence what it did. What went wrong is a sentence too, on stderr, with exit code 1;
a traceback is a bug.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from zapis.commands.doctor import doctor
from zapis.commands.journal import journal
from zapis.commands.ledger import ledger
from zapis.commands.mail import mail
from zapis.commands.people import people_commands
from zapis.commands.season import season
from zapis.errors import QuotaExceeded, SettingsError, ZapisError
from zapis.publish.layout import lay_out
from zapis.schema import schema
from zapis.settings import spreadsheet_id
from zapis.sheets import Sheets

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
def main() -> None:
    """Set up and look after Zapis."""


main.add_command(doctor)
main.add_command(journal)
main.add_command(ledger)
main.add_command(mail)
main.add_command(season)
main.add_command(people_commands)


@main.group()
def sheet() -> None:
    """Look after the spreadsheets."""


@sheet.command()
@click.option("--catalogue", metavar="LINK", help="The organisers' spreadsheet.")
@click.option("--ledger", metavar="LINK", help="The spreadsheet where Zapis keeps its journal.")
@click.option("--roster", "rosters", metavar="LINK", multiple=True, help="An enterprise's spreadsheet; repeatable.")
@click.option("--writer", "writers", metavar="EMAIL", multiple=True, help="Another account that writes; repeatable.")
@click.option(
    "--key", type=Path, envvar="GOOGLE_APPLICATION_CREDENTIALS", show_envvar=True, help="Service account's key."
)
@click.option(
    "--emulator", envvar="SHEETS_EMULATOR_HOST", show_envvar=True, help="host:port that stands in for Google."
)
def init(
    catalogue: str | None,
    ledger: str | None,
    rosters: tuple[str, ...],
    writers: tuple[str, ...],
    key: Path | None,
    emulator: str | None,
) -> None:
    """Lay the tabs out in spreadsheets that a person made and shared.

    What stands there stays: only what is missing is added, so it may be run again at any time.

    Example: zapis sheet init --catalogue https://docs.google.com/spreadsheets/d/...
    """
    files = [("catalogue", catalogue), ("ledger", ledger), *(("roster", link) for link in rosters)]
    given = [(kind, link) for kind, link in files if link]
    if not given:
        raise click.UsageError("Name at least one spreadsheet: --catalogue, --ledger or --roster.")
    sheets = _sheets(key, emulator)
    failed = [sentence for kind, link in given for sentence in _init(sheets, kind, link, writers)]
    if failed:
        raise click.ClickException("\n".join(failed))


def _sheets(key: Path | None, emulator: str | None) -> Sheets:
    from google.auth.exceptions import DefaultCredentialsError

    try:
        return Sheets(key, emulator)
    except DefaultCredentialsError as error:
        raise click.ClickException(
            "There are no credentials: put the path of a service account's key into GOOGLE_APPLICATION_CREDENTIALS."
        ) from error
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _init(sheets: Sheets, kind: str, link: str, writers: Sequence[str]) -> Iterator[str]:
    """Lay one spreadsheet out; yields what stood in the way."""
    try:
        spreadsheet = spreadsheet_id(f"--{kind}", link)
        changes = lay_out(sheets, spreadsheet, schema()[kind], _editors(kind, sheets.account, writers))
    except SettingsError as error:
        yield str(error)
    except QuotaExceeded as error:
        yield f"--{kind} {link}: {error} Wait a minute and run this again: what is laid out stays."
    except ZapisError as error:
        yield f"--{kind} {link}: {error}"
    else:
        done = "is laid out." if changes else "was laid out already; nothing was changed."
        click.echo(f"The {kind} {spreadsheet} {done}")


def _editors(kind: str, account: str, writers: Sequence[str]) -> tuple[str, ...]:
    """Who may write where Zapis writes. Several accounts append to the ledger: there people are only warned."""
    if kind == "ledger":
        return ()
    named = tuple(dict.fromkeys(email for email in (account, *writers) if "@" in email))
    if not named:
        raise SettingsError("These credentials name no service account: say which one writes, with --writer EMAIL.")
    return named
