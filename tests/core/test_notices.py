"""What is owed: notices minus what the outbox says."""

from __future__ import annotations

import pytest

from tests.spec import Season, minutes
from zapis.core.model import NoticeKind
from zapis.core.notices import CLAIMED, DEFERRED, FAILED, SENT, SYNC_LEASE, Outbox, due, outbox_row


@pytest.fixture
def season():
    season = Season(capacity=1)
    season.request("anna")
    return season


def outbox(*rows) -> Outbox:
    box = Outbox()
    for row in rows:
        box.apply(row)
    return box


def ids(notices):
    return [notice.id for notice in notices]


def first(season):
    return due(season.state, Outbox(), minutes(11))[0].id


def test_a_confirmation_is_due_at_once(season):
    (notice,) = due(season.state, Outbox(), minutes(10))

    assert notice.kind is NoticeKind.CONFIRMED


def test_a_notice_overtaken_by_a_later_entry_is_not_due(season):
    season.cancel("anna")

    assert [n.kind for n in due(season.state, Outbox(), minutes(21))] == [NoticeKind.CANCELLED]


@pytest.mark.parametrize("kind", [SENT, FAILED])
def test_what_was_dealt_with_is_not_due(season, kind):
    box = outbox(outbox_row(minutes(11), kind, "run", [first(season)]))

    assert due(season.state, box, minutes(12)) == []


def test_the_first_claim_wins(season):
    item = first(season)
    box = outbox(
        outbox_row(minutes(11), CLAIMED, "one", [item]),
        outbox_row(minutes(12), CLAIMED, "two", [item]),
    )

    assert box.holds("one", item)
    assert not box.holds("two", item)
    assert due(season.state, box, minutes(13)) == []


def test_a_claim_of_a_run_that_died_lapses(season):
    item = first(season)
    box = outbox(outbox_row(minutes(11), CLAIMED, "dead", [item]))

    assert ids(due(season.state, box, minutes(26))) == [item]

    box.apply(outbox_row(minutes(26), CLAIMED, "alive", [item]))
    assert box.holds("alive", item)


def test_a_deferred_notice_waits_ever_longer(season):
    item = first(season)
    box = outbox(outbox_row(minutes(11), CLAIMED, "one", [item]), outbox_row(minutes(11), DEFERRED, "one", [item]))
    assert due(season.state, box, minutes(11.4)) == []
    assert ids(due(season.state, box, minutes(11.5))) == [item]

    box.apply(outbox_row(minutes(11.5), DEFERRED, "two", [item]))
    assert due(season.state, box, minutes(12)) == []
    assert ids(due(season.state, box, minutes(12.5))) == [item]


def test_nobody_is_mailed_about_a_visit_long_past(season):
    assert due(season.state, Outbox(), minutes(2000 + 24 * 60)) == []


def test_why_a_notice_failed_is_kept(season):
    box = outbox(outbox_row(minutes(11), FAILED, "run", {first(season): "550 no such mailbox"}))

    assert box.failed == {first(season): "550 no such mailbox"}


def test_a_row_that_cannot_be_read_says_nothing(season):
    box = outbox(("", "", "", ""), ("x", SENT, "r", "{}"), (), ("2026-12-01T07:00:00.000Z", SENT, "r", "[1]"))

    assert box == Outbox()


def test_a_lease_is_renewed_by_its_holder_and_lapses_within_a_minute():
    box = outbox(outbox_row(minutes(0), CLAIMED, "one", [SYNC_LEASE]))
    box.apply(outbox_row(minutes(0.9), CLAIMED, "one", [SYNC_LEASE]))
    box.apply(outbox_row(minutes(1.5), CLAIMED, "two", [SYNC_LEASE]))
    assert box.holds("one", SYNC_LEASE)

    box.apply(outbox_row(minutes(2), CLAIMED, "two", [SYNC_LEASE]))
    assert box.holds("two", SYNC_LEASE)


def test_a_bounce_stands_until_a_letter_arrives_whatever_else_is_due(season):
    confirmation, later = first(season), "anna@S.202612020000.reminder"
    sent_then_bounced = outbox(
        outbox_row(minutes(11), SENT, "one", [confirmation]),
        outbox_row(minutes(12), FAILED, "two", {later: "552 5.2.2 mailbox full"}),
    )
    assert sent_then_bounced.bounced == {"anna@S": "552 5.2.2 mailbox full"}

    sent_then_bounced.apply(outbox_row(minutes(13), SENT, "three", ["anna@S.1.corrected"]))
    assert sent_then_bounced.bounced == {}
