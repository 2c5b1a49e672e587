"""`zapis mail`: look at the letters without sending any."""

from __future__ import annotations

import base64
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from zapis.mail.letters import Letter
from zapis.mail.preview import letters
from zapis.resources import resource

LANGUAGES = {"ru": "Russian", "en": "English"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def mail() -> None:
    """Look at the letters."""


@mail.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("mail-preview"),
    show_default=True,
    help="Write into this folder.",
)
@click.option("--no-open", is_flag=True, help="Open no browser.")
def preview(out: Path, no_open: bool) -> None:
    """Write every letter, in every language, to look at.

    They are about an invented season, and are opened in a browser.

    Nothing is sent, and no settings are needed. Example: zapis mail preview --out build/mail
    """
    out.mkdir(parents=True, exist_ok=True)
    written = [(f"{kind}.{language}", language, letter) for kind, language, letter in letters()]
    for name, _, letter in written:
        (out / f"{name}.html").write_text(_shown(letter), encoding="utf-8")
        (out / f"{name}.txt").write_text(letter.text, encoding="utf-8")
    index = out / "index.html"
    index.write_text(_page().render(letters=written, languages=LANGUAGES), encoding="utf-8")
    click.echo(f"{len(written)} letters: {index.resolve()}")
    if not no_open:
        click.launch(index.resolve().as_uri())


def _shown(letter: Letter) -> str:
    """The HTML as a mail client shows it: with the picture that travels beside it."""
    if letter.picture is None:
        return letter.html
    picture = f"data:image/png;base64,{base64.b64encode(letter.picture.png).decode()}"
    return letter.html.replace(f"cid:{letter.picture.id}", picture)


def _page() -> Template:
    loader = FileSystemLoader(resource("templates") / "mail")
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=select_autoescape(("html",)))
    return environment.get_template("preview.html")
