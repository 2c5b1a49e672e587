"""The office: who finds whom, what is done for them, what is taken down by telephone, and when the link ends."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.site.conftest import NOW, TOKENS, Programme, ask, at, client, contact, visitors
from tests.site.visitor import text
from zapis.core.catalogue import MOSCOW
from zapis.core.model import Registration, Standing

OFFICE = f"/office/{TOKENS.office_today(NOW)}"
KEY = "o" * 20
CALL = {
    "key": KEY,
    "slot": "open",
    "contact-name": "Зоя Ёлкина",
    "contact-phone": "8 903 765-43-21",
    "contact-email": "",
    "ages": "",
    "others": "",
    "agreed": "on",
}


@pytest.fixture
async def anna(site: httpx.AsyncClient, programme: Programme) -> Registration:
    await ask(site)
    return programme.registrations()[0]


async def find(site: httpx.AsyncClient, asked: str) -> str:
    return text(await site.post(OFFICE, data={"q": asked}))


async def do(site: httpx.AsyncClient, who: Registration, act: str, key: str = KEY, **more: str) -> httpx.Response:
    return await site.post(f"{OFFICE}/registrations/{who.id}", data={"act": act, "key": key, **more})


def now_of(programme: Programme, who: Registration) -> Registration:
    return programme.committer.state.registrations[who.id]


@pytest.mark.parametrize(
    "asked", ["петрова", "ПЕТР", "анна петрова", "Петрова Анна", "маша", "4567", "8 916 123-45-67", "anna@example"]
)
async def test_people_are_found_by_what_they_say_on_the_telephone(site, anna, asked):
    assert "Анна Петрова" in await find(site, asked)


async def test_people_are_found_by_their_code(site, anna):
    assert "Анна Петрова" in await find(site, anna.code.lower())


@pytest.mark.parametrize("asked", ["", "  ", "иванова", "9999", "анна иванова", "трова", "456", "567@example", "%"])
async def test_nobody_else_is_found(site, anna, asked):
    assert "Анна Петрова" not in await find(site, asked)


async def test_a_surname_with_its_dots_left_out_is_found(site, programme):
    await ask(site, contact=contact(name="Семён Чернышёв-Ёлкин"), visitors=visitors(30))

    assert "Чернышёв-Ёлкин" in await find(site, "чернышев елкин")


async def test_the_first_page_names_nobody_and_leads_to_everybody_of_a_visit(site, anna):
    first, visit = await site.get(OFFICE), await site.get(f"{OFFICE}/visits/open")

    assert "Петрова" not in first.text
    assert f"{OFFICE}/visits/open" in first.text
    assert "Анна Петрова" in text(visit)


async def test_a_registration_is_shown_with_all_that_a_caller_asks(site, anna):
    page = text(await site.get(f"{OFFICE}/registrations/{anna.id}"))

    for told in (anna.code, "Анна Петрова", "34 года", "Маша Петрова", "+7 916 123-45-67", "anna@example.org"):
        assert told in page


async def test_a_registration_is_cancelled_by_the_organiser(site, programme, anna):
    answer = await do(site, anna, "cancel")

    assert answer.status_code == 303
    assert now_of(programme, anna).standing is Standing.CANCELLED
    assert '"by":"organiser"' in programme.rows("cancelled")[0][-1]


async def test_a_form_sent_twice_acts_once(site, programme, anna):
    for _ in range(2):
        assert (await do(site, anna, "came")).status_code == 303

    assert len(programme.rows("attended")) == 1
    assert now_of(programme, anna).attended == (0, 1)


async def test_a_mark_is_taken_back(site, programme, anna):
    await do(site, anna, "came")
    await do(site, anna, "undo", key="p" * 20)

    assert now_of(programme, anna).attended == ()


async def test_who_waits_is_seated_over_the_capacity(site, programme):
    await ask(site, "two-seats", "first", visitors=visitors(30, 31), contact=contact(email="first@example.org"))
    await ask(site, "two-seats", "second", visitors=visitors(30))
    waiting = programme.registrations()[-1]

    await do(site, waiting, "seat")

    assert now_of(programme, waiting).standing is Standing.CONFIRMED
    assert now_of(programme, waiting).over


async def test_a_party_is_moved_or_stays_and_the_reason_is_said(site, programme, anna):
    full = await do(site, anna, "move", to="no-line")
    moved = await do(site, anna, "move", key="p" * 20, to="later")

    assert full.status_code == 409
    assert "Заявка осталась как была" in text(full)
    assert moved.status_code == 303
    assert now_of(programme, anna).slot == "later"


async def test_a_letter_is_sent_again(site, programme, anna):
    assert (await do(site, anna, "mail")).status_code == 303
    assert len(programme.rows("mail_asked")) == 1


async def test_a_name_is_put_right_and_what_is_wrong_is_said(site, programme, anna):
    wrong = await do(site, anna, "correct", **{"contact-name": "Анна3", "contact-phone": "8 916 123-45-67"})
    right = await do(site, anna, "correct", **{"contact-name": "Анна Перова", "contact-phone": "8 916 123-45-67"})

    assert wrong.status_code == 422
    assert "Анна3" in wrong.text
    assert right.status_code == 303
    assert programme.people()[anna.id].visitors[0] == "Анна Перова"
    assert "Анна Перова" in text(await site.get(f"{OFFICE}/registrations/{anna.id}"))


async def test_who_asks_to_be_forgotten_is(site, programme, anna):
    await do(site, anna, "forget")
    page = text(await site.get(f"{OFFICE}/registrations/{anna.id}"))

    assert "Петрова" not in page
    assert "Имён и контактов этой заявки больше нет" in page
    assert "Петрова" not in await find(site, anna.code)
    assert (await do(site, anna, "seat", key="p" * 20)).status_code == 409


async def test_what_a_person_asks_to_see_is_a_file_to_send_them(site, anna):
    page = await site.get(f"{OFFICE}/registrations/{anna.id}")
    file = await site.get(f"{OFFICE}/registrations/{anna.id}/data.json")

    assert f"{OFFICE}/registrations/{anna.id}/data.json" in page.text
    assert file.json()["person"]["email"] == "anna@example.org"
    assert file.headers["cache-control"] == "no-store"
    for stamp in anna.consents:
        assert "/consent/" + stamp.replace("@", "/") in page.text


async def test_a_consent_taken_back_by_letter_takes_effect(site, programme, anna):
    answer = await do(site, anna, "withdraw", kind="transfer")
    page = text(await site.get(answer.headers["location"]))

    assert now_of(programme, anna).standing is Standing.CANCELLED
    assert programme.committer.state.has_withdrawn(anna.id, "transfer")
    assert "Согласие передать список предприятию" in page
    assert "отозвано 1 декабря" in page
    for kind in ("photo", ""):
        assert (await do(site, anna, "withdraw", kind=kind)).status_code == 400
    assert programme.people()[anna.id].name == "Анна Петрова"


@pytest.mark.parametrize(("act", "status"), [("", 400), ("call", 400), ("drop", 400)])
async def test_an_unknown_act_is_refused(site, anna, act, status):
    assert (await do(site, anna, act)).status_code == status


async def test_opening_any_page_changes_nothing(site, programme, anna):
    before = len(programme.rows("requested"))
    for path in ("", "/visits/open", "/call?slot=open", f"/registrations/{anna.id}?act=cancel"):
        assert (await site.get(OFFICE + path)).status_code == 200

    assert now_of(programme, anna).active
    assert len(programme.rows("requested")) == before


async def test_a_caller_is_registered_without_an_address(site, programme):
    answer = await site.post(f"{OFFICE}/call", data=CALL | {"ages": "35, 12", "others": "Лев Ёлкин"})
    (made,) = programme.registrations()
    page = text(await site.get(answer.headers["location"]))

    assert (made.channel, made.ages, made.standing) == ("phone", (35, 12), Standing.CONFIRMED)
    assert made.consents == ("registration/spoken", "transfer/spoken", "authority/spoken")
    assert programme.people()[made.id].visitors == ("Зоя Ёлкина", "Лев Ёлкин")
    assert programme.people()[made.id].phone == "+79037654321"
    assert f"Назовите звонящему код. {made.code}" in page


async def test_another_instance_shows_at_once_who_was_just_taken_down(site, programme):
    first = programme.committer
    async with client(programme.open()) as other:
        await other.get(OFFICE)
        made = await site.post(f"{OFFICE}/call", data=CALL)

        assert (await other.get(made.headers["location"])).status_code == 200
    await first.close()


async def test_a_call_sent_twice_is_one_registration(site, programme):
    for _ in range(2):
        assert (await site.post(f"{OFFICE}/call", data=CALL)).status_code == 303

    assert len(programme.registrations()) == 1


async def test_a_caller_counts_as_one_person_wherever_they_asked_before(site, programme):
    await site.post(f"{OFFICE}/call", data=CALL)
    again = await site.post(f"{OFFICE}/call", data=CALL | {"key": "q" * 20, "ages": "36"})

    assert again.status_code == 409
    assert "Звонящего не записали" in text(again)
    assert [r.standing for r in programme.registrations()] == [Standing.CONFIRMED, Standing.REFUSED]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"contact-name": ""}, "Напишите имя и фамилию"),
        ({"contact-phone": "12"}, "Такого номера не бывает"),
        ({"contact-email": "zoya"}, "Проверьте адрес"),
        ({"slot": ""}, "Выберите визит"),
        ({"ages": "трое"}, "Числа через запятую"),
        ({"ages": "35", "others": "Лев"}, "Имён больше, чем возрастов"),
        ({"ages": "35, 3"}, "3 года — рано"),
        ({"others": "www.spam.ru"}, "Похоже на адрес сайта"),
        ({"agreed": None}, "Спросите согласие"),
    ],
)
async def test_what_is_wrong_with_a_call_is_said_and_nothing_typed_is_lost(site, programme, changed, said):
    form = {name: value for name, value in (CALL | changed).items() if value is not None}
    answer = await site.post(f"{OFFICE}/call", data=form)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "8 903 765-43-21" in answer.text or "contact-phone" in changed
    assert programme.rows("requested") == []


async def test_the_link_of_a_day_ends_an_hour_after_that_day(site, programme, anna):
    midnight = NOW.astimezone(MOSCOW).replace(hour=0) + timedelta(days=1)
    programme.now = midnight + timedelta(minutes=59)
    in_time = await site.get(OFFICE)
    programme.now = midnight + timedelta(hours=1)
    late = [await site.get(OFFICE), await site.post(OFFICE, data={"q": "петрова"}), await do(site, anna, "cancel")]

    assert in_time.status_code == 200
    assert [answer.status_code for answer in late] == [410, 410, 410]
    assert "Новая стоит там же" in text(late[0])
    assert "Петрова" not in late[1].text
    assert now_of(programme, anna).active


@pytest.mark.parametrize("token", ["x", TOKENS.gate("plant"), TOKENS.ticket("A" * 24), TOKENS.office(at(1)) + "x"])
async def test_no_other_link_opens_it(site, anna, token):
    assert (await site.get(f"/office/{token}")).status_code == 404
    assert (await site.post(f"/office/{token}", data={"q": "петрова"})).status_code == 404


async def test_a_link_is_the_same_all_day_and_another_one_the_next():
    assert TOKENS.office_today(NOW) == TOKENS.office_today(NOW + timedelta(hours=3))
    assert TOKENS.office_today(NOW) != TOKENS.office_today(NOW + timedelta(days=1))


async def test_no_page_of_it_is_kept_shown_elsewhere_or_found(site, anna):
    for answer in (await site.get(OFFICE), await site.post(OFFICE, data={"q": "петрова"})):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


async def test_no_name_stands_in_any_address_of_it(site, anna):
    page = await site.post(OFFICE, data={"q": "петрова"})

    assert page.request.url.query == b""
    assert "q=" not in page.text.replace('id="q"', "")
    assert "Петрова" not in "".join(part for part in page.text.split('"') if part.startswith("/office"))
