"""The options by which a command finds its spreadsheets, and the client that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from zapis.errors import ZapisError
from zapis.settings import spreadsheet_id
from zapis.sheets import Sheets

Command = Callable[..., Any]

key_option = click.option(
    "--key", type=Path, envvar="GOOGLE_APPLICATION_CREDENTIALS", show_envvar=True, help="Service account's key."
)
emulator_option = click.option(
    "--emulator", envvar="SHEETS_EMULATOR_HOST", show_envvar=True, help="host:port that stands in for Google."
)
catalogue_option = click.option(
    "--catalogue", metavar="LINK", envvar="ZAPIS_CATALOGUE", show_envvar=True, help="The organisers' spreadsheet."
)


def open_sheets(key: Path | None, emulator: str | None) -> Sheets:
    """The client of one service account. Raises ClickException."""
    from google.auth.exceptions import DefaultCredentialsError

    try:
        return Sheets(key, emulator)
    except DefaultCredentialsError as error:
        raise click.ClickException(
            "There are no credentials: put the path of a service account's key into GOOGLE_APPLICATION_CREDENTIALS."
        ) from error
    except ZapisError as error:
        raise click.ClickException(str(error)) from error


def id_of(option: str, link: str) -> str:
    """The id of a spreadsheet. Raises ClickException."""
    try:
        return spreadsheet_id(option, link)
    except ZapisError as error:
        raise click.ClickException(str(error)) from error
