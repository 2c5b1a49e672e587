"""What every answer carries, and what is served beside pages."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.site.conftest import SITE, TOKENS, Programme, ask, at, client
from tests.site.visitor import text
from zapis.site.application import application
from zapis.voice import conditions


async def test_the_consent_has_a_page_and_every_version_keeps_its_own(site: httpx.AsyncClient):
    current = await site.get("/consent/registration")
    version = re.search(r"Редакция ([\d-]+)", text(current))

    assert version
    assert "Дирекция программы" in text(current)
    assert (await site.get(f"/consent/registration/{version[1]}")).text == current.text
    assert (await site.get("/consent/registration/1999-01")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/slots/open", "/nowhere", "/healthz", "/api/slots", "/api/nothing"])
async def test_every_answer_carries_the_strict_headers(site: httpx.AsyncClient, path: str):
    headers = (await site.get(path)).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


PAGES = ["/", "/calendar", "/enterprises/plant", "/tours/cars", "/slots/open", "/nowhere", "/consent/registration"]


@pytest.mark.parametrize("path", [*PAGES, "/slots/soon", "/embed"])
async def test_nothing_is_inline_and_nothing_comes_from_elsewhere(site: httpx.AsyncClient, path: str):
    page = await site.get(path)

    assert not re.search(r'<style|\sstyle=|\son\w+=|<script(?! type="application/ld\+json">)(?![^>]*\ssrc=)', page.text)
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page.text)
    at_home = ("/", "#", "mailto:", "tel:", f"{SITE}/")
    elsewhere = [address for address in addresses if not address.startswith(at_home)]
    assert all(f'<a href="{address}" target="_blank" rel="noopener noreferrer">' in page.text for address in elsewhere)
    assert all(address.startswith(conditions.MAP) for address in elsewhere)
    for address in addresses:
        if address.startswith("/static/"):
            assert (await site.get(address)).status_code == 200


async def test_a_style_sheet_is_kept_for_ever_under_its_digest_only(site: httpx.AsyncClient):
    page = await site.get("/")
    address = re.search(r'href="(/static/\w+/site\.css)"', page.text)
    assert address

    fresh = await site.get(address[1], headers={"Accept-Encoding": "identity"})
    stale = await site.get("/static/000000000000/site.css")

    assert (fresh.headers["content-type"], "immutable" in fresh.headers["cache-control"]) == (
        "text/css; charset=utf-8",
        True,
    )
    assert "content-encoding" not in fresh.headers
    assert (stale.text, stale.headers["cache-control"]) == (fresh.text, "no-cache")


@pytest.mark.parametrize(
    ("takes", "packed"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0.5", "br"), ("identity", None), ("zebra", None)],
)
@pytest.mark.parametrize("path", ["/", "/slots/soon"])
async def test_a_page_comes_packed_as_a_browser_takes_it_best(
    site: httpx.AsyncClient, programme: Programme, path: str, takes: str, packed: str | None
):
    programme.now = at(3, -0.2)
    whole = await site.get(path, headers={"Accept-Encoding": "identity"})
    page = await site.get(path, headers={"Accept-Encoding": takes})

    assert page.headers.get("content-encoding") == packed
    assert "Accept-Encoding" in page.headers["vary"]
    assert page.text.count("<li>") == whole.text.count("<li>") > 0


@pytest.mark.parametrize("name", ["..%2Fpages%2Fbase.html", "base.html", ".gitignore"])
async def test_only_static_files_are_served(site: httpx.AsyncClient, name: str):
    assert (await site.get(f"/static/000000000000/{name}")).status_code == 404


async def test_a_wrong_method_is_a_page_that_names_the_right_ones(site: httpx.AsyncClient):
    page = await site.put("/slots/open")

    assert page.status_code == 405
    assert set(page.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert "Так сюда нельзя" in text(page)


async def test_a_head_request_has_headers_and_no_body(site: httpx.AsyncClient):
    answer = await site.head("/")

    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_site_below_a_path_links_to_itself_there_and_asks_for_https(programme: Programme):
    programme.open()
    app = application(programme.committer, TOKENS, "https://city.example/visits")
    async with client(app) as site:
        page = await site.get("/")
        answer = await ask(site)

    assert 'href="/visits/slots/open"' in page.text
    assert answer.json()["url"].startswith("https://city.example/visits/ticket/")
    assert "max-age" in page.headers["strict-transport-security"]
