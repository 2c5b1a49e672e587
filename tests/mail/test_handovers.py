"""What an enterprise's contact is sent: the list at the freeze, then what changed since; through a real mailbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from local.mailbox import Mailbox
from tests.mail.spec import STARTS, TERMS, Story, catalogue
from tests.mail.test_deliver import NOTHING, SITE, TOKENS, Watched, url
from zapis.core import catalogue as shelf
from zapis.core.catalogue import EnterpriseId
from zapis.core.entries import ConsentWithdrawn
from zapis.core.handovers import GATHERED, undelivered
from zapis.core.model import SlotStatus
from zapis.core.notices import CLAIMED, Outbox
from zapis.core.rosters import TRANSFER
from zapis.ledger.port import Append, Ledger, Part
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport

GUARD = "guard@ralf.example"
FROM = "bot@mosprom.example"
FROZEN = TERMS.freezes


def deliverer(ledger: Ledger, box: Mailbox, names: bool = True) -> Deliverer:
    links = {"sheet1": "https://docs.google.com/spreadsheets/d/sheet1/edit", "": ""}
    return Deliverer(
        lambda: ledger, SmtpTransport(url(box), 10), TOKENS, SITE, FROM, roster_link=links.__getitem__, names=names
    )


def show(story: Story, **host: str) -> None:
    """Other words in «Предприятия»."""
    enterprise = replace(story.shown.enterprises[EnterpriseId("E")], **host)  # type: ignore[arg-type]
    story.shown = replace(story.shown, enterprises={enterprise.id: enterprise})
    story.ledger().append(Append(catalogue=shelf.to_rows(story.shown)))


@pytest.fixture
def story() -> Story:
    """A visit at the moment of its freeze: Яковлев, and Анна with two children."""
    story = Story(capacity=9)
    show(story, contact_email=GUARD, roster="sheet1")
    story.register("Пётр Яковлев", email="petr@example.ru")
    story.register("Анна Арбузова", visitors=("Анна Арбузова", "Маша Арбузова", "Миша Арбузов"), ages=(34, 8, 11))
    story.clock.time = FROZEN
    return story


def to_the_enterprise(box: Mailbox) -> list[dict[str, str]]:
    """Its letters, the oldest first; spaces at which a line may not end are plain here."""
    letters = [told for told in reversed(box.messages()) if told["to"] == GUARD]
    return [{part: str(told[part]).replace("\u00a0", " ") for part in ("subject", "text", "html")} for told in letters]


def test_the_list_goes_at_the_freeze_once_by_surname_and_with_its_links(story: Story, box: Mailbox) -> None:
    story.clock.time = FROZEN - timedelta(seconds=1)
    run = deliverer(story.ledger(), box)
    run.run("r1")
    assert to_the_enterprise(box) == []

    story.clock.time = FROZEN
    run.run("r2")
    run.run("r3")
    deliverer(story.ledger(), box).run("r4")

    (told,) = to_the_enterprise(box)
    assert told["subject"] == "Открой#Моспром: список на 12 декабря, 11:00 (4 человека)"
    lines = [line for line in told["text"].splitlines() if line.startswith("— ")]
    assert [line[2:].partition(",")[0] for line in lines] == [
        "Анна Арбузова",
        "Маша Арбузова",
        "Миша Арбузов",
        "Пётр Яковлев",
    ]
    assert "https://docs.google.com/spreadsheets/d/sheet1/edit" in told["text"]
    assert f"{SITE}/gate/{TOKENS.gate(EnterpriseId('E'))}" in told["text"]


def test_no_address_and_no_phone_of_a_visitor_is_in_a_list(story: Story, box: Mailbox) -> None:
    deliverer(story.ledger(), box).run("r1")

    (told,) = to_the_enterprise(box)
    for secret in ("petr@example.ru", "anna@example.ru", "9161234567"):
        assert secret not in told["text"] + told["html"]


def test_where_sheets_may_not_name_anybody_letters_have_codes_and_heads(story: Story, box: Mailbox) -> None:
    deliverer(story.ledger(), box, names=False).run("r1")

    (told,) = to_the_enterprise(box)
    assert "Арбузов" not in told["text"] + told["html"]
    codes = [registration.code for registration in story.state().registrations.values()]
    assert all(code in told["text"] for code in codes)
    assert "3 человека" in told["text"]
    assert "по правилам программы не рассылаются" in told["text"]


def test_changes_within_a_while_are_one_short_letter(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    petr, anna = story.state().registrations

    story.clock.advance(minutes=2)
    story.cancel(petr, by="organiser")
    story.clock.advance(minutes=2)
    story.cancel(anna, 1)
    run.run("r2")
    assert len(to_the_enterprise(box)) == 1

    story.clock.time = FROZEN + timedelta(minutes=2) + GATHERED
    run.run("r3")
    run.run("r4")

    _, told = to_the_enterprise(box)
    assert told["subject"].endswith("изменения в списке на 12 декабря, 11:00 (−2)")
    assert "Теперь в списке 2 человека." in told["text"]
    assert "Не придут:" in told["text"]
    assert "Пётр Яковлев" in told["text"]
    assert "Миша Арбузов" not in told["text"]


def test_what_changes_later_is_another_letter_and_repeats_nothing(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    petr, anna = story.state().registrations
    for gone in (petr, anna):
        story.clock.advance(minutes=20)
        story.cancel(gone, by="organiser")
        story.clock.advance(minutes=10)
        run.run(f"r {gone}")

    _, first, second = to_the_enterprise(box)
    assert ("Яковлев" in first["text"], "Арбузова" in first["text"]) == (True, False)
    assert ("Яковлев" in second["text"], "Арбузова" in second["text"]) == (False, True)


def test_who_leaves_and_comes_back_at_once_is_not_worth_a_letter(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    petr, _ = story.state().registrations
    story.clock.advance(minutes=2)
    story.cancel(petr)
    story.seat_over(petr)
    story.clock.advance(minutes=30)

    assert run.run("r2") == NOTHING or to_the_enterprise(box)[1:] == []


def test_who_was_added_by_an_organiser_is_named(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    story.clock.advance(minutes=2)
    late = story.register("Вера Ильина", email="vera@example.ru")
    story.seat_over(late)
    story.clock.advance(minutes=10)
    run.run("r2")

    _, told = to_the_enterprise(box)
    assert told["subject"].endswith("(+1)")
    assert "Добавились:" in told["text"]
    assert "Вера Ильина" in told["text"]


def test_two_runs_that_overlap_send_the_list_once(story: Story, box: Mailbox) -> None:
    first, second = Watched(story), deliverer(story.ledger(), box)
    first.before = lambda kind: second.run("second") and None if kind == CLAIMED else None  # type: ignore[func-returns-value]
    deliverer(first, box).run("first")

    assert len(to_the_enterprise(box)) == 1


def test_a_list_that_is_sent_late_is_not_followed_by_what_it_told(story: Story, box: Mailbox) -> None:
    petr, _ = story.state().registrations
    show(story, contact_email="")
    story.clock.advance(minutes=5)
    story.cancel(petr, by="organiser")
    story.clock.advance(hours=3)
    show(story, contact_email=GUARD)
    run = deliverer(story.ledger(), box)
    run.run("r1")
    run.run("r2")

    (told,) = to_the_enterprise(box)
    assert "Яковлев" not in told["text"]


def test_a_visit_that_is_cancelled_is_told_to_who_had_its_list(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    story.offer(status=SlotStatus.CANCELLED, capacity=9)
    run.run("r2")
    run.run("r3")

    _, told = to_the_enterprise(box)
    assert told["subject"].endswith("визит 12 декабря, 11:00 отменён")


def test_a_visit_that_is_taken_up_again_has_a_new_list_and_may_be_cancelled_again(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    story.offer(status=SlotStatus.CANCELLED, capacity=9)
    run.run("r2")
    story.offer(status=SlotStatus.OPEN, capacity=9)
    run.run("r3")
    story.seat_over(story.register("Тимур Сафин", email="timur@example.ru"))
    story.clock.time += GATHERED
    run.run("r4")
    story.offer(status=SlotStatus.CANCELLED, capacity=9)
    story.offer(status=SlotStatus.CANCELLED, capacity=10)
    run.run("r5")
    run.run("r6")

    told = to_the_enterprise(box)
    assert [letter["subject"].removeprefix("Открой#Моспром: ") for letter in told] == [
        "список на 12 декабря, 11:00 (4 человека)",
        "визит 12 декабря, 11:00 отменён",
        "новый список на 12 декабря, 11:00 (никого)",
        "изменения в списке на 12 декабря, 11:00 (+1)",
        "визит 12 декабря, 11:00 отменён",
    ]
    assert "он всё-таки состоится" in told[2]["text"]
    assert "Яковлев" not in told[2]["text"] + told[3]["text"]


def test_a_visit_that_is_taken_up_again_at_once_has_a_new_list(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    story.offer(status=SlotStatus.CANCELLED, capacity=9)
    story.offer(status=SlotStatus.OPEN, capacity=9)
    run.run("r2")

    _, told = to_the_enterprise(box)
    assert told["subject"].endswith("новый список на 12 декабря, 11:00 (никого)")
    assert "Прежний список этого визита больше не действует." in told["text"]
    assert "отменён" not in told["text"]


def test_a_visit_that_is_cancelled_taken_up_again_on_another_day_and_cancelled_is_told_each_time(
    story: Story, box: Mailbox
) -> None:
    run, by = deliverer(story.ledger(), box), timedelta(days=5)
    later = {"starts": STARTS + by, "freezes": FROZEN + by, "closes": FROZEN + by}
    run.run("r1")
    for status in (SlotStatus.CANCELLED, SlotStatus.OPEN, SlotStatus.CANCELLED):
        story.offer(status=status, capacity=9, **(later if status is SlotStatus.OPEN else {}))
        run.run(status)
        run.run(f"{status} again")

    _, *told = [letter["subject"].removeprefix("Открой#Моспром: ") for letter in to_the_enterprise(box)]
    assert told == [
        "визит 12 декабря, 11:00 отменён",
        "визит всё-таки состоится 17 декабря, 11:00",
        "визит 17 декабря, 11:00 отменён",
    ]


def test_a_visit_that_is_cancelled_before_its_list_went_is_not_told(box: Mailbox) -> None:
    story = Story(capacity=9)
    show(story, contact_email=GUARD)
    story.offer(status=SlotStatus.CANCELLED)
    story.clock.time = FROZEN
    deliverer(story.ledger(), box).run("r1")

    assert to_the_enterprise(box) == []


def test_a_visit_that_is_moved_gets_another_list_and_the_old_one_is_called_back(story: Story, box: Mailbox) -> None:
    run = deliverer(story.ledger(), box)
    run.run("r1")
    by = timedelta(days=5)
    story.offer(capacity=9, starts=STARTS + by, freezes=FROZEN + by, closes=FROZEN + by)
    run.run("r2")
    story.clock.time = FROZEN + by
    run.run("r3")

    _, recalled, again = to_the_enterprise(box)
    assert "прежний список отменён, визит 17 декабря, 11:00" in recalled["subject"]
    assert "Новый пришлём 16 декабря в 11:00" in recalled["text"]
    assert "новый список на 17 декабря, 11:00 (4 человека)" in again["subject"]


def test_a_visit_to_which_nobody_comes_is_told_too(box: Mailbox) -> None:
    story = Story()
    show(story, contact_email=GUARD)
    story.clock.time = FROZEN
    deliverer(story.ledger(), box).run("r1")

    (told,) = to_the_enterprise(box)
    assert "На этот визит никто не записался." in told["text"]
    assert told["subject"].endswith("(никого)")


def test_in_a_rehearsal_the_list_goes_to_the_organiser(story: Story, box: Mailbox) -> None:
    assert story.shown.season
    story.shown = replace(story.shown, season=replace(story.shown.season, rehearsal="me@mosprom.example"))
    show(story)
    deliverer(story.ledger(), box).run("r1")

    assert to_the_enterprise(box) == []
    subjects = [told["subject"] for told in box.messages() if told["to"] == "me@mosprom.example"]
    assert any(subject.startswith("[Репетиция] Открой#Моспром: список на") for subject in subjects)


def test_an_address_that_does_not_exist_is_told_to_organisers_until_it_is_another(story: Story, box: Mailbox) -> None:
    show(story, contact_email="guard at ralf")
    deliverer(story.ledger(), box).run("r1")

    def outbox() -> Outbox:
        read = Outbox()
        for row in story.store.lists[Part.OUTBOX]:
            read.apply(row)
        return read

    assert undelivered(story.shown, outbox()) == {"E": "письмо со списком не доставлено: проверьте «Почту для списков»"}
    show(story, contact_email=GUARD)
    deliverer(story.ledger(), box).run("r2")

    assert undelivered(story.shown, outbox()) == {}
    assert len(to_the_enterprise(box)) == 1


def test_a_name_that_looks_like_an_address_is_not_told(story: Story, box: Mailbox) -> None:
    story.clock.time = FROZEN - timedelta(hours=1)
    story.register("http://casino.example", email="bad@example.ru")
    story.clock.time = FROZEN
    deliverer(story.ledger(), box).run("r1")

    (told,) = to_the_enterprise(box)
    assert "casino" not in told["text"] + told["html"]


def test_a_season_of_before_has_no_address_and_is_read(box: Mailbox) -> None:
    rows = [(kind, id, item.replace(',"contact_email":""', "")) for kind, id, item in shelf.to_rows(catalogue())]

    assert shelf.from_rows(rows).enterprises == catalogue().enterprises


def test_who_took_back_their_consent_to_be_told_of_is_a_head_without_a_name(story: Story, box: Mailbox) -> None:
    petr, _ = story.state().registrations
    story.land(ConsentWithdrawn(petr, TRANSFER))
    deliverer(story.ledger(), box).run("r1")

    (told,) = to_the_enterprise(box)
    assert "Яковлев" not in told["text"] + told["html"]
    assert "— —, 34 года" in told["text"]
