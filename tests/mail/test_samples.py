"""Samples of organisers' own words: to the organiser's address, once for each wording."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from local.mailbox import Mailbox
from tests.mail.spec import Story
from tests.mail.test_deliver import NOTHING, deliverer
from zapis.core import catalogue as shelf
from zapis.core.model import NoticeKind
from zapis.core.texts import Text, TextId
from zapis.ledger.port import Append

ORGANISER = "visits@mosprom.example"


def ticked(story: Story, id: str = "confirmed.ru", **parts: str) -> None:
    own = Text(TextId(id), **parts, sample=True)
    story.shown = replace(story.shown, texts={own.id: own})
    story.ledger().append(Append(catalogue=shelf.to_rows(story.shown)))


def test_a_tick_sends_one_sample_to_the_organiser(box: Mailbox) -> None:
    story = Story()
    ticked(story, subject="Ждём вас, {имя}", signature="Команда")
    sender_ = deliverer(story.ledger(), box)

    first, second = sender_.run("r1"), sender_.run("r2")

    assert (first.sent, second) == (1, NOTHING)
    (told,) = box.messages()
    assert (told["to"], told["subject"]) == (ORGANISER, "Образец: Ждём вас, Анна Образцова")


def test_other_words_send_another_sample(box: Mailbox) -> None:
    story = Story()
    sender_ = deliverer(story.ledger(), box)
    for words in ("Первые", "Вторые", "Вторые"):
        ticked(story, subject=words)
        sender_.run(f"run {words} {len(box.messages())}")

    assert sorted(told["subject"] for told in box.messages()) == ["Образец: Вторые", "Образец: Первые"]


def test_a_sample_that_went_is_no_trace_of_a_registration(box: Mailbox) -> None:
    story = Story()
    ticked(story)
    deliverer(story.ledger(), box).run("r1")

    assert deliverer(story.ledger(), box).run("an instance that begins anew") == NOTHING


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_mail_has_a_sample(kind: NoticeKind, language: str, box: Mailbox) -> None:
    story = Story()
    ticked(story, f"{kind}.{language}", body="{имя} {дата}")

    assert deliverer(story.ledger(), box).run("r1").sent == 1


def test_without_an_address_or_a_visit_there_is_nothing_to_send(box: Mailbox) -> None:
    story = Story()
    assert story.shown.season
    story.shown = replace(story.shown, season=replace(story.shown.season, email=""))
    ticked(story, subject="Слова")

    assert deliverer(story.ledger(), box).run("r1") == NOTHING


def test_a_sample_leads_to_no_ticket(box: Mailbox) -> None:
    story = Story()
    ticked(story, subject="Слова")
    deliverer(story.ledger(), box).run("r1")

    (told,) = box.messages()
    assert "/ticket/" not in str(told)
