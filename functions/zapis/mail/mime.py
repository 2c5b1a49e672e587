"""A letter as an e-mail: the tree that clients agree on, in pure ASCII for any relay.

    mixed( alternative( text, related( HTML, code.png ), calendar ), invite.ics )

The calendar entry travels twice, byte for byte the same, because some clients look only among the
alternatives and others only at attachments. The modern policy refuses line breaks in header values.
"""

from __future__ import annotations

from contextlib import suppress
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy

from zapis.calendar import Invitation, to_invitation
from zapis.mail.letters import Letter, Picture


class _Subject(UniqueUnstructuredHeader):
    """A subject that keeps its spaces.

    Before 3.12.5 Python loses a space that falls between two encoded words when it folds a header
    (github.com/python/cpython/issues/92081); the older `Header` does not.
    """

    def fold(self, *, policy: Policy) -> str:
        words = Header(str(self), "utf-8", header_name="Subject").encode(linesep=policy.linesep)
        return f"Subject: {words}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("subject", _Subject)  # type: ignore[arg-type]
POLICY = SMTP.clone(cte_type="7bit", header_factory=_headers)


class UnusableAddress(ValueError):
    """What was typed as an e-mail address cannot be written into an e-mail."""


def to_message(letter: Letter) -> EmailMessage:
    """The e-mail. Raises UnusableAddress if it can be addressed to nobody."""
    message = EmailMessage(POLICY)
    message["From"] = Address(_unbroken(letter.sender.name), addr_spec=letter.sender.address)
    message["To"] = _address(letter.to)
    with suppress(UnusableAddress):  # an organiser's typing error must not hold letters up
        message["Reply-To"] = _address(letter.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = letter.date
    message["Message-ID"] = f"<{letter.message_id}>"
    if letter.references:
        message["In-Reply-To"] = message["References"] = f"<{letter.references}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if letter.picture:
        _add_picture(message, letter.picture)
    if letter.calendar:
        _add_calendar(message, letter.calendar)
    message["Content-Language"] = letter.language  # last, because setting content drops such headers
    return message


def _unbroken(words: str) -> str:
    """A display name with no-break spaces where it must be encoded; why: see `_Subject`."""
    return words if words.isascii() else words.replace(" ", "\u00a0")


def _address(text: str) -> Address:
    if not text.isascii():
        raise UnusableAddress("an address with letters that most mail servers do not take")
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise UnusableAddress("not an e-mail address") from None
    if not (address.username and address.domain):
        raise UnusableAddress("not an e-mail address")
    return address


def _add_picture(message: EmailMessage, picture: Picture) -> None:
    """Beside the HTML that names it by `cid:`, because most clients drop pictures written into HTML."""
    html = message.get_body(("html",))
    assert html is not None, "a picture belongs to HTML"
    html.add_related(picture.png, "image", "png", cid=f"<{picture.id}>", disposition="inline", filename="code.png")


def _add_calendar(message: EmailMessage, invitation: Invitation) -> None:
    ics = to_invitation(invitation)
    parameters = {"method": invitation.method, "charset": "utf-8"}
    message.add_alternative(ics, maintype="text", subtype="calendar", params=parameters)
    message.add_attachment(ics, maintype="application", subtype="ics", filename="invite.ics")
