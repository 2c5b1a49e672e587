"""What a Containerfile and a unit say, done with processes: there is no container here, but all of its steps.

The image's folders lie below `root`; a Python that has nothing but the bundle's requirements is its only program.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.bundle import run, wait_for
from tests.deploy.chair import ROOT

HOST = ROOT / "host"
LONE = ("--rm", "--replace")


def instructions(path: Path) -> list[tuple[str, str]]:
    """The instructions of a Containerfile, in their order."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(name, rest.strip()) for name, _, rest in pairs]


@dataclass(slots=True)
class Image:
    """What the instructions left."""

    root: Path
    python: Path
    workdir: Path = Path("/")
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / self.workdir.relative_to("/")

    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.python.parent}:/usr/bin:/bin", "HOME": str(self.root), **self.env}


def build(containerfile: Path, context: Path, root: Path, python: Path) -> Image:
    """Do what the instructions say."""
    image = Image(root, python)
    for name, rest in instructions(containerfile):
        match name:
            case "FROM" | "USER":
                pass  # what they say is looked at, not done
            case "ENV":
                image.env.update([rest.split("=", 1)])
            case "WORKDIR":
                image.workdir = Path(rest)
                image.folder.mkdir(parents=True)
            case "COPY":
                _copy(context / rest.split()[0], image.folder / rest.split()[1])
            case "RUN":
                run("sh", "-ec", rest, cwd=image.folder, **image.environment())
            case "ENTRYPOINT":
                image.entrypoint = json.loads(rest)
            case "CMD":
                image.command = json.loads(rest)
            case _:
                raise AssertionError(f"{name} is not known here")
    return image


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def exec_start(unit: str, instance: str = "") -> list[str]:
    """What a unit in host/ starts."""
    lines = (HOST / unit).read_text("utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart=").replace("%i", instance))


@dataclass(frozen=True, slots=True)
class Podman:
    """Runs podman's command lines. `disk` is the host's: /etc/zapis is a folder below it. `more` is put into every
    environment: what stands in Google's place."""

    image: Image
    disk: Path
    more: Mapping[str, str]

    def run(self, argv: list[str], **env: str) -> str:
        """What a command prints that ends by itself."""
        words, given = self._understood(argv)
        done = subprocess.run(words, cwd=self.image.folder, env={**given, **env}, capture_output=True, text=True)
        assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def started(self, argv: list[str], port: int) -> Iterator[None]:
        """A command that serves, until left."""
        words, env = self._understood(argv)
        log = self.disk / f"{words[-1]}.log"
        with log.open("wb") as out:
            own = {"PORT": str(port), "XDG_RUNTIME_DIR": str(self._folder_of(words[-1]))}
            process = subprocess.Popen(words, cwd=self.image.folder, env=env | own, stdout=out, stderr=out)
        try:
            wait_for(process, port, log)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def _folder_of(self, name: str) -> Path:
        folder = self.disk / name
        folder.mkdir()
        return folder

    def _understood(self, argv: list[str]) -> tuple[list[str], dict[str, str]]:
        """The process that a command line of podman means, and its environment."""
        program, verb, *words = argv
        assert Path(program).name == "podman"
        env, mounts = self.image.environment(), dict[str, str]()
        if verb == "exec":
            return self._words(words[1:]), env | dict(self.more)
        while words[0].startswith("--"):
            option = words.pop(0)
            value = "" if option in LONE else words.pop(0)
            if option == "--env-file":
                env |= _settings(self._on_disk(value))
            elif option == "--volume":
                host, inside, *_ = value.split(":")
                mounts[inside] = str(self._on_disk(host))
        arguments = self.image.entrypoint + (words[1:] or self.image.command)
        mounted = {name: _mounted(value, mounts) for name, value in env.items()}
        return [_mounted(word, mounts) for word in self._words(arguments)], mounted | dict(self.more)

    def _words(self, words: list[str]) -> list[str]:
        return [str(self.image.python) if word == "python" else word for word in words]

    def _on_disk(self, path: str) -> Path:
        return self.disk / path.lstrip("/")


def _settings(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def _mounted(word: str, mounts: Mapping[str, str]) -> str:
    """A path inside the container as it is called outside."""
    place = next((inside for inside in mounts if word == inside or word.startswith(f"{inside}/")), None)
    return word if place is None else mounts[place] + word.removeprefix(place)
