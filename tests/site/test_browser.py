"""A visitor with a real browser walks from the catalogue to the proof and back, with JavaScript and without."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from starlette.responses import HTMLResponse

from tests.site.conftest import TOKENS, Programme
from tests.site.test_trouble import Troubled
from zapis.core.model import Reason, Standing
from zapis.site.precautions import Precautions

CHROMIUM = shutil.which("chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--accept-lang=ru",
]
PATIENCE = 20_000
"""Milliseconds that a page may take on a busy machine."""
PATHS = ("/", "/calendar", "/embed", "/enterprises/plant", "/tours/cars", "/slots/open")
PHONE = {"width": 360, "height": 740}
EXPECTED_IN_THE_CONSOLE = "Failed to load resource: the server responded with a status of"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
    pytest.mark.long,
    pytest.mark.xdist_group("browser"),
]


@contextmanager
def served(app: Callable) -> Iterator[str]:
    """The application behind a real server on a free port; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    yield from watched(browser, java_script_enabled=request.param)


@pytest.fixture
def lively(browser: Browser) -> Iterator[Page]:
    """A page with JavaScript."""
    yield from watched(browser)


def watched(browser: Browser, **options: bool) -> Iterator[Page]:
    """A page on a phone that must neither complain nor ask anybody but the site for anything."""
    context = browser.new_context(viewport=PHONE, **options)
    page = context.new_page()
    with heard(page):
        yield page
        context.close()


@contextmanager
def heard(page: Page) -> Iterator[None]:
    """What the page says and asks for until then is in order."""
    complaints: list[str] = []
    asked: set[str] = set()
    listeners: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "request": lambda request: asked.add("/".join(request.url.split("/")[:3])),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert [text for text in complaints if not text.startswith(EXPECTED_IN_THE_CONSOLE)] == []
    assert len(asked) == 1


def fill(page: Page, **visitor: str) -> None:
    page.get_by_label("Имя и фамилия").first.fill(visitor.get("name", "Анна Петрова"))
    page.get_by_label("Электронная почта").fill("anna@example.org")
    page.get_by_label("Телефон").fill("8 916 123-45-67")
    page.get_by_label("Лет в день визита вам").fill("34")


def agree(page: Page) -> None:
    for box in page.locator("#consents input:visible").all():
        box.check()


def fits_the_phone(page: Page) -> bool:
    page.wait_for_load_state("domcontentloaded")
    return bool(page.evaluate("document.documentElement.scrollWidth <= 360"))


def test_a_visitor_registers_sees_the_proof_and_cancels(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(site)
        assert fits_the_phone(page)
        page.get_by_role("link", name="Как рождается «Москвич»").nth(1).click()
        page.wait_for_url("**/slots/open")
        assert fits_the_phone(page)
        fill(page)
        page.get_by_text("Добавить спутника").click()
        page.get_by_label("Имя и фамилия спутника 1").fill("Маша Петрова")
        page.get_by_label("Лет в день визита спутнику 1").fill("12")
        agree(page)
        page.locator("form").get_by_role("button", name="Записаться").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        (registration,) = programme.registrations()
        expect(page.get_by_text(registration.code)).to_be_visible()
        expect(page.get_by_text("34 года, 12 лет")).to_be_visible()
        assert fits_the_phone(page)

        page.get_by_role("link", name="Отменить").click()
        assert fits_the_phone(page)
        assert programme.registrations()[0].standing is Standing.CONFIRMED
        page.get_by_role("button", name="Отменить всю заявку").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Заявка отменена")


def test_wrong_fields_take_the_focus_and_keep_what_was_typed(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(f"{site}/slots/open")
        fill(page, name="Анна3")
        page.get_by_text("Добавить спутника").click()
        page.get_by_label("Лет в день визита спутнику 1").fill("12")
        page.locator("form").get_by_role("button", name="Записаться").click()

        expect(page.locator("#summary")).to_be_focused()
        page.get_by_role("link", name="В имени могут быть только буквы").click()
        expect(page.get_by_label("Имя и фамилия").first).to_be_focused()
        expect(page.get_by_label("Имя и фамилия").first).to_have_value("Анна3")
        expect(page.get_by_label("Лет в день визита спутнику 1")).to_have_value("12")
        assert fits_the_phone(page)


def test_the_form_is_filled_in_before_the_opening_and_wakes_up_by_itself(programme: Programme, lively: Page):
    opens = programme.now + timedelta(days=3)
    with served(programme.open()) as site:
        programme.now = opens - timedelta(seconds=90)
        lively.goto(f"{site}/slots/soon")
        fill(lively)
        agree(lively)
        button = lively.locator("form .button-big")
        expect(button).to_be_disabled()
        expect(lively.get_by_role("timer")).to_contain_text("1:")

        programme.now = opens
        lively.get_by_label("Имя и фамилия").first.press("Enter")
        assert programme.registrations() == []
        lively.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(lively.get_by_text("Запись открыта: отправляйте заявку.")).to_be_visible()
        expect(lively.get_by_role("timer")).to_be_hidden()
        expect(button).to_be_enabled()
        assert fits_the_phone(lively)
        button.click()
        expect(lively.get_by_role("heading", level=1)).to_have_text("Вы записаны")


def test_a_form_that_was_sent_too_early_is_kept_and_sent_at_the_moment(programme: Programme, page: Page):
    opens = programme.now + timedelta(days=3)
    with served(programme.open()) as site:
        programme.now = opens - timedelta(seconds=2)
        page.goto(f"{site}/slots/soon")
        fill(page)
        agree(page)
        page.locator("#form").evaluate("form => form.submit()")
        expect(page.get_by_role("heading", level=1)).to_have_text("Запись ещё не открылась")
        assert fits_the_phone(page)
        programme.now = opens
        by_itself = page.locator("[data-countdown]").is_visible()
        if not by_itself:
            page.get_by_role("button", name="Отправить ещё раз").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Вы записаны")


def test_where_proof_of_work_is_asked_for_the_browser_does_it_while_the_form_is_filled_in(
    programme: Programme, lively: Page
):
    programme.precautions = Precautions(proof_of_work=True)
    with served(programme.open()) as site:
        lively.goto(f"{site}/slots/open")
        fill(lively)
        agree(lively)
        lively.locator("form .button-big").click()
        expect(lively.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        assert [r.reason for r in programme.registrations()] == [None]


def test_without_javascript_a_link_in_a_mail_stands_in_for_the_proof(programme: Programme, browser: Browser):
    programme.precautions = Precautions(proof_of_work=True)
    for page in watched(browser, java_script_enabled=False):
        with served(programme.open()) as site:
            page.goto(f"{site}/slots/open")
            fill(page)
            agree(page)
            page.locator("form .button-big").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Проверьте почту")
            (proposed,) = programme.registrations()
            assert proposed.reason is Reason.UNCONFIRMED

            page.goto(f"{site}/confirm/{TOKENS.address(proposed.id)}")
            assert fits_the_phone(page)
            page.get_by_role("button", name="Подтвердить и записаться").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Вы записаны")


def tab_to(page: Page, wanted: Locator) -> None:
    """Walk with the Tab key until the cursor is there."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the Tab key never comes to {wanted}")


def test_the_whole_way_goes_by_keyboard_alone(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(site)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, page.locator("a[href='/slots/open']"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Как рождается «Москвич»")
        tab_to(page, page.get_by_role("link", name="Записаться"))
        page.keyboard.press("Enter")
        for label, typed in (
            ("Имя и фамилия", "Анна Петрова"),
            ("Электронная почта", "anna@example.org"),
            ("Телефон", "+7 916 123-45-67"),
            ("Лет в день визита вам", "34"),
        ):
            tab_to(page, page.get_by_label(label).first)
            page.keyboard.type(typed)
        tab_to(page, page.get_by_role("button", name="Добавить спутника"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Имя и фамилия спутника 1")).to_be_focused()
        page.keyboard.type("Маша")
        page.keyboard.press("Tab")
        page.keyboard.type("12")
        for box in page.locator("#consents input:visible").all():
            tab_to(page, box)
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        assert programme.registrations()[0].ages == (34, 12)

        tab_to(page, page.get_by_role("link", name="Перенести на другую дату"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("link", name="суббота, 19 декабря"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("button", name="Перенести"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("Перенесли: вы записаны на другую дату")).to_be_visible()
        assert programme.registrations()[0].slot == "later"


def test_a_holder_grows_the_party_corrects_a_name_and_is_forgotten(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(f"{site}/slots/open")
        fill(page)
        agree(page)
        page.locator("form .button-big").click()

        page.get_by_role("link", name="Добавить человека").click()
        page.get_by_label("Имя и фамилия").fill("Вера Котова")
        page.get_by_label("Лет в день визита").fill("41")
        assert fits_the_phone(page)
        page.get_by_role("button", name="Добавить", exact=True).click()
        expect(page.get_by_text("2 человека: 34 года, 41 год")).to_be_visible()

        page.get_by_role("link", name="Исправить имя или телефон").click()
        page.get_by_label("Имя и фамилия посетителя 2").fill("Вера Кротова")
        assert fits_the_phone(page)
        page.get_by_role("button", name="Сохранить").click()
        expect(page.get_by_role("status")).to_contain_text("Исправили")
        (person,) = programme.people().values()
        assert person.visitors == ("Анна Петрова", "Вера Кротова")

        page.get_by_role("link", name="Мои данные и согласия").click()
        expect(page.get_by_role("link", name="Скачать всё файлом JSON")).to_be_visible()
        assert fits_the_phone(page)
        page.get_by_role("link", name="Удалить мои данные").click()
        page.get_by_role("button", name="Отменить заявку и удалить данные").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Заявка отменена")
        assert [person.name for person in programme.people().values()] == [""]


def test_while_the_network_is_lost_the_page_keeps_what_was_typed_and_sends_it_afterwards(
    programme: Programme, browser: Browser
):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    with served(programme.open()) as site:
        page.goto(f"{site}/slots/open")
        fill(page)
        agree(page)
        context.set_offline(True)
        page.locator("form .button-big").click()

        expect(page.get_by_text("Связи нет, ничего не отправлено")).to_be_visible()
        expect(page.get_by_label("Электронная почта")).to_have_value("anna@example.org")
        assert programme.registrations() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0

        context.set_offline(False)
        expect(page.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        assert len(programme.registrations()) == 1

        page.get_by_role("link", name="Исправить имя или телефон").click()
        page.get_by_label("Имя и фамилия").fill("Анна Перова")
        context.set_offline(True)
        page.get_by_role("button", name="Сохранить").click()
        expect(page.get_by_text("Связи нет, ничего не отправлено")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_role("status")).to_contain_text("Исправили")
    context.close()


def test_while_seats_are_checked_the_page_sends_itself_again(programme: Programme, lively: Page):
    troubled = Troubled(programme)
    with served(troubled.app) as site:
        lively.goto(f"{site}/slots/open")
        fill(lively)
        agree(lively)
        troubled.silence()
        lively.locator("form").get_by_role("button", name="Записаться").click()
        expect(lively.get_by_role("heading", level=1)).to_have_text("Проверяем места, ещё не подтверждено")

        troubled.relent()

        expect(lively.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        assert len(programme.registrations()) == 1


def test_a_companion_who_is_put_away_does_not_come(programme: Programme, lively: Page):
    with served(programme.open()) as site:
        lively.goto(f"{site}/slots/open")
        fill(lively)
        lively.get_by_text("Добавить спутника").click()
        lively.get_by_label("Имя и фамилия спутника 1").fill("Маша")
        lively.get_by_role("button", name="Убрать").click()
        agree(lively)
        lively.locator("form").get_by_role("button", name="Записаться").click()

        expect(lively.get_by_role("heading", level=1)).to_have_text("Вы записаны")
        assert programme.registrations()[0].ages == (34,)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_in_light_and_dark(programme: Programme, lively: Page, scheme: str):
    lively.emulate_media(color_scheme=scheme)
    with served(programme.open()) as site:
        for path in (*PATHS, "/slots/soon", "/nothing", "/consent/registration"):
            lively.goto(site + path)

            assert fits_the_phone(lively), path


def test_the_filter_is_at_hand_on_a_wide_screen_and_put_away_on_a_phone(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(site)
        expect(page.get_by_label("Предприятие")).to_be_hidden()
        page.get_by_text("Подобрать визит").click()
        page.get_by_label("Вид").select_option("мастер-класс")
        page.get_by_role("button", name="Показать").click()

        expect(page.get_by_role("status")).to_contain_text("Нашлись 2 визита")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(site)
        expect(page.get_by_label("Предприятие")).to_be_visible()


def test_a_day_of_the_calendar_leads_to_its_visits(programme: Programme, page: Page):
    with served(programme.open()) as site:
        page.goto(f"{site}/calendar")
        assert fits_the_phone(page)
        page.get_by_role("link", name="суббота, 12 декабря: 1 визит, свободно 25 мест").click()

        expect(page.get_by_role("status")).to_contain_text("Нашёлся 1 визит")


def test_the_filter_answers_without_loading_a_page_and_lives_in_the_address(programme: Programme, lively: Page):
    with served(programme.open()) as site:
        lively.goto(site)
        lively.evaluate("window.same = true")
        lively.get_by_text("Подобрать визит").click()
        lively.get_by_label("Вид").select_option("мастер-класс")

        expect(lively.get_by_role("status")).to_contain_text("Нашлись 2 визита")
        expect(lively).to_have_url(f"{site}/?kind=workshop")
        assert lively.locator("article.card").count() == 2
        lively.get_by_label("Слова").fill("нет такого")
        expect(lively.get_by_role("status")).to_contain_text("ничего не нашлось")
        lively.go_back()
        expect(lively.get_by_role("status")).to_contain_text("Нашлись 2 визита")
        expect(lively.get_by_label("Слова")).to_have_value("")
        lively.go_back()
        expect(lively.get_by_role("status")).to_contain_text("Все визиты сезона")
        expect(lively.get_by_label("Вид")).to_have_value("")
        assert lively.evaluate("window.same")


def test_who_presses_a_button_of_the_filter_is_led_to_the_answer(programme: Programme, lively: Page):
    with served(programme.open()) as site:
        lively.goto(site)
        lively.evaluate("window.same = true")
        lively.get_by_text("Подобрать визит").click()
        lively.get_by_label("Слова").fill("корка")
        lively.keyboard.press("Enter")

        expect(lively.get_by_role("status")).to_be_focused()
        expect(lively.get_by_role("status")).to_contain_text("Нашлись 2 визита")
        expect(lively.get_by_role("link", name="English")).to_have_attribute("href", re.compile("q="))
        lively.get_by_role("link", name="Показать все").click()
        expect(lively.get_by_role("status")).to_be_focused()
        expect(lively.get_by_role("status")).to_contain_text("Все визиты сезона")
        expect(lively.get_by_label("Слова")).to_have_value("")
        expect(lively).to_have_url(f"{site}/")
        assert lively.evaluate("window.same")


def test_a_statement_is_asked_for_once_a_child_is_written_down(programme: Programme, lively: Page):
    statement = "Я законный представитель"
    with served(programme.open()) as site:
        lively.goto(f"{site}/slots/open")
        expect(lively.get_by_label(statement)).to_be_hidden()
        lively.get_by_label("Лет в день визита вам").fill("15")
        lively.get_by_text("Добавить спутника").click()
        lively.get_by_label("Лет в день визита спутнику 1").fill("34")
        expect(lively.get_by_label(statement)).to_be_hidden()
        lively.get_by_label("Лет в день визита спутнику 1").fill("12")
        expect(lively.get_by_label(statement)).to_be_visible()
        lively.get_by_role("button", name="Убрать").click()
        expect(lively.get_by_label(statement)).to_be_hidden()


WATCH_FOR_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((seen) => {
      for (const one of seen.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
    }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_a_page_comes_in(programme: Programme, lively: Page, width: int):
    lively.set_viewport_size({"width": width, "height": 800})
    lively.add_init_script(WATCH_FOR_SHIFTS)
    with served(programme.open()) as site:
        for path in (*PATHS, "/slots/soon", "/lost", "/consent/registration"):
            lively.goto(site + path, wait_until="networkidle")
            lively.evaluate("document.fonts.ready")

            assert lively.evaluate("window.shifts") == [], path
        assert lively.evaluate("document.fonts.check('700 1rem Golos')")


def test_a_city_may_show_the_embed_in_a_frame_and_its_links_leave_the_frame(programme: Programme, browser: Browser):
    async def host(scope, receive, send):
        page = HTMLResponse(f'<!doctype html><title>Город</title><iframe title="Визиты" src="{site}/embed"></iframe>')
        await page(scope, receive, send)

    with served(programme.open()) as site, served(host) as city:
        page = browser.new_page()
        page.goto(city)
        page.frame_locator("iframe").get_by_role("link", name="Как рождается").first.click()

        expect(page).to_have_url(re.compile(f"^{site}/slots/"))
        page.close()
