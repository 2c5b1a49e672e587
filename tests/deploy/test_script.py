"""The script itself: shellcheck has nothing against it, and it explains itself."""

import shutil
import subprocess

import pytest

from tests.deploy.chair import ROOT, SCRIPT


@pytest.mark.parametrize("script", [SCRIPT, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_shellcheck_has_nothing_against_it(script):
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed: apt-get install shellcheck")

    done = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")


def test_it_names_its_options(operator):
    said = operator.succeed("--help")

    for option in ("--env-file", "--dry-run", "--teardown", "--yes", "--stage"):
        assert option in said


def test_an_option_that_is_none_is_refused(operator):
    done = operator.run("--dryrun")

    assert done.returncode == 2
    assert "--dryrun is no option" in done.stderr
    assert operator.calls() == []
