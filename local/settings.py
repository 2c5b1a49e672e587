"""The environment -> what a run on this machine is to be. Nothing else here reads the environment.

A wrong value is a sentence that names the variable and quotes what was found; nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from local.errors import LocalError

VK_PORT = 8090
"""Where `python -m local vk` is, if nothing else is said."""
LATENCIES = ("none", "google")
OWN_SHEETS = ("ZAPIS_CATALOGUE", "ZAPIS_LEDGER", "GOOGLE_APPLICATION_CREDENTIALS")
DATABASE = "ZAPIS_DATABASE"


@dataclass(frozen=True, slots=True)
class Port:
    """A port on the loopback address, the part that opens it and the variable that changes it."""

    number: int
    wanted_by: str
    variable: str


@dataclass(frozen=True, slots=True)
class Books:
    """The spreadsheets a run works on (their ids), and the key files that open them.

    `ledger` is empty where the ledger is a database.
    """

    catalogue: str
    ledger: str
    site_key: Path
    jobs_key: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """`own_books` are a person's real spreadsheets of Google; None means the demo season.

    `latency` is how long the emulator's answers take: none, or as long as Google's.
    """

    site: Port
    sheets: Port
    mailbox: Port
    smtp: Port
    data: Path
    latency: str
    own_books: Books | None
    database: str = ""
    """The database that is the ledger; empty: a spreadsheet is."""

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports that this run opens under a number known beforehand."""
        sheets = () if self.own_books else (self.sheets,)
        return (self.site, *sheets, self.mailbox, self.smtp)


def read(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. Raises LocalError."""
    settings = Settings(
        site=_port(environ, "ZAPIS_SITE_PORT", 8080, "the site"),
        sheets=_port(environ, "ZAPIS_SHEETS_PORT", 8085, "the Sheets emulator"),
        mailbox=_port(environ, "ZAPIS_MAILBOX_PORT", 8025, "the mailbox page"),
        smtp=_port(environ, "ZAPIS_SMTP_PORT", 1025, "the mailbox (SMTP)"),
        data=Path(environ.get("ZAPIS_DATA") or ".zapis").expanduser().resolve(),
        latency=_latency(environ),
        own_books=_own_books(environ),
        database=environ.get(DATABASE) or "",
    )
    _refuse_one_port_for_two(settings.ports)
    return settings


def _port(environ: Mapping[str, str], variable: str, default: int, wanted_by: str) -> Port:
    found = environ.get(variable) or str(default)
    if not (found.isascii() and found.isdigit() and 1 <= int(found) <= 65535):
        raise LocalError(f"{variable} must be a port number from 1 to 65535; it is {found!r}.")
    return Port(int(found), wanted_by, variable)


def _latency(environ: Mapping[str, str]) -> str:
    found = environ.get("ZAPIS_LATENCY") or "none"
    if found not in LATENCIES:
        raise LocalError(f"ZAPIS_LATENCY must be {' or '.join(LATENCIES)}; it is {found!r}.")
    return found


def _own_books(environ: Mapping[str, str]) -> Books | None:
    given = {name: environ.get(name, "") for name in OWN_SHEETS}
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if environ.get(DATABASE):
        missing = [name for name in missing if name != "ZAPIS_LEDGER"]
    if missing:
        raise LocalError(
            f"{' and '.join(name for name in OWN_SHEETS if name not in missing)} set, {' and '.join(missing)} not. "
            "For spreadsheets of your own on Google set all three; for the demo season set none."
        )
    key = Path(given["GOOGLE_APPLICATION_CREDENTIALS"]).expanduser().resolve()
    if not key.is_file():
        raise LocalError(f"GOOGLE_APPLICATION_CREDENTIALS must name a service account's key file; {key} is not a file.")
    return Books(given["ZAPIS_CATALOGUE"], given["ZAPIS_LEDGER"], key, key)


def _refuse_one_port_for_two(ports: tuple[Port, ...]) -> None:
    for one, other in combinations(ports, 2):
        if one.number == other.number:
            raise LocalError(
                f"{one.variable} and {other.variable} are both {one.number}; {one.wanted_by} and {other.wanted_by} "
                "need a port each."
            )
