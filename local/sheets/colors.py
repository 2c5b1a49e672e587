"""Colours as Sheets keeps them: eight bits a channel, zeros left out, `color` and `colorStyle` in step."""

from __future__ import annotations

import struct
from typing import Any

from local.sheets.masks import Mask

CHANNELS = ("red", "green", "blue", "alpha")


def kept(color: dict[str, Any]) -> dict[str, float]:
    """One colour after it was stored and read back."""
    eighths = {name: round(float(color.get(name) or 0) * 255) / 255 for name in CHANNELS}
    return {name: single(value) for name, value in eighths.items() if value}


def single(value: float) -> float | int:
    """A number as a 32-bit float prints: 0.49803922, and 1 for 1.0."""
    if value == int(value):
        return int(value)
    packed = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == packed:
            return float(text)
    return packed


def in_step(thing: Any) -> Any:
    """A message in which every colour is kept, and has its twin beside it."""
    if isinstance(thing, list):
        return [in_step(item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    done = {name: in_step(value) for name, value in thing.items() if not _is_color(name)}
    for name in {_plain(name) for name in thing if _is_color(name)}:
        done.update(_pair(name, thing))
    return done


def _is_color(name: str) -> bool:
    return _plain(name).lower().endswith("color") and _plain(name) != "rgbColor"


def _plain(name: str) -> str:
    return name.removesuffix("Style") if name.endswith("ColorStyle") or name == "colorStyle" else name


def _pair(name: str, thing: dict[str, Any]) -> dict[str, Any]:
    style = thing.get(name + "Style")
    if isinstance(style, dict) and style.get("themeColor"):
        return {name + "Style": style}
    rgb = style.get("rgbColor") if isinstance(style, dict) else thing.get(name)
    if not isinstance(rgb, dict):
        return {}
    return {name: kept(rgb), name + "Style": {"rgbColor": kept(rgb)}}


def widen(mask: Mask) -> Mask:
    """A mask that names one of the twins names both."""
    wide: Mask = {}
    for name, branch in mask.items():
        if _is_color(name):
            wide[_plain(name)] = {}
            wide[_plain(name) + "Style"] = {}
        else:
            wide[name] = widen(branch)
    return wide
