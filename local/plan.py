"""What is to be started, as a value: each part's command, its environment and what makes it ready.

Nothing is started, opened or asked here, so that a run can be read before it happens. The
functions get the commands and the variables that they have in the cloud; only addresses differ.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.folder import Folder
from local.ports import LOOPBACK
from local.settings import Books, Settings
from local.vk import MINI_APP, MINI_APP_KEY

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ("site", "sync", "deliver")
MAIL_FROM = "Открой#Моспром <visits@zapis.example>"
# Quick enough to watch, and well within the quota of 60 reads a minute that jobs share. On real
# spreadsheets there are other readers, and nobody is watching.
DEMO_EVERY, GOOGLE_EVERY = 5, 30
# Variables of a person's shell that would make functions-framework something else than it is in the cloud.
NOT_INHERITED = ("DEBUG", "FUNCTION_SIGNATURE_TYPE", "FUNCTION_USE_ASGI", "SHEETS_EMULATOR_HOST")


@dataclass(frozen=True, slots=True)
class Answers:
    """Ready when a GET of `url` is answered 200."""

    url: str


@dataclass(frozen=True, slots=True)
class Accepts:
    """Ready when the port takes connections."""

    port: int


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the run. `env` is its whole environment; without `ready` it is ready at once.

    One that `may_end` has something to do and goes; the end of any other is the end of the run.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: Answers | Accepts | None = None
    may_end: bool = False


@dataclass(frozen=True, slots=True)
class Scratch:
    """What one run picked for itself: free ports, and a folder for sockets, gone with the run."""

    sync_port: int
    deliver_port: int
    sockets: Path

    def sockets_of(self, function: str) -> Path:
        """gunicorn opens a control socket in its runtime folder; three of them must not share one."""
        return self.sockets / function


@dataclass(frozen=True, slots=True)
class Plan:
    """The run in its order: the ground, the tables, the books, the functions, the clock, the guests.

    `books` are a person's own spreadsheets, or the part that lays out the demo season; the
    functions can be planned only when that one has said which spreadsheets it made.
    """

    ground: tuple[Part, ...]
    books: Books | Part
    functions: Callable[[Books], tuple[Part, ...]]
    clock: tuple[Part, ...]
    tables: Part | None = None
    """What makes or upgrades the tables, where the ledger is a database."""
    guests: tuple[Part, ...] = ()
    """Who comes to a season that was just laid out."""


def plan(settings: Settings, folder: Folder, scratch: Scratch, environ: Mapping[str, str]) -> Plan:
    """The run that `settings` ask for. `environ` is what every part inherits."""
    env = _inherited(environ)

    def functions(books: Books) -> tuple[Part, ...]:
        common = env | _function_env(settings, folder, environ, books)
        return (
            _site(settings.site.number, common, books, scratch, f"http://{LOOPBACK}:{scratch.deliver_port}/"),
            _job("sync", scratch.sync_port, common, books, scratch),
            _job("deliver", scratch.deliver_port, common, books, scratch),
        )

    return Plan(
        ground=_ground(settings, folder, env),
        books=settings.own_books or _seed(settings, folder, env),
        functions=functions,
        clock=(_scheduler(settings, scratch, env),),
        tables=_tables(env) if settings.database else None,
        guests=() if settings.own_books else (_visitors(settings, env),),
    )


def _ground(settings: Settings, folder: Folder, env: Mapping[str, str]) -> tuple[Part, ...]:
    mailbox = Part(
        "mailbox",
        _local(
            "mailbox",
            f"--port={settings.mailbox.number}",
            f"--smtp-port={settings.smtp.number}",
            f"--data={folder.mail}",
        ),
        env,
        Accepts(settings.smtp.number),
    )
    if settings.own_books:
        return (mailbox,)
    sheets = _local(
        "sheets",
        f"--port={settings.sheets.number}",
        f"--data={folder.sheets}",
        "--quota",
        f"--latency={settings.latency}",
    )
    return (Part("sheets", sheets, env, Accepts(settings.sheets.number)), mailbox)


def _tables(env: Mapping[str, str]) -> Part:
    return Part("tables", (sys.executable, "-m", "zapis", "ledger", "upgrade"), env)


def _seed(settings: Settings, folder: Folder, env: Mapping[str, str]) -> Part:
    emulator = f"http://{LOOPBACK}:{settings.sheets.number}"
    argv = (sys.executable, "-m", "local.demo", "seed", "--emulator", emulator, "--data", str(folder.path))
    return Part("seed", argv, env)


def _visitors(settings: Settings, env: Mapping[str, str]) -> Part:
    site = f"http://{LOOPBACK}:{settings.site.number}"
    return Part("visitors", (sys.executable, "-m", "local.demo", "visitors", "--site", site), env, may_end=True)


def _site(port: int, env: Mapping[str, str], books: Books, scratch: Scratch, deliver: str) -> Part:
    own = {
        "ZAPIS_DELIVER_URL": deliver,
        "FUNCTION_USE_ASGI": "true",
        "GOOGLE_APPLICATION_CREDENTIALS": str(books.site_key),
        "XDG_RUNTIME_DIR": str(scratch.sockets_of("site")),
    }
    return Part("site", _framework("site", port), {**env, **own}, Answers(f"http://{LOOPBACK}:{port}/healthz"))


def _job(name: str, port: int, env: Mapping[str, str], books: Books, scratch: Scratch) -> Part:
    own = {
        "GOOGLE_APPLICATION_CREDENTIALS": str(books.jobs_key),
        "XDG_RUNTIME_DIR": str(scratch.sockets_of(name)),
    }
    return Part(name, _framework(name, port), {**env, **own}, Accepts(port))


def _scheduler(settings: Settings, scratch: Scratch, env: Mapping[str, str]) -> Part:
    every = GOOGLE_EVERY if settings.own_books else DEMO_EVERY
    ports = {"sync": scratch.sync_port, "deliver": scratch.deliver_port}
    jobs = (f"{name}=http://{LOOPBACK}:{port}/" for name, port in ports.items())
    return Part("scheduler", _local("scheduler", f"--every={every}", *jobs), env)


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in NOT_INHERITED}
    # A proxy of the person's network must not be asked for what lies on this machine.
    direct = ",".join(filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy"), LOOPBACK, "localhost")))
    return kept | {
        "NO_PROXY": direct,
        "no_proxy": direct,
        "PYTHONPATH": str(ROOT / "functions"),
        "PYTHONUNBUFFERED": "1",
    }


def _function_env(settings: Settings, folder: Folder, environ: Mapping[str, str], books: Books) -> dict[str, str]:
    mailbox = f"smtp://{LOOPBACK}:{settings.smtp.number}"
    env = {
        "ZAPIS_CATALOGUE": books.catalogue,
        "ZAPIS_LEDGER": books.ledger,
        "ZAPIS_SECRET_FILE": environ.get("ZAPIS_SECRET_FILE") or str(folder.secret),
        "ZAPIS_SITE_URL": environ.get("ZAPIS_SITE_URL") or f"http://{LOOPBACK}:{settings.site.number}",
        "ZAPIS_MAIL_FROM": environ.get("ZAPIS_MAIL_FROM") or MAIL_FROM,
    }
    if settings.own_books:
        return env | {"ZAPIS_SMTP_URL": environ.get("ZAPIS_SMTP_URL") or mailbox}
    # The demo's letters go to invented people, so they never leave this machine.
    return env | {
        "ZAPIS_SMTP_URL": mailbox,
        "ZAPIS_SETTLE_SECONDS": environ.get("ZAPIS_SETTLE_SECONDS") or "5",
        "ZAPIS_VK_APP": MINI_APP,
        "ZAPIS_VK_KEY": MINI_APP_KEY,
        "ZAPIS_VK_HOSTS": f"http://{LOOPBACK}:* http://localhost:*",
        "SHEETS_EMULATOR_HOST": f"{LOOPBACK}:{settings.sheets.number}",
    }


def _framework(target: str, port: int) -> tuple[str, ...]:
    # The console script, as in the cloud: `python -m` would put this folder on the import path.
    program = os.path.join(os.path.dirname(sys.executable), "functions-framework")
    source = str(ROOT / "functions" / "main.py")
    return (program, f"--source={source}", f"--target={target}", f"--host={LOOPBACK}", f"--port={port}")


def _local(command: str, *options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "local", command, *options)
