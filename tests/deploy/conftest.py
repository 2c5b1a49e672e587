"""An operator at an empty project."""

import pytest

from tests.deploy.chair import Operator


@pytest.fixture
def operator(tmp_path):
    return Operator(tmp_path)
