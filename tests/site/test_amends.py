"""What the holder of a ticket may change, and what stays whatever goes wrong."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from tests.site.conftest import TOKENS, Programme, ask, at, body, client, contact, visitors
from tests.site.test_ticket import holder_of
from tests.site.test_trouble import Troubled
from tests.site.visitor import fields_of, text
from zapis.core.model import NoticeKind, Registration, SlotId, SlotStatus, Standing
from zapis.core.people import FORGOTTEN
from zapis.core.rules import seats_left
from zapis.ledger.port import Part


def told(programme: Programme, registration: Registration) -> NoticeKind:
    return programme.committer.state.notices[registration.id].kind


def free(programme: Programme, slot: str) -> int:
    return seats_left(programme.committer.state.slots[SlotId(slot)])


async def book(site: httpx.AsyncClient, slot: str, *ages: int, email: str) -> httpx.Response:
    return await ask(site, slot, f"{slot} {email}", contact=contact(email=email), visitors=visitors(*ages))


async def sent(site: httpx.AsyncClient, path: str, **changes: str) -> httpx.Response:
    """The page's form as a browser sends it, with what a visitor typed."""
    page = await site.get(path)
    return await site.post(path.partition("?")[0], data=fields_of(page) | changes)


# Another date.


async def test_only_dates_of_this_visit_that_take_the_whole_party_are_offered(
    site: httpx.AsyncClient, programme: Programme
):
    path, _ = await holder_of(site, programme, 34, 12, 40)

    page = await site.get(f"{path}/move")

    assert set(re.findall(r"/move\?to=([\w-]+)", page.text)) == {"later", "closing"}


async def test_a_party_moves_to_another_date_and_gives_its_old_seats_back(
    site: httpx.AsyncClient, programme: Programme
):
    path, before = await holder_of(site, programme, 34, 12)

    question = await site.get(f"{path}/move?to=later")
    assert "суббота, 12 декабря, 11:00" in text(question)
    assert "суббота, 19 декабря, 11:00" in text(question)
    assert programme.registrations()[0].slot == "open"
    answer = await sent(site, f"{path}/move?to=later")

    (moved,) = programme.registrations()
    assert (moved.slot, moved.standing, moved.code) == ("later", Standing.CONFIRMED, before.code)
    assert (free(programme, "open"), free(programme, "later")) == (25, 23)
    assert "Перенесли: вы записаны на другую дату" in text(await site.get(answer.headers["location"]))
    assert told(programme, moved) is NoticeKind.MOVED


async def test_two_clicks_move_once(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/move?to=later"))

    answers = await asyncio.gather(*(site.post(f"{path}/move", data=form) for _ in range(2)))
    third = await site.post(f"{path}/move", data=form)

    assert {a.headers["location"] for a in (*answers, third)} == {f"{path}?done=moved"}
    assert len(programme.rows("moved")) == 1


async def test_who_moved_goes_back_with_one_click(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    await sent(site, f"{path}/move?to=later")

    ticket = await site.get(path)
    assert "Вернуть прежнюю дату: суббота, 12 декабря, 11:00" in text(ticket)
    await site.post(f"{path}/move", data=fields_of(ticket))

    assert programme.registrations()[0].slot == "open"


async def test_the_old_seats_stay_when_the_new_ones_are_taken_meanwhile(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)
    form = fields_of(await site.get(f"{path}/move?to=two-seats"))
    other = client(programme.open())  # another instance, which this one has not heard of yet
    await book(other, "two-seats", 30, email="boris@example.org")

    page = await site.post(f"{path}/move", data=form)

    assert page.status_code == 409
    assert "Ваша прежняя запись осталась как была" in text(page)
    assert programme.registrations()[0].slot == "open"


async def test_a_date_that_closed_meanwhile_is_told_as_closed(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/move?to=later"))
    programme.change("later", status=SlotStatus.CLOSED)
    await book(site, "bread", 30, email="boris@example.org")  # its answer brings the change along

    page = await site.post(f"{path}/move", data=form)

    assert page.status_code == 409
    assert "Запись закрыта" in text(page)
    assert programme.rows("moved") == []


async def test_who_waits_may_move_to_where_there_is_a_seat(site: httpx.AsyncClient, programme: Programme):
    await book(site, "two-seats", 30, 31, email="first@example.org")
    waiting = await book(site, "two-seats", 34, email="anna@example.org")
    path = f"/ticket/{waiting.json()['ticket']}"

    await sent(site, f"{path}/move?to=open")

    assert "Вы записаны" in text(await site.get(path))


async def test_nobody_moves_out_of_a_visit_that_began(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/move?to=later"))
    programme.now = at(12)

    page, answer = await site.get(f"{path}/move"), await site.post(f"{path}/move", data=form)

    assert "Визит уже начался" in text(page)
    assert answer.status_code == 409
    assert programme.rows("moved") == []


# One more.


async def test_one_more_joins_the_party_and_is_named_to_the_enterprise(site: httpx.AsyncClient, programme: Programme):
    path, before = await holder_of(site, programme, 34)

    answer = await sent(site, f"{path}/add", **{"visitors-1-name": "Вера Котова", "visitors-1-age": "41"})

    (larger,) = programme.registrations()
    assert (larger.ages, larger.seats, larger.code) == ((34, 41), 2, before.code)
    assert programme.people()[larger.id].visitors == ("Анна", "Вера Котова")
    assert free(programme, "open") == 23
    assert "Добавили в заявку" in text(await site.get(answer.headers["location"]))
    assert told(programme, larger) is NoticeKind.ENLARGED


async def test_the_same_form_twice_adds_one(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/add")) | {"visitors-1-name": "Вера", "visitors-1-age": "41"}

    await asyncio.gather(*(site.post(f"{path}/add", data=form) for _ in range(2)))
    await site.post(f"{path}/add", data=form)

    assert programme.registrations()[0].seats == 2


async def test_where_there_is_no_seat_for_one_more_nothing_changes_and_it_may_be_tried_again(
    site: httpx.AsyncClient, programme: Programme
):
    anna = await book(site, "two-seats", 34, email="anna@example.org")
    boris = await book(site, "two-seats", 30, email="boris@example.org")
    path = f"/ticket/{anna.json()['ticket']}"

    full = await sent(site, f"{path}/add", **{"visitors-1-name": "Вера", "visitors-1-age": "41"})
    assert full.status_code == 409
    assert "Ваша прежняя запись осталась как была" in text(full)
    assert fields_of(full)["visitors-1-name"] == "Вера"
    await site.delete("/api/registrations", headers={"Authorization": boris.json()["ticket"]})
    again = await site.post(f"{path}/add", data=fields_of(full))

    assert again.status_code == 303
    registration = programme.registrations()[0]
    assert registration.seats == 2
    assert programme.people()[registration.id].visitors == ("Анна", "Вера")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"visitors-1-name": "", "visitors-1-age": "41"}, "visitors-1-name"),
        ({"visitors-1-name": "Вера", "visitors-1-age": "много"}, "visitors-1-age"),
        ({"visitors-1-name": "Вера", "visitors-1-age": "7"}, "visitors-1-age"),
    ],
)
async def test_who_cannot_join_is_told_beside_the_field(site: httpx.AsyncClient, programme: Programme, typed, field):
    path, _ = await holder_of(site, programme, 34, 12)

    page = await sent(site, f"{path}/add", **typed)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert programme.rows("joined") == []


async def test_whoever_adds_a_child_says_by_what_right_unless_that_was_said(
    site: httpx.AsyncClient, programme: Programme
):
    await ask(site, visitors=visitors(34), consents=["registration", "transfer"])
    path = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}"
    child = {"visitors-1-name": "Маша", "visitors-1-age": "13"}

    asked = await sent(site, f"{path}/add", **child)
    assert 'href="#consents-authority"' in asked.text
    await sent(site, f"{path}/add", **child, **{"consents-authority": "on"})

    (registration,) = programme.registrations()
    assert registration.ages == (34, 13)
    assert registration.consents[-1].startswith("authority/")
    assert "consents-authority" not in (await site.get(f"{path}/add")).text


async def test_a_full_party_is_not_asked_for_more(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 35, 36, 37)

    assert "не бывает больше 4 человек" in text(await site.get(f"{path}/add"))
    assert f"{path}/add" not in (await site.get(path)).text


async def test_nobody_is_named_in_vain_once_registration_is_closed(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/add"))
    programme.now = at(10, 2)

    page, api = (
        await site.post(f"{path}/add", data=form | {"visitors-1-name": "Вера", "visitors-1-age": "41"}),
        await site.post(
            "/api/registrations/visitors",
            json={"name": "Вера", "age": 41},
            headers={"Authorization": path.rsplit("/", 1)[1]},
        ),
    )

    assert (page.status_code, api.status_code) == (409, 409)
    assert "Запись закрыта" in text(page)
    assert len(programme.store.lists[Part.PEOPLE]) == 1


# Names and numbers.


async def test_the_page_of_corrections_shows_what_stands_and_takes_what_is_right(
    site: httpx.AsyncClient, programme: Programme
):
    await ask(site)
    (before,) = programme.registrations()
    path = f"/ticket/{TOKENS.ticket(before.id)}"

    form = fields_of(await site.get(f"{path}/edit"))
    assert (form["contact-name"], form["contact-phone"]) == ("Анна Петрова", "+7 916 123-45-67")
    assert form["visitors-1-name"] == "Маша Петрова"
    typed = {"contact-name": "Анна Перова", "contact-phone": "8-916-000-00-00", "visitors-1-name": "Мария Перова"}
    answer = await site.post(f"{path}/edit", data=form | typed)

    person = programme.people()[before.id]
    assert (person.name, person.phone, person.visitors) == (
        "Анна Перова",
        "+79160000000",
        ("Анна Перова", "Мария Перова"),
    )
    assert (person.email, person.language) == ("anna@example.org", "ru")
    assert "Исправили" in text(await site.get(answer.headers["location"]))
    assert told(programme, before) is NoticeKind.CORRECTED


async def test_a_ticket_shows_no_names_and_only_corrections_read_them(site: httpx.AsyncClient, programme: Programme):
    await ask(site)
    path = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}"

    for rest in ("", "/cancel", "/move", "/add", "/forget"):
        assert "Петрова" not in (await site.get(path + rest)).text


async def test_a_name_that_is_no_name_is_said_beside_its_field(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)

    page = await sent(site, f"{path}/edit", **{"visitors-1-name": "www.spam.ru", "contact-phone": "12"})

    assert page.status_code == 422
    assert 'href="#visitors-1-name"' in page.text
    assert fields_of(page)["contact-phone"] == "12"
    assert programme.rows("corrected") == []


async def test_nothing_changed_is_no_correction(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34, 12)

    assert (await sent(site, f"{path}/edit")).status_code == 303
    assert programme.rows("corrected") == []


async def test_who_corrects_what_somebody_corrected_meanwhile_sees_it_first(
    site: httpx.AsyncClient, programme: Programme
):
    path, _ = await holder_of(site, programme, 34)
    stale = fields_of(await site.get(f"{path}/edit"))
    await sent(site, f"{path}/edit", **{"contact-name": "Анна Сомова"})

    page = await site.post(f"{path}/edit", data=stale | {"contact-phone": "+7 916 000-00-01"})

    assert page.status_code == 409
    assert "Заявку только что изменили" in text(page)
    assert fields_of(page)["contact-phone"] == "+7 916 000-00-01"


async def test_after_the_list_has_gone_nothing_is_corrected_and_no_name_is_shown(
    site: httpx.AsyncClient, programme: Programme
):
    path, _ = await holder_of(site, programme, 34)
    form = fields_of(await site.get(f"{path}/edit"))
    programme.now = at(10, 2)

    page, answer = await site.get(f"{path}/edit"), await site.post(f"{path}/edit", data=form)

    assert "Список уже передан предприятию" in text(page)
    assert answer.status_code == 409
    assert "contact-name" not in page.text


async def test_a_group_without_names_is_corrected_without_being_asked_for_them(
    site: httpx.AsyncClient, programme: Programme
):
    group = {"name": "Школа № 57", "members": [{"age": 13, "count": 2}]}
    asked = body(visitors=[{"name": "Анна Петрова", "age": 34}], group=group)
    await site.post("/api/slots/open/registrations", json=asked, headers={"Idempotency-Key": "g"})
    path = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}"

    await sent(site, f"{path}/edit", **{"contact-phone": "+7 916 000-00-01"})

    (person,) = programme.people().values()
    assert person.phone == "+79160000001"
    assert person.visitors == ("Анна Петрова", "Школа № 57, 1", "Школа № 57, 2")


async def test_what_was_typed_comes_back_while_the_ledger_is_silent(programme: Programme):
    troubled = Troubled(programme)
    async with client(troubled.app) as site:
        await ask(site)
        path = f"/ticket/{TOKENS.ticket(programme.registrations()[0].id)}"
        edit, add = fields_of(await site.get(f"{path}/edit")), fields_of(await site.get(f"{path}/add"))
        troubled.silence()

        edited = await site.post(f"{path}/edit", data=edit | {"contact-name": "Анна Сомова"})
        added = await site.post(f"{path}/add", data=add | {"visitors-1-name": "Вера", "visitors-1-age": "41"})

    assert (edited.status_code, added.status_code) == (503, 503)
    assert fields_of(edited)["contact-name"] == "Анна Сомова"
    assert fields_of(added)["visitors-1-name"] == "Вера"
    assert fields_of(added)["key"] == add["key"]
    troubled.relent()
    await programme.committer.close()


# After a promotion, mails, oblivion.


async def test_who_was_promoted_passes_the_seat_on_by_an_equal_button(site: httpx.AsyncClient, programme: Programme):
    first = await book(site, "two-seats", 30, 31, email="first@example.org")
    anna = await book(site, "two-seats", 34, email="anna@example.org")
    await site.delete("/api/registrations", headers={"Authorization": first.json()["ticket"]})

    ticket = await site.get(f"/ticket/{anna.json()['ticket']}")

    assert "его получит следующий в очереди" in text(ticket)
    buttons = re.findall(r'<a class="(button[^"]*)" href="[^"]*">([^<]+)</a>', ticket.text)
    assert buttons[:2] == [("button", "Добавить в\u00a0календарь"), ("button", "Передать место следующему")]


async def test_the_mail_is_sent_again_and_once_in_ten_minutes(site: httpx.AsyncClient, programme: Programme):
    path, registration = await holder_of(site, programme, 34)
    first = programme.committer.state.notices[registration.id].id

    answers = [await site.post(f"{path}/mail", data={"again": "1"}) for _ in range(3)]

    assert {answer.headers["location"] for answer in answers} == {f"{path}?done=mailed"}
    assert programme.committer.state.notices[registration.id].id != first
    assert len(programme.rows("mail_asked")) == 1
    programme.now = at(0, 0.2)
    await site.post(f"{path}/mail", data={"again": "1"})
    assert len(programme.rows("mail_asked")) == 2


async def test_who_asks_to_be_forgotten_gives_the_seats_back_and_leaves_no_name(
    site: httpx.AsyncClient, programme: Programme
):
    path, before = await holder_of(site, programme, 34, 12)
    assert "Останутся только числа" in text(await site.get(f"{path}/forget"))
    assert programme.rows("erased") == []

    answer = await site.post(f"{path}/forget", data={"sure": "1"})

    (registration,) = programme.registrations()
    person = programme.people()[before.id]
    assert (person.name, person.email, person.phone, person.visitors) == ("", "", "", ())
    assert person.revision == FORGOTTEN
    assert (registration.standing, registration.persons) == (Standing.CANCELLED, ())
    assert free(programme, "open") == 25
    assert before.id not in programme.committer.state.notices
    said = text(await site.get(answer.headers["location"]))
    assert "Имена, почта и телефон удалены" in said
    assert "Удалить мои данные" not in said


async def test_who_cancelled_may_still_be_forgotten(site: httpx.AsyncClient, programme: Programme):
    path, before = await holder_of(site, programme, 34)
    await site.post(f"{path}/cancel", data={"everybody": "1"})

    await site.post(f"{path}/forget", data={"sure": "1"})
    await site.post(f"{path}/forget", data={"sure": "1"})

    assert programme.people()[before.id].name == ""
    assert len(programme.rows("erased")) == 1


async def test_who_was_there_may_be_forgotten_and_was_there_all_the_same(site: httpx.AsyncClient, programme: Programme):
    path, before = await holder_of(site, programme, 34)
    programme.now = at(12)
    assert "Отменить заявку и удалить данные" not in text(await site.get(f"{path}/forget"))

    answer = await site.post(f"{path}/forget", data={"sure": "1"})

    assert programme.people()[before.id].name == ""
    assert programme.registrations()[0].standing is Standing.CONFIRMED
    said = text(await site.get(answer.headers["location"]))
    assert "Имена, почта и телефон удалены" in said
    assert "Прислать письмо" not in said


async def test_children_are_not_left_without_the_adults_who_lead_them(site: httpx.AsyncClient, programme: Programme):
    bread = await book(site, "bread", 34, 12, 9, email="anna@example.org")
    path = f"/ticket/{bread.json()['ticket']}"

    page = await site.post(f"{path}/cancel", data={"member-0": "on", "some": "1"})

    assert page.status_code == 422
    assert "Останутся дети, а взрослых не хватит" in text(page)
    assert programme.registrations()[0].seats == 3


@pytest.mark.parametrize("rest", ["/move", "/add", "/edit", "/forget"])
async def test_opening_a_page_of_changes_changes_nothing_and_is_kept_nowhere(
    site: httpx.AsyncClient, programme: Programme, rest: str
):
    path, _ = await holder_of(site, programme, 34)
    rows = len(programme.rows("requested")), sum(len(rows) for rows in programme.store.lists.values())

    page = await site.get(path + rest)

    assert (len(programme.rows("requested")), sum(len(rows) for rows in programme.store.lists.values())) == rows
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await site.get(f"/ticket/forged{rest}")).status_code == 404
    assert (await site.post(f"/ticket/forged{rest}", data={"to": "later"})).status_code == 404


async def test_the_mail_is_asked_for_by_a_form_only(site: httpx.AsyncClient, programme: Programme):
    path, _ = await holder_of(site, programme, 34)

    assert (await site.get(f"{path}/mail")).status_code == 405


async def test_a_ticket_carries_its_code_for_the_gate_and_a_way_to_the_map(
    site: httpx.AsyncClient, programme: Programme
):
    path, registration = await holder_of(site, programme, 34)

    page = await site.get(path)

    assert 'aria-label="QR-код билета для проходной"><svg' in page.text
    assert TOKENS.shown(registration.id) not in page.text
    assert "https://yandex.ru/maps/?text=%D0%92" in page.text
