"""Nudges: `deliver` is called soon after somebody is owed a letter, and no answer waits for that."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession

from local.mailbox import Mailbox
from tests.mail.spec import Story
from tests.serving import serving
from zapis.core.entries import Requested
from zapis.core.ids import registration_id
from zapis.core.model import EntryId, PersonKey, SlotId
from zapis.core.people import Person, to_row
from zapis.ledger.committer import Committer
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.nudge import Neighbour, Nudge, TaskQueue
from zapis.tokens import Tokens

QUEUE = "projects/moscow/locations/europe-west1/queues/zapis-deliver"
CALLER = "zapis-caller@moscow.iam.gserviceaccount.com"
DELIVER = "https://zapis-deliver-1.europe-west1.run.app/"
NOW = 1_800_000_003.0


class Google(ThreadingHTTPServer):
    """As much of Cloud Tasks as is asked of it: tasks by name, each once. It is also any function that is called."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tasks: dict[str, dict] = {}
        self.refuses = 0
        self.calls: list[str] = []
        self.changed = threading.Condition()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def until(self, what) -> None:
        with self.changed:
            assert self.changed.wait_for(what, timeout=10)


class _Handler(BaseHTTPRequestHandler):
    server: Google

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        google = self.server
        with google.changed:
            google.calls.append(self.path)
            status = google.refuses or (_create(google, json.loads(body)) if self.path.endswith("/tasks") else 200)
            google.changed.notify_all()
        google.may_answer.wait(10)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def _create(google: Google, asked: dict) -> int:
    task = asked["task"]
    if task["name"] in google.tasks:
        return 409
    google.tasks[task["name"]] = task
    return 200


@pytest.fixture
def google() -> Iterator[Google]:
    with serving(Google()) as google:
        yield google


def queue(google: Google) -> TaskQueue:
    """What one instance of the site has."""
    return TaskQueue(QUEUE, DELIVER, CALLER, lambda: AuthorizedSession(AnonymousCredentials()), api=f"{google.url}/v2")


def test_a_task_says_whom_to_call_when_and_as_whom(google):
    assert queue(google)(NOW) == NOW

    (task,) = google.tasks.values()
    assert google.calls == [f"/v2/{QUEUE}/tasks"]
    assert task == {
        "name": f"{QUEUE}/tasks/deliver-180000000",
        "scheduleTime": "2027-01-15T08:00:03+00:00",
        "dispatchDeadline": "300s",
        "httpRequest": {
            "httpMethod": "POST",
            "url": DELIVER,
            "oidcToken": {"serviceAccountEmail": CALLER, "audience": DELIVER.rstrip("/")},
        },
    }


def test_all_instances_together_make_one_task_for_ten_seconds(google):
    one, another = queue(google), queue(google)

    calls = [one(NOW), another(NOW + 1), one(NOW + 4), another(NOW + 6)]

    assert calls == [NOW, NOW + 7, NOW + 7, NOW + 7]
    assert len(google.tasks) == 2


def test_every_row_is_followed_by_a_call_within_ten_seconds(google):
    instance = queue(google)

    waits = [instance(NOW + n / 2) - (NOW + n / 2) for n in range(60)]

    assert all(0 <= wait <= 10 for wait in waits)


def test_a_nudge_that_is_answered_for_already_calls_nobody(google):
    arranged = []

    def arrange(moment: float) -> float:
        arranged.append(moment)
        return moment + 60

    nudge = Nudge(arrange)
    nudge(2.0)
    _until(lambda: arranged and not _working())
    nudge(0.0)
    nudge(30.0)

    assert len(arranged) == 1


def test_nudges_while_one_is_under_way_become_one_more():
    may_end, arranged = threading.Event(), []

    def arrange(moment: float) -> float:
        arranged.append(moment)
        assert may_end.wait(10)
        return moment

    nudge = Nudge(arrange)
    began = time.monotonic()
    for ahead in range(1, 30):
        nudge(float(ahead))
    took = time.monotonic() - began
    may_end.set()
    _until(lambda: not _working())

    assert took < 1
    assert len(arranged) == 2


def test_a_queue_that_refuses_or_is_away_troubles_nobody(google, caplog):
    nudge = Nudge(queue(google))
    google.refuses = 403
    with caplog.at_level(logging.WARNING, "zapis.nudge"):
        nudge()
        _until(lambda: caplog.messages)
    assert caplog.messages == ["deliver could not be nudged (HTTPError); the scheduler will call it"]

    google.refuses = 0
    _until(lambda: not _working())
    nudge(1.0)
    google.until(lambda: google.tasks)


def test_a_neighbour_is_called_and_the_next_call_waits_for_its_end(google):
    nudge = Nudge(Neighbour(google.url + "/"))
    google.may_answer.clear()

    nudge()
    google.until(lambda: len(google.calls) == 1)
    for _ in range(5):
        nudge()
    assert len(google.calls) == 1
    google.may_answer.set()
    google.until(lambda: len(google.calls) == 2)
    _until(lambda: not _working())

    assert google.calls == ["/", "/"]


def test_a_neighbour_that_is_not_there_is_a_line_in_the_log(caplog):
    with caplog.at_level(logging.WARNING, "zapis.nudge"), requests.Session():
        Nudge(Neighbour("http://127.0.0.1:9/"))()
        _until(lambda: caplog.messages)

    assert "(ConnectionError)" in caplog.messages[0]


async def test_a_confirmation_is_in_the_mailbox_within_ten_seconds_though_no_scheduler_calls(tmp_path):
    """The committer, the nudge, deliver behind HTTP and a mail server; only Google and the scheduler are missing."""
    story = Story()
    with Mailbox(data=tmp_path) as box, _deliver(story, box) as url:
        committer = Committer(story.ledger, "site", herald=Nudge(Neighbour(url)))
        id = registration_id(SlotId("S"), "anna")
        person = Person("Анна", "anna@example.ru", "", ("Анна",))
        await committer.commit(
            EntryId(id), SlotId("S"), Requested((34,), (PersonKey("anna"),), True, "anna"), [to_row(id, person)]
        )
        answered = time.monotonic()
        (letter,) = await asyncio.to_thread(box.wait, "anna@example.ru", seconds=10)
        await committer.close()
        _until(lambda: not _working())

    assert letter["subject"].startswith("Вы записаны")
    assert time.monotonic() - answered < 10


@contextmanager
def _deliver(story: Story, box: Mailbox) -> Iterator[str]:
    """`deliver` as a function that is called over HTTP."""
    deliverer = Deliverer(
        story.ledger,
        SmtpTransport(f"smtp://127.0.0.1:{box.smtp_port}"),
        Tokens(["k" * 32]),
        "https://visits.example",
        "bot@visits.example",
    )

    class Function(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            deliverer.run("nudged")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Function)) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


def _working() -> bool:
    return any(thread.name == "nudge" for thread in threading.enumerate())


def _until(what) -> None:
    """Wait for what another thread does."""
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)
