"""The map of floors: an arrow only goes down, and functions/ never imports local/."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FUNCTIONS = ROOT / "functions"

FLOORS: dict[str, set[str]] = {
    "zapis.core": set(),
    "zapis.errors": set(),
    "zapis.resources": {"zapis.errors"},
    "zapis.schema": {"zapis.errors", "zapis.resources"},
    "zapis.settings": {"zapis.errors"},
    "zapis.tokens": {"zapis.core"},
    "zapis.qr": set(),
    "zapis.calendar": {"zapis.core"},
    "zapis.nudge": set(),
    "zapis.bucket": {"zapis.errors"},
    "zapis.happenings": set(),
    "zapis.lines": {"zapis.errors", "zapis.happenings"},
    "zapis.sheets": {"zapis.errors", "zapis.happenings"},
    "zapis.voice": {"zapis.core", "zapis.resources"},
    "zapis.ledger": {"zapis.core", "zapis.errors", "zapis.happenings", "zapis.sheets"},
    "zapis.site": {
        "zapis.calendar",
        "zapis.core",
        "zapis.errors",
        "zapis.happenings",
        "zapis.ledger",
        "zapis.qr",
        "zapis.resources",
        "zapis.schema",
        "zapis.tokens",
        "zapis.voice",
    },
    "zapis.mail": {
        "zapis.calendar",
        "zapis.core",
        "zapis.errors",
        "zapis.ledger",
        "zapis.qr",
        "zapis.resources",
        "zapis.schema",
        "zapis.tokens",
        "zapis.voice",
    },
    "zapis.publish": {
        "zapis.core",
        "zapis.errors",
        "zapis.happenings",
        "zapis.ledger",
        "zapis.schema",
        "zapis.sheets",
        "zapis.voice",
    },
}
"""Each floor and those below it that it may know; `app`, `cli`, `commands` and `main` stand on top and know all."""
TOP = {"zapis.__main__", "zapis.app", "zapis.cli", "zapis.commands", "main", "zapis"}


def floor_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def module_name(path: Path) -> str:
    parts = path.relative_to(FUNCTIONS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


MODULES = sorted(FUNCTIONS.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_an_arrow_only_goes_down(path):
    floor = floor_of(module_name(path))
    if floor in TOP:
        return
    known = FLOORS[floor] | {floor, "zapis"}

    above = {floor_of(name) for name in imports_of(path) if name.startswith("zapis")} - known

    assert not above


@pytest.mark.parametrize("path", sorted((FUNCTIONS / "zapis" / "core").glob("*.py")), ids=module_name)
def test_the_core_knows_the_standard_library_and_structs_only(path):
    outside = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names) - {"msgspec", "zapis"}

    assert not outside


@pytest.mark.parametrize("path", sorted((FUNCTIONS / "zapis" / "core").glob("*.py")), ids=module_name)
def test_the_core_has_no_clock_and_no_dice(path):
    text = path.read_text(encoding="utf-8")

    assert not {"time", "random", "secrets", "os", "socket"} & imports_of(path)
    assert "datetime.now(" not in text
    assert "today()" not in text


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_what_is_deployed_never_imports_what_stands_in_for_google(path):
    assert not {name for name in imports_of(path) if name.split(".")[0] in ("local", "tests", "bench")}


def test_only_one_module_talks_to_gspread():
    assert [module_name(p) for p in MODULES if any(n.split(".")[0] == "gspread" for n in imports_of(p))] == [
        "zapis.sheets"
    ]


def test_only_one_module_reads_the_environment():
    reads = re.compile(r"\bos\.(environ|getenv)|from os import")
    users = [module_name(p) for p in MODULES if reads.search(p.read_text(encoding="utf-8"))]

    assert set(users) <= {"zapis.settings"}
