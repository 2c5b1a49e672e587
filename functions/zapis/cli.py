"""The operator's commands.

Each command says in a sentence what it did. What went wrong is a sentence too, on stderr, with exit code 1;
a traceback is a bug.
"""

from __future__ import annotations

from pathlib import Path

import click

from zapis.commands.doctor import doctor
from zapis.commands.journal import journal
from zapis.commands.ledger import ledger
from zapis.commands.mail import mail
from zapis.commands.people import people_commands
from zapis.commands.season import season
from zapis.commands.serve import call, serve
from zapis.commands.sheet import sheet
from zapis.errors import SettingsError
from zapis.settings import take_in

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings, one NAME=value a line, as deploy.sh reads them; they win over the environment.",
)
def main(env_file: Path | None) -> None:
    """Set up and look after Zapis.

    Each command says what it does and gives an example: zapis journal check --help. What they need stands in the
    environment or in a file: zapis --env-file deploy.env doctor.
    """
    if env_file:
        try:
            take_in(env_file)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error


main.add_command(doctor)
main.add_command(journal)
main.add_command(ledger)
main.add_command(mail)
main.add_command(season)
main.add_command(sheet)
main.add_command(people_commands)
main.add_command(serve)
main.add_command(call)
