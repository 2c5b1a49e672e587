"""What the description of the API says holds for whatever is sent: no fault, no answer that was not described."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.site.conftest import Programme, body, contact, visitors
from tests.site.test_browser import served
from tests.site.test_work import solved
from zapis.site.precautions import Precautions

VISIT = re.compile(r"/api/slots/\{id\}/(challenge|registrations)")
"""The doors where proof of work is asked for."""
PLAIN = str.maketrans(dict.fromkeys(" {}/", "-"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""All but one: what a name or an address may be is more than a schema can say, so a valid body may be refused."""


@pytest.fixture
def site(programme: Programme) -> Iterator[str]:
    with served(programme.open()) as site:
        yield site


def test_no_made_up_request_finds_a_fault(site: str):
    doors = described(site)
    asked = [(door, mode) for door in doors for mode in schemathesis.GenerationMode]
    with ThreadPoolExecutor(len(asked)) as crowd:
        tickets = list(crowd.map(lambda one: ticket(site, f"{one[0].label} {one[1].value}"), asked))

    for (door, mode), held in zip(asked, tickets, strict=True):
        ask_at(door, mode, held)

    assert len(doors) >= 12


def test_nor_where_proof_of_work_is_asked_for(programme: Programme):
    programme.precautions = Precautions(proof_of_work=True)
    with served(programme.open()) as site:
        challenge, register = doors = [door for door in described(site) if VISIT.fullmatch(door.path)]
        said = [ask_at(door, mode) for door in doors for mode in schemathesis.GenerationMode]

        assert said[0] == {200}, "no visit's challenge was seen"
        assert answer(register, {"Idempotency-Key": "unproven"}) == 403
        assert answer(register, proof(challenge)) == 201


def described(site: str) -> list[Any]:
    """The doors that the site's description tells of."""
    schema = schemathesis.openapi.from_url(f"{site}/api/openapi.json")
    schema.config.update(base_url=site)
    return [door.ok() for door in schema.get_all_operations()]


def ticket(site: str, key: str) -> dict[str, str]:
    """A registration of its own for each door: some doors end one."""
    asked = body(contact=contact(email=f"{key.lower().translate(PLAIN)}@example.org"), visitors=visitors(34))
    answer = httpx.post(f"{site}/api/slots/open/registrations", json=asked, headers={"Idempotency-Key": key})
    return {"Authorization": f"Bearer {answer.json()['ticket']}"}


def proof(challenge: Any) -> dict[str, str]:
    """A key, and the solution for it and the visit that is asked for."""
    key = {"Idempotency-Key": "proven"}
    asked = challenge.Case(path_parameters={"id": "open"}).call_and_validate(headers=key, checks=CHECKS)
    return key | {"Altcha": solved(asked.json())}


def answer(register: Any, headers: dict[str, str]) -> int:
    """What is said to a request that nothing is wrong with: a status, held to the description."""
    asked = register.Case(path_parameters={"id": "open"}, body=body(), media_type="application/json")
    return asked.call_and_validate(headers=headers, checks=CHECKS).status_code


def ask_at(door: Any, mode: schemathesis.GenerationMode, headers: dict[str, str] | None = None) -> set[int]:
    """Send made-up requests, such as the description allows (for a visit that is there) or such as it does not.

    What statuses were answered.
    """
    said = set()

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=door.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if mode is schemathesis.GenerationMode.POSITIVE and "id" in case.path_parameters:
            case.path_parameters["id"] = "open"
        said.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    # A door that takes nothing cannot be sent anything wrong.
    with contextlib.suppress(Unsatisfiable):
        ask()
    return said
