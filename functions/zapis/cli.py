"""The operator's commands.

Each command says in a sentence what it did. What went wrong is a sentence too, on stderr, with exit code 1;
a traceback is a bug.
"""

from __future__ import annotations

import click

from zapis.commands.doctor import doctor
from zapis.commands.journal import journal
from zapis.commands.ledger import ledger
from zapis.commands.mail import mail
from zapis.commands.people import people_commands
from zapis.commands.season import season
from zapis.commands.sheet import sheet

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP)
def main() -> None:
    """Set up and look after Zapis."""


main.add_command(doctor)
main.add_command(journal)
main.add_command(ledger)
main.add_command(mail)
main.add_command(season)
main.add_command(sheet)
main.add_command(people_commands)
