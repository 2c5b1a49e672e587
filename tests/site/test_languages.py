"""Russian and English throughout: nothing is said past the catalogues, nothing is left untranslated, nothing leaks."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tomllib import loads

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from zapis.resources import resource
from zapis.site.hearing import preferred
from zapis.voice import speech
from zapis.voice.tongue import LANGUAGES, RUSSIAN, Tongue, speaking

ROOT = Path(__file__).parents[2]
PAGES, STATIC = ROOT / "templates/pages", ROOT / "templates/static"
MODULES = [path for floor in ("site", "voice") for path in sorted((ROOT / "functions/zapis" / floor).glob("*.py"))]
LOCALE = resource("templates") / "locale"
GETTEXT = {"_", "N_", "gettext", "ngettext", "counted"}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "counted": (1, 2)}
CYRILLIC = re.compile("[А-Яа-яЁё]")
SAID_TO_NOBODY = {"ё", "е", "ая", LANGUAGES[RUSSIAN]}
"""Letters that are looked for in texts, and what a language calls itself."""


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES/zapis.po").open("rb") as file:
        return read_po(file, locale=language)


def said(language: str) -> set[object]:
    return {message.id for message in catalogue(language) if message.id}


@pytest.fixture(scope="module")
def collected() -> set[object]:
    """All that the sources say, as `make messages` finds it."""
    found: set[object] = set()
    for mapping in loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]:
        folder, _, names = mapping.pop("pattern").partition("/**")
        methods = [(f"**{names}", mapping.pop("method"))]
        said = extract_from_dir(ROOT / folder, methods, {f"**{names}": mapping}, KEYWORDS)
        found |= {message for _, _, message, _, _ in said}
    return found


def test_all_that_is_said_is_in_the_catalogues(collected: set[object]):
    for language in LANGUAGES:
        assert said(language) == collected, "run `make messages`"


def test_every_message_is_translated_and_none_is_a_guess():
    for message in catalogue("en"):
        forms = message.string if isinstance(message.string, tuple | list) else [message.string]
        assert not message.fuzzy, message.id
        assert not message.id or all(forms), f"say it in English: {message.id}"
        assert not CYRILLIC.search("".join(forms)), message.id


def test_a_number_has_all_its_forms_in_russian():
    for message in catalogue("ru"):
        if message.pluralizable:
            assert len(message.string) == 3
            assert all(message.string), f"its forms are missing: {message.id}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_gaps_of_a_message_are_the_same_in_every_language(language: str):
    for message in catalogue(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for string in filter(None, strings):
            assert gaps(string) == gaps(ids[-1]), message.id


def gaps(message: str) -> tuple[set[str], list[str]]:
    """What is put into it, and its tags."""
    return set(re.findall(r"%(?:\(\w+\))?[sd]", message)), sorted(re.findall(r"</?(?:a|b|span)\b", message))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))

    assert (LOCALE / language / "LC_MESSAGES/zapis.mo").read_bytes() == compiled.getvalue(), "run `make messages`"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_says_anything_past_the_catalogues(path: Path):
    assert list(past_gettext(ast.parse(path.read_text()))) == []


def past_gettext(tree: ast.AST) -> Iterator[str]:
    """Russian strings that are neither documentation nor handed to gettext."""
    excused: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            excused.add(id(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in GETTEXT | {"compile"}:
                excused |= {id(argument) for argument in node.args}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    for node in strings:
        if id(node) not in excused and CYRILLIC.search(node.value) and node.value not in SAID_TO_NOBODY:
            yield node.value


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.*")), ids=lambda path: path.name)
def test_no_page_says_anything_past_the_catalogues(path: Path):
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(path.read_text())
    excused = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in GETTEXT
        for argument in call.find_all(nodes.Const)
    }
    told = [
        node.value for node in tree.find_all(nodes.Const) if id(node) not in excused and isinstance(node.value, str)
    ]
    plain = [node.data for node in tree.find_all(nodes.TemplateData)]

    assert [words for words in (*told, *plain) if CYRILLIC.search(words)] == []


def test_no_script_says_anything():
    for path in STATIC.glob("*.js"):
        strings = re.findall(r'"[^"\n]*"|`[^`]*`', path.read_text())
        assert [s for s in strings if CYRILLIC.search(s) and s.strip('"') not in SAID_TO_NOBODY] == [], path.name


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (1, "1 визит", "1 visit"),
        (2, "2 визита", "2 visits"),
        (5, "5 визитов", "5 visits"),
        (11, "11 визитов", "11 visits"),
        (21, "21 визит", "21 visits"),
        (112, "112 визитов", "112 visits"),
    ],
)
def test_a_number_takes_its_form_in_either_language(number: int, russian: str, english: str):
    for language, expected in (("ru", russian), ("en", english)):
        with speaking(Tongue(language)):
            assert speech.visits(number).replace(speech.NBSP, " ") == expected


def test_a_moment_is_said_as_people_say_it_in_either_language():
    moment = datetime(2026, 12, 12, 8, 0, tzinfo=UTC)

    for language, expected in (("ru", "в субботу, 12 декабря, в 11:00"), ("en", "on Saturday, 12 December, at 11:00")):
        with speaking(Tongue(language)):
            assert speech.on(moment).replace(speech.NBSP, " ") == expected


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ([], "ru"),
        (["en"], "en"),
        (["en-US,en;q=0.9"], "en"),
        (["ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7"], "ru"),
        (["en;q=0.5, ru;q=0.8"], "ru"),
        (["de, en;q=0.3"], "en"),
        (["de"], "ru"),
        (["*"], "ru"),
        (["en;q=0"], "ru"),
        (["en;q=zero, ;;,"], "ru"),
        (["de", "en"], "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_likes_best(header: list[str], language: str):
    assert preferred(header) == language


async def test_the_language_is_in_the_address_or_else_in_the_browsers_wish(site: httpx.AsyncClient):
    for path, wish, language in (
        ("/", "ru", "ru"),
        ("/", "en", "en"),
        ("/?lang=en", "ru", "en"),
        ("/en/", "ru", "en"),
        ("/en", "ru", "en"),
        ("/ru/", "en", "ru"),
        ("/?lang=tlh", "en", "en"),
    ):
        page = await site.get(path, headers={"Accept-Language": wish})

        assert page.headers["Content-Language"] == language, path
        assert f'<html lang="{language}"' in page.text
        assert "Accept-Language" in page.headers["Vary"]
        assert "Accept-Encoding" in page.headers["Vary"]


async def test_a_chosen_language_leads_on_and_a_wish_leaves_addresses_alone(site: httpx.AsyncClient):
    chosen = await site.get("/en/slots/open")
    asked = await site.get("/slots/open?lang=en")
    wished = await site.get("/slots/open", headers={"Accept-Language": "en"})

    for page in (chosen, asked):
        assert 'action="/en/slots/open"' in page.text
        assert all(href.startswith(("/en/", "/ru/", "/static/", "/consent/")) for href in links(page))
    assert 'action="/slots/open"' in wished.text


def links(page: httpx.Response) -> list[str]:
    return [href for href in re.findall(r'href="(/[^"]*)"', page.text) if href != "/"]


async def test_every_language_is_one_press_away_and_leads_to_the_same_page(site: httpx.AsyncClient):
    for path, there in (
        ("/slots/open?group=1", "/en/slots/open?group=1"),
        ("/?kind=workshop&lang=ru&utm=1", "/en/?kind=workshop"),
        ("/calendar?seats=2", "/en/calendar?seats=2"),
        ("/tours/cars", "/en/tours/cars"),
        ("/nothing", "/en/nothing"),
        ("/lost", "/en/lost"),
    ):
        page = await site.get(path)

        assert f'<a href="{there}" lang="en" hreflang="en"' in page.text.replace("&amp;", "&"), path


async def test_search_engines_are_told_of_every_language(site: httpx.AsyncClient):
    page = (await site.get("/en/tours/cars")).text

    assert '<link rel="canonical" href="http://site.test/en/tours/cars">' in page
    for code, path in (("ru", "/ru/tours/cars"), ("en", "/en/tours/cars"), ("x-default", "/tours/cars")):
        assert f'<link rel="alternate" hreflang="{code}" href="http://site.test{path}">' in page


async def test_one_language_is_never_kept_for_another(site: httpx.AsyncClient):
    russian, english = await site.get("/ru/"), await site.get("/en/")
    again = await site.get("/en/", headers={"If-None-Match": english.headers["ETag"]})
    other = await site.get("/ru/", headers={"If-None-Match": english.headers["ETag"]})

    assert russian.headers["ETag"] != english.headers["ETag"]
    assert (again.status_code, other.status_code) == (304, 200)
    assert "Accept-Language" in again.headers["Vary"]


async def test_the_api_speaks_the_language_that_is_wished_for(site: httpx.AsyncClient):
    english = await site.get("/api/slots/none", headers={"Accept-Language": "en"})
    russian = await site.get("/api/slots/none")

    assert english.json()["title"] == "There is no such visit"
    assert russian.json()["title"] == "Такого визита нет"
