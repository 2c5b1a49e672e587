"""One season from end to end, over the processes that `make run` starts; nothing stands in for anything."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import httpx
import icalendar
import pytest

from tests.walk.running import SHEETS, Running, until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("walk")]


@pytest.fixture(scope="module")
def empty_slots(run):
    """Open slots, far from full, that wait and take grown-ups; one for each test."""
    slots = run.slots()
    return iter([s for s in slots if s["state"] == "open" and s["free"] == s["capacity"] and s["waiting_list"]][::-1])


def ask(run: Running, slot: str, who: str, *, age: int = 35, party: int = 1, if_full: str = "wait") -> httpx.Response:
    body = {
        "contact": {"name": who, "email": f"{uuid4().hex[:12]}@example.com", "phone": "+7 916 123-45-67"},
        "visitors": [{"name": f"{who} {'аб'[n % 2]}" if n else who, "age": age} for n in range(party)],
        "if_full": if_full,
        "consents": ["registration", "transfer", "authority"],
        "language": "ru",
    }
    url = f"{run.site}/api/slots/{slot}/registrations"
    return httpx.post(url, json=body, headers={"Idempotency-Key": uuid4().hex}, timeout=60)


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def fill_in(run: Running, slot: dict, email: str) -> httpx.Response:
    page = run.http.get(f"{run.site}/slots/{slot['id']}").text
    answers = {
        "contact-name": "Ольга Берёзкина",
        "contact-email": email,
        "contact-phone": "8 (916) 123-45-67",
        "visitors-0-going": "on",
        "visitors-0-age": "35",
        "if_full": "wait",
        "consents-registration": "on",
        "consents-transfer": "on",
        "consents-authority": "on",
    }
    return until(lambda: sent(run, slot, form_of(page) | answers))


def sent(run: Running, slot: dict, form: dict[str, str]) -> httpx.Response | None:
    """What a form leads to; None while the page would send it again by itself (this one is typed inhumanly fast)."""
    answer = run.http.post(f"{run.site}/slots/{slot['id']}", data=form)
    return None if "data-again" in answer.text else answer


def test_a_citizen_registers_the_mail_arrives_and_the_enterprise_sees_the_name(run, empty_slots):
    slot = next(empty_slots)

    proof = fill_in(run, slot, "olga@example.com")

    assert proof.status_code == 200
    assert "/ticket/" in str(proof.url)
    assert "Вы записаны" in proof.text

    (letter,) = until(lambda: run.letters("olga@example.com"))
    invitation = next(a for a in letter["attachments"] if a["name"] == "invite.ics")
    assert invitation["type"] == "text/calendar"
    source = run.http.get(f"{run.mailbox}{invitation['url']}")
    (event,) = icalendar.Calendar.from_ical(source.content).walk("VEVENT")
    assert event.decoded("dtstart") == datetime.fromisoformat(slot["starts"])

    def in_a_roster() -> bool:
        rosters = run.season["rosters"]
        lines = run.rows(rosters[slot["enterprise"]], "Посетители")
        return any(line["Фамилия и имя"] == "Ольга Берёзкина" for line in lines)

    assert until(in_a_roster, SHEETS)
    assert until(lambda: taken(run, slot["id"]) == "1", SHEETS)
    assert run.slot(slot["id"])["free"] == slot["free"] - 1


def taken(run: Running, slot_id: str) -> str:
    """What stands beside the visit in the organisers' timetable."""
    rows = run.rows(run.season["catalogue"], "Расписание")
    return next(row["Занято"] for row in rows if row["_id"] == slot_id)


def test_the_same_address_again_gets_its_link_by_mail_and_no_ticket(run, empty_slots):
    slot = next(empty_slots)
    fill_in(run, slot, "twice@example.com")
    until(lambda: run.letters("twice@example.com"))

    again = fill_in(run, slot, "twice@example.com")

    assert again.status_code == 409
    assert "/ticket/" not in again.text
    assert len(until(lambda: run.letters("twice@example.com")[1:] and run.letters("twice@example.com"))) == 2


def test_the_last_seat_asked_for_by_fifty_at_once_goes_to_exactly_one(run, empty_slots):
    slot = next(empty_slots)
    run.type("Расписание", slot["id"], "Мест", "1")
    until(lambda: run.slot(slot["id"])["capacity"] == 1)

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda n: ask(run, slot["id"], f"Гость {chr(1072 + n % 32)}"), range(50)))

    assert {answer.status_code for answer in answers} == {201}
    states = [answer.json()["state"] for answer in answers]
    assert (states.count("confirmed"), states.count("waiting")) == (1, 49)
    assert sorted(a.json()["place"] for a in answers if a.json()["place"]) == list(range(1, 50))


def test_raised_capacity_promotes_the_first_in_line_whom_it_fits(run, empty_slots):
    slot = next(empty_slots)
    run.type("Расписание", slot["id"], "Мест", "1")
    until(lambda: run.slot(slot["id"])["capacity"] == 1)
    ask(run, slot["id"], "Первая Гостья")
    party = ask(run, slot["id"], "Большая Семья", party=2).json()
    single = ask(run, slot["id"], "Одна Гостья").json()
    assert (party["place"], single["place"]) == (1, 2)

    run.type("Расписание", slot["id"], "Мест", "2")

    def state_of(registration: dict) -> str:
        headers = {"Authorization": f"Bearer {registration['ticket']}"}
        return run.http.get(f"{run.site}/api/registrations", headers=headers).json()["state"]

    assert until(lambda: state_of(single) == "confirmed")
    assert state_of(party) == "waiting"
    promoted = until(
        lambda: [
            m
            for m in run.http.get(f"{run.mailbox}/api/messages").json()
            if single["code"] in m["text"]
            and "вам" in m["text"].casefold()
            and "ожидания:" not in m["subject"].casefold()
        ]
    )
    assert promoted


def test_a_cancelled_slot_tells_everybody_once_it_is_ticked(run, empty_slots):
    slot = next(empty_slots)
    fill_in(run, slot, "cancelled@example.com")
    until(lambda: run.letters("cancelled@example.com"))

    run.type("Расписание", slot["id"], "Статус", "отменена")
    until(lambda: "затронет 1 человека" in check_of(run, slot["id"]), SHEETS)
    assert run.slot(slot["id"])["state"] == "open"
    run.type("Расписание", slot["id"], "Подтверждаю", True)

    until(lambda: run.slot(slot["id"])["state"] == "cancelled")
    assert until(lambda: len(run.letters("cancelled@example.com")) == 2)


def check_of(run: Running, slot_id: str) -> str:
    rows = run.rows(run.season["catalogue"], "Расписание")
    return next(row["Проверка"] for row in rows if row["_id"] == slot_id)


def test_a_citizen_cancels_by_the_link_and_the_seat_is_free_again(run, empty_slots):
    slot = next(empty_slots)
    ticket = fill_in(run, slot, "leaving@example.com").url

    page = run.http.get(f"{ticket}/cancel").text
    assert run.slot(slot["id"])["free"] == slot["free"] - 1
    done = run.http.post(f"{ticket}/cancel", data=form_of(page) | {"everybody": "1"})

    assert "отмен" in done.text.casefold()
    assert run.slot(slot["id"])["free"] == slot["free"]
    assert until(lambda: len(run.letters("leaving@example.com")) >= 1)
