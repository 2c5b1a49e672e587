"""One conversation with a mail server, and what each of its answers means for a letter.

Whose fault a refusal is decides what happens: an address that does not exist is never written to again; a
server that is busy, a password that is wrong or a policy against our letters is no fault of the visitor, so
the letter stays due. A dropped connection is opened again; a letter is offered twice only if it cannot have
been taken the first time.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from zapis.errors import SettingsError

TIMEOUT = 20.0
"""Seconds to wait for each answer of the server."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 587, "smtp+starttls": 587, "smtps": 465}
IN_VAIN = 3
"""After so many letters in a row that failed through no fault of theirs, the rest would fare no better."""
LONGEST_REASON = 200

_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS = re.compile(r"\S+@\S+")
_ABOUT_THE_ADDRESS = (501, 550, 551, 553)
_ABOUT_THE_SENDER = ("1.7", "1.8")


class Sent(Struct, frozen=True):
    """The server took the letter."""


class Failed(Struct, frozen=True):
    """This address will never take a letter."""

    reason: str


class Deferred(Struct, frozen=True):
    """Not now."""

    reason: str
    ours: bool = False
    """Only the operator can mend it."""
    stop: bool = False
    """The letters after it would fare no better."""
    rest: bool = False
    """The server answered that it wants none of ours now: some providers count every further try against us."""


Outcome = Sent | Failed | Deferred


class Connection(Protocol):
    """Takes letters one after another."""

    def send(self, message: EmailMessage) -> Outcome:
        """Offer a letter to its only recipient. Raises nothing that a server can cause."""


class Server(Struct, frozen=True):
    """Where letters are handed in."""

    host: str
    port: int
    scheme: str
    user: str = ""
    password: str = ""


class SmtpTransport:
    """The server at `url` (ZAPIS_SMTP_URL): smtp://, smtp+starttls:// or smtps://[user:password@]host[:port].

    smtp:// encrypts where the server offers it, the other two always. Raises SettingsError.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self._server = parse(url)
        self._timeout = timeout

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One connection for many letters, opened by the first one."""
        conversation = _Conversation(self._server, self._timeout)
        try:
            yield conversation
        finally:
            conversation.close()

    def trouble(self) -> str | None:
        """Connect, greet, encrypt, log in and say NOOP; why that cannot be done, or None. Nothing is sent."""
        return _Conversation(self._server, self._timeout).trouble()


def parse(url: str) -> Server:
    """The server that `url` names. Raises SettingsError, which never quotes the password."""
    expected = "expected smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(f"ZAPIS_SMTP_URL: {expected}, found a host or port that cannot be one.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise SettingsError(f"ZAPIS_SMTP_URL: {expected}, found {_without_password(parts)!r}.")
    return Server(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        scheme=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def judge(code: int, text: str) -> Outcome:
    """What a server's answer to a recipient or a letter means."""
    reason = _reason(code, text)
    if 200 <= code < 300:
        return Sent()
    if code < 500:
        return Deferred(reason)
    return Failed(reason) if _is_about_the_address(code, text) else Deferred(reason, ours=True)


def _is_about_the_address(code: int, text: str) -> bool:
    """By the enhanced code where there is one: X.1 and X.2 speak of the address and its mailbox (RFC 3463)."""
    enhanced = _ENHANCED.match(text)
    if enhanced and enhanced[1] != "0":
        return enhanced[1] in ("1", "2") and f"{enhanced[1]}.{enhanced[2]}" not in _ABOUT_THE_SENDER
    return code in _ABOUT_THE_ADDRESS


def _reason(code: int, text: str) -> str:
    """For logs and organisers: servers like to repeat the address, which is nobody's business there."""
    return f"{code} {_ADDRESS.sub('…', ' '.join(text.split()))}"[:LONGEST_REASON]


class _Refused(Exception):
    """The server refuses us, whatever the letter; `ours`: until the operator mends it."""

    def __init__(self, why: str, ours: bool = True) -> None:
        super().__init__(why)
        self.ours = ours


class _Conversation:
    """Speaks SMTP; opens the connection when it is needed and again when it was dropped."""

    def __init__(self, server: Server, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None
        self._in_vain = 0

    def send(self, message: EmailMessage) -> Outcome:
        outcome = self._send(message)
        if not isinstance(outcome, Deferred) or not (outcome.ours or self._smtp is None):
            self._in_vain = 0
            return outcome
        self._in_vain += 1
        vain = self._in_vain >= IN_VAIN
        return replace(outcome, stop=outcome.stop or vain, rest=outcome.rest or (vain and outcome.ours))

    def trouble(self) -> str | None:
        try:
            code, text = self._open().noop()
        except _Refused as refused:
            return str(refused)
        except (smtplib.SMTPException, OSError) as error:
            return _broken(error)
        finally:
            self.close()
        return _reason(code, _text(text)) if code >= 400 else None

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        if self._smtp:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()

    def _send(self, message: EmailMessage) -> Outcome:
        sender, recipient = (message[header].addresses[0].addr_spec for header in ("From", "To"))
        try:
            refusal = self._address(sender, recipient)
        except _Refused as refused:
            self._drop()
            return Deferred(str(refused), refused.ours, stop=True, rest=True)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Deferred(_broken(error), ours=isinstance(error, ssl.SSLError), stop=True)
        return refusal or self._hand_over(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))

    def _address(self, sender: str, recipient: str) -> Outcome | None:
        """MAIL and RCPT, once more over a new connection if the old one had been dropped; a refusal or None."""
        if self._smtp is None:
            return self._envelope(self._open(), sender, recipient)
        try:
            return self._envelope(self._smtp, sender, recipient)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            self._drop()
            return self._envelope(self._open(), sender, recipient)

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> Outcome | None:
        code, text = smtp.mail(sender)
        if code == 421:
            raise smtplib.SMTPServerDisconnected(_text(text))
        if code >= 400:
            raise _Refused(f"the sender is refused: {_reason(code, _text(text))}", ours=code >= 500)
        code, text = smtp.rcpt(recipient)
        if code < 400:
            return None
        self._reset(smtp, code)
        return judge(code, _text(text))

    def _hand_over(self, content: bytes) -> Outcome:
        """DATA. If its answer is lost nobody knows whether the letter was taken: it is sent again, later."""
        assert self._smtp is not None
        try:
            code, answer = self._smtp.data(content)
            text = _text(answer)
        except smtplib.SMTPDataError as error:
            code, text = error.smtp_code, _text(error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Deferred(f"the answer is lost: {_broken(error)}")
        if code >= 400:
            self._reset(self._smtp, code)
        return judge(code, text)

    def _reset(self, smtp: smtplib.SMTP, code: int) -> None:
        """Forget the refused letter, or the connection if that is what the server did (421)."""
        try:
            if code != 421:
                smtp.rset()
                return
        except (smtplib.SMTPException, OSError):
            pass
        self._drop()

    def _open(self) -> smtplib.SMTP:
        self._smtp = smtp = self._connect()
        smtp.ehlo_or_helo_if_needed()
        if self._server.scheme != "smtps":
            self._encrypt(smtp)
        if self._server.user:
            self._log_in(smtp)
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        elif self._server.scheme == "smtp+starttls":
            raise _Refused("the server offers no encryption, but ZAPIS_SMTP_URL demands it")

    def _connect(self) -> smtplib.SMTP:
        # The own name is given, because smtplib would ask DNS for it.
        host, port, name = self._server.host, self._server.port, socket.gethostname()
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, name, timeout=self._timeout, context=context)
        return smtplib.SMTP(host, port, name, timeout=self._timeout)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not isinstance(smtp.sock, ssl.SSLSocket) and self._server.host not in LOOPBACK:
            raise _Refused("the server offers no encryption, and a password is never sent in clear")
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError as error:
            code, text = error.smtp_code, _text(error.smtp_error)
            raise _Refused(f"the password is refused: {_reason(code, text)}", ours=code >= 500) from None
        except smtplib.SMTPNotSupportedError:
            raise _Refused("the server offers no way to log in, but ZAPIS_SMTP_URL has a password") from None

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
            self._smtp = None


def _broken(error: Exception) -> str:
    """Why a conversation broke; an answer of the server is quoted without addresses."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reason(error.smtp_code, _text(error.smtp_error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not to be trusted: {error.verify_message}"
    return f"no conversation with the server ({type(error).__name__})"


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode("utf-8", "replace")


def _without_password(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
