"""Trouble on command: which requests it strikes, and a list of all that it struck.

A rule says what happens (`kind`) and to whom: `method`, `path` (a piece of it or a regular
expression), from the `nth` match on, `count` times (0: for ever), each with a `probability`
drawn from a seed. The kinds:

quota        429 with Google's body, nothing applied
internal     500 with Google's body, nothing applied
unavailable  503 with Google's body, nothing applied
html         503 as the page of Google's front end, nothing applied
refused      the connection is dropped before anything is applied
lost         applied, then the connection is dropped without an answer
applied_500  applied, then 500
cut          applied, then the answer breaks off in the middle
stall        nothing applied, and never an answer
stall_after  applied, and never an answer
slow         `seconds` more before it is applied
stale        a read sees the spreadsheets as they were when the rule was made
edit         an organiser types {file, tab, row, column, value} before the call is applied, or,
             with when="between", after it is applied and before its answer is read
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    *("quota", "internal", "unavailable", "html", "refused", "lost", "applied_500", "cut"),
    *("stall", "stall_after", "slow", "stale", "edit"),
)


class BadRule(ValueError):
    """A rule that cannot be: the text says why."""


@dataclass(slots=True)
class Rule:
    """One order to make trouble."""

    id: int
    kind: str
    method: str = ""
    path: str = ""
    nth: int = 1
    count: int = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    when: str = "before"
    edit: dict[str, Any] = field(default_factory=dict)
    matched: int = 0
    fired: int = 0
    state: Any = None
    """What a stale read is answered from."""
    _random: random.Random = field(default_factory=random.Random)

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is one to strike; counts it."""
        if self.spent or (self.method and self.method.upper() != method):
            return False
        if self.path and self.path not in path and not re.search(self.path, path):
            return False
        self.matched += 1
        if self.matched < self.nth or self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True

    @property
    def spent(self) -> bool:
        return 0 < self.count <= self.fired

    def described(self) -> dict[str, Any]:
        names = ("id", "kind", "method", "path", "nth", "count", "probability", "seed", "matched", "fired")
        return {name: getattr(self, name) for name in names}


class Faults:
    """The rules in force. Tests add them from their own thread while the server asks from its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._fired: list[dict[str, Any]] = []
        self._next_id = 1

    def add(self, kind: str, **matching: Any) -> int:
        """Order a fault; answers the rule's id. Raises BadRule."""
        rule = self._made(kind, matching)
        with self._lock:
            self._rules.append(rule)
        return rule.id

    def _made(self, kind: str, matching: dict[str, Any]) -> Rule:
        if kind not in KINDS:
            raise BadRule(f'there is no fault "{kind}"; there are {", ".join(KINDS)}')
        with self._lock:
            rule_id, self._next_id = self._next_id, self._next_id + 1
        try:
            rule = Rule(rule_id, kind, **matching)
            re.compile(rule.path)
        except (TypeError, re.error) as error:
            raise BadRule(f"a fault cannot be matched so: {error}") from None
        rule._random.seed(rule.seed)
        return rule

    def remove(self, rule_id: int) -> bool:
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if rule.id != rule_id]
            return len(self._rules) < before

    def clear(self) -> None:
        """Forget the rules and the list of what fired."""
        with self._lock:
            self._rules.clear()
            self._fired.clear()

    def rules(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.described() for rule in self._rules]

    @property
    def fired(self) -> list[dict[str, Any]]:
        """Every fault that fired, oldest first, with the request it hit."""
        with self._lock:
            return list(self._fired)

    def new_stale(self) -> Iterable[Rule]:
        """Rules of stale reads that have not been given the state they are to show."""
        with self._lock:
            return [rule for rule in self._rules if rule.kind == "stale" and rule.state is None]

    def striking(self, method: str, path: str, time: float) -> list[Rule]:
        """The rules that strike this request, in the order they were made."""
        with self._lock:
            struck = [rule for rule in self._rules if rule.strikes(method, path)]
            self._fired += [
                {"rule": rule.id, "kind": rule.kind, "method": method, "path": path, "time": time} for rule in struck
            ]
            return struck
