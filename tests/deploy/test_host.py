"""The same bundle on a host of one's own: the Containerfile's steps, the units' commands, a ledger in PostgreSQL."""

from __future__ import annotations

import configparser
import json
import shutil
from contextlib import ExitStack

import httpx
import pytest

from local.mailbox import Mailbox
from local.ports import LOOPBACK, free
from tests.deploy.bundle import ask_for_a_seat
from tests.deploy.chair import KEY, ROOT
from tests.deploy.container import HOST, Podman, build, exec_start, instructions
from tests.stage import TOUR, small_season, stage
from tests.walk.running import until
from zapis.commands.serve import PORTS
from zapis.errors import SettingsError
from zapis.settings import from_environment

pytestmark = pytest.mark.xdist_group("bundle")
SITE_URL = "https://visits.moscow.ru"
ENTERPRISES_SEE = "Посетители"
ANY_COMMAND = exec_start("zapis-copy.service")[: -len(["ledger", "export", "--folder", "FOLDER"])]


def units(kind):
    read = {path.name: configparser.ConfigParser(strict=False, interpolation=None) for path in HOST.glob(f"*.{kind}")}
    for name, parser in read.items():
        parser.optionxform = str
        parser.read(HOST / name, encoding="utf-8")
    return read


def test_the_image_has_the_python_that_is_deployed_and_is_not_run_by_root():
    script = (ROOT / "deploy.sh").read_text("utf-8")
    given = dict(instructions(HOST / "Containerfile"))

    (minor,) = (
        line.removeprefix("readonly RUNTIME=python3") for line in script.splitlines() if "RUNTIME=python" in line
    )
    assert given["FROM"] == f"python:3.{minor}-slim"
    assert given["USER"].split(":")[0] not in ("root", "0")


def test_each_timer_calls_a_service_that_is_there():
    for name in units("timer"):
        assert (HOST / name.replace(".timer", ".service")).exists()
    assert all(parser["Install"]["WantedBy"] for parser in units("timer").values())


def test_the_deliver_that_the_site_calls_is_the_one_that_is_served():
    assert f"ZAPIS_DELIVER_URL=http://127.0.0.1:{PORTS['deliver']}/\n" in (HOST / "zapis.env").read_text("utf-8")


def test_a_secret_in_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"ZAPIS_SMTP_URL_FILE: .*nowhere cannot be read"):
        from_environment({"ZAPIS_SMTP_URL_FILE": str(tmp_path / "nowhere")})


@pytest.fixture
def host(workspace, python, server, tmp_path):
    """A host with the image built, its settings written, the three functions up; the emulator plays Google."""
    disk = tmp_path / "host"
    etc, ports = disk / "etc" / "zapis", {name: free() for name in PORTS}
    etc.mkdir(parents=True)
    with ExitStack() as stack:
        season = stack.enter_context(stage(tmp_path))
        small_season(season)
        box = stack.enter_context(Mailbox(data=tmp_path / "mail"))
        shutil.copy(season.key, etc / "google.json")
        (etc / "keys").write_text(f"{KEY}\n")
        (etc / "smtp-url").write_text(f"smtp://{LOOPBACK}:{box.smtp_port}\n")
        (etc / "zapis.env").write_text(
            settings(
                ZAPIS_SITE_URL=SITE_URL,
                ZAPIS_CATALOGUE=season.catalogue,
                ZAPIS_DATABASE=server.make_database(),
                ZAPIS_DELIVER_URL=f"http://{LOOPBACK}:{ports['deliver']}/",
                ZAPIS_MAIL_FROM="visits@moscow.ru",
            )
        )
        image = build(HOST / "Containerfile", workspace, tmp_path / "image", python)
        podman = Podman(image, disk, {"SHEETS_EMULATOR_HOST": season.host})
        podman.run([*ANY_COMMAND, "ledger", "upgrade"])
        for name, port in ports.items():
            stack.enter_context(podman.started(exec_start("zapis@.service", name), port))
        site = stack.enter_context(httpx.Client(base_url=f"http://{LOOPBACK}:{ports['site']}", timeout=60))
        yield podman, site, ports, season, box


def settings(**changed):
    """host/zapis.env with other values for some of its names."""
    lines = (HOST / "zapis.env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert changed.keys() <= given.keys()
    return "".join(f"{name}={value}\n" for name, value in (given | changed).items())


def test_a_registration_is_walked_to_its_letter_on_a_host_of_ones_own(host):
    podman, site, ports, season, box = host

    def called(name):
        return json.loads(podman.run(exec_start("zapis-call@.service", name), PORT=str(ports[name])))

    def open_slots():
        called("sync")
        return site.get("/api/slots").json()["slots"]

    (slot,) = until(open_slots)
    assert TOUR["title"] in site.get("/").text

    answer = ask_for_a_seat(site, slot["id"])
    assert (answer.status_code, answer.json()["state"]) == (201, "confirmed")

    # Nobody calls deliver: the site does.
    (letter,) = box.wait("olga@moscow.ru")
    assert f"{SITE_URL}/ticket/" in letter["text"]
    assert called("deliver")["due_left"] == 0

    called("sync")
    assert "Ольга" not in str(season.rows(season.roster, ENTERPRISES_SEE))
    assert answer.json()["code"] in str(season.rows(season.roster, ENTERPRISES_SEE))

    folder = podman.disk / "var" / "backups" / "zapis"
    folder.mkdir(parents=True)
    assert "1 of people" in podman.run(exec_start("zapis-copy.service"))
    assert "Ольга Берёзкина" in next(folder.iterdir()).read_text("utf-8")
