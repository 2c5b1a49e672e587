"""One run, from the first check to the last stopped part."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.folder import Folder, held
from local.plan import FUNCTIONS, Part, Plan, Scratch, plan
from local.ports import free, require_free
from local.screen import Screen
from local.settings import Books, Settings
from local.supervisor import Stopped, Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(settings: Settings, environ: Mapping[str, str]) -> None:
    """Run everything until asked to stop. Raises LocalError where something stands in the way or dies."""
    with held(settings.data) as folder:
        require_free(settings.ports)
        with scratch() as picked:
            run(plan(settings, folder, picked, environ), settings, folder)


@contextmanager
def scratch() -> Iterator[Scratch]:
    """What a run picks for itself. Not in the data folder: a socket's path must be short."""
    with TemporaryDirectory(prefix="zapis-") as sockets:
        picked = Scratch(free(), free(), Path(sockets))
        for function in FUNCTIONS:
            picked.sockets_of(function).mkdir()
        yield picked


def run(planned: Plan, settings: Settings, folder: Folder) -> None:
    """Run what was planned. Raises LocalError."""
    screen = Screen()
    supervisor = Supervisor(folder.logs, screen.heard)
    screen.heading(folder.path)
    with _signals_stop(supervisor):
        try:
            _start(planned, folder, supervisor, screen)
            screen.up(settings)
            supervisor.watch()
        except Stopped:
            screen.stopping()
        finally:
            supervisor.stop()
    screen.stopped(folder.path)


def _start(planned: Plan, folder: Folder, supervisor: Supervisor, screen: Screen) -> None:
    _start_stage(planned.ground, supervisor, screen)
    if planned.tables:
        with screen.step("Making the tables of the database"):
            supervisor.finish(planned.tables)
    first_time = not folder.season.exists()
    books = _books(planned.books, folder, supervisor, screen)
    _start_stage(planned.functions(books), supervisor, screen)
    _start_stage(planned.clock, supervisor, screen)
    if first_time and planned.guests:
        with screen.step("Letting invented visitors register, a minute"):
            supervisor.start(planned.guests)


def _start_stage(stage: tuple[Part, ...], supervisor: Supervisor, screen: Screen) -> None:
    with screen.step(f"Starting {', '.join(part.name for part in stage)}"):
        supervisor.start(stage)


def _books(planned: Books | Part, folder: Folder, supervisor: Supervisor, screen: Screen) -> Books:
    if isinstance(planned, Books):
        return planned
    if not folder.season.exists():
        with screen.step("Laying out the demo season (the first time)"):
            supervisor.finish(planned)
    return folder.books()


@contextmanager
def _signals_stop(supervisor: Supervisor) -> Iterator[None]:
    def request(*_: object) -> None:
        supervisor.request_stop()

    before = {number: signal.signal(number, request) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
