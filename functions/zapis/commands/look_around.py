"""What `zapis doctor` looks at besides Google: settings, secrets, the mail server, the site."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import requests

from zapis.commands.keys import FEWEST_SIGNS, faults
from zapis.commands.screen import Finding, fine, note, wrong
from zapis.errors import SettingsError
from zapis.mail.deliver import sender
from zapis.mail.smtp import LOOPBACK, Failed, Sent, SmtpTransport
from zapis.settings import Settings

SMTP_SECONDS = 20.0
LONGEST_KEPT = 30
"""Days that the texts of consent promise."""


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What may be left out for one function, but not for all."""
    missing = {
        "ZAPIS_CATALOGUE": settings.catalogue,
        "ZAPIS_SMTP_URL": settings.smtp_url,
        "ZAPIS_MAIL_FROM": settings.mail_from,
    }
    for name in (name for name, value in missing.items() if not value):
        job = "sync" if name == "ZAPIS_CATALOGUE" else "deliver"
        yield wrong(f"Settings: {name} is not set, so {job} cannot run", "docs/operations.md says what it means")
    if settings.settle_seconds < 1:
        yield note("Settings: ZAPIS_SETTLE_SECONDS is 0: a slip of the hand in the catalogue takes effect at once")
    if max(settings.keep_days, settings.keep_ended_days) > LONGEST_KEPT:
        yield wrong(
            f"Settings: contacts are kept for more than the {LONGEST_KEPT} days that citizens agreed to",
            "lower ZAPIS_KEEP_DAYS and ZAPIS_KEEP_ENDED_DAYS, or word the consent anew",
        )
    if all(missing.values()):
        yield fine("Settings: complete")


def look_at_secrets(settings: Settings, secret_file: Path | None) -> Iterator[Finding]:
    """Files that must stay secret, and the signing keys."""
    files = {"ZAPIS_SECRET_FILE": secret_file, "GOOGLE_APPLICATION_CREDENTIALS": settings.key_file}
    for name, path in files.items():
        if path and _others_may_read(path):
            yield wrong(f"Secrets: everybody on this machine may read {path} ({name})", f"chmod 600 {path}")
    found = list(faults(settings.secrets, settings.vk_keys))
    for fault in found:
        yield wrong(f"Secrets: {fault}", "openssl rand -base64 48 makes one")
    if any(len(set(key)) < FEWEST_SIGNS for key in settings.vk_keys):
        yield wrong("Secrets: ZAPIS_VK_KEY is not what VK gave", "copy the protected key from the mini-app's settings")
    if found:
        return
    if len(settings.secrets) > 1:
        keys = f"{len(settings.secrets)} signing keys"
        yield note(f"Secrets: {keys}: the first signs, all are honoured, the last tells persons apart")
    else:
        yield fine("Secrets: one signing key, long enough")


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def look_at_mail(settings: Settings, mail_to: str | None) -> Iterator[Finding]:
    """The mail server up to the login; a letter only if an address is given."""
    if not (settings.smtp_url and settings.mail_from):
        return
    try:
        transport = SmtpTransport(settings.smtp_url, SMTP_SECONDS)
        letter = _letter(settings.mail_from, settings.site_url, mail_to) if mail_to else None
    except SettingsError as error:
        yield wrong(f"Mail: {error}", "correct the variable")
        return
    trouble = transport.trouble()
    if trouble:
        yield wrong(f"Mail: {trouble}", "see host, port, user and password in ZAPIS_SMTP_URL, and the provider's page")
        return
    yield fine("Mail: the server greets, and lets this account in")
    if letter:
        yield _sent(transport, letter)


def _letter(mail_from: str, site_url: str, mail_to: str) -> EmailMessage:
    who = sender(mail_from, site_url)
    if mail_to.count("@") != 1 or not mail_to.isprintable():
        raise SettingsError(f"--mail-to: expected an address, found {mail_to!r}.")
    letter = EmailMessage()
    letter["From"] = Address(who.name, addr_spec=who.address)
    letter["To"] = Address(addr_spec=mail_to)
    letter["Subject"] = "Zapis: letters get through"
    letter["Message-ID"] = make_msgid(domain=who.site)
    letter["Date"] = format_datetime(localtime())
    letter.set_content("This letter was sent by `zapis doctor --mail-to`. Nothing has to be done.\n")
    return letter


def _sent(transport: SmtpTransport, letter: EmailMessage) -> Finding:
    with transport.connection() as connection:
        outcome = connection.send(letter)
    if isinstance(outcome, Sent):
        return fine("Mail: the server took a letter; see that it arrives, and not among the spam")
    kept = "refused for good" if isinstance(outcome, Failed) else "put off"
    return wrong(f"Mail: the letter was {kept}: {outcome.reason}", "see what the provider asks of senders (SPF, DKIM)")


def look_at_site(settings: Settings) -> Iterator[Finding]:
    """Whether citizens' browsers find the site."""
    parts = urlsplit(settings.site_url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield wrong(f"Site: {settings.site_url} is not encrypted", "set ZAPIS_SITE_URL to the https:// address")
    began = time.monotonic()
    try:
        answer = _healthz(settings.site_url, direct=parts.hostname in LOOPBACK)
    except requests.RequestException as error:
        yield wrong(f"Site: {settings.site_url} does not answer ({type(error).__name__})", "is it deployed there?")
        return
    if answer != 200:
        yield wrong(f"Site: {settings.site_url}/healthz answers {answer}", "look at the log of the function site")
    else:
        yield fine(f"Site: answers in {time.monotonic() - began:.2f} s")


def _healthz(site_url: str, *, direct: bool) -> int:
    with requests.Session() as session:
        session.trust_env = not direct
        return session.get(f"{site_url}/healthz", timeout=(5, 30), allow_redirects=False).status_code
