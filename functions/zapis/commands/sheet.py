"""`zapis sheet`: lay spreadsheets out, compare them with this release, bring them up to it.

A person makes the files and shares them; nothing that people typed, added or moved is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from zapis.commands.connection import Command, emulator_option, key_option, open_sheets
from zapis.errors import QuotaExceeded, SettingsError, ZapisError
from zapis.publish import layout
from zapis.publish.changes import Change
from zapis.schema import Tab, schema
from zapis.settings import spreadsheet_id
from zapis.sheets import Sheets

FILES = (
    click.option("--catalogue", metavar="LINK", help="The organisers' spreadsheet."),
    click.option("--ledger", metavar="LINK", help="The spreadsheet where Zapis keeps its journal."),
    click.option("--roster", "rosters", metavar="LINK", multiple=True, help="An enterprise's spreadsheet; repeatable."),
    click.option(
        "--writer", "writers", metavar="EMAIL", multiple=True, help="Another account that writes; repeatable."
    ),
    key_option,
    emulator_option,
)

Compare = Callable[[Sheets, str, Sequence[Tab], Sequence[str]], list[Change]]


class Given(Struct, frozen=True):
    """The spreadsheets that a command is about: kind and link."""

    files: tuple[tuple[str, str], ...]
    writers: tuple[str, ...]
    sheets: Sheets

    def look(self, compare: Compare, then: Callable[[str, str, list[Change]], None]) -> list[str]:
        """Compare each file and do `then` (kind, id, changes); the sentences that say what stood in the way."""
        return [sentence for kind, link in self.files for sentence in self._look(kind, link, compare, then)]

    def _look(
        self, kind: str, link: str, compare: Compare, then: Callable[[str, str, list[Change]], None]
    ) -> Iterator[str]:
        try:
            spreadsheet = spreadsheet_id(f"--{kind}", link)
            then(kind, spreadsheet, compare(self.sheets, spreadsheet, schema()[kind], self._editors(kind)))
        except SettingsError as error:
            yield str(error)
        except QuotaExceeded as error:
            yield f"--{kind} {link}: {error} Wait a minute and run this again: what is laid out stays."
        except ZapisError as error:
            yield f"--{kind} {link}: {error}"

    def _editors(self, kind: str) -> tuple[str, ...]:
        """Who may write where Zapis writes. Several accounts append to the ledger: there people are only warned."""
        if kind == "ledger":
            return ()
        named = tuple(dict.fromkeys(email for email in (self.sheets.account, *self.writers) if "@" in email))
        if not named:
            raise SettingsError("These credentials name no service account: say which one writes, with --writer EMAIL.")
        return named


def given(
    catalogue: str | None,
    ledger: str | None,
    rosters: tuple[str, ...],
    writers: tuple[str, ...],
    key: Path | None,
    emulator: str | None,
) -> Given:
    """The files that the options name. Raises ClickException."""
    files = [("catalogue", catalogue), ("ledger", ledger), *(("roster", link) for link in rosters)]
    named = tuple((kind, link) for kind, link in files if link)
    if not named:
        raise click.UsageError("Name at least one spreadsheet: --catalogue, --ledger or --roster.")
    return Given(named, writers, open_sheets(key, emulator))


def file_options(command: Command) -> Command:
    """The options that `given` takes."""
    for option in reversed(FILES):
        command = option(command)
    return command


@click.group()
def sheet() -> None:
    """Look after the spreadsheets."""


@sheet.command()
@file_options
def init(**options: Any) -> None:
    """Lay the tabs out in spreadsheets that a person made.

    They must be shared with the service account as Editor.

    What stands there stays: only what is missing is added, so it may be run again at any time.

    Example: zapis sheet init --catalogue https://docs.google.com/spreadsheets/d/...
    """
    here = given(**options)

    def then(kind: str, spreadsheet: str, changes: list[Change]) -> None:
        layout.apply(here.sheets, spreadsheet, changes)
        done = "is laid out." if changes else "was laid out already; nothing was changed."
        click.echo(f"The {kind} {spreadsheet} {done}")

    _end(here.look(layout.lacking, then))


@sheet.command()
@file_options
def check(**options: Any) -> None:
    """Say where spreadsheets differ from this release.

    Nothing is changed. Exit code 1 if they do.

    Example: zapis sheet check --catalogue https://docs.google.com/spreadsheets/d/...
    """
    here = given(**options)
    wrong: list[str] = []

    def then(kind: str, spreadsheet: str, changes: list[Change]) -> None:
        said = dict.fromkeys(change.what for change in changes)
        if not said:
            click.echo(f"The {kind} {spreadsheet} is as this release declares it.")
            return
        wrong.append(spreadsheet)
        click.echo(f"The {kind} {spreadsheet} differs from this release:")
        for what in said:
            click.echo(f"  {what}")

    failed = here.look(layout.differing, then)
    hint = ["Run `zapis sheet upgrade` with the same options: what people typed and added stays."] if wrong else []
    _end(failed + hint)


@sheet.command()
@file_options
def upgrade(**options: Any) -> None:
    """Bring spreadsheets of an earlier release up to this one.

    What is missing is added; notes, lists and names are renewed.

    What people typed stays, and so do the columns and tabs that they added. May be run again at any time; run it
    before a new release is deployed.

    Example: zapis sheet upgrade --catalogue https://docs.google.com/spreadsheets/d/...
    """
    here = given(**options)

    def then(kind: str, spreadsheet: str, changes: list[Change]) -> None:
        layout.apply(here.sheets, spreadsheet, changes)
        ways = len(dict.fromkeys(change.what for change in changes))
        done = (
            f"was brought up to this release: {ways} {'difference' if ways == 1 else 'differences'}."
            if ways
            else "was up to date; nothing was changed."
        )
        click.echo(f"The {kind} {spreadsheet} {done}")

    _end(here.look(layout.differing, then))


def _end(sentences: list[str]) -> None:
    if sentences:
        raise click.ClickException("\n".join(sentences))
