"""Visitors who press the button at one instance or another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from tests.campaign.real.ground import Ground

PATIENCE = 60.0


class Visitors:
    """People before a ground's instances, on one of its slots."""

    def __init__(self, ground: Ground, slot: str) -> None:
        self._ground = ground
        self._slot = slot

    def ask(self, site: str, who: str, key: str = "") -> httpx.Response:
        """One person's request through one instance."""
        (answer,) = self.ask_at_once([(site, who, key)])
        return answer

    def ask_at_once(self, clicks: Sequence[tuple[str, str, str]]) -> list[httpx.Response]:
        """Clicks of the same moment: by whom, at which instance, under which key (its own if empty)."""

        async def all_of_them() -> list[httpx.Response]:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
                return await asyncio.gather(*(self._click(http, *click) for click in clicks))

        return asyncio.run(all_of_them())

    async def _click(self, http: httpx.AsyncClient, site: str, who: str, key: str) -> httpx.Response:
        url = f"{self._ground.url(site)}/api/slots/{self._slot}/registrations"
        return await http.post(url, headers={"Idempotency-Key": key or f"{who} at {site}"}, json=_body(who))


def _body(who: str) -> dict[str, Any]:
    return {
        "contact": {"name": "Анна Петрова", "email": f"{who}@example.org", "phone": "+7 916 123-45-67"},
        "visitors": [{"name": "Анна Петрова", "age": 30}],
        "if_full": "wait",
        "consents": ["registration", "transfer"],
    }
