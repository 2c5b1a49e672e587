"""`zapis doctor`: is this deployment in order, as far as that can be seen from the operator's chair.

One line for each thing looked at, with its remedy where something is wrong. It changes nothing; `--rush`
writes to a scratch spreadsheet only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from msgspec.structs import replace

from zapis.commands.connection import emulator_option, id_of, key_option, open_sheets
from zapis.commands.look_around import look_at_mail, look_at_secrets, look_at_settings, look_at_site
from zapis.commands.look_at_database import look_at_database
from zapis.commands.look_at_dns import look_at_dns
from zapis.commands.look_at_google import look_at_google
from zapis.commands.rush import Rush, figures, judge
from zapis.commands.screen import Finding, Sign, show, title, wrong
from zapis.errors import SettingsError, ZapisError
from zapis.settings import from_environment, spreadsheet_id

HELP = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=HELP)
@key_option
@emulator_option
@click.option("--secret-file", type=Path, envvar="ZAPIS_SECRET_FILE", hidden=True)
@click.option("--ledger", envvar="ZAPIS_LEDGER", hidden=True)
@click.option("--catalogue", envvar="ZAPIS_CATALOGUE", hidden=True)
@click.option("--mail-to", metavar="ADDRESS", help="Send one letter there; without this none is sent.")
@click.option(
    "--dkim-selector", "selectors", metavar="NAME", multiple=True, help="What the provider's key is called; repeatable."
)
@click.option("--dns", metavar="HOST[:PORT]", help="Ask this DNS server, and not the machine's.")
@click.option("--rush", is_flag=True, help="Prove instead that Sheets keeps what Zapis rests on; needs --scratch.")
@click.option("--scratch", metavar="LINK", help="An empty spreadsheet, shared with the account, to append to.")
@click.option("--appenders", type=click.IntRange(2, 200), default=40, show_default=True, help="How many at once.")
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="Calls of each.")
def doctor(
    key: Path | None,
    emulator: str | None,
    secret_file: Path | None,
    ledger: str | None,
    catalogue: str | None,
    mail_to: str | None,
    selectors: tuple[str, ...],
    dns: str | None,
    rush: bool,
    scratch: str | None,
    appenders: int,
    rounds: int,
) -> None:
    """Look whether a deployment is in order; exit code 1 if not.

    The settings come from the environment, or from a file: zapis --env-file deploy.env doctor.

    Examples: zapis doctor, zapis doctor --rush --scratch https://docs.google.com/spreadsheets/d/...
    """
    if rush:
        if not scratch:
            raise click.UsageError("--rush needs --scratch, the link of an empty spreadsheet.")
        spreadsheet = id_of("--scratch", scratch)
        _refuse(spreadsheet, ledger, catalogue)
        click.echo(
            f"{appenders * rounds} calls; at Google's 60 a minute that takes {-(-appenders * rounds // 60)} min."
        )
        findings = _rush(Rush(lambda: open_sheets(key, emulator), spreadsheet, appenders, rounds))
    else:
        findings = _look(key, emulator, secret_file, mail_to, selectors, dns)
    _report(findings)


def _refuse(scratch: str, *in_use: str | None) -> None:
    if scratch in (spreadsheet_id("ZAPIS_LEDGER or ZAPIS_CATALOGUE", link) for link in in_use if link):
        raise click.ClickException("--scratch: this is the ledger or the catalogue. Make an empty spreadsheet for it.")


def _rush(rush: Rush) -> Iterator[Finding]:
    try:
        outcome = rush.run()
    except ZapisError as error:
        yield wrong(str(error), "correct that and run this again")
        return
    for line in figures(outcome):
        click.echo(line)
    yield from judge(outcome)


def _look(
    key: Path | None,
    emulator: str | None,
    secret_file: Path | None,
    mail_to: str | None,
    selectors: tuple[str, ...],
    dns: str | None,
) -> Iterator[Finding]:
    try:
        settings = replace(from_environment(), key_file=key, emulator=emulator)
    except SettingsError as error:
        yield wrong(f"Settings: {error}", "set it, and run this again")
        return
    title("What the settings say")
    yield from look_at_settings(settings)
    yield from look_at_secrets(settings, secret_file)
    yield from look_at_database(settings)
    title("Google")
    yield from look_at_google(settings)
    title("Mail and site")
    yield from look_at_mail(settings, mail_to)
    yield from look_at_dns(settings, selectors, dns)
    yield from look_at_site(settings)


def _report(findings: Iterator[Finding]) -> None:
    """Show each finding as it comes; it takes a while to have them all."""
    faults = 0
    for finding in findings:
        show(finding)
        faults += finding.sign is Sign.WRONG
    if faults:
        click.echo(f"{faults} {'thing is' if faults == 1 else 'things are'} wrong.")
        raise SystemExit(1)
    click.echo("All is well.")
