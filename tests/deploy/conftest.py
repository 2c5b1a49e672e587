"""An operator at an empty project, and one at a running season."""

import shutil

import pytest

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
    return operator.folder / "project.json"


@pytest.fixture
def season(operator, _brought_up):
    """An operator whose project has been brought up once, with the same settings."""
    shutil.copy(_brought_up, operator.folder)
    return operator
