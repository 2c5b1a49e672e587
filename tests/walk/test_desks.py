"""An organiser and an enterprise at their desks: the emulator's page in a browser, over the processes of `make run`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.walk.office import Office
from tests.walk.running import SHEETS, Running, until
from tests.walk.test_season import ask, fill_in

CHROMIUM = shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 60_000
"""Milliseconds that somebody looks at a cell: `sync` comes every few seconds, and takes longer on a busy machine."""

DESK = {"width": 1860, "height": 460}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.long,
    pytest.mark.xdist_group("walk"),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport=DESK, locale="ru-RU")
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield page
        browser.close()


def day(days: int) -> str:
    """So many days from today, as it is typed."""
    return f"{datetime.now(ZoneInfo('Europe/Moscow')) + timedelta(days=days):%d.%m.%Y}"


def test_an_organiser_offers_mends_moves_and_cancels_a_visit(run: Running, page: Page) -> None:
    known = next(s for s in run.slots() if s["min_age"] <= 35 and s["capacity"] > 10)
    office = Office(run, page, run.season["catalogue"], "Расписание")
    row = office.below("Экскурсия")

    for header, text in {"Экскурсия": known["title"], "Дата": day(40), "Начало": "07:15", "Мест": "10"}.items():
        office.write(row, header, text)
    office.reads(row, "Проверка", "✓")
    slot_id = office.go(row, "_id").inner_text().strip()
    assert slot_id not in {slot["id"] for slot in run.slots()}, "a draft is nobody's business"
    office.write(row, "Статус", "открыта")
    slot = until(lambda: next((slot for slot in run.slots() if slot["id"] == slot_id), None))
    assert "/ticket/" in str(fill_in(run, slot, "first@example.com").url)
    office.reads(row, "Занято", "1")
    office.picture("desk-offered", row, "Проверка")

    office.write(row, "Мест", "много")
    office.reads(row, "Проверка", "нужно целое число, а написано «много»")
    office.picture("desk-problem", row, "Проверка")
    assert run.slot(slot_id)["capacity"] == 10
    office.write(row, "Мест", "12")
    office.reads(row, "Проверка", "✓")
    assert until(lambda: run.slot(slot_id)["capacity"] == 12)

    office.write(row, "Дата", day(41))
    office.reads(row, "Проверка", "затронет 1 человека: 1 заявка; поставьте галочку «Подтверждаю»")
    office.picture("desk-move", row, "Проверка")
    assert run.slot(slot_id)["starts"] == slot["starts"]
    office.tick(row, "Подтверждаю")
    until(lambda: len(run.letters("first@example.com")) == 2)
    office.reads(row, "Проверка", re.compile("^✓$"))

    office.write(row, "Статус", "отменена")
    office.reads(row, "Проверка", "галочка «Подтверждаю» осталась от прежней правки")
    office.tick(row, "Подтверждаю")
    office.reads(row, "Проверка", "отмена затронет 1 человека: 1 заявка; поставьте галочку")
    office.picture("desk-cancel", row, "Проверка")
    office.tick(row, "Подтверждаю")

    until(lambda: run.slot(slot_id)["state"] == "cancelled")
    until(lambda: len(run.letters("first@example.com")) == 3)
    page.set_viewport_size({"width": 1860, "height": 1000})
    office.turn_to("Сводка")
    charts = page.locator("img.chart")
    expect(charts).to_have_count(8)
    for chart in charts.all():
        expect(chart).not_to_have_js_property("naturalWidth", 0)
    page.set_viewport_size(DESK)


def test_an_enterprise_sorts_ticks_and_remarks_and_keeps_it_all(run: Running, page: Page) -> None:
    slot = next(s for s in run.slots() if s["state"] == "open" and s["free"] > 5 and s["min_age"] <= 35)
    roster = run.season["rosters"][slot["enterprise"]]
    for who in ("Яков Ящиков", "Алла Абажурова"):
        assert ask(run, slot["id"], who).status_code == 201
    until(lambda: any(line["Фамилия и имя"] == "Алла Абажурова" for line in run.rows(roster, "Посетители")), SHEETS)

    office = Office(run, page, roster, "Посетители")
    row = office.row_of("Фамилия и имя", "Яков Ящиков")
    office.tick(row, "Пришли")
    office.write(row, "Заметки", "на костылях, нужен лифт")
    office.go(row, "Фамилия и имя")
    page.get_by_role("button", name="Я → А").click()
    yes = page.get_by_role("button", name="Изменить", exact=True)
    if yes.is_visible():
        yes.click()
    until(lambda: office.row_of("Фамилия и имя", "Яков Ящиков") != row, SHEETS)
    assert ask(run, slot["id"], "Борис Бочкин").status_code == 201
    until(lambda: any(line["Фамилия и имя"] == "Борис Бочкин" for line in run.rows(roster, "Посетители")), SHEETS)
    office.picture("desk-roster", office.row_of("Фамилия и имя", "Яков Ящиков"), "Заметки")

    lines = {line["Фамилия и имя"]: line for line in run.rows(roster, "Посетители")}
    said = {who: (lines[who]["Пришли"], lines[who]["Заметки"]) for who in ("Яков Ящиков", "Алла Абажурова")}
    assert said == {"Яков Ящиков": ("TRUE", "на костылях, нужен лифт"), "Алла Абажурова": ("", "")}
    office.turn_to("Для печати")
    expect(page.get_by_text("Алла Абажурова").first).to_be_visible()
    page.set_viewport_size({"width": 900, "height": 700})
    office.picture("desk-print", 2, "Фамилия и имя")
