"""An operator at an empty project, and one at a running season."""

import fcntl
import shutil

import pytest

from tests.deploy.bundle import copy_of_the_sources, fresh_python, unpacked
from tests.deploy.chair import Operator, small_tree


@pytest.fixture(scope="session")
def script(tmp_path_factory):
    """The script in a tree of its own: nobody edits it between two runs, and its bundle is three files."""
    return small_tree(tmp_path_factory.mktemp("tree"))


@pytest.fixture
def operator(tmp_path, script):
    return Operator(tmp_path, script)


@pytest.fixture(scope="session")
def _brought_up(tmp_path_factory, script):
    operator = Operator(tmp_path_factory.mktemp("season"), script)
    operator.succeed()
    return operator.folder / "project"


@pytest.fixture
def season(operator, _brought_up):
    """An operator whose project has been brought up once, with the same settings."""
    shutil.copy(_brought_up, operator.folder)
    return operator


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    """The bundle, unpacked into an empty folder."""
    folder = tmp_path_factory.mktemp("staging")
    operator = Operator(folder, copy_of_the_sources(folder / "tree"))
    operator.succeed("--stage")
    return unpacked(operator.build / "bundle", tmp_path_factory.mktemp("arrived"))


@pytest.fixture(scope="session")
def python(workspace, tmp_path_factory, worker_id):
    """A Python with the bundle's requirements, made once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder if worker_id == "master" else folder.parent) / "fresh"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return fresh_python(folder / "venv", workspace / "requirements.txt")
