"""What the description of the API says holds for whatever is sent: no fault, no answer that was not described."""

from __future__ import annotations

import contextlib
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
    schema = schemathesis.openapi.from_url(f"{site}/api/openapi.json")
    schema.config.update(base_url=site)
    doors = [door.ok() for door in schema.get_all_operations()]
    asked = [(door, mode) for door in doors for mode in schemathesis.GenerationMode]
    with ThreadPoolExecutor(len(asked)) as crowd:
        tickets = list(crowd.map(lambda one: ticket(site, f"{one[0].label} {one[1].value}"), asked))

    for (door, mode), held in zip(asked, tickets, strict=True):
        ask_at(door, mode, held)

    assert len(doors) >= 12


def ticket(site: str, key: str) -> dict[str, str]:
    """A registration of its own for each door: some doors end one."""
    asked = body(contact=contact(email=f"{key.lower().translate(PLAIN)}@example.org"), visitors=visitors(34))
    answer = httpx.post(f"{site}/api/slots/open/registrations", json=asked, headers={"Idempotency-Key": key})
    return {"Authorization": f"Bearer {answer.json()['ticket']}"}


def ask_at(door: Any, mode: schemathesis.GenerationMode, headers: dict[str, str]) -> None:
    """Send made-up requests: such as the description allows, or such as it does not."""

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
        case.call_and_validate(headers=headers, checks=CHECKS)

    # A door that takes nothing cannot be sent anything wrong.
    with contextlib.suppress(Unsatisfiable):
        ask()
