"""Which features of HTML and CSS a letter uses, by their names at caniemail.com.

Inline styles and attributes are what a letter stands on; its style sheet is told apart, because clients that drop
style sheets must still show all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_PUBLISHED = json.loads(Path(__file__).with_name("caniemail.json").read_text("utf-8"))
DROPPED: dict[str, list[str]] = _PUBLISHED["dropped"]
KNOWN = frozenset((*DROPPED, *_PUBLISHED["kept"]))

TAGS = {"h1": "html-h1-h6", "h2": "html-h1-h6", "!doctype": "html-doctype"}
ATTRIBUTES = ("align", "aria-hidden", "background", "cellpadding", "cellspacing", "height", "hidden", "lang", "role")
ATTRIBUTES += ("srcset", "target", "valign", "width", "loading", "dir")
UNTESTED = frozenset({"color", "font-family", "font-style", "border-color", "-webkit-text-size-adjust"})
"""Properties as old as CSS itself, of which nothing is published; and one that only its own engine reads."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@dataclass(slots=True)
class Features:
    """What was found. `unknown`: of which nothing is published."""

    inline: set[str] = field(default_factory=set)
    sheet: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


def features(html: str) -> Features:
    """All that a letter's HTML uses."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


def without_sheet(html: str) -> str:
    """The letter as it is shown where style sheets are dropped."""
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Features()
        self._in_sheet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_sheet = tag == "style"
        self.found.inline |= {TAGS.get(tag, f"html-{tag}")} & KNOWN
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_sheet = False

    def handle_comment(self, data: str) -> None:
        self.found.inline.add("html-comments")

    def handle_data(self, data: str) -> None:
        if self._in_sheet:
            self._sheet(data)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name in ATTRIBUTES:
            self.found.inline |= {f"html-{name}"} & KNOWN
        if name == "style":
            self._take(self.found.inline, _declarations(value))
        elif (tag, name, value) == ("meta", "name", "color-scheme"):
            self.found.inline.add("html-meta-color-scheme")
        elif name == "src" and value.startswith("data:"):
            self.found.inline.add("image-base64")
        elif name == "href" and value.startswith("#"):
            self.found.inline.add("html-anchor-links")

    def _sheet(self, css: str) -> None:
        for condition in re.findall(r"@(\w[\w-]*)([^{]*)", css):
            name, query = condition
            self.found.sheet.add(f"css-at-{name}")
            self.found.sheet |= {f"css-at-{name}-{feature}" for feature in re.findall(r"\(([\w-]+)", query)} & KNOWN
        for selector, body in _RULE.findall(re.sub(r"@[^{]*\{", "", css)):
            self.found.sheet |= set(_selectors(selector))
            self._take(self.found.sheet, _declarations(body))

    def _take(self, into: set[str], declarations: Iterator[tuple[str, str]]) -> None:
        for name, value in declarations:
            into |= set(_of_value(name, value))
            if name in UNTESTED:
                continue
            known = [f"css-{part}" for part in _shortenings(name) if f"css-{part}" in KNOWN]
            if known:
                into.add(known[0])
            else:
                self.found.unknown.add(name)


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in filter(str.strip, style.split(";")):
        name, _, value = declaration.partition(":")
        yield name.strip().lower(), value.strip().lower()


def _shortenings(name: str) -> Iterator[str]:
    """`border-left-width`, then `border-left`, then `border`."""
    parts = name.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _of_value(name: str, value: str) -> Iterator[str]:
    if "!important" in value:
        yield "css-important"
    if name == "display":
        yield from {f"css-display-{value.split()[0]}"} & KNOWN
    for unit in re.findall(r"[\d.](px|em|rem|vh|vw|pt|ch|%)", value):
        yield f"css-unit-{'percent' if unit == '%' else unit}"
    for function in re.findall(r"([a-z-]+)\(", value):
        yield {"var": "css-variables", "calc": "css-unit-calc", "url": "css-background-image"}.get(
            function, f"css-{function}" if f"css-{function}" in KNOWN else f"css-function-{function}"
        )


def _selectors(selector: str) -> Iterator[str]:
    tests = {
        r"\.\w": "class",
        r"#\w": "id",
        r"\w\s+[.\w]": "descendant",
        r">": "child",
        r"\+": "adjacent-sibling",
        r"\[": "attribute",
        r",": "grouping",
        r"\*": "universal",
    }
    yield from (f"css-selector-{name}" for pattern, name in tests.items() if re.search(pattern, selector.strip()))
    yield from {f"css-pseudo-class-{name}" for name in re.findall(r"(?<!:):([\w-]+)", selector)} & KNOWN
