"""Marked data through every door and every kind of entry, failures included; then every log and store is searched.

A door that nobody opens here, or a kind of entry that nobody lands, fails the test: whoever adds one says here
what it is sent.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from tests.privacy.walk import COMPANION, CONTACT, EMAIL, MARKS, NAME, Walk, found_in, request, walk
from zapis.core import entries
from zapis.core.catalogue import EnterpriseId
from zapis.core.entries import Entry, to_row
from zapis.core.model import EntryId, SlotId
from zapis.ledger.committer import Committer
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Part
from zapis.ledger.sql.ledger import SqlLedger
from zapis.site.application import application
from zapis.tokens import Tokens

FORM = {
    "key": "k" * 20,
    "name": NAME,
    "email": EMAIL,
    "phone": "8 (916) 555-01-23",
    "visitor-1-name": NAME,
    "visitor-1-age": "34",
    "visitor-2-name": COMPANION,
    "visitor-2-age": "41",
    "consents-registration": "on",
    "consents-transfer": "on",
}
JSON = request() | {"email": EMAIL, "visitor": {"name": COMPANION, "age": 41}, "to": NAME}
MALFORMED = (b"\xff\xfe" + NAME.encode(), b"{" + EMAIL.encode(), f"name={NAME}&".encode() * 4000)
OFFICE = FORM | {"q": NAME, "slot": "{slot}", "contact-name": NAME, "contact-phone": "8 (916) 555-01-23"}
"""What an organiser may send: a search, a call, an act."""
ACTS = ("cancel", "seat", "move", "mail", "came", "undo", "correct", "withdraw", "forget")


@dataclass(frozen=True, slots=True)
class Door:
    """One address and method."""

    method: str
    path: str
    route: str


def doors(walked: Walk, routes: list[Any]) -> Iterator[Door]:
    """Every address of the site. Raises KeyError for one with a part that is not known here."""
    registration = walked.tokens.registration(walked.ticket)
    tokens = {
        "ticket": walked.ticket,
        "show": walked.tokens.shown(registration),
        "confirm": walked.tokens.address(registration),
        "gate": walked.tokens.gate(EnterpriseId("new1")),
        "status": walked.tokens.status(),
        "office": walked.office.removeprefix("/office/"),
    }
    ids = {"slots": walked.slot, "enterprises": "new1", "tours": "new2", "api": walked.slot}
    ids |= {"visits": walked.slot, "registrations": registration}
    for route in routes:
        assert isinstance(route, Route), f"{route} is no plain route: say here how it is exercised"
        first = route.path.split("/")[1]
        known = {"kind": "registration", "version": "2026-12", "digest": "0" * 32, "name": "site.css"}
        before = route.path.partition("/{id}")[0].rpartition("/")[2]
        known |= {"id": ids[before if first == "office" else first]} if "{id}" in route.path else {}
        known |= {"token": tokens[first]} if "{token}" in route.path else {}
        path = route.path.format(**known)
        for method in sorted(route.methods or ()):
            yield Door(method, path, route.path)


async def knock(walked: Walk, door: Door) -> list[httpx.Response]:
    """Everything that a person, or somebody worse, may send there."""
    ticket = {"Authorization": f"Bearer {walked.ticket}", "Idempotency-Key": f"marked-key-{NAME.encode().hex()}"}
    send = walked.http.request
    answers = [
        await send(door.method, door.path, headers=ticket, params={"q": NAME, "email": EMAIL}),
        await send(door.method, door.path.replace(walked.ticket, f"{walked.ticket}x"), headers=ticket),
    ]
    if door.method not in ("GET", "HEAD"):
        answers.append(await send(door.method, door.path, headers=ticket, data=FORM))
        answers.append(await send(door.method, door.path, headers=ticket, json=JSON))
        for act in ACTS if door.route.startswith("/office/") else ():
            form = OFFICE | {"slot": walked.slot, "to": walked.slot, "agreed": "on", "ages": "34", "act": act}
            answers.append(await send(door.method, door.path, data=form))
        for body in MALFORMED:
            for kind in ("application/json", "application/x-www-form-urlencoded"):
                headers = ticket | {"Content-Type": kind}
                answers.append(await send(door.method, door.path, headers=headers, content=body))
    return answers


def test_the_platform_logs_no_address_that_is_a_secret(tmp_path):
    script = (Path(__file__).parents[2] / "deploy.sh").read_text("utf-8")
    excluded = re.search(r'requestUrl=~"([^"]+)" OR httpRequest.referer=~"([^"]+)"', script)
    assert excluded
    app = application(Committer(lambda: MemoryLedger(MemoryStore()), "w"), Tokens(["k" * 40]), "http://site.test")
    secret = [route.path for route in app.routes if "{token}" in route.path] + ["/vk", "/vk/pass/mine", "/en/vk/p/"]

    assert len(secret) > 15
    for path in secret:
        for address in (f"https://site.test{path}", f"https://site.test/visits{path}?q=1"):
            assert re.search(excluded[1], f"{address}/" if path == "/vk" else address), path
            assert re.search(excluded[2], f"{address}/" if path == "/vk" else address), path
    for path in ("/", "/slots/x", "/api/slots", "/calendar", "/consent/registration", "/mine"):
        assert not re.search(excluded[1], f"https://site.test{path}"), path


def land_every_kind(walked: Walk) -> None:
    """One entry of each kind, about the marked person's registration where it is about any."""
    registration = walked.tokens.registration(walked.ticket)
    now = walked.open_ledger().now()
    facts = [
        entries.SlotOffered(99, walked.committer.state.slots[SlotId(walked.slot)].terms),
        entries.Proposed(entries.Requested((30,), (), False, "body")),
        entries.AddressConfirmed(registration),
        entries.Cancelled(registration, (1,)),
        entries.Joined(registration, (30,), 1),
        entries.Corrected(registration, 2),
        entries.MailAsked((registration,)),
        entries.Messaged("Встречаемся у главной проходной"),
        entries.Moved(registration, SlotId(walked.slot)),
        entries.SeatedOver(registration),
        entries.HeldReleased(0),
        entries.Attended(registration, (0,)),
        entries.ConsentWithdrawn(registration, "registration"),
        entries.RulesRaised(1),
        entries.LedgerClosed(),
        entries.LedgerOpened(),
        entries.Erased(registration),
    ]
    rows = [to_row(Entry(now, EntryId(f"leak{n}"), SlotId(walked.slot), "w", fact)) for n, fact in enumerate(facts)]
    walked.open_ledger().append(Append(journal=rows))


def our_words(caplog: pytest.LogCaptureFixture) -> str:
    """What Zapis logged, and what any library under it did; the tests' own client and mailbox apart."""
    theirs = ("httpx", "httpcore", "mail.", "asyncio")
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in caplog.records if not record.name.startswith(theirs))


async def test_nothing_personal_is_in_any_log_url_or_store_where_it_should_not_be(tmp_path, database, caplog):
    caplog.set_level(logging.DEBUG)
    async with walk(tmp_path, lambda: SqlLedger(database), names=False) as walked:
        await walked.register()
        hmacs, opened = walked.hmacs(), set()
        for door in doors(walked, list(walked.app.routes)):
            for answer in await knock(walked, door):
                assert answer.status_code < 500 or answer.status_code == 503, (door, answer.text)
                addresses = " ".join(answer.headers.get(name, "") for name in ("location", "set-cookie", "refresh"))
                assert found_in(addresses.encode()) == [], door
            opened.add(door.route)
        calendar = (await walked.http.get(f"/ticket/{walked.ticket}/calendar.ics")).content
        walked.settle()
        walked.deliver()
        land_every_kind(walked)
        await walked.committer.refresh(0)
        walked.settle()
        walked.deliver()
        rows = walked.rows()
        heard, mails = bytes(walked.google.heard), walked.mailbox.messages()
        kinds = {row[1] for row in rows[Part.JOURNAL]}
        everything = {route.path for route in walked.app.routes}

    assert opened == everything
    assert kinds >= {kind for kind, _ in entries._ENCODERS.values()}
    logged = our_words(caplog)
    assert "zapis" in logged
    secrets = (walked.office.rpartition("/")[2], walked.tokens.gate(EnterpriseId("new1")), walked.tokens.status())
    assert found_in(logged.encode(), (*MARKS, walked.ticket, *secrets, *hmacs)) == []
    assert found_in(heard, (*MARKS, walked.ticket, *hmacs)) == []
    assert found_in(repr(rows[Part.JOURNAL]).encode()) == []
    assert found_in(repr(rows[Part.OUTBOX]).encode(), (*MARKS, walked.ticket)) == []
    assert found_in(calendar) == []
    assert mails
    for mail in mails:
        assert found_in(mail["message_id"].encode()) == []


class Breaking:
    """A ledger whose every append fails with words that quote what was sent."""

    def __init__(self, ledger):
        self._ledger = ledger

    def append(self, rows, *parts):
        raise ValueError(f"cannot keep {rows}")

    def __getattr__(self, name):
        return getattr(self._ledger, name)


async def test_an_error_that_quotes_a_person_is_logged_without_its_words(tmp_path, database, caplog):
    async with walk(tmp_path, lambda: SqlLedger(database), names=False) as walked:
        await walked.register()
        committer = Committer(lambda: Breaking(SqlLedger(database)), "broken")
        broken = httpx.AsyncClient(
            transport=httpx.ASGITransport(application(committer, walked.tokens, "http://site.test")),
            base_url="http://site.test",
        )
        other = request(contact=CONTACT | {"email": "marked.person+2@leaks.example"})
        async with broken:
            answer = await broken.post(
                f"/api/slots/{walked.slot}/registrations", json=other, headers={"Idempotency-Key": "another-key"}
            )
        await committer.close()

    assert answer.status_code in (500, 503)
    assert found_in(answer.content) == []
    logged = our_words(caplog)
    assert "ValueError" in logged
    assert found_in(logged.encode()) == []
