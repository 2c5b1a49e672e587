"""The words of a run on the terminal: what is starting, where everything is, what to try first.

Plain without colour (NO_COLOR, a pipe); nothing is ever rewritten in place, so a log of it reads
the same as the screen did.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from local.ports import LOOPBACK
from local.settings import Settings

QUIET_SECONDS = 60
MARGIN = "  "
WIDTH = 44
AS_DEEP = f"\n{MARGIN}   "


class Screen:
    """Says what happens, in order."""

    def __init__(self) -> None:
        self._color = False if os.environ.get("NO_COLOR") else None
        self._told: dict[tuple[str, str], float] = {}

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """A line for a step that takes a while: its words when it starts, its time when it is done."""
        began = time.monotonic()
        self._say(f"{MARGIN}{words:<{WIDTH}}", newline=False)
        try:
            yield
        except BaseException:
            self._say("")
            raise
        self._say(click.style(f"{time.monotonic() - began:5.1f} s", dim=True))

    def heard(self, part: str, line: str) -> None:
        """A part's line. What it says over and over is shown once, until it has been quiet for a minute.

        Numbers do not make a line new: they are mostly times and process ids.
        """
        said = (part, re.sub(r"\d+", "", line))
        now = time.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < QUIET_SECONDS}
        if said not in self._told:
            self._say(f"{MARGIN}{click.style(f'{part:<10}', fg='yellow')} {line}")
        self._told[said] = now

    def heading(self, data: Path) -> None:
        self._say(f"\n{MARGIN}{click.style('Zapis', bold=True)} on this machine, data in {_short(data)}\n")

    def up(self, settings: Settings) -> None:
        """Everything runs: the addresses and the first walk."""
        self._say(f"\n{MARGIN}{click.style('Zapis is up.', bold=True, fg='green')} Ctrl-C stops it; the data stay.\n")
        for name, address, meaning in _places(settings):
            self._say(f"{MARGIN}{click.style(f'{name:<7}', bold=True)}  {address}  {click.style(meaning, dim=True)}")
        self._say(f"\n{MARGIN}{click.style('Try first', bold=True)}")
        for number, step in enumerate(_walk(settings), start=1):
            self._say(f"{MARGIN}{number}  " + step.replace("\n", AS_DEEP))
        self._say("")

    def stopping(self) -> None:
        self._say(f"\n{MARGIN}Stopping every part")

    def stopped(self, data: Path) -> None:
        self._say(f"{MARGIN}Stopped. The data stay in {_short(data)}; `make run` goes on with them.")

    def _say(self, words: str, newline: bool = True) -> None:
        click.echo(words, nl=newline, color=self._color)


def _places(settings: Settings) -> list[tuple[str, str, str]]:
    site, sheets, mailbox = (
        f"http://{LOOPBACK}:{port.number}/" for port in (settings.site, settings.sheets, settings.mailbox)
    )
    letters = f"every letter Zapis sends (SMTP on port {settings.smtp.number})"
    places = [("Site", site, "what citizens see"), ("Mailbox", mailbox, letters)]
    if not settings.own_books:
        places.insert(1, ("Sheets", sheets, "what organisers and enterprises see and edit"))
    return places


def _walk(settings: Settings) -> tuple[str, ...]:
    sheets = "on Google" if settings.own_books else "in Sheets"
    return (
        "As a citizen, open a slot on the site and register: that page is the ticket",
        "In the mailbox, see the confirmation arrive with its calendar entry",
        f"As the enterprise, find the name in its roster, a file of its own {sheets}",
        "As an organiser, raise the capacity of a full slot in «Расписание»:\n"
        "the first in line whom it fits gets the seat, and a letter",
    )


def _short(path: Path) -> str:
    """The path as seen from here, where that is shorter."""
    return str(path.relative_to(Path.cwd())) + "/" if path.is_relative_to(Path.cwd()) else str(path)
