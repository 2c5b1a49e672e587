"""What is deployed is what was tested: the staged bundle, alone with its requirements, carries a season."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from local.mailbox import Mailbox
from tests.deploy.bundle import Platform, ask_for_a_seat, copy_of_the_sources, run
from tests.deploy.chair import KEY, ROOT, Operator, deployments, flags
from tests.stage import TOUR, small_season, stage
from tests.walk.running import until

pytestmark = pytest.mark.xdist_group("bundle")
SITE_URL = "https://visits.moscow.ru"


@pytest.fixture(scope="module")
def operator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("operator")
    return Operator(folder, copy_of_the_sources(folder / "tree"))


def digest(folder):
    """Of names, contents, modes and times."""
    packed = folder.with_suffix(".tar")
    with tarfile.open(packed, "w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, path.relative_to(folder), recursive=False)
    return hashlib.sha256(packed.read_bytes()).hexdigest()


def test_the_same_sources_give_the_same_bytes(operator, tmp_path):
    said = operator.succeed("--stage")
    elsewhere = Operator(tmp_path, Path(shutil.copytree(operator.script.parent, tmp_path / "tree")) / "deploy.sh")
    for path in (tmp_path / "tree").rglob("*.toml"):
        path.chmod(0o600)
        os.utime(path, (1, 1))
    (tmp_path / "tree" / "templates" / ".editor-swap").write_text("not ours")

    said_elsewhere = elsewhere.succeed("--stage")

    assert digest(elsewhere.build / "bundle") == digest(operator.build / "bundle")
    assert said_elsewhere.split()[-1] == said.split()[-1]


def test_another_byte_gives_another_digest(operator, tmp_path):
    said = operator.succeed("--stage")
    elsewhere = Operator(tmp_path, Path(shutil.copytree(operator.script.parent, tmp_path / "tree")) / "deploy.sh")
    with (tmp_path / "tree" / "functions" / "main.py").open("a") as main:
        main.write("\n")

    assert elsewhere.succeed("--stage").split()[-1] != said.split()[-1]


def test_only_what_runs_is_staged(workspace):
    assert {path.name for path in workspace.iterdir()} == {
        "main.py",
        "requirements.txt",
        "sheets_schema",
        "templates",
        "zapis",
    }
    names = {path.name for path in workspace.rglob("*")}
    assert not {name for name in names if name.startswith((".", "test_")) or name == "__pycache__"}
    assert {"app.py", "catalogue.html"} <= names


def test_gcloud_sends_all_of_the_bundle(workspace, tmp_path):
    if shutil.which("gcloud") is None:
        pytest.skip("gcloud is not installed: what it would send is not looked at")

    sent = run("gcloud", "meta", "list-files-for-upload", str(workspace), CLOUDSDK_CONFIG=str(tmp_path))

    assert set(sent.split()) == {str(path.relative_to(workspace)) for path in workspace.rglob("*") if path.is_file()}


def test_the_runtime_is_the_python_of_the_project(operator):
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    runtimes = {flags(line)["runtime"] for line in deployments(operator.dry_run()).values()}

    (lowest,) = (line for line in project.splitlines() if line.startswith("requires-python"))
    assert runtimes == {"python" + lowest.split(">=")[1].strip('"').replace(".", "")}


COMPILES = """
import sys
sys.addaudithook(lambda event, about: event == "compile" and print(about[1]))
import zapis.app, zapis.ledger.sheet, zapis.site.application, zapis.publish.sync, zapis.mail.deliver
"""
TIME_OF_FILES_IN_IMAGES = 315532801
"""The first second of 1980, by which buildpacks make images the same whenever they are made."""


def test_what_the_build_compiles_no_instance_compiles_again(operator, workspace, python, tmp_path):
    copied = shutil.copytree(workspace, tmp_path / "compiled")
    (variables,) = {flags(line)["set-build-env-vars"] for line in deployments(operator.dry_run()).values()}

    run(str(python), "-m", "compileall", "-f", "-q", ".", cwd=copied, **dict([variables.split("=")]))
    for path in copied.rglob("*"):
        os.utime(path, (TIME_OF_FILES_IN_IMAGES, TIME_OF_FILES_IN_IMAGES))
    compiled = run(str(python), "-B", "-c", COMPILES, cwd=copied)

    assert [line for line in compiled.splitlines() if "zapis" in line] == []


def test_the_requirements_are_complete_and_agree(python):
    run(str(python), "-m", "pip", "check", "--disable-pip-version-check")


def test_every_module_of_the_bundle_can_be_imported(workspace, python):
    program = (
        "import pkgutil, importlib, zapis\n"
        "for module in pkgutil.walk_packages(zapis.__path__, 'zapis.'): importlib.import_module(module.name)\n"
        "print(zapis.__file__)"
    )

    assert run(str(python), "-B", "-c", program, cwd=workspace).strip() == str(workspace / "zapis" / "__init__.py")


@pytest.fixture
def deployed(operator, workspace, python, tmp_path):
    """The three functions as deployed, over an emulator with a small season and a mailbox."""
    with ExitStack() as stack:
        season = stack.enter_context(stage(tmp_path, small_season))
        box = stack.enter_context(Mailbox(data=tmp_path / "mail"))
        operator.settings |= {
            "ZAPIS_LEDGER": season.ledger,
            "ZAPIS_CATALOGUE": season.catalogue,
            "ZAPIS_SITE_URL": SITE_URL,
        }
        platform = Platform(
            workspace,
            python,
            tmp_path,
            secrets={"zapis-signing-keys": f"{KEY}\n", "zapis-smtp-url": f"smtp://127.0.0.1:{box.smtp_port}"},
            google={"SHEETS_EMULATOR_HOST": season.host, "GOOGLE_APPLICATION_CREDENTIALS": str(season.key)},
        )
        commands = deployments(operator.dry_run())
        urls = {name: stack.enter_context(platform.started(line)) for name, line in commands.items()}
        site = stack.enter_context(httpx.Client(base_url=urls["site"], timeout=60))
        yield site, urls, season, box


def called(url):
    """A job's answer to the scheduler."""
    answer = httpx.post(url, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_season_is_walked_through_on_the_bundle_alone(deployed):
    site, urls, season, box = deployed

    assert site.get("/healthz").text == "ok"

    def open_slots():
        called(urls["sync"])
        return site.get("/api/slots").json()["slots"]

    (slot,) = until(open_slots)
    assert TOUR["title"] in site.get("/").text

    answer = ask_for_a_seat(site, slot["id"])
    assert (answer.status_code, answer.json()["state"]) == (201, "confirmed")

    called(urls["deliver"])
    (letter,) = box.wait("olga@moscow.ru")
    assert f"{SITE_URL}/ticket/" in letter["text"]

    refused = httpx.post(f"{urls['sync']}/copy", timeout=60)
    assert (refused.status_code, "ZAPIS_COPIES is not set" in refused.json()["error"]) == (500, True)
    called(urls["sync"])
    assert "Ольга Берёзкина" in str(season.rows(season.roster, "Посетители"))
