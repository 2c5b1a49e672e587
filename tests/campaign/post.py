"""A mail server on simulated time, with the face of `zapis.mail.smtp.SmtpTransport`.

A letter here is what `deliver` knows of the matter: how it is worded, and its MIME, are proved elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.campaign.clock import pause
from zapis.mail.letters import Matter
from zapis.mail.smtp import TIMEOUT, Deferred, Failed, Outcome, Sent

if TYPE_CHECKING:
    from tests.campaign.processes import DeliverProcess


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter that a mail server took."""

    at: float
    run: str
    matter: Matter
    journal: int
    """How many rows the journal had."""
    answered: bool
    """Whether the server's answer reached the sender."""


def compose(matter: Matter, *_: Any) -> Matter:
    """In place of the wording."""
    return matter


def to_message(matter: Matter) -> Matter:
    """In place of the MIME."""
    return matter


class Post:
    """The way to the mail server from one process of `deliver`."""

    def __init__(self, process: DeliverProcess) -> None:
        self._process = process
        self._world = process.world

    @contextmanager
    def connection(self) -> Iterator[Post]:
        yield self

    def send(self, matter: Matter) -> Outcome:
        fault = self._world.weather("mail", self._process.dice)
        pause(self._process.dice.uniform(0.05, 0.4))
        if fault == "stall":
            self._world.fire("mail server stalls")
            pause(TIMEOUT)
            return Deferred("no conversation with the server (TimeoutError)", stop=True)
        if matter.person.email in self._world.scenario.gone_addresses:
            self._world.fire("mail server knows no such address (550)")
            return Failed("550 5.1.1 no such user")
        if fault in ("busy", "refuses us"):
            self._world.fire("mail server is busy (451)" if fault == "busy" else "mail server refuses us (554)")
            return Deferred("451 4.7.1 greylisted" if fault == "busy" else "554 5.7.1 policy", ours=fault != "busy")
        return self._take(matter, lost=fault == "answer lost")

    def _take(self, matter: Matter, *, lost: bool) -> Outcome:
        world, process = self._world, self._process
        world.mailed(Mail(world.seconds, process.writer, matter, len(world.journal), not lost))
        process.took_a_letter()
        if lost:
            world.fire("mail server dies after taking a letter")
            return Deferred("the answer is lost: no conversation with the server (TimeoutError)")
        return Sent()
