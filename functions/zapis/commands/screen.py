"""Findings on the screen: a sign, a sentence, a remedy below it. Colours and wrapping in a terminal only."""

from __future__ import annotations

import shutil
import sys
import textwrap
from enum import Enum

import click
from msgspec import Struct

WIDEST = 100


class Sign(Enum):
    """How a finding is."""

    FINE = "✓"
    WRONG = "✗"
    NOTE = "•"


_COLOURS = {Sign.FINE: "green", Sign.WRONG: "red", Sign.NOTE: "yellow"}


class Finding(Struct, frozen=True):
    """One line of a report."""

    sign: Sign
    text: str
    remedy: str = ""


def fine(text: str) -> Finding:
    """All is as it should be."""
    return Finding(Sign.FINE, text)


def wrong(text: str, remedy: str) -> Finding:
    """Something has to be done; `remedy` says what."""
    return Finding(Sign.WRONG, text, remedy)


def note(text: str, remedy: str = "") -> Finding:
    """Worth knowing; nothing has to be done."""
    return Finding(Sign.NOTE, text, remedy)


def show(finding: Finding) -> None:
    """Print one finding."""
    sign = click.style(finding.sign.value, fg=_COLOURS[finding.sign], bold=True)
    click.echo(f"{sign} {_wrapped(finding.text, '  ')}")
    if finding.remedy:
        click.secho(f"  → {_wrapped(finding.remedy, '    ')}", dim=finding.sign is not Sign.WRONG)


def title(text: str) -> None:
    """Print what the findings below are about."""
    click.secho(text, bold=True)


def _wrapped(text: str, indent: str) -> str:
    """In a terminal the text in lines of its width; elsewhere one line, so that grep finds it whole."""
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, WIDEST) - len(indent)
    return textwrap.fill(text, max(width, 20), subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
