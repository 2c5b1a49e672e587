"""The mailbox's page in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from local.mailbox import Mailbox
from tests.local.test_mailbox import letter, send

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with Mailbox(data=tmp_path_factory.mktemp("mail")) as box:
        send(box, letter(subject="Первое письмо"))
        yield box


@pytest.fixture(scope="module")
def page(box: Mailbox) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
        yield page
        browser.close()


def test_a_new_letter_appears_without_a_reload(box: Mailbox, page: Page) -> None:
    page.goto(box.url)
    expect(page.get_by_role("link", name="Первое письмо")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    send(box, letter(subject="Второе письмо"))
    expect(page.get_by_role("link", name="Второе письмо")).to_be_visible()
    assert page.evaluate("window.notReloaded") is True


def test_a_letter_fits_a_phone_and_runs_no_script(box: Mailbox, page: Page, tmp_path: Path) -> None:
    message = letter(subject="Письмо со скриптом")
    message.get_payload()[1].set_content("<p id=x>до</p><script>x.textContent='после'</script>", subtype="html")
    send(box, message)
    page.goto(box.url)
    page.get_by_role("link", name="Письмо со скриптом").click()
    expect(page.frame_locator("iframe[title=Письмо]").locator("#x")).to_have_text("до")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
