"""`zapis --help` reads well: every command says in a line what it does, and then how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from zapis.cli import main
from zapis.errors import SettingsError
from zapis.settings import take_in

DOCS = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].glob("docs/*.md"))
WIDTH = 58
"""What an 80-column terminal leaves a command's line beside the longest name."""


def commands(command: click.Command, path: tuple[str, ...] = ("zapis",)) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*path, name))


every = pytest.mark.parametrize(("path", "command"), list(commands(main)), ids=lambda value: str(value))


@every
def test_a_command_says_what_it_does_in_one_line(path, command):
    assert not command.get_short_help_str(WIDTH).endswith("...")


@every
def test_a_command_that_does_something_gives_an_example(path, command):
    assert isinstance(command, click.Group) or ("xample" in (command.help or "") and f"{path}" in command.help)


@every
def test_a_command_is_documented(path, command):
    assert isinstance(command, click.Group) or path in DOCS


def test_a_file_of_settings_wins_over_the_environment_and_is_not_executed(tmp_path):
    chosen, env = tmp_path / "deploy.env", {"ZAPIS_LEDGER": "before", "ZAPIS_CATALOGUE": "stays"}
    chosen.write_text(
        "# season\n\nZAPIS_LEDGER=link=1\nZAPIS_MAIL_FROM=\"A 'b' <c@d.ru>\"\nZAPIS_SMTP_URL=$(touch x)\n"
    )

    take_in(chosen, env)

    assert env == {
        "ZAPIS_LEDGER": "link=1",
        "ZAPIS_CATALOGUE": "stays",
        "ZAPIS_MAIL_FROM": "A 'b' <c@d.ru>",
        "ZAPIS_SMTP_URL": "$(touch x)",
    }


@pytest.mark.parametrize("line", ["ZAPIS_LEDGER", "export ZAPIS_LEDGER=x", "=x"])
def test_a_line_that_is_no_setting_is_named(tmp_path, line):
    chosen = tmp_path / "deploy.env"
    chosen.write_text(f"# remark\n{line}\n")

    with pytest.raises(SettingsError, match="line 2"):
        take_in(chosen, {})


def test_a_file_of_settings_that_is_wrong_is_told_in_a_sentence(tmp_path):
    chosen = tmp_path / "deploy.env"
    chosen.write_text("nonsense\n")

    done = CliRunner().invoke(main, ["--env-file", str(chosen), "doctor"])

    assert (done.exit_code, "line 1: expected NAME=value" in done.output) == (1, True)
