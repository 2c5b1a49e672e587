"""The bundle as the platform treats it: unpacked into an empty folder, given an environment, started."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from local.ports import LOOPBACK, free
from tests.deploy.chair import ROOT, SCRIPT, flags, variables

SOURCES = ("functions", "templates", "sheets_schema", "watch")
PATIENCE = 60.0


def copy_of_the_sources(folder: Path) -> Path:
    """The script in a copy of what it stages, so that nobody edits it meanwhile."""
    folder.mkdir()
    for part in SOURCES:
        shutil.copytree(ROOT / part, folder / part)
    return Path(shutil.copy(SCRIPT, folder))


def unpacked(staged: Path, folder: Path) -> Path:
    """What arrives when the staged folder is sent as an archive."""
    archive = shutil.make_archive(str(folder / "sent"), "zip", staged)
    shutil.unpack_archive(archive, folder / "workspace")
    return folder / "workspace"


def fresh_python(folder: Path, requirements: Path) -> Path:
    """A Python that has the bundle's requirements and nothing else. Without a registry this fails, as a build does."""
    python, complete = folder / "bin" / "python", folder / "complete"
    if not complete.exists():
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements))
        complete.touch()
    return python


def run(*argv: str, cwd: Path | None = None, **variables: str) -> str:
    """What a program that must succeed has printed."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Platform:
    """Starts functions as the platform does. `google` are the variables that put the emulator in Google's place."""

    workspace: Path
    python: Path
    scratch: Path
    secrets: Mapping[str, str]
    """Values by the secret's name."""
    google: Mapping[str, str]

    @contextmanager
    def started(self, command: list[str]) -> Iterator[str]:
        """The address of the function that this command deploys, until left."""
        target, port = flags(command)["entry-point"], free()
        env = self._environment(command, target, port)
        log = self.scratch / f"{target}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(self.python.parent / "functions-framework")],
                cwd=self.workspace,
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(process, port, log)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            process.terminate()
            process.wait(30)

    def _environment(self, command: list[str], target: str, port: int) -> dict[str, str]:
        home = self.scratch / target
        home.mkdir()
        given = {
            "PATH": f"{self.python.parent}:/usr/bin:/bin",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "HOST": LOOPBACK,
            "PORT": str(port),
            "FUNCTION_TARGET": target,
            "FUNCTION_SIGNATURE_TYPE": "http",
            "CLOUD_RUN_TIMEOUT_SECONDS": flags(command)["timeout"].rstrip("s"),
            "K_SERVICE": command[3],
        }
        return given | self._with_secrets(command, home) | dict(self.google)

    def _with_secrets(self, command: list[str], home: Path) -> dict[str, str]:
        """The deployed variables, with secrets mounted below `home` where the platform mounts them below /."""
        env = variables(command)
        for place, _, reference in (pair.partition("=") for pair in flags(command)["set-secrets"].split(",")):
            value = self.secrets[reference.partition(":")[0]]
            if place.startswith("/"):
                mounted = home / place.lstrip("/")
                mounted.parent.mkdir(parents=True)
                mounted.write_text(value)
                env = {name: str(mounted) if found == place else found for name, found in env.items()}
            else:
                env[place] = value
        return env


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the port answers anything, as the platform's start-up probe does."""
    deadline = time.monotonic() + PATIENCE
    while not answers(port):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"does not listen after {PATIENCE:.0f} s\n{log.read_text()}"
        time.sleep(0.05)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def ask_for_a_seat(site: httpx.Client, slot: str) -> httpx.Response:
    """What a citizen sends, through the API."""
    return site.post(
        f"/api/slots/{slot}/registrations",
        headers={"Idempotency-Key": uuid4().hex},
        json={
            "contact": {"name": "Ольга Берёзкина", "email": "olga@moscow.ru", "phone": "+7 916 123-45-67"},
            "visitors": [{"name": "Ольга Берёзкина", "age": 35}],
            "if_full": "wait",
            "consents": ["registration", "transfer", "authority"],
            "language": "ru",
        },
    )
