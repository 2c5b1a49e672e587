"""One person plays all three roles in a browser; what organiser and enterprise saw is kept as pictures."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.pictures import keep
from tests.walk.running import SHEETS, Running, until

CHROMIUM = shutil.which("chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--accept-lang=ru",
]
PATIENCE = 30_000
DRAWN = "document.images.length > 0 && [...document.images].every((one) => one.naturalWidth > 0)"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.long,
    pytest.mark.xdist_group("walk"),
]


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        expect.set_options(timeout=PATIENCE)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def with_name(name: str, rows: list[dict[str, str]]) -> list[str]:
    """The names of all rows, if this one is among them."""
    names = [row["Фамилия и имя"] for row in rows]
    return names if name in names else []


def test_a_citizen_an_organiser_and_an_enterprise_see_one_registration(run: Running, page: Page):
    slots = [s for s in run.slots() if s["state"] == "open" and s["free"] == s["capacity"] and s["min_age"] <= 35]
    slot = slots[len(slots) // 2]

    page.goto(run.site)
    page.goto(f"{run.site}/slots/{slot['id']}")
    page.get_by_label("Имя и фамилия").first.fill("Кирилл Трамваев")
    page.get_by_label("Электронная почта").fill("kirill@example.com")
    page.get_by_label("Телефон").fill("8 916 123 45 67")
    page.get_by_label("Лет в день визита").first.fill("35")
    for box in page.locator("#consents input:visible").all():
        box.check()
    page.get_by_role("button", name="Записаться").click()
    expect(page.get_by_role("heading", name=re.compile("Вы записаны"))).to_be_visible()

    (letter,) = until(lambda: run.letters("kirill@example.com"))
    page.goto(f"{run.mailbox}/#{letter['id']}")
    expect(page.get_by_text("kirill@example.com").first).to_be_visible()

    roster = run.season["rosters"][slot["enterprise"]]
    names = until(lambda: with_name("Кирилл Трамваев", run.rows(roster, "Посетители")), SHEETS)
    page.goto(f"{run.sheets}/spreadsheets/d/{roster}/edit")
    page.get_by_label("Перейти к ячейке").fill(f"A{2 + names.index('Кирилл Трамваев')}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Кирилл Трамваев").first).to_be_visible()
    keep(page, "roster")

    page.goto(f"{run.sheets}/spreadsheets/d/{run.season['catalogue']}/edit")
    page.get_by_role("tab", name="Расписание").click()
    expect(page.get_by_text("Подтверждаю").first).to_be_visible()
    keep(page, "timetable")
    page.set_viewport_size({"width": 1720, "height": 1010})
    page.get_by_role("tab", name="Сводка").click()
    until(lambda: page.evaluate(DRAWN))
    keep(page, "summary")

    enterprises = run.rows(run.season["catalogue"], "Предприятия")
    (link,) = (r["Ссылка для проходной"] for r in enterprises if r["Предприятие"] == slot["enterprise"])
    page.goto(link)
    expect(page.get_by_role("heading", name="Проходная")).to_be_visible()
