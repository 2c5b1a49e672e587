"""What becomes of a form that was sent."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from tests.site.conftest import Programme, ask, visitors
from tests.site.visitor import FORM, fields_of, send, text, ticket
from zapis.ledger.port import Part


async def test_a_form_that_fits_leads_to_the_ticket(site: httpx.AsyncClient, programme: Programme):
    proof = await ticket(site, await send(site, **{"visitors-1-name": "Маша", "visitors-1-age": "12"}))

    (registration,) = programme.registrations()
    assert "Вы записаны" in text(proof)
    assert registration.code in text(proof)
    assert "2 человека: 34 года, 12 лет" in text(proof)
    assert programme.people()[registration.id].visitors == ("Анна Петрова", "Маша")


async def test_what_a_browser_would_send_from_the_page_is_taken(site: httpx.AsyncClient):
    form = fields_of(await site.get("/slots/open"))

    answer = await site.post("/slots/open", data=form | FORM)

    assert "Вы записаны" in text(await ticket(site, answer))


async def test_who_sends_others_does_not_take_a_seat(site: httpx.AsyncClient, programme: Programme):
    await send(site, **{"visitors-0-going": None, "visitors-3-name": "Маша", "visitors-3-age": "12"})

    (registration,) = programme.registrations()
    assert registration.ages == (12,)
    assert programme.people()[registration.id].visitors == ("Маша",)


async def test_the_same_form_twice_is_one_registration(site: httpx.AsyncClient, programme: Programme):
    first, second = await asyncio.gather(send(site), send(site))
    third = await send(site)

    assert first.headers["location"] == second.headers["location"] == third.headers["location"]
    assert len(programme.rows("requested")) == 1


async def test_a_form_sent_again_after_it_was_cancelled_shows_that(site: httpx.AsyncClient):
    first = await send(site)
    await site.post(f"{first.headers['location']}/cancel", data={"everybody": "1"})

    assert "Заявка отменена" in text(await ticket(site, await send(site)))


async def test_the_same_key_with_another_body_shows_nobody_elses_ticket(site: httpx.AsyncClient):
    mine = await send(site)

    theirs = await send(site, **{"contact-email": "boris@example.org"})

    assert theirs.headers["location"] != mine.headers["location"]


@pytest.mark.parametrize("key", [None, "", "short", "k" * 5000, "ключ" * 6, "../../etc/passwd-------"])
async def test_a_missing_or_odd_key_still_registers_once(site: httpx.AsyncClient, programme: Programme, key):
    first, second = await send(site, key=key), await send(site, key=key)

    assert first.headers["location"] == second.headers["location"]
    assert len(programme.rows("requested")) == 1


async def test_who_waits_is_told_the_place_in_words_nobody_misreads(site: httpx.AsyncClient):
    for n in range(3):
        answer = await send(site, "two-seats", **{"contact-email": f"v{n}@example.org"}, **{"key": f"{n}" * 24})
    fourth = await send(site, "two-seats", key="4" * 24, **{"contact-email": "v4@example.org"})

    assert "Вы в листе ожидания, 1-й в очереди" in text(await ticket(site, answer))
    proof = text(await ticket(site, fourth))
    assert "Вы в листе ожидания, 2-й в очереди" in proof
    assert "Вы записаны" not in proof


async def test_who_does_not_want_to_wait_is_refused_and_shown_other_dates(site: httpx.AsyncClient):
    await ask(site, "two-seats")

    page = await send(site, "two-seats", if_full="refuse", **{"contact-email": "boris@example.org"})

    assert page.status_code == 409
    assert "Мест на всю группу не хватило" in text(page)
    assert re.findall(r'href="/slots/([\w-]+)"', page.text)[:3] == ["closing", "open", "later"]


async def test_who_was_refused_may_join_the_line_with_one_click(site: httpx.AsyncClient):
    await ask(site, "two-seats")
    refused = await send(site, "two-seats", if_full="refuse", **{"contact-email": "boris@example.org"})

    answer = await site.post("/slots/two-seats", data=fields_of(refused))

    assert "Вы в листе ожидания, 1-й в очереди" in text(await ticket(site, answer))


async def test_who_was_refused_gets_a_seat_that_came_free_since(site: httpx.AsyncClient, programme: Programme):
    holder = await ask(site, "no-line", visitors=visitors(30))
    refused = await send(site, "no-line", **{"contact-email": "boris@example.org"})
    await site.delete("/api/registrations", headers={"Authorization": holder.json()["ticket"]})

    answer = await send(site, "no-line", key="n" * 24, **{"contact-email": "boris@example.org"})

    assert refused.status_code == 409
    assert "Вы записаны" in text(await ticket(site, answer))


async def test_the_same_address_again_sees_no_ticket_and_no_code(site: httpx.AsyncClient, programme: Programme):
    first = await send(site)
    code = programme.registrations()[0].code

    page = await send(site, key="another-key-0123456789", **{"contact-name": "Чужой"})

    assert page.status_code == 409
    assert "Ссылку на билет мы отправили на указанную почту" in text(page)
    assert code not in page.text
    assert first.headers["location"].rsplit("/", 1)[1] not in page.text


async def test_the_season_limit_is_said_in_words_and_leads_to_what_one_has(site: httpx.AsyncClient):
    await send(site, "open")
    await send(site, "later")

    page = await send(site, "bread")

    assert page.status_code == 409
    assert "Достигнут предел записей на сезон" in text(page)
    assert '<a class="button" href="/lost">' in page.text
    assert "Эти даты подойдут" not in text(page), "no other date would be given to them either"


@pytest.mark.parametrize(
    ("slot", "status", "said"),
    [
        ("soon", 409, "Запись откроется 4 декабря в 10:00"),
        ("closed", 409, "Запись закрыта"),
        ("cancelled", 409, "Визит отменён"),
        ("past", 409, "Визит уже прошёл"),
        ("nothing", 404, "Такой страницы нет"),
        ("draft", 404, "Такой страницы нет"),
    ],
)
async def test_what_is_certain_is_refused_before_the_journal(
    site: httpx.AsyncClient, programme: Programme, slot: str, status: int, said: str
):
    page = await send(site, slot)

    assert page.status_code == status
    assert said in text(page)
    assert programme.rows("requested") == []


async def test_who_does_not_fit_is_named_and_shown_where_the_party_may_go(
    site: httpx.AsyncClient, programme: Programme
):
    page = await send(site, **{"visitors-2-name": "Маша", "visitors-2-age": "7"})

    assert page.status_code == 422
    assert 'href="#visitors-2-age"' in page.text
    assert "7 лет — рано: на этот визит пускают с 12 лет" in text(page)
    assert re.findall(r'href="/slots/([\w-]+)"', page.text) == ["bread"]
    assert programme.rows("requested") == []


async def test_a_party_too_large_is_told_the_limit(site: httpx.AsyncClient):
    many = {f"visitors-{n}-{part}": value for n in range(1, 6) for part, value in (("name", "Маша"), ("age", "20"))}

    page = await send(site, **many)

    assert page.status_code == 422
    assert "не больше 4 человек" in text(page)


async def test_everything_wrong_is_said_at_once_and_everything_typed_is_kept(
    site: httpx.AsyncClient, programme: Programme
):
    typed = {
        "contact-name": "Анна3 <b>",
        "contact-email": "anna@",
        "contact-phone": "12",
        "visitors-0-age": "сорок",
        "visitors-1-name": "",
        "visitors-1-age": "7",
        "visitors-2-name": "Глеб",
        "visitors-2-age": "",
        "if_full": "refuse",
        "consents-registration": None,
        "consents-transfer": None,
        "consents-authority": None,
    }

    page = await send(site, **typed)

    wrong = ["contact-name", "contact-email", "contact-phone", "visitors-0-age", "visitors-1-name", "visitors-2-age"]
    assert page.status_code == 422
    for field in [*wrong, "consents-registration", "consents-transfer", "consents-authority"]:
        assert f'href="#{field}"' in page.text
        assert f'id="{field}-wrong"' in page.text
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page.text)
    kept = fields_of(page)
    assert {name: kept[name] for name, value in typed.items() if value is not None} == {
        name: value for name, value in typed.items() if value is not None
    }
    assert not any(name.startswith("consents-") for name in kept)
    assert programme.rows("requested") == []


async def test_nobody_coming_is_said_beside_the_party(site: httpx.AsyncClient):
    page = await send(site, **{"visitors-0-going": None})

    assert 'href="#visitors"' in page.text
    assert fields_of(page).get("visitors-0-going") is None


@pytest.mark.parametrize(
    "name",
    [
        "я" * 5_000,
        "Анна\x00",
        "Анна\r\nBcc: all@example.org",
        '=HYPERLINK("http://x")',
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "www.spam.ru",
        "@everyone",
    ],
)
async def test_a_name_that_is_no_name_is_answered_kindly(site: httpx.AsyncClient, programme: Programme, name: str):
    page = await send(site, **{"contact-name": name, "visitors-1-name": name, "visitors-1-age": "20"})

    assert page.status_code == 422
    assert 'href="#contact-name"' in page.text
    assert 'href="#visitors-1-name"' in page.text
    assert "<script>alert" not in page.text
    assert "49" not in fields_of(page)["contact-name"]
    assert programme.store.lists[Part.PEOPLE] == []


@pytest.mark.parametrize(
    ("kind", "raw", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("", b"", 415),
        ("application/x-www-form-urlencoded; charset=windows-1251", b"a=b", 415),
        ("application/x-www-form-urlencoded", b"contact-name=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(1000)), 400),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"", 422),
    ],
)
async def test_a_body_that_is_not_what_it_says_is_a_page_in_russian(
    site: httpx.AsyncClient, programme: Programme, kind: str, raw: bytes, status: int
):
    page = await site.post("/slots/open", content=raw, headers={"Content-Type": kind})

    assert page.status_code == status
    assert 'lang="ru"' in page.text
    assert programme.rows("requested") == []


def companions(*visitors: tuple[str, str]) -> dict[str, str]:
    rows = enumerate(visitors, 1)
    return {f"visitors-{n}-{part}": v for n, row in rows for part, v in zip(("name", "age"), row, strict=True)}


async def test_too_few_adults_are_counted_where_the_party_is_chosen(site: httpx.AsyncClient, programme: Programme):
    children = companions(("Маша", "7"), ("Глеб", "8"), ("Вера", "9"))

    page = await send(site, "bread", **children, **{"visitors-0-age": "16"})

    assert page.status_code == 422
    assert "Один взрослый ведёт не больше 3 детей: добавьте ещё 2 взрослых" in text(page)
    assert 'href="#visitors"' in page.text
    assert programme.rows("requested") == []


async def test_another_row_comes_without_javascript_and_registers_nobody(site: httpx.AsyncClient, programme: Programme):
    first = await site.get("/slots/open")
    assert "visitors-1-name" not in fields_of(first)

    second = await site.post("/slots/open", data=fields_of(first) | {"contact-name": "Анна", "more": "1"})
    third = await site.post("/slots/open", data=fields_of(second) | {"visitors-1-name": "Маша", "more": "1"})

    kept = fields_of(third)
    assert (kept["contact-name"], kept["visitors-1-name"], kept["visitors-2-name"]) == ("Анна", "Маша", "")
    assert re.search(r'id="visitors-2-name"[^>]*autofocus', third.text)
    assert programme.rows("requested") == []


async def test_no_more_rows_are_given_than_the_slot_takes(site: httpx.AsyncClient):
    page = await send(site, rows="2", more="1")
    again = await site.post("/slots/open", data=fields_of(page) | {"contact-name": "Анна", "more": "1"})

    assert "visitors-3-name" in fields_of(again)
    assert "visitors-4-name" not in fields_of(again)
    assert re.search(r"<p hidden><button[^>]*data-more", again.text)


async def test_a_slip_in_the_address_is_asked_about_and_mended_with_one_click(
    site: httpx.AsyncClient, programme: Programme
):
    asked = await send(site, **{"contact-email": "anna@gmial.com"})
    assert asked.status_code == 422
    assert "Вы имели в виду anna@gmail.com?" in text(asked)

    answer = await send(site, **{"contact-email": "anna@gmail.com"})

    (person,) = programme.people().values()
    assert person.email == "anna@gmail.com"
    assert "Вы записаны" in text(await ticket(site, answer))


async def test_who_says_that_the_odd_address_is_right_is_believed(site: httpx.AsyncClient, programme: Programme):
    odd = {"contact-email": "anna@gmial.com", "email-kept": "anna@gmial.com"}
    again = await send(site, **odd, **{"contact-phone": ""})
    assert fields_of(again)["email-kept"] == "anna@gmial.com"

    answer = await send(site, **odd)

    assert answer.status_code == 303
    assert [person.email for person in programme.people().values()] == ["anna@gmial.com"]


async def test_whoever_brings_others_children_says_by_what_right(site: httpx.AsyncClient, programme: Programme):
    alone = await send(site, **{"consents-authority": None})
    brings = await send(
        site, "later", **companions(("Маша", "12")), **{"consents-authority": None, "contact-email": "b@example.org"}
    )

    assert alone.status_code == 303
    assert brings.status_code == 422
    assert 'href="#consents-authority"' in brings.text
    assert len(programme.rows("requested")) == 1


async def test_each_purpose_is_agreed_to_by_itself(site: httpx.AsyncClient, programme: Programme):
    page = await send(site, **{"consents-transfer": None})

    assert 'href="#consents-transfer"' in page.text
    assert 'href="#consents-registration"' not in page.text
    for kind in ("registration", "transfer", "authority"):
        assert f"/consent/{kind}/20" in page.text


GROUP = {
    "group-name": "Школа № 57, 7 «Б»",
    "group-members-1-age": "12",
    "group-members-1-count": "7",
    "group-members-2-age": "13",
    "group-members-2-count": "4",
}


async def test_a_class_registers_by_number_and_names_no_child(site: httpx.AsyncClient, programme: Programme):
    await site.get("/")
    programme.change("open", max_party=30)
    await send(site, "later")  # its answer brings the change along
    page = await site.get("/slots/open?group=1")
    assert "Школа и класс" in text(page)

    answer = await send(site, **GROUP, **{"contact-email": "school@example.org"})

    assert answer.status_code == 303
    registration = programme.registrations()[-1]
    assert registration.ages == (34, *(12,) * 7, *(13,) * 4)
    names = programme.people()[registration.id].visitors
    assert names[:2] == ("Анна Петрова", "Школа № 57, 7 «Б», 1")


async def test_a_group_with_a_wrong_row_keeps_what_was_typed(site: httpx.AsyncClient):
    page = await send(site, **GROUP | {"group-name": "www.spam.ru", "group-members-2-count": "много"})

    kept = fields_of(page)
    assert page.status_code == 422
    assert 'href="#group-name"' in page.text
    assert 'href="#group-members-2-count"' in page.text
    assert (kept["group-members-1-count"], kept["group-members-2-count"]) == ("7", "много")


async def test_the_limit_of_a_season_is_said_in_the_form(site: httpx.AsyncClient):
    form = (await site.get("/slots/open")).text.partition("<form")[2]

    assert "с одного адреса не больше 2 заявок, лист ожидания тоже считается" in text(httpx.Response(200, text=form))
