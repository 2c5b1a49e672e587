"""What Google answered, the emulator answers: recorded requests are sent again and compared.

Ids are mapped, times are compared by their form. A recording may speak of files that the account
held before it began; those are made first, so that nothing has to be left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from local.sheets.accounts import DEFAULT_EMAIL
from local.sheets.clients import authorized_session
from local.sheets.server import Emulator
from tests.emulator.doors import door

TRAFFIC = Path(__file__).parent / "traffic"
RECORDED_ROBOT = "robot@example.com"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
ID_KEYS = frozenset({"id", "spreadsheetId", "sheetId", "namedRangeId", "protectedRangeId"})

# Where the emulator knowingly answers otherwise: (scenario, number of the interaction) -> the reason.
DIFFERENT: dict[tuple[str, int], str] = {}


@dataclass
class Replay:
    """One recording being sent again: which recorded id is which of the emulator's."""

    http: requests.Session
    email: str
    known: dict[Any, Any] = field(default_factory=dict)

    def send(self, request: dict[str, Any]) -> requests.Response:
        headers = {"Content-Type": "text/csv"} if isinstance(request["body"], str) else None
        body = self.mapped(request["body"])
        kind = {"data": body} if headers else {"json": body}
        return self.http.request(request["method"], self.mapped(request["url"]), headers=headers, timeout=20, **kind)

    def mapped(self, thing: Any, key: str = "") -> Any:
        """Recorded ids replaced by the emulator's."""
        if isinstance(thing, dict):
            return {name: self.mapped(value, name) for name, value in thing.items()}
        if isinstance(thing, list):
            return [self.mapped(item, key) for item in thing]
        if isinstance(thing, str):
            for recorded, real in self.known.items():
                thing = thing.replace(str(recorded), str(real)) if len(str(recorded)) > 5 else thing
            return thing.replace(RECORDED_ROBOT, self.email)
        return self.known.get(thing, thing) if key in ID_KEYS else thing

    def compare(self, recorded: Any, answered: Any, where: str = "body") -> None:
        """Raise AssertionError where the two differ in structure or value; learn ids on the way."""
        if isinstance(recorded, dict):
            assert isinstance(answered, dict), where
            assert answered.keys() == recorded.keys(), f"{where}: {sorted(answered)} is not {sorted(recorded)}"
            for name, value in recorded.items():
                self._compare_named(name, value, answered[name], f"{where}.{name}")
        elif isinstance(recorded, list):
            assert isinstance(answered, list), where
            assert len(answered) == len(recorded), f"{where}: {answered} is not {recorded}"
            for index, (one, other) in enumerate(zip(recorded, answered, strict=True)):
                self.compare(one, other, f"{where}[{index}]")
        else:
            assert (type(answered) is bool) == (type(recorded) is bool), where
            assert answered == self.mapped(recorded), where

    def _compare_named(self, name: str, recorded: Any, answered: Any, where: str) -> None:
        if name in ("createdTime", "modifiedTime"):
            assert TIME.match(answered), where
        elif name in ID_KEYS and recorded != 0 and recorded not in self.known:
            assert type(answered) is type(recorded), where
            self.known[recorded] = answered
        elif name in ID_KEYS:
            assert answered == self.known.get(recorded, recorded), where
        else:
            self.compare(recorded, answered, where)


def recordings(path: Path) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """The recordings in a file: each begins with the making of a file after the deleting of one."""
    part: list[tuple[int, dict[str, Any]]] = []
    for number, interaction in enumerate(json.loads(path.read_text("utf-8"))["interactions"]):
        request = interaction["request"]
        made = request["method"] == "POST" and "/drive/v3/files?" in request["url"]
        if made and part and part[-1][1]["request"]["method"] == "DELETE":
            yield part
            part = []
        part.append((number, interaction))
    yield part


def foreign_files(part: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Files that the recording lists and did not make, oldest first."""
    made, listed = set(), {}
    for _, interaction in part:
        body = interaction["response"]["body"]
        if interaction["request"]["method"] == "POST" and isinstance(body, dict):
            made.add(body.get("id"))
        if isinstance(body, dict) and body.get("kind") == "drive#fileList":
            listed |= {item["id"]: item for item in body["files"]}
    return sorted((item for key, item in listed.items() if key not in made), key=lambda item: item["createdTime"])


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(data=tmp_path_factory.mktemp("replay") / "sheets.sqlite") as running:
        yield running


@pytest.fixture(scope="module")
def http(emulator: Emulator) -> requests.Session:
    return authorized_session(emulator.url)


@pytest.mark.parametrize("path", sorted(TRAFFIC.glob("*.json")), ids=lambda path: path.stem)
def test_google_s_answer_is_given_again(path: Path, emulator: Emulator, http: requests.Session) -> None:
    for part in recordings(path):
        door(emulator, "POST", "reset")
        replay = Replay(http, DEFAULT_EMAIL)
        for item in foreign_files(part):
            made = door(emulator, "POST", "files", {"title": item["name"], "share_with": [DEFAULT_EMAIL]})
            replay.known[item["id"]] = made["id"]
        for place, interaction in part:
            check(replay, path.stem, place, interaction)


def check(replay: Replay, scenario: str, place: int, interaction: dict[str, Any]) -> None:
    recorded = interaction["response"]
    answer = replay.send(interaction["request"])
    if (scenario, place) in DIFFERENT:
        return
    where = f"{scenario}[{place}] {interaction['request']['method']} {interaction['request']['url']}"
    assert answer.status_code == recorded["status"], f"{where}: {answer.text}"
    is_json = answer.headers["Content-Type"].startswith("application/json")
    body = (answer.json() if is_json else answer.text) if answer.content else None
    replay.compare(recorded["body"], body, where)


def test_the_traffic_is_there() -> None:
    assert len(list(TRAFFIC.glob("*.json"))) >= 60
