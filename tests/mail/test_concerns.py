"""What is wrong in the spreadsheet, by mail: to organisers alone, once a day, of what has stood for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from local.mailbox import Mailbox
from tests.mail.spec import Story
from tests.mail.test_deliver import FROM, NOTHING, SITE, TOKENS, deliverer, url
from zapis.core import catalogue as shelf
from zapis.core.catalogue import HERE, MOSCOW, Concern
from zapis.core.concerns import MOST, STANDS
from zapis.ledger.port import Append
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport

ORGANISER = "visits@mosprom.example"
SLIP = "«Расписание», D2: нужно целое число, а написано «много»"


@pytest.fixture
def story() -> Story:
    """Noon of a day, so that nine in the morning is near on either side."""
    story = Story()
    story.clock.time = datetime(2026, 12, 1, 12, tzinfo=MOSCOW)
    return story


def wrong(story: Story, *texts: str, since: timedelta = STANDS) -> None:
    concerns = tuple(Concern(text, story.clock() - since) for text in texts)
    story.shown = replace(story.shown, concerns=concerns)
    story.ledger().append(Append(catalogue=shelf.to_rows(story.shown)))


def test_what_has_stood_for_a_while_is_mailed_to_the_organiser_once_that_day(story: Story, box: Mailbox) -> None:
    wrong(story, SLIP)
    sender = deliverer(story.ledger(), box)

    assert [sender.run(run).sent for run in ("r1", "r2")] == [1, 0]
    (told,) = box.messages()
    assert told["to"] == ORGANISER
    assert told["subject"] == f"{story.shown.season.title}: в таблице нужно поправить 1\N{NO-BREAK SPACE}место"
    wrong(story, SLIP, "«Сезон», B5: нужно целое число, а написано «часто»")
    assert sender.run("r3") == NOTHING


def test_the_letter_opens_the_spreadsheet(story: Story, box: Mailbox) -> None:
    wrong(story, SLIP)
    transport, roster_link = SmtpTransport(url(box)), lambda file: f"{SITE}/{file}"
    sender = Deliverer(story.ledger, transport, TOKENS, SITE, FROM, roster_link=roster_link)
    sender.run("r1")

    (told,) = box.messages()
    assert f"Открыть таблицу: {SITE}/{HERE}" in told["text"]
    assert f'href="{SITE}/{HERE}"' in told["html"]


def test_what_is_still_wrong_next_morning_is_told_again(story: Story, box: Mailbox) -> None:
    wrong(story, SLIP)
    sender = deliverer(story.ledger(), box)
    sender.run("r1")

    story.clock.time = datetime(2026, 12, 2, 8, 59, tzinfo=MOSCOW)
    assert sender.run("r2") == NOTHING
    story.clock.time = datetime(2026, 12, 2, 9, 0, tzinfo=MOSCOW)
    assert sender.run("r3").sent == 1


def test_a_half_typed_row_and_a_mended_one_are_not_mailed_about(story: Story, box: Mailbox) -> None:
    wrong(story, SLIP, since=STANDS - timedelta(seconds=1))
    sender = deliverer(story.ledger(), box)
    assert sender.run("r1") == NOTHING

    wrong(story)
    story.clock.advance(hours=1)
    assert sender.run("r2") == NOTHING


def test_a_rehearsal_writes_to_who_rehearses(story: Story, box: Mailbox) -> None:
    assert story.shown.season
    story.shown = replace(story.shown, season=replace(story.shown.season, rehearsal="olga@mosprom.example"))
    wrong(story, SLIP)
    deliverer(story.ledger(), box).run("r1")

    (told,) = box.messages()
    assert told["to"] == "olga@mosprom.example"


def test_a_long_list_is_cut_and_says_so(story: Story, box: Mailbox) -> None:
    wrong(story, *(f"«Расписание», D{row}: нужно целое число" for row in range(2, MOST + 5)))
    deliverer(story.ledger(), box).run("r1")

    (told,) = box.messages()
    assert "D31:" in told["text"]
    assert "D32:" not in told["text"]
    assert "И ещё 3: смотрите «Проверку»." in told["text"]
