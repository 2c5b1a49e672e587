"""A visitor without JavaScript: reads pages as text, sends forms as a browser does."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx

FORM = {
    "contact-name": "Анна Петрова",
    "contact-email": "anna@example.org",
    "contact-phone": "8 916 123-45-67",
    "visitors-0-going": "on",
    "visitors-0-age": "34",
    "visitors-1-name": "",
    "visitors-1-age": "",
    "if_full": "wait",
    "consents-registration": "on",
    "consents-transfer": "on",
    "consents-authority": "on",
}


def text(page: httpx.Response) -> str:
    """What a page says, tags, hidden spaces and line breaks taken away."""
    said = html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " ")
    return re.sub(r"\s+([.,:;])", r"\1", " ".join(said.split()))


def fields_of(page: httpx.Response) -> dict[str, str]:
    """Fields of the page's forms that have a value, as a browser would send them."""
    inputs = (
        dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) | {"tag": tag} for tag in re.findall(r"<input[^>]*>", page.text)
    )
    return {
        field["name"]: html.unescape(field.get("value", "on"))
        for field in inputs
        if field.get("type") not in ("checkbox", "radio") or " checked" in field["tag"]
    }


async def send(
    site: httpx.AsyncClient, slot: str = "open", key: str = "k" * 24, frame: str = "/", **changes: Any
) -> httpx.Response:
    form = {name: value for name, value in (FORM | {"key": key} | changes).items() if value is not None}
    return await site.post(f"{frame}slots/{slot}", data=form)


async def ticket(site: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 303
    return await site.get(answer.headers["location"])
