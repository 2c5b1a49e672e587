"""What the doctor says of SPF, DKIM, DMARC and MX, by a real conversation with a DNS server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.commands.dns import Names
from zapis.commands import look_at_dns as module
from zapis.commands.look_at_dns import look_at_dns
from zapis.commands.screen import Finding, Sign
from zapis.settings import from_environment

DOMAIN = "visits.mosprom.example"


@cache
def key(bits: int) -> str:
    """What a provider publishes of a key of so many bits."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture
def names() -> Iterator[Names]:
    """A domain in good order."""
    with Names() as names:
        names.txt(DOMAIN, "some-verification=1", "v=spf1 include:_spf.provider.example ~all")
        names.txt(f"mail._domainkey.{DOMAIN}", f"v=DKIM1; k=rsa; p={key(2048)}")
        names.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=quarantine; rua=mailto:duty@mosprom.example")
        names.mx(DOMAIN, "mx.provider.example.")
        yield names


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("k" * 32)
    return {
        "ZAPIS_LEDGER": "1LedgerLedgerLedger",
        "ZAPIS_SITE_URL": "https://visits.mosprom.example",
        "ZAPIS_SECRET_FILE": str(secret),
        "ZAPIS_SMTP_URL": "smtp://mail.provider.example:587",
        "ZAPIS_MAIL_FROM": f"Экскурсии <visits@{DOMAIN}>",
    }


@pytest.fixture
def said(names: Names, env: dict[str, str]):
    def look(*selectors: str, **changed: str) -> list[Finding]:
        return list(look_at_dns(from_environment(env | changed), selectors, names.address))

    return look


def worst(findings: list[Finding], about: str) -> Finding:
    order = [Sign.WRONG, Sign.NOTE, Sign.FINE]
    return min((f for f in findings if f.text.startswith(about)), key=lambda f: order.index(f.sign))


def test_a_domain_in_good_order_is_told_in_three_lines(said):
    assert [(finding.sign, finding.text) for finding in said()] == [
        (Sign.FINE, "SPF: v=spf1 include:_spf.provider.example ~all"),
        (Sign.FINE, "DKIM: the key mail of 2048 bits"),
        (Sign.FINE, f"DMARC: _dmarc.{DOMAIN} says p=quarantine"),
    ]


@pytest.mark.parametrize(
    ("records", "sign", "words"),
    [
        ([], Sign.WRONG, "has no SPF record"),
        (["v=spf1 -all", "v=spf1 ~all"], Sign.WRONG, "has 2 SPF records"),
        (["v=spf1 +all"], Sign.WRONG, "lets everybody send"),
        (["v=spf1 all"], Sign.WRONG, "lets everybody send"),
        (["v=spf1 " + " ".join(f"include:s{n}.example" for n in range(11)) + " -all"], Sign.WRONG, "11 look-ups"),
        (["v=spf1 ip4:192.0.2.1"], Sign.NOTE, "has no end"),
        (["v=spf1 redirect=_spf.provider.example"], Sign.FINE, "redirect"),
        (["V=SPF1 MX -ALL"], Sign.FINE, "MX -ALL"),
    ],
)
def test_spf_is_judged(names, said, records, sign, words):
    names.txt(DOMAIN, *records)

    finding = worst(said(), "SPF")

    assert (finding.sign, words in finding.text) == (sign, True), finding
    assert finding.remedy or sign is Sign.FINE


@pytest.mark.parametrize(
    ("record", "sign", "words"),
    [
        ("v=DKIM1; p={short}", Sign.NOTE, "1024 bits"),
        ("v=DKIM1; p=", Sign.WRONG, "withdrawn"),
        ("v=DKIM1; p={long:.100}", Sign.WRONG, "cannot be read"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", Sign.FINE, "ed25519"),
        ("k=rsa; p={long:.40} {rest}", Sign.FINE, "2048 bits"),
        ("something else", Sign.WRONG, "no key under any usual name"),
    ],
)
def test_dkim_is_judged(names, said, record, sign, words):
    long = key(2048)
    names.txt(f"mail._domainkey.{DOMAIN}", record.format(short=key(1024), long=long, rest=long[40:]))

    finding = worst(said(), "DKIM")

    assert (finding.sign, words in finding.text) == (sign, True), finding


def test_a_key_with_a_name_of_its_own_is_looked_for_by_that_name(names, said):
    names.txt(f"zapis2026._domainkey.{DOMAIN}", f"v=DKIM1; p={key(2048)}")

    assert worst(said("zapis2026"), "DKIM").text == "DKIM: the key zapis2026 of 2048 bits"
    assert worst(said("zapis2027"), "DKIM").text == f"DKIM: there is no key zapis2027._domainkey.{DOMAIN}"


@pytest.mark.parametrize(
    ("record", "sign", "words"),
    [
        ("", Sign.WRONG, "has no policy"),
        ("v=DMARC1; rua=mailto:a@b.example", Sign.WRONG, "has no policy that is one"),
        ("v=DMARC1; p=none; rua=mailto:a@b.example", Sign.NOTE, "p=none"),
        ("v=DMARC1; p=reject", Sign.NOTE, "nobody is sent reports"),
        ("v=DMARC1;p=reject;rua=mailto:a@b.example", Sign.FINE, "p=reject"),
    ],
)
def test_dmarc_is_judged(names, said, record, sign, words):
    names.txt(f"_dmarc.{DOMAIN}", record)

    finding = worst(said(), "DMARC")

    assert (finding.sign, words in finding.text) == (sign, True), finding


def test_a_policy_of_the_domain_above_counts(names, said):
    del names.records[f"_dmarc.{DOMAIN}", "TXT"]
    names.txt("_dmarc.mosprom.example", "v=DMARC1; p=reject; rua=mailto:a@b.example")

    assert worst(said(), "DMARC").text == "DMARC: _dmarc.mosprom.example says p=reject"


@pytest.mark.parametrize("exchanges", [(), (".",)])
def test_a_domain_that_takes_no_mail_loses_bounces(names, said, exchanges):
    names.mx(DOMAIN, *exchanges)

    assert worst(said(), "MX").sign is Sign.WRONG


def test_a_server_that_does_not_answer_is_told_in_one_line(names, said, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.2)
    names.silent = True

    (finding,) = said()

    assert (finding.sign, finding.text) == (Sign.WRONG, f"DNS: no answer about {DOMAIN} (LifetimeTimeout)")


def test_letters_that_never_leave_the_machine_need_no_records(env):
    settings = from_environment(env | {"ZAPIS_SMTP_URL": "smtp://127.0.0.1:1025"})

    assert list(look_at_dns(settings)) == []
