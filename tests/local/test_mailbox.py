"""The mailbox takes letters over real SMTP and tells them over real HTTP."""

import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from local.mailbox import Mailbox

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
HTML = '<!doctype html><html><body><p>Ждём вас, <b>Анна</b></p><img src="cid:qr@zapis"></body></html>'


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(data=tmp_path / "mail") as box:
        yield box


def letter(to: str = "anna@example.ru", subject: str = "Вы записаны: «Мослифт»") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Открой#Моспром <visits@zapis.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<notice-1@zapis.example>"
    message.set_content("Ждём вас, Анна\n")
    message.add_alternative(HTML, subtype="html")
    return message


def send(box: Mailbox, *messages: EmailMessage, timeout: float = 10) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=timeout) as smtp:
        for message in messages:
            smtp.send_message(message)


def test_a_letter_arrives_as_it_was_written(box: Mailbox) -> None:
    send(box, letter())
    [told] = requests.get(f"{box.url}/api/messages", timeout=5).json()
    assert told["to"] == "anna@example.ru"
    assert told["subject"] == "Вы записаны: «Мослифт»"
    assert told["from"] == "Открой#Моспром <visits@zapis.example>"
    assert told["message_id"] == "<notice-1@zapis.example>"
    assert told["text"] == "Ждём вас, Анна\n"
    assert told["html"] == HTML + "\n"
    assert told["attachments"] == []
    assert told["received"].endswith("+00:00")


def test_the_api_and_the_box_tell_the_same(box: Mailbox) -> None:
    send(box, letter())
    assert requests.get(f"{box.url}/api/messages", timeout=5).json() == box.messages()
    assert requests.get(f"{box.url}/api/messages/{box.messages()[0]['id']}", timeout=5).json() == box.last()


def test_the_newest_letter_comes_first(box: Mailbox) -> None:
    send(box, *(letter(subject=f"Письмо {n}") for n in range(5)))
    assert [told["subject"] for told in box.messages()] == [f"Письмо {n}" for n in (4, 3, 2, 1, 0)]


def test_letters_are_found_by_their_whole_address(box: Mailbox) -> None:
    send(box, letter(to="anna@example.ru", subject="Анне"), letter(to="joanna@example.ru", subject="Жанне"))
    assert [told["subject"] for told in box.messages("anna@example.ru")] == ["Анне"]
    last = box.last("joanna@example.ru")
    assert last is not None
    assert last["subject"] == "Жанне"
    assert box.last("nobody@example.ru") is None


def test_a_hidden_recipient_is_known_from_the_envelope(box: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as smtp:
        smtp.sendmail("visits@zapis.example", ["a@example.ru", "b@example.ru"], letter().as_bytes())
    assert box.messages()[0]["recipients"] == ["a@example.ru", "b@example.ru"]


def test_the_calendar_part_among_the_alternatives_can_be_downloaded(box: Mailbox) -> None:
    message = letter()
    message.add_alternative(CALENDAR, subtype="calendar", params={"method": "REQUEST"})
    send(box, message)
    [part] = box.messages()[0]["attachments"]
    assert (part["name"], part["type"]) == ("invite.ics", "text/calendar")
    answer = requests.get(box.url + part["url"], timeout=5)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.content.splitlines() == CALENDAR.encode().splitlines()


def test_an_attachment_keeps_its_russian_name_its_type_and_its_bytes(box: Mailbox) -> None:
    message = letter()
    message.add_attachment(b"\x00%PDF", maintype="application", subtype="pdf", filename="Памятка.pdf")
    send(box, message)
    [part] = box.messages()[0]["attachments"]
    assert {**part, "url": ""} == {"name": "Памятка.pdf", "type": "application/pdf", "size": 5, "url": ""}
    answer = requests.get(box.url + part["url"], timeout=5)
    assert answer.content == b"\x00%PDF"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_the_source_is_what_was_sent_under_the_trace_of_the_receiver(box: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as smtp:
        smtp.sendmail("visits@zapis.example", "a@example.ru", b"Subject: plain\r\n\r\n.dot\r\n")
    source = requests.get(f"{box.url}/api/messages/{box.messages()[0]['id']}/source", timeout=5).content
    assert source.startswith(b"Return-Path: <visits@zapis.example>\r\nDelivered-To: a@example.ru\r\n")
    assert source.endswith(b"\r\nSubject: plain\r\n\r\n.dot\r\n")


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?b?///?=\r\nFrom: <<<>\r\n\r\nbody",
        b"Content-Type: text/plain; charset=martian\r\n\r\n\xd0\x9f\xd1\x80",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n",
    ],
)
def test_a_malformed_letter_is_shown_all_the_same(box: Mailbox, source: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as smtp:
        smtp.sendmail("visits@zapis.example", "a@example.ru", source)
    [told] = requests.get(f"{box.url}/api/messages", timeout=5).json()
    assert told["to"] == "a@example.ru"
    assert requests.get(f"{box.url}/letters/{told['id']}", timeout=5).status_code == 200


def test_letters_outlive_a_restart(tmp_path: Path) -> None:
    with Mailbox(data=tmp_path) as box:
        send(box, letter(subject="до"), letter(subject="ещё"))
        before = box.messages()
    with Mailbox(data=tmp_path) as box:
        assert box.messages() == before
        send(box, letter(subject="после"))
        assert [told["subject"] for told in box.messages()] == ["после", "ещё", "до"]


def test_deleted_letters_do_not_come_back(tmp_path: Path) -> None:
    with Mailbox(data=tmp_path) as box:
        send(box, letter())
        assert requests.delete(f"{box.url}/api/messages", timeout=5).status_code == 204
        assert box.messages() == []
    with Mailbox(data=tmp_path) as box:
        assert box.messages() == []


def test_an_unknown_letter_or_part_is_not_found(box: Mailbox) -> None:
    send(box, letter())
    for path in ("nothing", "nothing/source", f"{box.messages()[0]['id']}/attachments/7"):
        assert requests.get(f"{box.url}/api/messages/{path}", timeout=5).status_code == 404


def test_a_refused_letter_is_not_kept_and_the_next_one_is(box: Mailbox) -> None:
    box.answer(550, "5.1.1 No such mailbox")
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(box, letter(subject="первое"))
    assert refusal.value.smtp_code == 550
    assert refusal.value.smtp_error == b"5.1.1 No such mailbox"
    send(box, letter(subject="второе"))
    assert [told["subject"] for told in box.messages()] == ["второе"]


def test_a_deferral_lasts_for_as_many_letters_as_asked(box: Mailbox) -> None:
    box.answer(451, "4.7.1 Later", count=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError):
            send(box, letter())
    send(box, letter())
    assert len(box.messages()) == 1


def test_a_stalled_sender_waits_until_it_gives_up(box: Mailbox) -> None:
    box.stall()
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(box, letter(), timeout=0.2)
    assert box.messages() == []


def test_a_letter_whose_answer_was_lost_was_taken(box: Mailbox) -> None:
    box.lose_answers()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(box, letter())
    assert len(box.messages()) == 1


def test_waiting_ends_when_the_letter_is_there(box: Mailbox) -> None:
    sender = threading.Thread(target=send, args=(box, letter()))
    sender.start()
    assert box.wait("anna@example.ru")[0]["to"] == "anna@example.ru"
    sender.join()


def test_waiting_in_vain_says_what_came_instead(box: Mailbox) -> None:
    send(box, letter(to="boris@example.ru", subject="Борису"))
    with pytest.raises(TimeoutError, match=r"anna@example\.ru .*boris@example\.ru: Борису"):
        box.wait("anna@example.ru", seconds=0)


def test_the_page_lists_letters_and_finds_them_by_address_or_subject(box: Mailbox) -> None:
    send(box, letter(to="anna@example.ru", subject="Лифты"), letter(to="boris@example.ru", subject="Обувь"))
    assert "Лифты" in requests.get(box.url, timeout=5).text
    for words, found, other in (("ANNA@", "Лифты", "Обувь"), ("обув", "Обувь", "Лифты")):
        page = requests.get(box.url, params={"q": words}, timeout=5).text
        assert found in page
        assert other not in page


def test_what_a_letter_says_is_text_on_the_page(box: Mailbox) -> None:
    send(box, letter(subject="<script>alert(1)</script>"))
    page = requests.get(f"{box.url}/letters/{box.messages()[0]['id']}", timeout=5).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_html_of_a_letter_may_run_nothing_and_fetch_nothing(box: Mailbox) -> None:
    message = letter()
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", cid="<qr@zapis>", disposition="inline")
    send(box, message)
    told = box.messages()[0]
    framed = requests.get(f"{box.url}/letters/{told['id']}/html", timeout=5)
    policy = framed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert told["attachments"][0]["url"] in framed.text


def test_an_unchanged_list_is_not_sent_again(box: Mailbox) -> None:
    send(box, letter())
    first = requests.get(f"{box.url}/list", timeout=5)
    seen = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(f"{box.url}/list", headers=seen, timeout=5).status_code == 304
    send(box, letter(subject="Новое"))
    assert "Новое" in requests.get(f"{box.url}/list", headers=seen, timeout=5).text
