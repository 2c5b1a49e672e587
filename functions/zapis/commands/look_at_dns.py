"""What `zapis doctor` asks DNS: may letters in this name be believed (SPF, DKIM, DMARC), and do answers find back.

Receivers ask just this, and send letters of a name that cannot answer to the spam, or nowhere.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from zapis.commands.screen import Finding, fine, note, wrong
from zapis.errors import SettingsError
from zapis.mail.deliver import sender
from zapis.mail.smtp import LOOPBACK, parse
from zapis.settings import Settings

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 5.0
SELECTORS = ("mail", "default", "dkim", "google", "s1", "s2", "selector1", "selector2", "k1", "us", "mailru", "postfix")
"""What providers usually call the key they sign with."""
MOST_LOOKUPS = 10
"""Of SPF: a record that needs more is no record to its readers (RFC 7208, 4.6.4)."""
ASKS_AGAIN = ("include:", "a", "mx", "ptr", "exists:", "redirect=")
SHORTEST_KEY, GOOD_KEY = 1024, 2048


class NoAnswer(Exception):
    """DNS said nothing at all."""


class Zone:
    """Answers of DNS about names. `server` is who is asked, host[:port]; None: whoever this machine asks."""

    def __init__(self, server: str | None = None) -> None:
        self._resolver = _resolver(server)

    def texts(self, name: str) -> list[str]:
        """TXT records, each in one piece; none where there are none. Raises NoAnswer."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")]

    def takes_mail(self, name: str) -> bool:
        """Whether mail to the domain has somewhere to go. Raises NoAnswer."""
        exchanges = self._ask(name, "MX")
        return any(str(record.exchange) != "." for record in exchanges)

    def _ask(self, name: str, kind: str) -> Sequence[Any]:
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN
        from dns.resolver import NoAnswer as NothingThere

        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (NXDOMAIN, NothingThere):
            return []
        except DNSException as error:
            raise NoAnswer(type(error).__name__) from None


def _resolver(server: str | None) -> Resolver:
    from dns.resolver import Resolver

    resolver = Resolver(configure=server is None)
    resolver.lifetime = SECONDS
    if server is not None:
        host, _, port = server.partition(":")
        resolver.nameservers, resolver.port = [host], int(port or 53)
    return resolver


def look_at_dns(settings: Settings, selectors: Sequence[str] = (), server: str | None = None) -> Iterator[Finding]:
    """The records of the domain that letters come from; nothing where they never leave this machine."""
    try:
        domain = _domain(settings, asked_for=server is not None)
    except SettingsError:
        return  # said of the mail server already
    if not domain:
        return
    zone = Zone(server)
    try:
        yield from _look_at_spf(zone, domain)
        yield from _look_at_dkim(zone, domain, selectors)
        yield from _look_at_dmarc(zone, domain)
        yield from _look_at_exchange(zone, domain)
    except NoAnswer as error:
        yield wrong(f"DNS: no answer about {domain} ({error})", "see that this machine reaches a DNS server")


def _domain(settings: Settings, *, asked_for: bool) -> str:
    if not (settings.smtp_url and settings.mail_from):
        return ""
    if parse(settings.smtp_url).host in LOOPBACK and not asked_for:
        return ""
    return sender(settings.mail_from, settings.site_url).address.rpartition("@")[2]


def _look_at_spf(zone: Zone, domain: str) -> Iterator[Finding]:
    records = [text for text in zone.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if len(records) != 1:
        found = "has no SPF record" if not records else f"has {len(records)} SPF records, and so none that counts"
        yield wrong(f"SPF: {domain} {found}", f"make one TXT record of {domain}: v=spf1 include:(your provider's) ~all")
        return
    terms = records[0].lower().split()[1:]
    lookups = sum(term.lstrip("+-~?").startswith(ASKS_AGAIN) for term in terms if not term.endswith("all"))
    if terms and terms[-1] in ("all", "+all"):
        yield wrong(f"SPF: {domain} lets everybody send in its name ({records[0]})", "end the record with ~all or -all")
    elif lookups > MOST_LOOKUPS:
        yield wrong(f"SPF: the record of {domain} needs {lookups} look-ups of {MOST_LOOKUPS}", "take includes out")
    elif not any(term.lstrip("-~").endswith("all") or term.startswith("redirect=") for term in terms):
        yield note(f"SPF: the record of {domain} has no end ({records[0]})", "end it with ~all or -all")
    else:
        yield fine(f"SPF: {records[0]}")


def _look_at_dkim(zone: Zone, domain: str, selectors: Sequence[str]) -> Iterator[Finding]:
    found = {name: record for name in selectors or SELECTORS if (record := _key_record(zone, domain, name))}
    for name in selectors:
        if name not in found:
            yield wrong(f"DKIM: there is no key {name}._domainkey.{domain}", "copy the record from the provider's page")
    if not found and not selectors:
        remedy = "name the provider's selector with --dkim-selector; without a signature letters end among the spam"
        yield wrong(f"DKIM: {domain} has no key under any usual name", remedy)
    yield from (_judge_key(name, record) for name, record in found.items())


def _key_record(zone: Zone, domain: str, selector: str) -> dict[str, str]:
    for text in zone.texts(f"{selector}._domainkey.{domain}"):
        tags = _tags(text)
        if "p" in tags and tags.get("v", "DKIM1") == "DKIM1":
            return tags
    return {}


def _judge_key(name: str, record: dict[str, str]) -> Finding:
    if not record["p"]:
        return wrong(f"DKIM: the key {name} is withdrawn", "sign with another key, or publish this one again")
    if record.get("k", "rsa") != "rsa":
        return fine(f"DKIM: the key {name} ({record['k']})")
    bits = _bits(record["p"])
    if bits is None:
        return wrong(
            f"DKIM: the key {name} cannot be read", "copy the record from the provider's page once more, whole"
        )
    if bits < SHORTEST_KEY:
        return wrong(f"DKIM: the key {name} has {bits} bits, which nobody believes", f"make one of {GOOD_KEY} bits")
    if bits < GOOD_KEY:
        return note(f"DKIM: the key {name} has {bits} bits", f"{GOOD_KEY} are usual")
    return fine(f"DKIM: the key {name} of {bits} bits")


def _bits(key: str) -> int | None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(base64.b64decode("".join(key.split()), validate=True))
    except (ValueError, binascii.Error):
        return None
    return public.key_size if isinstance(public, RSAPublicKey) else None


def _look_at_dmarc(zone: Zone, domain: str) -> Iterator[Finding]:
    place, record = _dmarc(zone, domain)
    policy = record.get("p", "")
    if not record:
        remedy = f"make a TXT record of _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:(who reads reports)"
        yield wrong(f"DMARC: {domain} has no policy", remedy)
    elif policy not in ("none", "quarantine", "reject"):
        yield wrong(f"DMARC: {place} has no policy that is one (p={policy})", "p is none, quarantine or reject")
    elif policy == "none":
        yield note(f"DMARC: {place} says p=none", "p=quarantine, once reports show that all letters pass")
    else:
        yield fine(f"DMARC: {place} says p={policy}")
    if policy and "rua" not in record:
        yield note("DMARC: nobody is sent reports", "add rua=mailto:(who reads them)")


def _dmarc(zone: Zone, domain: str) -> tuple[str, dict[str, str]]:
    """The record of the domain or of the nearest one above it, and where it stands."""
    labels = domain.split(".")
    for above in range(len(labels) - 1):
        place = ".".join(["_dmarc", *labels[above:]])
        for text in zone.texts(place):
            if (tags := _tags(text)).get("v") == "DMARC1":
                return place, tags
    return "", {}


def _look_at_exchange(zone: Zone, domain: str) -> Iterator[Finding]:
    if not zone.takes_mail(domain):
        yield wrong(
            f"MX: {domain} takes no mail, so bounces and visitors' answers are lost",
            "give the domain an MX record, or let ZAPIS_MAIL_FROM be of a domain that has one",
        )


def _tags(text: str) -> dict[str, str]:
    """`v=DMARC1; p=none` by name."""
    pairs = (pair.partition("=") for pair in text.split(";") if "=" in pair)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
