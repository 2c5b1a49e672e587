"""The SMTP side: every letter is taken, unless a test asked for trouble.

Trouble is scripted ahead and used up in order, one per letter: an answer to give, silence, or
a letter that is taken while its answer is lost. The last one is what makes a sender send twice.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.mailbox.letters import Letters


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply given instead of taking the letter, such as 451 or 550."""

    code: int
    text: str


class Silence:
    """The sender waits until it gives up."""


class LostAnswer:
    """The letter is taken and the connection dropped before the sender is told."""


Trouble = Answer | Silence | LostAnswer


class Catcher:
    """What the SMTP server asks of us: its hooks carry the names that aiosmtpd looks for."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._troubles: deque[Trouble] = deque()

    def script(self, trouble: Trouble, count: int) -> None:
        self._troubles.extend([trouble] * count)

    def serve(self) -> SMTP:
        """One conversation."""
        return SMTP(self, hostname="mailbox.localhost", ident="Zapis mailbox", enable_SMTPUTF8=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        trouble = self._troubles.popleft() if self._troubles else None
        match trouble:
            case Answer(code, text):
                return f"{code} {text}"
            case Silence():
                await asyncio.Event().wait()
        self._keep(envelope)
        if isinstance(trouble, LostAnswer) and server.transport is not None:
            server.transport.close()
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)  # since letters are not decoded
        self._letters.keep(envelope.mail_from or "", envelope.rcpt_tos, content)
