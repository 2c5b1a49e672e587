"""CellFormat messages -> the few things a browser has to know to draw a cell, each look told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sheets.render import THEME_COLORS
from local.sheets.workbook import Json

BORDER_PIXELS = {"SOLID": "1px solid", "SOLID_MEDIUM": "2px solid", "SOLID_THICK": "3px solid"}
BORDER_PIXELS |= {"DOTTED": "1px dotted", "DASHED": "1px dashed", "DOUBLE": "3px double"}


class Looks:
    """Numbers the looks of an answer: a column of cells shares one."""

    def __init__(self) -> None:
        self.made: list[Json] = []
        self._known: dict[int, int | None] = {}
        self._kept: list[Any] = []

    def number(self, cell_format: Mapping[str, Any] | None) -> int | None:
        """The place in `made` of this format's look; None for one that looks like nothing."""
        if cell_format is None:
            return None
        if id(cell_format) not in self._known:
            self._kept.append(cell_format)  # an id stands for one format only while that lives
            self._known[id(cell_format)] = self._add(look(cell_format))
        return self._known[id(cell_format)]

    def _add(self, made: Json) -> int | None:
        if not made:
            return None
        if made not in self.made:
            self.made.append(made)
        return self.made.index(made)


def look(cell_format: Mapping[str, Any]) -> Json:
    """Colours as #rrggbb, alignments and wrapping as CSS has them, in lower case."""
    text = cell_format.get("textFormat") or {}
    parts = {
        "background": css_colour(cell_format, "backgroundColor"),
        "colour": css_colour(text, "foregroundColor"),
        "size": text.get("fontSize"),
        "across": _lower(cell_format.get("horizontalAlignment")),
        "down": _lower(cell_format.get("verticalAlignment")),
        "wrap": _lower(cell_format.get("wrapStrategy")),
        "borders": _borders(cell_format.get("borders") or {}),
        **{name: True for name in ("bold", "italic", "strikethrough", "underline") if text.get(name)},
    }
    return {name: part for name, part in parts.items() if part}


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None


def _borders(borders: Mapping[str, Json]) -> dict[str, str]:
    drawn = {side: line for side, line in borders.items() if line.get("style", "NONE") != "NONE"}
    return {
        side: f"{BORDER_PIXELS.get(line['style'], '1px solid')} {css_colour(line, 'color') or '#000000'}"
        for side, line in drawn.items()
    }


def css_colour(message: Mapping[str, Any], name: str) -> str | None:
    """A colour of a message as #rrggbb, a theme's colour as that theme has it; None if it has none."""
    style = message.get(f"{name}Style") or {}
    colour = THEME_COLORS.get(style["themeColor"]) if style.get("themeColor") else style.get("rgbColor")
    colour = message.get(name) if colour is None else colour
    if colour is None:
        return None
    return "#" + "".join(f"{round(colour.get(channel, 0) * 255):02x}" for channel in ("red", "green", "blue"))
