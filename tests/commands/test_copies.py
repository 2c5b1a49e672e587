"""The night's copy: the ledger as one object of a bucket, from which it is put back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession

from tests.serving import serving
from zapis import app
from zapis.bucket import Bucket
from zapis.commands import carry, copy_file
from zapis.errors import SettingsError, SheetsUnavailable
from zapis.happenings import Happening
from zapis.ledger.sheet import SheetLedger
from zapis.ledger.sql.ledger import SqlLedger
from zapis.settings import from_environment

BUCKET = "moscow-visits-zapis-copies"


class Google(ThreadingHTTPServer):
    """As much of Cloud Storage as is asked of it: objects that are added, each once, and read by nobody who adds."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.refuses = 0
        self.tokens: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Google

    def do_POST(self) -> None:
        asked = urlsplit(self.path)
        given = parse_qs(asked.query)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        right = (asked.path, given["uploadType"]) == (f"/upload/storage/v1/b/{BUCKET}/o", ["media"])
        self.server.tokens.append(self.headers["Authorization"])
        status = self.server.refuses or (200 if right and given["name"][0] not in self.server.objects else 403)
        if status == 200:
            self.server.objects[given["name"][0]] = content
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def google() -> Iterator[Google]:
    with serving(Google()) as google:
        yield google


def bucket(google: Google) -> Bucket:
    return Bucket(BUCKET, lambda: AuthorizedSession(AnonymousCredentials()), api=google.url)


def test_a_copy_in_the_bucket_becomes_the_ledger_again(desk, database, google, tmp_path):
    desk.fill()
    ledger = SheetLedger(desk.sheets, desk.ledger)
    luggage = carry.read(ledger)

    added = copy_file.add_to(bucket(google), luggage, ledger.now())

    ((name, content),) = google.objects.items()
    assert added.file == f"gs://{BUCKET}/{name}"
    assert added.rows == sum(map(len, (luggage.journal, luggage.people, luggage.outbox, luggage.catalogue)))
    (tmp_path / name).write_bytes(content)
    url = database.engine.url.render_as_string(hide_password=False)
    assert desk.run("ledger", "import", str(tmp_path / name), "--database", url).exit_code == 0
    assert carry.read(SqlLedger(database)) == luggage


def test_a_bucket_that_refuses_says_what_to_do(google):
    google.refuses = 403

    with pytest.raises(SettingsError, match=r"did not take the copy \(403\)\. Run deploy\.sh again"):
        bucket(google).add("zapis.jsonl", b"x")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_storage_that_does_not_answer_is_asked_again(google, status):
    google.refuses = status

    with pytest.raises(SheetsUnavailable, match=f"answered {status}"):
        bucket(google).add("zapis.jsonl", b"x")


def test_a_storage_that_is_not_there_is_asked_again(google):
    gone = Bucket(BUCKET, lambda: AuthorizedSession(AnonymousCredentials()), api="http://127.0.0.1:1")

    with pytest.raises(SheetsUnavailable, match="did not answer"):
        gone.add("zapis.jsonl", b"x")


@pytest.fixture
def env(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("k" * 40)
    site = {"ZAPIS_SITE_URL": "https://visits.moscow.ru", "ZAPIS_SECRET_FILE": str(keys)}
    return site | {"ZAPIS_LEDGER": "1LedgerLedgerLedger"}


@pytest.fixture
def function(desk, google, env, monkeypatch):
    """What the scheduler calls each night, with the account's real key and the bucket's stand-in."""
    desk.fill()
    env |= {"ZAPIS_LEDGER": desk.ledger, "ZAPIS_COPIES": f"gs://{BUCKET}", "SHEETS_EMULATOR_HOST": desk.host}
    for name, value in (env | {"GOOGLE_APPLICATION_CREDENTIALS": str(desk.key)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("zapis.bucket.Bucket", partial(Bucket, api=google.url))
    app.settings.cache_clear()
    yield app.copy
    app.settings.cache_clear()


def test_the_function_adds_a_copy_as_its_account_and_names_nobody(function, google, caplog):
    caplog.set_level(logging.INFO, "zapis")

    report, status = function()

    ((name, content),) = google.objects.items()
    assert (report, status) == ({"file": f"gs://{BUCKET}/{name}", "rows": content.count(b"\n") - 2}, 200)
    assert (google.tokens[0] or "").startswith("Bearer ")
    (told,) = [record.told for record in caplog.records if hasattr(record, "told")]
    assert (told["happening"], told["figures"]) == (Happening.COPY, report)
    assert "Иванова" in content.decode()
    assert "Иванова" not in caplog.text


def test_a_night_without_a_copy_is_an_error_in_the_log(function, google, caplog):
    google.refuses = 503

    said, status = function()

    assert (said, status) == ({"error": "Cloud Storage answered 503."}, 503)
    assert [record.levelname for record in caplog.records if record.name == "zapis"] == ["ERROR"]


def test_a_bucket_is_named_as_storage_names_it(env):
    assert from_environment(env).copies is None
    assert from_environment(env | {"ZAPIS_COPIES": f"gs://{BUCKET}"}).copies == BUCKET
    with pytest.raises(SettingsError, match="ZAPIS_COPIES: expected gs://"):
        from_environment(env | {"ZAPIS_COPIES": BUCKET})


def test_no_copy_leaves_a_database_for_googles_cloud(env):
    database = {"ZAPIS_DATABASE": "postgresql+psycopg://zapis@db.moscow.ru/season"}

    with pytest.raises(SettingsError, match="out of the database"):
        from_environment(env | database | {"ZAPIS_COPIES": f"gs://{BUCKET}"})
