"""What a run of the model prints, as events: `zapis VERB NUMBER...`, one a line. docs/protocol.md reads one."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "zapis "


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the model: a verb and what it is about."""

    verb: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join((self.verb, *map(str, self.numbers)))


def events(printed: str) -> list[Event]:
    """The events in what spin printed, in their order; all other lines are spin's own."""
    lines = (line.strip() for line in printed.splitlines())
    return [_event(line.removeprefix(MARK)) for line in lines if line.startswith(MARK)]


def _event(line: str) -> Event:
    words = line.split()
    verb = [word for word in words if not word.isdigit()]
    return Event(" ".join(verb), tuple(int(word) for word in words if word.isdigit()))
