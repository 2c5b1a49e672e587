"""Letters on disk and how they are read.

One file per letter, named by the moment it arrived, holding what was sent byte for byte under
the trace lines that any receiving server adds. The envelope's addresses are kept, since only
they say who was really written to. A letter that cannot be read is still shown, never lost.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from mimetypes import guess_extension
from pathlib import Path

STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is neither the text nor the HTML of the letter; `content_id` is without brackets."""

    name: str
    type: str
    content: bytes
    content_id: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it arrived. `recipients` are the envelope's, `received` is in UTC."""

    id: str
    received: datetime
    recipients: tuple[str, ...]
    headers: dict[str, str]
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    source: bytes

    @property
    def subject(self) -> str:
        return self.headers.get("Subject", "")

    @property
    def sender(self) -> str:
        return self.headers.get("From", "")

    @property
    def to(self) -> str:
        return ", ".join(self.recipients)


class Letters:
    """All letters of a folder, newest first. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._letters = {path.stem: read(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.eml"))}
        self._latest = max((letter.received for letter in self._letters.values()), default=_now())
        self._changes = 0

    def keep(self, sender: str, recipients: list[str], content: bytes) -> Letter:
        """Put a letter on disk, then show it."""
        with self._lock:
            # Two letters of one microsecond, or a clock set back, must not share a name.
            self._latest = max(_now(), self._latest + timedelta(microseconds=1))
            name = self._latest.strftime(STAMP)
            source = _trace(sender, recipients, self._latest) + content
            _write(self._folder / f"{name}.eml", source)
            self._letters[name] = read(name, source)
            self._changes += 1
            return self._letters[name]

    def all(self) -> list[Letter]:
        with self._lock:
            return list(reversed(self._letters.values()))

    def get(self, name: str) -> Letter | None:
        with self._lock:
            return self._letters.get(name)

    def clear(self) -> None:
        with self._lock:
            for name in self._letters:
                (self._folder / f"{name}.eml").unlink(missing_ok=True)
            self._letters.clear()
            self._changes += 1

    def version(self) -> str:
        """A word that changes whenever the list does."""
        with self._lock:
            return f"{id(self):x}-{self._changes}"


def read(name: str, source: bytes) -> Letter:
    """The letter in `source`, whose id is the `name` of its file."""
    message = message_from_bytes(source, policy=SMTP)
    assert isinstance(message, EmailMessage)  # the policy's promise
    headers = dict(_headers(message))
    html, text = (message.get_body(preferencelist=(kind,)) for kind in ("html", "plain"))
    return Letter(
        id=name,
        received=datetime.strptime(name, STAMP).replace(tzinfo=UTC),
        recipients=tuple(headers.pop("Delivered-To", "").split(", ")),
        headers=headers,
        text=_text(text),
        html=_text(html),
        attachments=tuple(_attachments(message, {id(html), id(text)})),
        source=source,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _trace(sender: str, recipients: list[str], at: datetime) -> bytes:
    lines = (
        f"Return-Path: <{sender}>",
        f"Delivered-To: {', '.join(recipients)}",
        f"Received: by mailbox.localhost; {at:%a, %d %b %Y %H:%M:%S +0000}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _write(path: Path, content: bytes) -> None:
    # Written aside and then renamed: a kill half-way leaves no half letter.
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.replace(path)


def _headers(message: EmailMessage) -> Iterator[tuple[str, str]]:
    seen = set()
    for name, raw in message.raw_items():
        if name.lower() not in seen:
            seen.add(name.lower())
            yield name, _header(message, name, raw)


def _header(message: EmailMessage, name: str, raw: object) -> str:
    try:
        return str(message[name])
    except Exception:  # the standard parser trips over some malformed headers; they are shown as sent
        return str(raw)


def _text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):  # an unknown charset
        text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _attachments(message: EmailMessage, bodies: set[int]) -> Iterator[Attachment]:
    leaves = (part for part in message.walk() if not part.is_multipart() and id(part) not in bodies)
    for number, part in enumerate(leaves):
        yield Attachment(
            name=part.get_filename() or _name(part, number),
            type=part.get_content_type(),
            content=bytes(part.get_payload(decode=True) or b""),
            content_id=str(part.get("Content-ID", "")).strip("<> "),
        )


def _name(part: EmailMessage, number: int) -> str:
    if part.get_content_type() == "text/calendar":
        return "invite.ics"
    return f"part-{number + 1}{guess_extension(part.get_content_type()) or ''}"
