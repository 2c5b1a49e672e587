"""The threat model names tests, and they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "threats.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", MODEL)))
DEMANDED = (
    "Forged tickets",
    "Enumeration of codes",
    "mail relay through names",
    "Formula injection",
    "Header injection",
    "Template and script injection",
    "Clickjacking",
    "Slot hoarding",
    "Replayed VK parameters",
    "Oversized and malformed bodies",
    "malicious enterprise",
    "leaked gate link",
)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_holds_a_threat_exists(file: str, test: str):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert not test or test in functions
    assert any(name.startswith("test_") for name in functions)


def test_each_threat_is_held_by_a_test():
    paragraphs = re.findall(r"^\*\*(.+?)\*\*(.*?)(?=^\*\*|^## |\Z)", MODEL, re.DOTALL | re.MULTILINE)

    assert len(paragraphs) >= len(DEMANDED)
    for heading, text in paragraphs:
        assert "`tests/" in text, heading
    for threat in DEMANDED:
        assert any(threat in heading for heading, _ in paragraphs), threat
