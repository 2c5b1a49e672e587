"""Runs of `deliver`: from rows in the ledger to letters in a mailbox and rows in the outbox."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
from msgspec.structs import replace

from local.mailbox import Mailbox
from tests.mail import kinds
from tests.mail.kinds import STORIES
from tests.mail.server import Behaviour, Server
from tests.mail.spec import STARTS, Story
from zapis.core import catalogue as shelf
from zapis.core.audit import Witness
from zapis.core.entries import Row
from zapis.core.marks import found
from zapis.core.model import NoticeKind
from zapis.core.notices import CLAIM_LASTS, CLAIMED, DEFERRED, FAILED, SENT
from zapis.errors import (
    AnswerLost,
    CannotDecide,
    JournalDisturbed,
    QuotaExceeded,
    SettingsError,
    SheetsUnavailable,
    ZapisError,
)
from zapis.ledger.memory import MemoryLedger
from zapis.ledger.port import Append, Fresh, Ledger, Part
from zapis.mail import deliver as module
from zapis.mail.deliver import NOBODY, Deliverer, Report, deliver, sender
from zapis.mail.smtp import Connection, Deferred, Outcome, SmtpTransport
from zapis.tokens import Tokens

SITE = "https://visits.mosprom.example"
FROM = "Открой#Моспром <bot@mosprom.example>"
TOKENS = Tokens(["k" * 32])
NOTHING = Report(sent=0, failed=0, deferred=0, due_left=0)


class Watched(MemoryLedger):
    """A ledger that counts its calls and lets a test step in.

    `before` is called with each kind of row about to be appended to the outbox. An append of a kind in `lost`
    lands, but its answer is lost, once; one of a kind in `refused` does not land, once.
    """

    def __init__(self, story: Story) -> None:
        super().__init__(story.store, story.clock)
        self._elsewhere = story.ledger()
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda kind: None
        self.lost: list[str] = []
        self.refused: list[str] = []

    def read(self, *parts: Part) -> Fresh:
        self.calls.append("read")
        return super().read(*parts)

    def append(self, rows: Append, *parts: Part) -> Fresh:
        self.calls.append("append")
        for kind in (row[1] for row in rows.outbox):
            self.before(kind)
            if kind in self.refused:
                self.refused.remove(kind)
                raise QuotaExceeded("The quota is used up.")
            if kind in self.lost:
                self.lost.remove(kind)
                self._elsewhere.append(rows)
                raise AnswerLost("The connection broke.")
        return super().append(rows, *parts)

    def catalogue(self) -> tuple[Row, ...]:
        self.calls.append("catalogue")
        return super().catalogue()


class Killed(BaseException):
    """The process ends here."""


def url(server: Mailbox | Server) -> str:
    return f"smtp://127.0.0.1:{server.smtp_port if isinstance(server, Mailbox) else server.port}"


def deliverer(ledger: Ledger, server: Mailbox | Server, budget: float = 60, timeout: float = 10) -> Deliverer:
    transport = SmtpTransport(url(server), timeout)
    return Deliverer(lambda: ledger, transport, TOKENS, SITE, FROM, budget_seconds=budget)


def crowd(count: int) -> Story:
    """So many registrations, each of its own address."""
    story = Story(capacity=count)
    for n in range(count):
        story.register(f"Гость {n}", email=f"guest{n}@example.ru")
    return story


def addresses(box: Mailbox) -> list[str]:
    return sorted(told["to"] for told in box.messages())


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_notice_becomes_a_letter(kind: NoticeKind, box: Mailbox) -> None:
    story, registration = STORIES[kind]()
    report = deliverer(story.ledger(), box).run("r1")

    told = box.last("anna@example.ru")
    assert told is not None
    assert told["subject"] == story.letter(registration).subject
    assert (report.failed, report.deferred, report.due_left) == (0, 0, 0)
    assert story.matter(registration).notice.id in json.loads(story.outbox(SENT)[-1]["items"])


def test_the_links_in_the_letter_open_the_ticket(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    deliverer(story.ledger(), box).run("r1")

    told = box.last()
    assert told is not None
    tokens = [line.rpartition("/ticket/")[2] for line in told["text"].splitlines() if "/ticket/" in line]
    assert [TOKENS.registration(token.removesuffix("/cancel")) for token in tokens] == [anna, anna]
    assert [token.endswith("/cancel") for token in tokens] == [False, True]
    assert f'href="{SITE}/ticket/{tokens[0]}"' in told["html"]


def test_links_of_an_english_letter_lead_to_pages_in_english(box: Mailbox) -> None:
    story, _ = kinds.confirmed("en")
    deliverer(story.ledger(), box).run("r1")

    told = box.last()
    assert told is not None
    links = re.findall(r"https://\S+", told["text"])
    assert [link.partition("/ticket/")[0] for link in links] == [f"{SITE}/en", f"{SITE}/en"]


def test_the_calendar_entry_arrives_twice_and_is_the_same(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    deliverer(story.ledger(), box).run("r1")

    told = box.last()
    assert told is not None
    entries = [part for part in told["attachments"] if part["type"] != "image/png"]
    assert [part["type"] for part in entries] == ["text/calendar", "application/ics"]
    assert len({part["size"] for part in entries}) == 1


def test_a_letter_is_sent_once(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)

    assert [sender_.run("r1"), sender_.run("r2")] == [Report(1, 0, 0, 0), NOTHING]
    assert deliverer(story.ledger(), box).run("r3") == NOTHING
    assert len(box.messages()) == 1


def test_nothing_due_is_one_read_and_no_write(box: Mailbox) -> None:
    story = Story()
    ledger = Watched(story)
    sender_ = deliverer(ledger, box)

    assert sender_.run("r1") == NOTHING
    assert ledger.calls == ["read", "catalogue"]
    assert sender_.run("r2") == NOTHING
    assert ledger.calls[2:] == ["read"]


def test_what_is_due_is_one_read_the_catalogue_a_claim_and_a_record(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    ledger = Watched(story)
    sender_ = deliverer(ledger, box)
    sender_.run("r1")
    assert ledger.calls == ["read", "catalogue", "append", "append"]

    story.register("Борис", email="boris@example.ru")
    ledger.calls.clear()
    sender_.run("r2")
    assert ledger.calls == ["read", "append", "append"]


def test_a_catalogue_that_changed_is_read_again(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")

    renamed = {id: replace(tour, title="Новое имя") for id, tour in story.shown.tours.items()}
    story.ledger().append(Append(catalogue=shelf.to_rows(replace(story.shown, tours=renamed))))
    story.register("Борис", email="boris@example.ru")
    sender_.run("r2")

    told = box.last("boris@example.ru")
    assert told is not None
    assert "Новое имя" in told["subject"]


def test_a_warm_run_goes_on_where_the_last_one_ended(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")
    story.cancel(anna)

    assert sender_.run("r2") == Report(1, 0, 0, 0)
    assert [told["subject"].split(":")[0] for told in box.messages()] == ["Запись отменена", "Вы записаны"]


def test_two_runs_that_overlap_send_once(box: Mailbox) -> None:
    story = crowd(12)
    at_the_claim = threading.Barrier(2)
    reports: list[Report] = []

    def wait_for_the_other(kind: str) -> None:
        if kind == CLAIMED:
            at_the_claim.wait(10)

    def run(name: str) -> None:
        ledger = Watched(story)
        ledger.before = wait_for_the_other
        reports.append(deliverer(ledger, box).run(name))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("r1", "r2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(story.outbox(CLAIMED)) == 2
    assert sum(report.sent for report in reports) == 12
    assert addresses(box) == sorted(f"guest{n}@example.ru" for n in range(12))


def test_a_run_that_dies_before_recording_sends_again_only_when_its_claim_lapsed(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    dying = Watched(story)
    dying.before = _kill_at(SENT)
    with pytest.raises(Killed):
        deliverer(dying, box).run("r1")
    assert len(box.messages()) == 1

    story.clock.advance(minutes=14, seconds=59)
    assert deliverer(story.ledger(), box).run("r2") == NOTHING
    story.clock.advance(seconds=1)
    assert deliverer(story.ledger(), box).run("r3") == Report(1, 0, 0, 0)

    again, first = box.messages()
    assert again["message_id"] == first["message_id"]


def _kill_at(kind: str) -> Callable[[str], None]:
    def before(appended: str) -> None:
        if appended == kind:
            raise Killed

    return before


def test_a_run_that_is_cut_off_loses_only_what_it_had_not_recorded(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECORD_EVERY", 4)
    story = crowd(10)
    dying = Watched(story)
    records: list[str] = []

    def before(kind: str) -> None:
        records.append(kind)
        if records.count(SENT) == 3:
            raise Killed

    dying.before = before
    with pytest.raises(Killed):
        deliverer(dying, box).run("r1")

    assert len(box.messages()) == 10
    assert sum(len(json.loads(row["items"])) for row in story.outbox(SENT)) == 8
    story.clock.advance(minutes=15)
    assert deliverer(story.ledger(), box).run("r2").sent == 2


def test_a_claim_whose_answer_was_lost_is_looked_for_and_used(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    ledger = Watched(story)
    ledger.lost = [CLAIMED]

    assert deliverer(ledger, box).run("r1") == Report(1, 0, 0, 0)
    assert len(story.outbox(CLAIMED)) == 1


def test_a_claim_that_was_not_made_sends_nothing(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    ledger = Watched(story)
    ledger.refused = [CLAIMED]
    sender_ = deliverer(ledger, box)

    with pytest.raises(SheetsUnavailable):
        sender_.run("r1")
    assert box.messages() == []
    assert sender_.run("r2") == Report(1, 0, 0, 0)


@pytest.mark.parametrize("trouble", ["lost", "refused"])
def test_an_outcome_that_could_not_be_recorded_is_recorded_by_the_next_run(
    trouble: str, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _ = kinds.confirmed()
    ledger = Watched(story)
    getattr(ledger, trouble).append(SENT)
    sender_ = deliverer(ledger, box)
    monkeypatch.setattr(module, "RECORD_PAUSE", 1000)

    assert sender_.run("r1").sent == 1
    story.clock.advance(minutes=20)
    assert sender_.run("r2") == NOTHING
    assert deliverer(story.ledger(), box).run("r3") == NOTHING
    assert len(box.messages()) == 1
    assert story.outbox(SENT)


def test_a_run_tries_to_record_until_it_must_end(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECORD_PAUSE", 0.001)
    story, _ = kinds.confirmed()
    ledger = Watched(story)
    ledger.refused = [SENT] * 6

    deliverer(ledger, box).run("r1")
    assert len(story.outbox(SENT)) == 1


def test_nobody_is_mailed_while_it_cannot_be_recorded(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_CLAIM", 1)
    monkeypatch.setattr(module, "RECORD_PAUSE", 0.01)
    monkeypatch.setattr(module, "LAST_WORDS", 0.0)
    ledger = Watched(crowd(2))
    ledger.refused = [SENT] * 1000

    deliverer(ledger, box, budget=0.5).run("r1")
    assert len(box.messages()) == 1


def test_a_notice_overtaken_while_it_was_claimed_is_not_sent(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    ledger = Watched(story)
    ledger.before = lambda kind: story.cancel(anna) if kind == CLAIMED and not story.outbox(CLAIMED) else None

    assert deliverer(ledger, box).run("r1").sent == 1
    assert [told["subject"].split(":")[0] for told in box.messages()] == ["Запись отменена"]


def test_a_notice_overtaken_after_it_was_claimed_is_not_sent(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECORD_EVERY", 1)
    story = crowd(3)
    last = max(story.state().registrations)
    email = story.people()[last].email
    ledger = Watched(story)
    ledger.before = lambda kind: story.cancel(last) if kind == SENT and len(story.outbox(SENT)) == 0 else None

    assert deliverer(ledger, box).run("r1").sent == 3
    assert [told["subject"].split(":")[0] for told in box.messages(email)] == ["Запись отменена"]


def test_whoever_was_erased_gets_nothing(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    story.erase(anna)
    assert deliverer(story.ledger(), box).run("r1") == NOTHING


def test_a_warm_deliverer_forgets_whoever_was_erased(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")
    story.erase(anna)
    sender_.run("r2")
    assert anna not in sender_._people


def test_a_registration_without_a_person_fails_for_good(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    story.store.lists[Part.PEOPLE].clear()
    sender_ = deliverer(story.ledger(), box)

    assert sender_.run("r1") == Report(0, 1, 0, 0)
    assert list(json.loads(story.outbox(FAILED)[0]["items"]).values()) == [NOBODY]
    assert sender_.run("r2") == NOTHING


def test_an_address_that_is_none_fails_for_good_and_holds_nobody_up(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    story.register("Ева", email="eva@example.ru\r\nBcc: all@example.ru", slot="S2")

    assert deliverer(story.ledger(), box).run("r1") == Report(1, 1, 0, 0)
    assert addresses(box) == ["anna@example.ru"]


def test_a_mailbox_that_does_not_exist_fails_for_good_with_the_reason(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    box.answer(550, "5.1.1 <anna@example.ru> unknown")
    sender_ = deliverer(story.ledger(), box)

    assert sender_.run("r1") == Report(0, 1, 0, 0)
    assert list(json.loads(story.outbox(FAILED)[0]["items"]).values()) == ["550 5.1.1 … unknown"]
    story.clock.advance(hours=2)
    assert sender_.run("r2") == NOTHING


def test_a_deferred_letter_is_tried_again_ever_later(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    box.answer(451, "4.7.1 Later", count=3)

    assert sender_.run("r1") == Report(0, 0, 1, 0)
    for number, pause in enumerate((30, 60, 120), 2):
        story.clock.advance(seconds=pause - 1)
        assert sender_.run(f"early{number}") == NOTHING
        story.clock.advance(seconds=1)
        report = sender_.run(f"r{number}")
    assert report == Report(1, 0, 0, 0)
    assert len(story.outbox(DEFERRED)) == 3


def test_a_stalled_server_holds_up_one_letter(box: Mailbox) -> None:
    story = crowd(3)
    box.stall()
    assert deliverer(story.ledger(), box, timeout=3).run("r1") == Report(2, 0, 1, 0)
    story.clock.advance(seconds=30)
    assert deliverer(story.ledger(), box).run("r2") == Report(1, 0, 0, 0)
    assert addresses(box) == ["guest0@example.ru", "guest1@example.ru", "guest2@example.ru"]


def test_a_connection_dropped_between_letters_costs_nobody_a_letter() -> None:
    story = crowd(4)
    behaviour = Behaviour(hang_up_after={"guest1@example.ru"})
    with Server(behaviour) as server:
        report = deliverer(story.ledger(), server).run("r1")
    assert report == Report(4, 0, 0, 0)
    assert sorted(behaviour.came) == [f"guest{n}@example.ru" for n in range(4)]


def test_a_server_that_is_down_puts_everything_off_after_one_attempt() -> None:
    story = crowd(5)
    behaviour = Behaviour(senders={"bot@mosprom.example": "550 5.7.1 Not today"})
    with Server(behaviour) as server:
        assert deliverer(story.ledger(), server).run("r1") == Report(0, 0, 5, 0)
    assert behaviour.connections == 1

    story.clock.advance(minutes=1)
    healthy = Behaviour()
    with Server(healthy) as server:
        assert deliverer(story.ledger(), server).run("r2") == Report(5, 0, 0, 0)


def test_a_backlog_is_drained_claim_by_claim(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_CLAIM", 4)
    story = crowd(10)
    assert deliverer(story.ledger(), box).run("r1") == Report(10, 0, 0, 0)
    assert [len(json.loads(row["items"])) for row in story.outbox(CLAIMED)] == [4, 4, 2]


def test_a_run_that_sent_something_looks_again_for_who_came_meanwhile(box: Mailbox) -> None:
    story, read = crowd(1), MemoryLedger.read
    comers = iter(["boris@example.ru", "vera@example.ru"])

    class Busy(MemoryLedger):
        def read(self, *parts: Part) -> Fresh:
            if self._read_before and (email := next(comers, None)):
                story.register(email=email)
            self._read_before = True
            return read(self, *parts)

        _read_before = False

    ledger = Busy(story.store, story.clock)
    lingering = Deliverer(lambda: ledger, SmtpTransport(url(box)), TOKENS, SITE, FROM, look_again_after=0.0)

    assert lingering.run("r1").sent == 3
    assert lingering.run("r2") == NOTHING


def test_letters_keep_the_distance_that_the_provider_wants(box: Mailbox) -> None:
    story = crowd(4)
    slow = Deliverer(lambda: story.ledger(), SmtpTransport(url(box)), TOKENS, SITE, FROM, per_minute=1200)
    began = time.monotonic()

    assert slow.run("r1").sent == 4
    assert time.monotonic() - began >= 3 * 0.05


def test_no_more_is_claimed_than_the_provider_takes_in_the_time_that_is_left(box: Mailbox) -> None:
    story = crowd(20)
    hasty = Deliverer(
        lambda: story.ledger(), SmtpTransport(url(box)), TOKENS, SITE, FROM, per_minute=1200, budget_seconds=0.3
    )
    report = hasty.run("r1")

    assert 1 <= len(json.loads(story.outbox(CLAIMED)[0]["items"])) <= 6
    assert 1 <= report.sent < 20
    assert report.due_left >= 20 - 6 - report.sent


def test_a_backlog_goes_over_one_connection_a_run_and_nothing_is_lost_where_runs_are_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "RECORD_EVERY", 5)
    story, behaviour = crowd(40), Behaviour()
    with Server(behaviour) as server:
        for n in range(2):
            with pytest.raises(Killed):
                deliverer(_cut_off_at_the_third_record(story), server).run(f"cut off {n}")
            story.clock.advance(minutes=15)
        assert behaviour.connections == 2
        assert deliverer(story.ledger(), server).run("the last") == Report(20, 0, 0, 0)

    assert behaviour.connections == 3
    assert set(behaviour.came) == {f"guest{n}@example.ru" for n in range(40)}
    assert len(behaviour.came) == 40 + 2 * 5, "again only what two runs had not recorded"


def _cut_off_at_the_third_record(story: Story) -> Watched:
    ledger, records = Watched(story), iter(range(99))

    def before(kind: str) -> None:
        if kind == SENT and next(records) >= 2:
            raise Killed

    ledger.before = before
    return ledger


def test_without_time_nothing_is_claimed(box: Mailbox) -> None:
    story = crowd(3)
    assert deliverer(story.ledger(), box, budget=0).run("r1") == Report(0, 0, 0, due_left=3)
    assert story.outbox(CLAIMED) == []


def test_what_was_claimed_when_the_time_ran_out_is_due_again_soon(box: Mailbox) -> None:
    story = crowd(3)
    sender_ = Deliverer(story.ledger, _OneLetter(box), TOKENS, SITE, FROM)
    assert sender_.run("r1") == Report(1, 0, 2, 0)

    story.clock.advance(seconds=30)
    assert deliverer(story.ledger(), box).run("r2") == Report(2, 0, 0, 0)
    assert len(set(addresses(box))) == len(box.messages()) == 3


class _OneLetter:
    """A transport that finds nobody home after the first letter."""

    def __init__(self, box: Mailbox) -> None:
        self._transport = SmtpTransport(url(box))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with self._transport.connection() as connection:
            yield _First(connection)


class _First:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sent = False

    def send(self, message: EmailMessage) -> Outcome:
        if self._sent:
            return Deferred("nobody home", stop=True)
        self._sent = True
        return self._connection.send(message)


def test_a_run_never_outlasts_its_claims() -> None:
    assert timedelta(seconds=module.LONGEST_BUDGET) <= CLAIM_LASTS - timedelta(minutes=1)


def test_a_slot_that_the_catalogue_lost_puts_its_letters_off_and_no_others(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    story.register("Ева", email="eva@example.ru", slot="S2")
    slots = {id: slot for id, slot in story.shown.slots.items() if id != "S"}
    story.ledger().append(Append(catalogue=shelf.to_rows(replace(story.shown, slots=slots))))

    assert deliverer(story.ledger(), box).run("r1") == Report(1, 0, 1, 0)
    assert addresses(box) == ["eva@example.ru"]


def test_a_catalogue_that_cannot_be_read_leaves_the_last_one_in_force(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")
    story.store.catalogue = (("revision", "broken", ""), ("tour", "T", "{"))
    story.register("Борис", email="boris@example.ru")
    assert sender_.run("r2") == Report(1, 0, 0, 0)


def test_visits_long_past_are_not_written_about(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    story.clock.time = STARTS + timedelta(days=1)
    assert deliverer(story.ledger(), box).run("r1") == NOTHING


def test_a_journal_of_a_newer_release_sends_nothing(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    at, kind, _, slot, writer, _ = story.store.lists[Part.JOURNAL][-1]
    story.store.lists[Part.JOURNAL].append((at, kind, "new", slot, writer, '{"v":99}'))
    sender_ = deliverer(story.ledger(), box)
    for run in ("r1", "r2"):
        with pytest.raises(CannotDecide):
            sender_.run(run)
    assert box.messages() == []


def test_a_row_that_cannot_be_read_holds_nobody_up(box: Mailbox) -> None:
    story = Story()
    story.store.lists[Part.JOURNAL].append(("yesterday", "requested", "x", "S", "w", "?"))
    story.register()
    assert deliverer(story.ledger(), box).run("r1").sent == 1


def test_logs_name_the_notice_and_no_more_of_the_address_than_its_domain(
    box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "zapis")
    story = crowd(4)
    story.register("Ева", email="eva\n@example.ru", slot="S2")
    box.answer(550, "5.1.1 guest0@example.ru unknown")
    box.answer(451, "4.7.1 guest1@example.ru later")
    box.answer(554, "5.7.1 guest2@example.ru spam")
    deliverer(story.ledger(), box).run("r1")

    assert {record.levelname for record in caplog.records} == {"INFO", "WARNING", "ERROR"}
    assert len([record for record in caplog.records if "example.ru" in record.getMessage()]) == 5
    for secret in ("guest", "eva", "Гость", "Ева"):
        assert secret not in caplog.text


def test_one_run_by_itself(box: Mailbox) -> None:
    story, _ = kinds.confirmed()
    report = deliver(story.ledger(), SmtpTransport(url(box)), TOKENS, SITE, FROM, "r1")
    assert report == Report(1, 0, 0, 0)


@pytest.mark.parametrize(
    ("mail_from", "name", "address"),
    [
        ("bot@mosprom.example", "", "bot@mosprom.example"),
        ("<bot@mosprom.example>", "", "bot@mosprom.example"),
        ("Открой#Моспром <bot@mosprom.example>", "Открой#Моспром", "bot@mosprom.example"),
        ('"Visits, Moscow" <bot@mosprom.example>', "Visits, Moscow", "bot@mosprom.example"),
    ],
)
def test_letters_come_from_an_address_with_or_without_a_name(mail_from: str, name: str, address: str) -> None:
    found = sender(mail_from, SITE)
    assert (found.name, found.address, found.site) == (name, address, "visits.mosprom.example")


@pytest.mark.parametrize(
    "mail_from", ["", "bot", "bot@", "Bot <bot@x> more", "bot@mosprom.example\nBcc: all@x.example"]
)
def test_any_other_sender_is_a_sentence_for_the_operator(mail_from: str) -> None:
    with pytest.raises(SettingsError, match="ZAPIS_MAIL_FROM"):
        sender(mail_from, SITE)


@pytest.fixture
def tampered(story_of_two: Story) -> Story:
    """A journal whose rows were recorded by sync, and then sorted by hand."""
    ledger = story_of_two.ledger()
    fresh, witness = ledger.read(*Part), Witness()
    witness.look(found(fresh.journal), fresh.outbox, fresh.people)
    ledger.append(Append(outbox=witness.to_record(story_of_two.clock(), "sync")))
    story_of_two.store.lists[Part.JOURNAL].reverse()
    return story_of_two


@pytest.fixture
def story_of_two() -> Story:
    story = Story()
    story.register("Анна")
    story.register("Борис", email="boris@example.ru")
    return story


def test_nobody_is_mailed_by_a_journal_that_was_sorted_by_hand(tampered: Story, box: Mailbox) -> None:
    with pytest.raises(JournalDisturbed, match="changed by hand"):
        deliverer(tampered.ledger(), box).run("r1")

    assert box.messages() == []


class Troubled(MemoryLedger):
    """A ledger whose reads meet these errors first, one each."""

    def __init__(self, story: Story, errors: list[ZapisError]) -> None:
        super().__init__(story.store, story.clock)
        self._errors = errors

    def read(self, *parts: Part) -> Fresh:
        if self._errors:
            raise self._errors.pop()
        return super().read(*parts)


def test_what_a_run_saw_itself_counts_though_nobody_recorded_it(story_of_two: Story, box: Mailbox) -> None:
    noticed: list[ZapisError] = []
    delivering = Deliverer(lambda: Troubled(story_of_two, noticed), SmtpTransport(url(box), 10), TOKENS, SITE, FROM)
    delivering.run("r1")
    story_of_two.store.lists[Part.JOURNAL].reverse()
    story_of_two.register("Вера", email="vera@example.ru")
    noticed.append(JournalDisturbed("Row 5 of _journal is not the one that was there."))

    for _ in range(2):
        with pytest.raises(JournalDisturbed):
            delivering.run("r1")

    assert len(box.messages()) == 2


def test_a_first_read_that_failed_is_made_up_for(tampered: Story, box: Mailbox) -> None:
    delivering = deliverer(Troubled(tampered, [AnswerLost("The connection broke.")]), box)
    with pytest.raises(AnswerLost):
        delivering.run("r1")

    with pytest.raises(JournalDisturbed):
        delivering.run("r1")


def test_once_the_journal_is_mended_the_letters_go(tampered: Story, box: Mailbox) -> None:
    delivering = Deliverer(tampered.ledger, SmtpTransport(url(box), 10), TOKENS, SITE, FROM)
    with pytest.raises(JournalDisturbed):
        delivering.run("r1")
    tampered.store.lists[Part.JOURNAL].reverse()

    assert delivering.run("r2").sent == 2


def test_a_reminder_goes_a_day_before_the_visit_and_once(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")

    story.clock.time = STARTS - timedelta(hours=24, seconds=1)
    early = sender_.run("r2")
    story.clock.advance(seconds=1)
    due_now = sender_.run("r3")
    story.cancel(anna, 1)
    story.clock.advance(hours=1)
    again = sender_.run("r4")

    assert (early.sent, due_now.sent) == (0, 1)
    assert again.sent == 1, "of the smaller party alone"
    subjects = [told["subject"].split(":")[0] for told in box.messages()]
    assert subjects == ["Состав группы изменён", "Напоминаем", "Вы записаны"]


def test_who_cancels_while_a_reminder_is_claimed_is_not_reminded(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    deliverer(story.ledger(), box).run("r1")
    story.clock.time = STARTS - timedelta(hours=23)
    ledger = Watched(story)
    ledger.before = lambda kind: (
        story.cancel(anna) if kind == CLAIMED and story.state().notices[anna].sequence == 0 else None
    )

    deliverer(ledger, box).run("r2")

    assert [told["subject"].split(":")[0] for told in box.messages()] == ["Запись отменена", "Вы записаны"]


def test_only_who_came_is_thanked(box: Mailbox) -> None:
    story = Story(capacity=5)
    came, absent = story.register(), story.register("Борис", email="boris@example.ru")
    deliverer(story.ledger(), box).run("r1")
    story.clock.time = STARTS + timedelta(hours=2)
    story.attend(came, 0)
    story.attend(absent)
    story.clock.time = STARTS + timedelta(days=1)

    assert deliverer(story.ledger(), box).run("r2").sent == 1
    told = box.last()
    assert told is not None
    assert (told["to"], told["subject"].split(":")[0]) == ("anna@example.ru", "Спасибо, что пришли")


def test_the_code_to_show_travels_inside_the_letter_and_opens_no_ticket(box: Mailbox) -> None:
    story, anna = kinds.confirmed()
    sender_ = deliverer(story.ledger(), box)
    sender_.run("r1")

    told = box.last()
    assert told is not None
    (picture,) = [part for part in told["attachments"] if part["type"] == "image/png"]
    assert picture["size"] < 2_000
    assert f'src="cid:code.{anna}.0@mosprom.example"' in told["html"]
    assert SITE + "/show/" not in told["html"] + told["text"]


def test_a_server_that_refuses_us_is_left_alone_ever_longer_until_it_takes_a_letter() -> None:
    story = crowd(3)
    refusing = Behaviour(senders={"bot@mosprom.example": "550 5.4.5 Daily quota exceeded"})
    tried = []
    with Server(refusing) as server:
        sender_ = deliverer(story.ledger(), server)
        for minute in range(8):
            before = refusing.connections
            sender_.run(f"minute {minute}")
            tried += [minute] * (refusing.connections - before)
            story.clock.advance(minutes=1)
        assert deliverer(story.ledger(), server).run("another instance") == Report(0, 0, 0, due_left=0)
        refusing.senders.clear()
        story.clock.advance(minutes=30)
        assert sender_.run("mended") == Report(3, 0, 0, 0)

    assert tried == [0, 1, 3, 7]
    story.register(email="dora@example.ru")
    with Server(Behaviour()) as server:
        assert deliverer(story.ledger(), server).run("at once") == Report(1, 0, 0, 0)


def test_a_server_that_cannot_be_reached_is_tried_again_by_the_next_run() -> None:
    story = crowd(3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = SmtpTransport(f"smtp://127.0.0.1:{free.getsockname()[1]}")
    Deliverer(lambda: story.ledger(), nowhere, TOKENS, SITE, FROM).run("r1")
    story.clock.advance(seconds=30)

    with Server(Behaviour()) as server:
        assert deliverer(story.ledger(), server).run("r2") == Report(3, 0, 0, 0)
