"""A chart as a drawing: bars, columns and pies, from the cells that its specification names.

Only what a person needs to see that the chart says the right thing; Google draws it more finely.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from local.sheets.calc import Calc
from local.sheets.ranges import from_grid_range
from local.sheets.workbook import Json, Workbook

COLOURS = ("#4285f4", "#ea4335", "#fbbc04", "#34a853", "#ff6d01", "#46bdc6")
"""Google's, in its order."""
NAMES, TOP, FOOT, LETTERS = 186, 40, 36, 22
DRAWN = ("basicChart", "pieChart")


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers and what it is called."""

    name: str
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """What a chart draws: one number of each series a name."""

    names: tuple[str, ...]
    series: tuple[Series, ...]


def drawing(book: Workbook, calc: Calc, chart_id: int) -> str | None:
    """The SVG of a chart; None where there is no such chart."""
    for tab in book.tabs:
        for chart in tab.head.get("charts", ()):
            if chart["chartId"] == chart_id:
                return _svg(book, calc, chart)
    return None


def _svg(book: Workbook, calc: Calc, chart: Json) -> str:
    overlay, spec = chart["position"]["overlayPosition"], chart["spec"]
    width, height = overlay["widthPixels"], overlay["heightPixels"]
    title = escape(str(spec.get("title", "")))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="12"',
        ' font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#fff" stroke="#dadce0"/>',
        f'<text x="16" y="26" font-size="16" fill="#5f6368">{title}</text>',
        *_body(book, calc, spec, width, height),
        "</svg>",
    ]
    return "".join(parts)


def _body(book: Workbook, calc: Calc, spec: Json, width: int, height: int) -> Iterator[str]:
    if "pieChart" in spec:
        pie = spec["pieChart"]
        names, *series = (_cells(book, calc, pie[part]) for part in ("domain", "series"))
        yield from _pie(_data(names, series, headers=0), width, height)
    elif "basicChart" in spec:
        basic = spec["basicChart"]
        names = _cells(book, calc, basic["domains"][0]["domain"])
        series = [_cells(book, calc, part["series"]) for part in basic["series"]]
        data = _data(names, series, basic.get("headerCount", 0))
        draw = _bars if basic.get("chartType") == "BAR" else _columns
        yield from draw(data, width, height, bool(basic.get("stackedType")))
        yield from _legend(data, height)


def _cells(book: Workbook, calc: Calc, source: Json) -> list[object]:
    tab, rect = from_grid_range(book, source["sourceRange"]["sources"][0])
    return [calc.value(tab, row, rect.left) for row in range(rect.top, min(rect.bottom, calc.height(tab)))]


def _data(names: Sequence[object], series: Sequence[Sequence[object]], headers: int) -> Data:
    """Rows without a name are not drawn."""
    rows = [row for row in range(headers, len(names)) if names[row] not in (None, "")]
    return Data(
        tuple(str(names[row]) for row in rows),
        tuple(
            Series(str(column[0]) if headers else "", tuple(_number(column, row) for row in rows)) for column in series
        ),
    )


def _number(column: Sequence[object], row: int) -> float:
    value = column[row] if row < len(column) else 0
    return float(value) if isinstance(value, int | float) else 0.0


def _most(data: Data, stacked: bool) -> float:
    together = zip(*(series.numbers for series in data.series), strict=True)
    return max((sum(numbers) if stacked else max(numbers) for numbers in together), default=0) or 1


def _bars(data: Data, width: int, height: int, stacked: bool) -> Iterator[str]:
    step = (height - TOP - FOOT) / max(len(data.names), 1)
    scale = (width - NAMES - 60) / _most(data, stacked)
    lanes = 1 if stacked else len(data.series)
    for row, name in enumerate(data.names):
        top = TOP + row * step
        yield f'<text x="{NAMES - 8}" y="{top + step / 2 + 4:.1f}" text-anchor="end" fill="#444">{_short(name)}</text>'
        left = float(NAMES)
        for number, series in enumerate(data.series):
            length, thick = series.numbers[row] * scale, step * 0.75 / lanes
            lane = top + step * 0.125 + (0 if stacked else number * thick)
            yield _rect(left if stacked else NAMES, lane, length, thick, number, f"{name}: {series.numbers[row]:g}")
            left += length


def _columns(data: Data, width: int, height: int, stacked: bool) -> Iterator[str]:
    step = (width - 80) / max(len(data.names), 1)
    room = height - TOP - FOOT - 24
    scale, lanes = room / _most(data, stacked), 1 if stacked else len(data.series)
    for row, name in enumerate(data.names):
        left, floor = 50 + row * step, float(TOP + room)
        if row % math.ceil(70 / step) == 0:
            yield f'<text x="{left:.1f}" y="{TOP + room + 16}" fill="#444">{_short(name)}</text>'
        for number, series in enumerate(data.series):
            tall, thick = series.numbers[row] * scale, step * 0.75 / lanes
            lane = left + (0 if stacked else number * thick)
            yield _rect(lane, floor - tall, thick, tall, number, f"{name}: {series.numbers[row]:g}")
            floor -= tall if stacked else 0


def _rect(left: float, top: float, width: float, height: float, number: int, title: str) -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{_colour(number)}"><title>{escape(title)}</title></rect>'


def _pie(data: Data, width: int, height: int) -> Iterator[str]:
    numbers = data.series[0].numbers
    total, turned = sum(numbers) or 1, 0.0
    middle, radius = (TOP + height) / 2, (height - TOP - FOOT) / 2
    for number, (name, part) in enumerate(zip(data.names, numbers, strict=True)):
        # A circle's outline, as wide as its radius, is a pie; a dash of it is a slice.
        dash = f'stroke-dasharray="{100 * part / total:.3f} 100" stroke-dashoffset="{-turned:.3f}"'
        yield (
            f'<circle cx="{radius + 40:.1f}" cy="{middle:.1f}" r="{radius / 2:.1f}" fill="none" '
            f'stroke="{_colour(number)}" stroke-width="{radius:.1f}" pathLength="100" {dash}/>'
        )
        turned += 100 * part / total
        text = escape(f"{name}: {part:g} ({100 * part / total:.0f} %)")
        yield _key(2 * radius + 80, TOP + 40 + number * LETTERS, number, text)


def _legend(data: Data, height: int) -> Iterator[str]:
    left = 50.0
    for number, series in enumerate(data.series):
        yield _key(left, height - 14, number, escape(series.name))
        left += 40 + 8 * len(series.name)


def _key(left: float, base: float, number: int, text: str) -> str:
    square = f'<rect x="{left:.0f}" y="{base - 10:.0f}" width="11" height="11" fill="{_colour(number)}"/>'
    return f'{square}<text x="{left + 17:.0f}" y="{base:.0f}" fill="#444">{text}</text>'


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _short(name: str) -> str:
    return escape(name if len(name) <= LETTERS else name[: LETTERS - 1] + "…")
