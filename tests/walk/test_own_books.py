"""`make run` on a person's own spreadsheets: laid out by `zapis sheet init`, opened by a key file, carried by a season.

What stands for Google here is the emulator, of which the run itself knows nothing: each process is started as
planned, and only the address differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from local.folder import held
from local.plan import plan
from local.ports import free
from local.settings import read
from local.supervisor import Supervisor
from local.up import scratch
from tests.deploy.bundle import ask_for_a_seat
from tests.stage import Stage, small_season, stage
from tests.walk.running import until
from zapis.cli import main

PORTS = ("ZAPIS_SITE_PORT", "ZAPIS_MAILBOX_PORT", "ZAPIS_SMTP_PORT")


def link(spreadsheet: str) -> str:
    """As a person copies it from the browser."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid=0"


def bare(running: Stage) -> None:
    """Three spreadsheets that a person made and shared, as the README says; `zapis sheet init` lays them out."""
    files = [running.bare_file(title) for title in ("Каталог", "Журнал", "Список завода")]
    running.catalogue, running.ledger, running.roster = files
    options = ("--catalogue", link(files[0]), "--ledger", link(files[1]), "--roster", link(files[2]))
    google = ("--key", str(running.key), "--emulator", running.host)
    done = CliRunner().invoke(main, ["sheet", "init", *options, *google])
    assert done.exit_code == 0, done.output
    small_season(running)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Stage, dict[str, str]]]:
    """The run, with the links and the key in its environment."""
    with stage(tmp_path, bare) as google:
        environ = {
            **{name: str(free()) for name in PORTS},
            "PATH": "/usr/bin:/bin",
            "ZAPIS_DATA": str(tmp_path / "data"),
            "ZAPIS_CATALOGUE": link(google.catalogue),
            "ZAPIS_LEDGER": link(google.ledger),
            "GOOGLE_APPLICATION_CREDENTIALS": str(google.key),
        }
        settings = read(environ)
        with held(settings.data) as folder, scratch() as picked:
            planned = plan(settings, folder, picked, environ)
            supervisor = Supervisor(folder.logs, lambda part, line: None)
            there = {"SHEETS_EMULATOR_HOST": google.host}
            functions = [replace(part, env={**part.env, **there}) for part in planned.functions(planned.books)]
            quick = [replace(part, argv=(*part.argv[:4], "--every=2", *part.argv[5:])) for part in planned.clock]
            try:
                for parts in (planned.ground, functions, quick):
                    supervisor.start(parts)
                yield google, environ
            finally:
                supervisor.stop()


def test_a_season_on_ones_own_spreadsheets_goes_from_the_form_to_the_roster(own: tuple[Stage, dict[str, str]]) -> None:
    google, environ = own
    site, mailbox = (f"http://127.0.0.1:{environ[name]}" for name in PORTS[:2])
    with httpx.Client(base_url=site, timeout=60) as http:
        (slot,) = until(lambda: http.get("/api/slots").json()["slots"])
        answer = ask_for_a_seat(http, slot["id"])
        letters = until(lambda: http.get(f"{mailbox}/api/messages").json())
        until(lambda: "Ольга Берёзкина" in str(google.rows(google.roster, "Посетители")))

    assert (answer.status_code, answer.json()["state"]) == (201, "confirmed")
    assert letters[0]["to"] == "olga@moscow.ru"
