"""What comes of a letter, by real conversations with mail servers."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.mailbox import Mailbox
from tests.mail.server import PASSWORD, Behaviour, Server, check
from zapis.errors import SettingsError
from zapis.mail.smtp import Deferred, Failed, Outcome, Sent, SmtpTransport, judge, parse


def letter(to: str = "anna@example.ru") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Открой#Моспром <bot@mosprom.example>"
    message["To"] = to
    message["Subject"] = "Вы записаны"
    message.set_content("Ждём вас\n.точка в начале строки\n")
    return message


def send(url: str, *recipients: str, timeout: float = 10) -> list[Outcome]:
    with SmtpTransport(url, timeout).connection() as connection:
        return [connection.send(letter(to)) for to in recipients]


def url(server: Server | Mailbox, scheme: str = "smtp", credentials: str = "") -> str:
    port = server.smtp_port if isinstance(server, Mailbox) else server.port
    return f"{scheme}://{credentials}127.0.0.1:{port}"


def test_a_letter_is_taken_as_it_is(box: Mailbox) -> None:
    assert send(url(box), "anna@example.ru") == [Sent()]
    told = box.last("anna@example.ru")
    assert told is not None
    assert told["text"] == "Ждём вас\n.точка в начале строки\n"


def test_many_letters_share_one_connection() -> None:
    behaviour = Behaviour()
    with Server(behaviour) as server:
        assert send(url(server), *(f"{n}@example.ru" for n in range(5))) == [Sent()] * 5
    assert behaviour.connections == 1
    assert len(behaviour.came) == 5


def test_no_letter_no_connection() -> None:
    behaviour = Behaviour()
    with Server(behaviour) as server:
        assert send(url(server)) == []
    assert behaviour.connections == 0


def test_an_address_that_does_not_exist_fails_and_the_next_letter_goes() -> None:
    behaviour = Behaviour(recipients={"gone@example.ru": "550 5.1.1 <gone@example.ru>: no such user"})
    with Server(behaviour) as server:
        failed, sent = send(url(server), "gone@example.ru", "anna@example.ru")
    assert failed == Failed("550 5.1.1 … no such user")
    assert sent == Sent()
    assert behaviour.connections == 1


def test_a_refusal_of_the_whole_letter_can_be_about_its_address_too(box: Mailbox) -> None:
    box.answer(550, "5.1.1 No such mailbox")
    first, second = send(url(box), "gone@example.ru", "anna@example.ru")
    assert first == Failed("550 5.1.1 No such mailbox")
    assert second == Sent()


def test_a_busy_server_defers_one_letter(box: Mailbox) -> None:
    box.answer(451, "4.7.1 Greylisted")
    first, second = send(url(box), "anna@example.ru", "boris@example.ru")
    assert first == Deferred("451 4.7.1 Greylisted")
    assert second == Sent()


def test_a_stalled_server_defers_and_the_next_letter_has_a_new_connection(box: Mailbox) -> None:
    box.stall()
    first, second = send(url(box), "anna@example.ru", "boris@example.ru", timeout=3)
    assert isinstance(first, Deferred)
    assert not first.stop
    assert second == Sent()


def test_a_letter_whose_answer_was_lost_is_not_offered_again_at_once(box: Mailbox) -> None:
    box.lose_answers()
    first, second = send(url(box), "anna@example.ru", "boris@example.ru")
    assert isinstance(first, Deferred)
    assert first.reason.startswith("the answer is lost")
    assert second == Sent()
    assert len(box.messages("anna@example.ru")) == 1


def test_a_connection_dropped_between_letters_is_opened_again_and_nothing_is_lost_or_doubled() -> None:
    behaviour = Behaviour(hang_up_after={"anna@example.ru"})
    with Server(behaviour) as server:
        assert send(url(server), "anna@example.ru", "boris@example.ru", "vera@example.ru") == [Sent()] * 3
    assert behaviour.came == ["anna@example.ru", "boris@example.ru", "vera@example.ru"]
    assert behaviour.connections == 2


def test_a_server_that_is_not_there_stops_the_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    [outcome] = send(f"smtp://127.0.0.1:{port}", "anna@example.ru")
    assert outcome == Deferred("no conversation with the server (ConnectionRefusedError)", stop=True)


def test_a_server_that_never_greets_stops_the_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        [outcome] = send(f"smtp://127.0.0.1:{silent.getsockname()[1]}", "anna@example.ru", timeout=0.2)
    assert isinstance(outcome, Deferred)
    assert outcome.stop


def test_a_refused_sender_is_our_fault_and_stops_the_run() -> None:
    behaviour = Behaviour(senders={"bot@mosprom.example": "550 5.7.1 bot@mosprom.example may not send here"})
    with Server(behaviour) as server:
        [outcome] = send(url(server), "anna@example.ru")
    assert outcome == Deferred("the sender is refused: 550 5.7.1 … may not send here", ours=True, stop=True, rest=True)


def test_a_sender_that_must_slow_down_stops_the_run_and_nobody_is_called() -> None:
    behaviour = Behaviour(senders={"bot@mosprom.example": "451 4.3.2 Too many letters"})
    with Server(behaviour) as server:
        [outcome] = send(url(server), "anna@example.ru")
    assert outcome == Deferred("the sender is refused: 451 4.3.2 Too many letters", ours=False, stop=True, rest=True)


def test_three_letters_in_a_row_against_policy_stop_the_run(box: Mailbox) -> None:
    box.answer(554, "5.7.1 Looks like spam", count=3)
    outcomes = send(url(box), "a@example.ru", "b@example.ru", "c@example.ru")
    assert [(outcome.ours, outcome.stop) for outcome in outcomes if isinstance(outcome, Deferred)] == [
        (True, False),
        (True, False),
        (True, True),
    ]


def test_a_letter_that_goes_ends_the_row_of_failures(box: Mailbox) -> None:
    transport = SmtpTransport(url(box))
    with transport.connection() as connection:
        for _ in range(2):
            box.answer(554, "5.7.1 Looks like spam", count=2)
            outcomes = [connection.send(letter()) for _ in range(3)]
            assert outcomes[-1] == Sent()
            assert all(isinstance(outcome, Deferred) and not outcome.stop for outcome in outcomes[:2])


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        (250, "2.0.0 Ok", Sent()),
        (550, "No such user", Failed("550 No such user")),
        (501, "5.1.3 Bad recipient address syntax", Failed("501 5.1.3 Bad recipient address syntax")),
        (552, "5.2.2 Mailbox full", Failed("552 5.2.2 Mailbox full")),
        (553, "5.1.2 Unknown domain", Failed("553 5.1.2 Unknown domain")),
        (550, "5.1.8 Sender's domain unknown", Deferred("550 5.1.8 Sender's domain unknown", ours=True)),
        (550, "5.4.5 Daily quota exceeded", Deferred("550 5.4.5 Daily quota exceeded", ours=True)),
        (550, "5.7.26 SPF failed", Deferred("550 5.7.26 SPF failed", ours=True)),
        (552, "Message refused", Deferred("552 Message refused", ours=True)),
        (554, "5.7.1 Spam", Deferred("554 5.7.1 Spam", ours=True)),
        (530, "5.7.0 Log in first", Deferred("530 5.7.0 Log in first", ours=True)),
        (450, "4.2.1 Too fast", Deferred("450 4.2.1 Too fast")),
        (421, "Closing", Deferred("421 Closing")),
    ],
)
def test_an_answer_is_judged_by_whose_fault_it_is(code: int, text: str, outcome: Outcome) -> None:
    assert judge(code, text) == outcome


def test_a_reason_holds_no_address_and_is_short() -> None:
    failed = judge(550, "5.1.1 <anna@example.ru>:\r\n user anna@example.ru is unknown " + "x" * 5000)
    assert isinstance(failed, Failed)
    assert "anna" not in failed.reason
    assert len(failed.reason) <= 200


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path / "mail.pem"
    path.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def encrypting(certificate: Path) -> Iterator[tuple[Server, Behaviour]]:
    """A server that takes nothing in clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    behaviour = Behaviour()
    with Server(behaviour, tls_context=context, require_starttls=True, authenticator=check) as server:
        yield server, behaviour


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls"])
def test_encryption_is_used_where_it_is_offered(
    scheme: str, encrypting: tuple[Server, Behaviour], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server, behaviour = encrypting
    assert send(url(server, scheme), "anna@example.ru") == [Sent()]
    assert behaviour.came == ["anna@example.ru"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(encrypting: tuple[Server, Behaviour]) -> None:
    server, behaviour = encrypting
    [outcome] = send(url(server), "anna@example.ru")
    assert isinstance(outcome, Deferred)
    assert (outcome.ours, outcome.stop) == (True, True)
    assert "certificate" in outcome.reason
    assert behaviour.came == []


def test_encryption_that_is_demanded_and_not_offered_stops_the_run(box: Mailbox) -> None:
    [outcome] = send(url(box, "smtp+starttls"), "anna@example.ru")
    assert isinstance(outcome, Deferred)
    assert (outcome.ours, outcome.stop) == (True, True)
    assert box.messages() == []


def test_a_password_opens_the_door(
    encrypting: tuple[Server, Behaviour], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server, behaviour = encrypting
    assert send(url(server, "smtp", f"zapis:{quote(PASSWORD)}@"), "anna@example.ru") == [Sent()]
    assert behaviour.came == ["anna@example.ru"]


def test_a_wrong_password_is_our_fault_and_never_told(
    encrypting: tuple[Server, Behaviour], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server, _ = encrypting
    [outcome] = send(url(server, "smtp", "zapis:guess-me@"), "anna@example.ru")
    assert isinstance(outcome, Deferred)
    assert (outcome.ours, outcome.stop) == (True, True)
    assert outcome.reason.startswith("the password is refused: 535")
    assert "guess-me" not in outcome.reason


def test_a_server_that_is_encrypted_from_the_first_byte(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=_refuse_in_tls, args=(listening, context))
        answering.start()
        [outcome] = send(f"smtps://127.0.0.1:{listening.getsockname()[1]}", "anna@example.ru")
        answering.join()
    assert outcome == Deferred("554 closed today", stop=True)


def _refuse_in_tls(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    with context.wrap_socket(plain, server_side=True) as secure:
        secure.sendall(b"554 closed today\r\n")


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "smtp", "", "")),
        ("smtp://mail.example", ("mail.example", 587, "smtp", "", "")),
        ("smtp+starttls://u:p%40ss@mail.example", ("mail.example", 587, "smtp+starttls", "u", "p@ss")),
        ("smtps://bot%40mosprom.example:p@mail.example", ("mail.example", 465, "smtps", "bot@mosprom.example", "p")),
    ],
)
def test_a_server_is_named_by_a_url(text: str, server: tuple[object, ...]) -> None:
    found = parse(text)
    assert (found.host, found.port, found.scheme, found.user, found.password) == server


@pytest.mark.parametrize(
    "text", ["", "mail.example", "http://u:s3cret@mail.example", "smtp://u:s3cret@", "smtp://u:s3cret@h:x"]
)
def test_any_other_url_is_a_sentence_without_the_password(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^ZAPIS_SMTP_URL: expected smtp://") as error:
        parse(text)
    assert "s3cret" not in str(error.value)
