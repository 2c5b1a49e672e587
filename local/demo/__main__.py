"""The demo's commands: lay the season out, and let visitors fill it."""

from __future__ import annotations

from pathlib import Path

import click

from local.errors import LocalError

HELP = {"help_option_names": ["-h", "--help"]}


class _Commands(click.Group):
    """Tells a LocalError as a sentence with exit code 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except LocalError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings=HELP)
def main() -> None:
    """Lay out the demo season and fill it."""


@main.command()
@click.option("--emulator", metavar="URL", required=True, help="The Sheets emulator, such as http://127.0.0.1:8085")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the run's data."
)
def seed(emulator: str, data: Path) -> None:
    """Make the demo's spreadsheets, share them and type the season in.

    Does nothing where DATA already holds a season. Example:
    python -m local.demo seed --emulator http://127.0.0.1:8085 --data .zapis
    """
    from local.demo.seed import seed

    click.echo(seed(emulator.rstrip("/"), data))


@main.command()
@click.option("--site", metavar="URL", required=True, help="The site, such as http://127.0.0.1:8080")
@click.option("--patience", default=120.0, show_default=True, help="Seconds to wait for slots to be offered.")
def visitors(site: str, patience: float) -> None:
    """Register invented visitors, so that slots are nearly full, full or have a waiting list.

    Safe to run again. Example: python -m local.demo visitors --site http://127.0.0.1:8080
    """
    from local.demo.season import read
    from local.demo.visitors import visit

    states = visit(site.rstrip("/"), read(), patience)
    made = ", ".join(f"{count} {state}" for state, count in sorted(states.items()) if state != "slots")
    click.echo(f"Visitors asked for {states['slots']} slots: {made or 'all were filled already'}.")


if __name__ == "__main__":
    main(prog_name="python -m local.demo")
