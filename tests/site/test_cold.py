"""What an instance imports for its very first answer: nothing that only another request needs.

Each test is a process of its own, as a cold instance is. Whoever lengthens one of the lists says that every cold start
shall pay for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.platform import metadata
from tests.stage import ACCOUNT, offered, stage

FUNCTIONS = Path(__file__).parents[2] / "functions"
ANSWERS = """
import asyncio, json, sys
from zapis import app

async def ask(path):
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        said.append(message)

    said = []
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "https", "path": path}
    scope |= {"query_string": b"", "headers": [(b"host", b"visits.example")], "server": ("visits.example", 443)}
    await app.site()(scope, receive, send)
    return said[0]["status"]

status = asyncio.run(ask(sys.argv[1]))
print(json.dumps([status, sorted(sys.modules)]))
"""

START = "app errors happenings resources settings"
LIGHT = "site site.front site.links site.frames site.packing site.security site.statics voice voice.tongue"
LEDGER = """
    ledger ledger.beginning ledger.committer ledger.pace ledger.port ledger.sheet ledger.telling sheets tokens
    core core.audit core.catalogue core.deadlines core.difference core.entries core.fold core.ids core.marks core.model
    core.notices core.people core.rules core.texts core.vitals
"""
DOORS = """
    site.application site.desk site.edge site.hearing site.limits site.offers site.parts site.precautions
"""
API = "site.api_slots site.shapes"
PAGE = """
    site.cards site.fields site.finding site.forms site.rendering site.shelf site.showcase site.words
    core.russian voice.conditions voice.speech
"""
GOOGLE = {"google.auth", "requests"}
ELSEWHERE = {"altcha", "dns", "email_validator", "icalendar", "phonenumbers", "psycopg", "segno", "sqlalchemy"}
"""Libraries of which no first look has any need."""


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("season"), offered) as running:
        yield running


@pytest.fixture
def brought_in(season, tmp_path):
    """What a fresh process has imported once it has answered one request: ours without their first name, and others."""

    def ask(path, **where):
        (tmp_path / "keys").write_text("k" * 40)
        environment = {
            "PYTHONPATH": str(FUNCTIONS),
            "ZAPIS_LEDGER": season.ledger,
            "ZAPIS_SITE_URL": "https://visits.example",
            "ZAPIS_SECRET_FILE": str(tmp_path / "keys"),
            "SHEETS_EMULATOR_HOST": season.host,
            **(where or {"GOOGLE_APPLICATION_CREDENTIALS": str(season.key)}),
        }
        command = [sys.executable, "-c", ANSWERS, path]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
        status, modules = json.loads(done.stdout)
        assert status == 200, done.stderr
        ours = {name.removeprefix("zapis.") for name in modules if name.startswith("zapis.")}
        return ours, set(modules)

    return ask


def words(*lists):
    return set(" ".join(lists).split())


@pytest.mark.parametrize("path", ["/healthz", "/static/0123456789ab/site.css"])
def test_what_needs_nothing_of_the_season_brings_in_neither_site_nor_google(brought_in, path):
    ours, others = brought_in(path)

    assert ours - words(START, LIGHT) == set()
    assert not others & (GOOGLE | ELSEWHERE)


def test_the_first_answer_of_the_api_brings_in_no_page_no_form_and_nobody_elses_door(brought_in):
    ours, others = brought_in("/api/slots")

    assert ours - words(START, LIGHT, LEDGER, DOORS, API) == set()
    assert others >= GOOGLE
    assert not others & (ELSEWHERE | {"gspread", "jinja2", "oauthlib"})


def test_the_first_answer_costs_one_read(season, brought_in):
    season.emulator.quota.reset()

    brought_in("/api/slots")

    assert season.emulator.quota.spent()[f"read {ACCOUNT}"] == 1


def test_where_the_platform_says_who_we_are_no_key_is_needed_and_no_other_place_is_looked_into(season, brought_in):
    with metadata(season.key) as platform:
        ours, _ = brought_in("/api/slots", **platform)

    assert ours - words(START, LIGHT, LEDGER, DOORS, API) == set()


def test_the_first_page_brings_in_nobody_elses_door(brought_in):
    ours, others = brought_in("/")

    assert ours - words(START, LIGHT, LEDGER, DOORS, PAGE) == set()
    assert not others & ELSEWHERE
