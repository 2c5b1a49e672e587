"""The operator's chair: `deploy.sh` with settings of a season, and a stand-in `gcloud` first on the path."""

from __future__ import annotations

import marshal
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy.sh"
SMALL = (
    "functions/main.py",
    "functions/requirements.txt",
    "functions/zapis/__init__.py",
    "templates/a",
    "sheets_schema/a",
)
PROJECT, NUMBER = "moscow-visits", "123456789012"
COPIES = {"LEDGER_COPIES": "on", "ZAPIS_KEEP_DAYS": "15"}
KEY = "pVnKUg4nUS1sRmB0Zb9qIHhT3cWcyJ6kEo7fLxD2aA5v"


class Operator:
    """Runs the script and remembers which commands it gave."""

    def __init__(self, folder: Path, script: Path = SCRIPT) -> None:
        self.folder = folder
        self.script = script
        self.keys = folder / "keys"
        self.keys.write_text(f"{KEY}\n")
        self.build = folder / "build"
        self.settings = {
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "ALERT_EMAIL": "duty@visits-moscow.ru",
            "ZAPIS_LEDGER": "https://docs.google.com/spreadsheets/d/1LedgerLedgerLedger/edit#gid=0",
            "ZAPIS_CATALOGUE": "https://docs.google.com/spreadsheets/d/1CatalogueCatalogue/edit",
            "ZAPIS_SECRET_FILE": str(self.keys),
            "ZAPIS_SMTP_URL": "smtps://zapis:pa55|w'ord@mail.visits-moscow.ru:465",
            "ZAPIS_MAIL_FROM": "Открой#Моспром, запись <visits@visits-moscow.ru>",
        }
        self._programs = folder / "bin"
        self._programs.mkdir()
        stand_in = shlex.join([sys.executable, "-I", "-S", str(Path(__file__).with_name("cloud.py"))])
        self._program("gcloud", f'exec {stand_in} "$@"')
        self._program("sleep", "exit 0")

    def run(
        self,
        *options: str,
        settings: Mapping[str, str] | None = None,
        typed: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """The script with `settings` in its environment (the season's, if not given); `typed` is its input."""
        env = {
            "PATH": f"{self._programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "CLOUD": str(self.folder),
            **(self.settings if settings is None else settings),
        }
        argv = [str(self.script), "--build", str(self.build), *options]
        return subprocess.run(argv, env=env, input=typed, capture_output=True, text=True, timeout=120)

    def succeed(self, *options: str, **given: Any) -> str:
        """What the script says, which must be content."""
        done = self.run(*options, **given)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuse(self, *options: str, **changed: str | None) -> str:
        """What the script complains of when some settings are changed (None: not set)."""
        settings = {name: value for name, value in (self.settings | changed).items() if value is not None}
        done = self.run(*options, settings=settings)
        assert done.returncode == 2, done.stdout + done.stderr
        assert self.calls() == []
        return done.stderr

    def dry_run(self, *options: str) -> list[list[str]]:
        """The command lines that a dry run prints."""
        return commands(self.succeed("--dry-run", *options))

    def calls(self, changes: bool | None = None) -> list[list[str]]:
        """The gcloud commands given so far: all, those that change something, or those that only look."""
        return [argv for argv, changed in self._given() if changes in (None, changed)]

    def forget_calls(self) -> None:
        (self.folder / "calls").unlink(missing_ok=True)

    def project(self) -> dict[str, Any]:
        """What the stand-in's project holds."""
        return marshal.loads((self.folder / "project").read_bytes())

    def hold(self, project: Any) -> None:
        """Let the stand-in's project be this one."""
        (self.folder / "project").write_bytes(marshal.dumps(project))

    def cut_the_cable(self, when: str, kind: str = "") -> None:
        """Let each kind of change (or one, such as `functions deploy`) fail once, `before` or `after` it is applied."""
        (self.folder / "trouble").write_text(f"{when} {kind}")

    def _given(self) -> Iterator[tuple[list[str], bool]]:
        path = self.folder / "calls"
        if path.exists():
            with path.open("rb") as file, suppress(EOFError):
                while True:
                    yield marshal.load(file)

    def _program(self, name: str, body: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)


def small_tree(folder: Path) -> Path:
    """The script in a tree with next to nothing to deploy."""
    for name in SMALL:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    shutil.copytree(ROOT / "watch", folder / "watch")
    return Path(shutil.copy(SCRIPT, folder))


def commands(text: str) -> list[list[str]]:
    """The gcloud command lines in a text, with or without a prompt, as a shell reads them."""
    lines = (line.strip().removeprefix("$ ") for line in text.splitlines())
    return [shlex.split(line) for line in lines if line.startswith("gcloud ")]


def flags(command: list[str]) -> dict[str, str]:
    """The flags of a command line by name."""
    pairs = (word.removeprefix("--").partition("=") for word in command if word.startswith("--"))
    return {name: value for name, _, value in pairs}


def variables(command: list[str]) -> dict[str, str]:
    """What a deployed function finds in its environment, its secrets aside."""
    _, delimiter, pairs = flags(command)["set-env-vars"].split("^", 2)
    return dict(pair.split("=", 1) for pair in pairs.split(delimiter))


def deployments(lines: list[list[str]]) -> dict[str, list[str]]:
    """The commands that deploy, by the function's entry point."""
    return {flags(line)["entry-point"]: line for line in lines if line[1:3] == ["functions", "deploy"]}
