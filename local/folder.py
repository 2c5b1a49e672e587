"""The folder of a run's data: one owner at a time, and never deleted unless it is ours.

A mark inside says that the folder is ours, and the lock on that mark says that a run is up. The
lock dies with its process, however that ended, so there is nothing to clean up by hand.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError
from local.settings import Books

MARK = "zapis-data.txt"
MARK_TEXT = "What Zapis keeps on this machine. `make reset` deletes this whole folder.\n"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where each thing of a run lies."""

    path: Path

    @property
    def sheets(self) -> Path:
        return self.path / "sheets.sqlite"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def secret(self) -> Path:
        return self.path / "secret"

    @property
    def season(self) -> Path:
        """Written last by whoever lays out the demo: while it is absent there is no season."""
        return self.path / "season.json"

    def books(self) -> Books:
        """The demo season's spreadsheets. Raises LocalError."""
        try:
            season = json.loads(self.season.read_text("utf-8"))
            catalogue, ledger = season["catalogue"], season["ledger"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LocalError(
                f"{self.season} does not say where the demo season lies ({error!r}). Start over: make reset"
            ) from error
        keys = self.path / "keys"
        return Books(catalogue, ledger, keys / "site.json", keys / "jobs.json")


@contextmanager
def held(path: Path) -> Iterator[Folder]:
    """The folder, made if need be, for this process alone. Raises LocalError."""
    _make(path)
    with _locked(path, "Stop it there (Ctrl-C), or give this run a folder of its own: ZAPIS_DATA=<folder>"):
        folder = Folder(path)
        folder.logs.mkdir(exist_ok=True)
        _make_secret(folder.secret)
        yield folder


def delete(path: Path) -> bool:
    """Delete the folder with all in it; False where there is none. Raises LocalError."""
    if not path.exists():
        return False
    if not (path / MARK).is_file():
        raise LocalError(f"{path} is not a folder that Zapis made (no {MARK} in it), so it stays as it is.")
    with _locked(path, "Stop it first (Ctrl-C)."):
        shutil.rmtree(path)
    return True


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        ours = (path / MARK).is_file()
        if not ours and any(path.iterdir()):
            raise LocalError(
                f"{path} already holds other things, and Zapis wants a folder for itself. "
                "Name an empty or a new one: ZAPIS_DATA=<folder>"
            )
        if not ours:
            (path / MARK).write_text(MARK_TEXT, "utf-8")
    except OSError as error:
        raise LocalError(f"The data folder {path} cannot be made: {error.strerror}. Change ZAPIS_DATA.") from error


@contextmanager
def _locked(path: Path, remedy: str) -> Iterator[None]:
    with (path / MARK).open("r+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalError(f"Zapis is running with the data in {path}. {remedy}") from error
        yield


def _make_secret(path: Path) -> None:
    if path.exists():
        return
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    draft.replace(path)
