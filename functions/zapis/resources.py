"""Where the folders are that ship beside the code."""

from __future__ import annotations

from pathlib import Path

from zapis.errors import SettingsError


def resource(name: str) -> Path:
    """A folder that ships beside the functions: in the bundle next to main.py, in the repository one above."""
    functions = Path(__file__).resolve().parents[1]
    for place in (functions / name, functions.parent / name):
        if place.is_dir():
            return place
    raise SettingsError(f"The folder {name}/ is missing beside the functions: deploy it together with them.")
