"""`zapis season`: its report, its end, and the next one's beginning."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from pathlib import Path

import click

from zapis.commands import keys as signing_keys
from zapis.commands import next_season, report
from zapis.commands.connection import emulator_option, id_of, key_option, open_sheets
from zapis.commands.ledger import in_force, open_place, place_in_force, sentences
from zapis.core.model import SlotStatus
from zapis.core.notices import CLAIMED, LEASE_LASTS, SYNC_LEASE, outbox_row
from zapis.core.russian import day_in_figures
from zapis.errors import JournalDisturbed, SheetsUnavailable
from zapis.ledger.port import Append
from zapis.publish import destruction
from zapis.publish.books import Books
from zapis.publish.layout import lay_out
from zapis.schema import schema

CLOSED = "the season is closed"
"""The reason on record for which names and contacts are destroyed."""
DAY = timedelta(days=1)
PAUSE = timedelta(seconds=5)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def season() -> None:
    """Look after the season as a whole."""


@season.command("report")
@in_force
@click.option("--out", type=Path, default=Path("season.html"), show_default=True, help="Write this file.")
@key_option
@emulator_option
def report_(ledger: str | None, database: str | None, out: Path, key: Path | None, emulator: str | None) -> None:
    """Write the season in numbers as one page with charts.

    To be read or printed; it names nobody.

    Example: zapis season report --out season.html
    """
    with sentences():
        books = _books(ledger, database, key, emulator)
    _write(out, report.page(books.state, books.catalogue, books.ledger.now()))
    click.echo(f"{out} holds the season in numbers.")


@season.command()
@in_force
@click.option("--archive", type=Path, required=True, help="The folder that keeps the season's numbers.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--keys", type=Path, envvar="ZAPIS_SECRET_FILE", show_envvar=True, help="The file of signing keys.")
@click.option("--leave-keys", is_flag=True, help="Leave them as they are: another season uses them.")
@key_option
@emulator_option
def close(
    ledger: str | None,
    database: str | None,
    archive: Path,
    yes: bool,
    keys: Path | None,
    leave_keys: bool,
    key: Path | None,
    emulator: str | None,
) -> None:
    """End the season: keep its numbers, destroy names.

    Numbers go into an archive, names and contacts are destroyed for good, and the season's key with them.

    The journal stays: seats, counts and moments, which name nobody. Run it again if it was cut off.

    Example: zapis season close --archive 2026-autumn
    """
    with sentences():
        books = _books(ledger, database, key, emulator)
        _refuse_before_its_end(books)
        known, ends = len(books.known()), keys is not None and not leave_keys
        if not yes:
            more = f", and the keys in {keys}" if ends else ""
            click.confirm(f"Destroy the names and contacts of {known} registrations{more} for good?", abort=True)
        _archive(books, archive)
        gone = _destroy_all(books)
    click.echo(f"{archive} holds the numbers. Names and contacts of {gone} registrations were destroyed.")
    if ends and keys:
        _destroy_keys(keys)
    for sentence in (AFTERWARDS[0], KEYS_GONE if ends else KEYS_LEFT, *AFTERWARDS[1:]):
        click.echo(sentence)


AFTERWARDS = (
    "Within minutes sync takes the names out of «Заявки» and the rosters; what people typed into remarks stays: "
    "delete the roster files, or clear their remarks.",
    "Copies that `zapis ledger export` made hold names: delete them.",
)


KEYS_GONE = (
    "The season's keys were destroyed and a new one was put in their place: nobody can tell any more who a person's "
    "digest was, and old tickets end. Deploy (./deploy.sh), then destroy what the cloud still holds:\n"
    "  gcloud secrets versions list zapis-signing-keys --filter=state:enabled\n"
    "  gcloud secrets versions destroy OLD_VERSION --secret=zapis-signing-keys"
)
KEYS_LEFT = (
    "The season's key was left. Without it nobody could tell who a person's digest was: run this again with "
    "--keys FILE, or put a new key in place of all old ones, deploy, and destroy the old version with "
    "`gcloud secrets versions destroy`. Old tickets end with it."
)


@season.command()
@click.option("--from", "old", metavar="LINK", required=True, help="The last season's catalogue.")
@click.option("--catalogue", "new", metavar="LINK", required=True, help="An empty spreadsheet for the next one.")
@click.option("--writer", "writers", metavar="EMAIL", multiple=True, help="Another account that writes; repeatable.")
@key_option
@emulator_option
def new(old: str, new: str, writers: tuple[str, ...], key: Path | None, emulator: str | None) -> None:
    """Begin the next season from what lasts of the last one.

    An empty spreadsheet is laid out and filled.

    Settings, texts, enterprises and tours are copied; dates, roster files and registrations are not.

    Example: zapis season new --from LINK --catalogue LINK
    """
    last, fresh = id_of("--from", old), id_of("--catalogue", new)
    sheets = open_sheets(key, emulator)
    with sentences():
        lay_out(sheets, fresh, schema()["catalogue"], (sheets.account, *writers))
        copied = next_season.copy(sheets, last, fresh)
    rows = ", ".join(f"«{title}»: {count}" for title, count in copied.items())
    click.echo(f"The new catalogue is laid out. Rows copied: {rows}.")
    click.echo(
        "A season has a ledger of its own: make an empty spreadsheet (or database) for it, lay it out, set "
        "ZAPIS_CATALOGUE and ZAPIS_LEDGER to the new ones, put a new key into ZAPIS_SECRET_FILE, and deploy."
    )


def _books(ledger: str | None, database: str | None, key: Path | None, emulator: str | None) -> Books:
    """The ledger, read whole. Raises ZapisError."""
    books = Books(open_place(place_in_force(ledger, database), key, emulator))
    if not books.hear():
        raise JournalDisturbed("The journal was edited by hand: see `zapis journal check` first.")
    return books


def _refuse_before_its_end(books: Books) -> None:
    now = books.ledger.now()
    slots = books.state.slots.values()
    last = max((s.terms.starts for s in slots if s.terms.status is not SlotStatus.CANCELLED), default=None)
    if last is not None and now < last + DAY:
        raise click.ClickException(
            f"The last visit is on {day_in_figures(last)}: a season is closed after the day that follows it. "
            "Nothing was changed."
        )


def _destroy_keys(file: Path) -> None:
    try:
        signing_keys.destroy(file)
    except OSError as error:
        raise click.ClickException(f"{file}: the keys could not be destroyed ({error.strerror}).") from error


def _archive(books: Books, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "season.html", report.page(books.state, books.catalogue, books.ledger.now()))
    _write(folder / "season.csv", report.table(books.state, books.catalogue))


def _destroy_all(books: Books) -> int:
    """Destroy names and contacts of everybody, under the lease of `sync`. Raises SheetsUnavailable."""
    run, gone = f"close-{secrets.token_hex(4)}", 0
    while known := sorted(books.known())[: destruction.A_RUN]:
        _take_the_lease(books, run)
        gone += destruction.destroy(books, dict.fromkeys(known, CLOSED), books.ledger.now(), run)
    return gone


def _take_the_lease(books: Books, run: str) -> None:
    """Wait until `sync` is done, as long as one of its leases lasts."""
    for _ in range(int(LEASE_LASTS / PAUSE) + 2):
        books.append(Append(outbox=[outbox_row(books.ledger.now(), CLAIMED, run, [SYNC_LEASE])]))
        if books.outbox.holds(run, SYNC_LEASE):
            return
        time.sleep(PAUSE.total_seconds())
    raise SheetsUnavailable("sync is at work: run this again in a minute.")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written ({error.strerror}).") from error
