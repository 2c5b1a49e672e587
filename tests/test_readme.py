"""Documents that cannot lie: what README and docs name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from zapis.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])
SOURCES = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("local/**/*.py"), ROOT / "Makefile", *ROOT.glob("bench/*.py")]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)


@page
def test_every_link_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))

    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]

    assert [link for link in local if not (path.parent / link).exists()] == []


@page
def test_every_variable_is_read_somewhere(path):
    names = set(re.findall(r"\b(?:ZAPIS_[A-Z_]+|SHEETS_EMULATOR_HOST)\b", path.read_text(encoding="utf-8")))

    assert {name for name in names if name not in CODE} == set()


@page
def test_every_make_verb_exists(path):
    verbs = set(re.findall(r"`make ([a-z-]+)|^\$ make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert {one or other for one, other in verbs} - made == set()


def test_every_zapis_command_that_the_readme_names_answers_to_help():
    named = set(re.findall(r"zapis ((?:sheet|journal|doctor)(?: [a-z]+)?)", (ROOT / "README.md").read_text("utf-8")))

    assert named
    for command in named:
        assert CliRunner().invoke(main, [*command.split(), "--help"]).output.startswith("Usage")


def test_every_file_in_the_map_of_floors_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(part for part in text.split("```") if "functions/main.py" in part)
    paths = [line.split()[0] for line in block.strip().splitlines() if "/" in line.split()[0]]

    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).exists()] == []
