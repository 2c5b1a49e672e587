"""Field masks: which part of an answer is wanted, which part of a message is to be changed.

Both are the same little language: commas between fields, a dot or a slash down a level,
parentheses for several below one, "*" for all, camelCase or snake_case.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

Mask = dict[str, "Mask"]
TOKEN = re.compile(r"[A-Za-z0-9_@*-]+|[.,/()]")


class BadMask(ValueError):
    """The text is not a field mask."""


@lru_cache(maxsize=256)
def parse(text: str) -> Mask:
    """Read a mask as a tree, not to be altered; an empty branch means all below it. Raises BadMask."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise BadMask(text)
    tree, rest = _fields(tokens)
    if rest or not tree:
        raise BadMask(text)
    return tree


def _fields(tokens: list[str]) -> tuple[Mask, list[str]]:
    tree: Mask = {}
    while tokens:
        tokens = _path(tree, tokens)
        if not tokens or tokens[0] != ",":
            break
        tokens = tokens[1:]
    return tree, tokens


def _path(tree: Mask, tokens: list[str]) -> list[str]:
    if not tokens or tokens[0] in ".,/()":
        raise BadMask("".join(tokens))
    known = camel(tokens[0]) in tree
    branch = tree.setdefault(camel(tokens[0]), {})
    tokens = tokens[1:]
    if not tokens or tokens[0] in ",)":
        branch.clear()
        return tokens
    if known and not branch:
        branch = {}
    if tokens[0] == "(":
        below, tokens = _fields(tokens[1:])
        if not tokens or tokens[0] != ")":
            raise BadMask("(")
        branch.update(below)
        return tokens[1:]
    return _path(branch, tokens[1:])


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def below(mask: Mask | None, *names: str) -> Mask | None:
    """The branch under a path; None if the mask leaves that path out. A None mask wants nothing."""
    for name in names:
        if mask is None:
            return None
        if not mask:
            return {}
        mask = mask.get(name, mask.get("*"))
    return mask


def select(mask: Mask, thing: Any) -> Any:
    """What the mask leaves of a message."""
    if not mask:
        return thing
    if isinstance(thing, list):
        return [select(mask, item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    wanted = ((name, below(mask, name)) for name in thing)
    return {name: select(branch, thing[name]) for name, branch in wanted if branch is not None}


def update(target: dict[str, Any], source: dict[str, Any], mask: Mask) -> None:
    """Change in `target` what the mask names; what `source` lacks is cleared."""
    for name, branch in mask.items():
        if name == "*":
            target.update(source)
        elif branch and isinstance(source.get(name), dict):
            deeper = dict(target.get(name) or {})
            update(deeper, source[name], branch)
            target[name] = deeper
        elif branch and isinstance(target.get(name), dict):
            update(target[name], {}, branch)
        elif source.get(name) is None:
            target.pop(name, None)
        else:
            target[name] = source[name]
