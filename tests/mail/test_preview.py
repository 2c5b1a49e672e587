"""`zapis mail preview`: every letter can be looked at; a browser looks at the main ones, and keeps pictures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Page, sync_playwright

from tests.pictures import keep
from zapis.cli import main
from zapis.core.model import NoticeKind

CHROMIUM = shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SHOWN = {
    "mail": ("confirmed.ru", 640, "light"),
    "mail-reminder": ("reminder.ru", 390, "dark"),
    "mail-moved": ("slot_changed.ru", 640, "light"),
    "mail-cancelled": ("slot_cancelled.ru", 390, "light"),
    "mail-list": ("list.ru", 640, "light"),
    "mail-changes": ("changes.ru", 390, "dark"),
}
TO_ENTERPRISES = {"list.ru", "changes.ru"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the command wrote, and what it said."""
    folder = tmp_path_factory.mktemp("letters")
    done = CliRunner().invoke(main, ["mail", "preview", "--no-open", "--out", str(folder)])
    assert done.exit_code == 0, done.output
    return folder, done.output


def test_all_letters_are_written_in_every_language_and_found_from_one_page(written: tuple[Path, str]) -> None:
    folder, said = written
    names = {f"{kind}.{language}" for kind in NoticeKind for language in ("ru", "en")} | TO_ENTERPRISES

    assert {path.stem for path in folder.glob("*.html")} == names | {"index"}
    assert {path.stem for path in folder.glob("*.txt")} == names
    index = (folder / "index.html").read_text("utf-8")
    assert all(f'href="{name}.html"' in index and f'src="{name}.html"' in index for name in names)
    assert said.strip() == f"{len(names)} letters: {folder / 'index.html'}"


def test_a_letter_is_shown_with_its_picture_and_asks_the_network_for_nothing(written: tuple[Path, str]) -> None:
    folder, _ = written
    for path in folder.glob("*.html"):
        sources = re.findall(r' src="([^"]*)"', path.read_text("utf-8"))
        assert [source for source in sources if not re.match(r"data:image/png|[\w.]+\.html$", source)] == []


def test_the_page_is_opened_unless_that_is_not_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    done = CliRunner().invoke(main, ["mail", "preview", "--out", str(tmp_path)])

    assert (done.exit_code, opened) == (0, [(tmp_path / "index.html").as_uri()])


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")
def test_letters_fit_a_phone_and_their_code_is_seen(written: tuple[Path, str], browser_page: Page) -> None:
    folder, _ = written
    browser_page.set_viewport_size({"width": 360, "height": 800})
    for letter in folder.glob("*.*.html"):
        browser_page.goto(letter.as_uri())
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= 360, letter.name
        assert browser_page.evaluate("[...document.images].every(image => image.naturalWidth > 130)")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")
@pytest.mark.parametrize("picture", SHOWN)
def test_the_main_letters_have_their_picture_taken(picture: str, written: tuple[Path, str], browser_page: Page) -> None:
    name, width, scheme = SHOWN[picture]
    browser_page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.goto((written[0] / f"{name}.html").as_uri())
    keep(browser_page, picture, whole=True)

    complaints = {violation["id"] for violation in Axe().run(browser_page).response["violations"]}
    assert complaints <= {"landmark-one-main", "region"}, "landmarks are the mail client's to set around a letter"
