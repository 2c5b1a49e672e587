"""The workbook in a real browser: what a person sees, types, pastes and is refused."""

from __future__ import annotations

import io
import re

import httpx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.emulator_page.desk import Desk
from tests.stage import Stage
from tests.walk.running import until
from zapis.schema import schema

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("emulator-page")]


def test_the_list_groups_files_by_what_they_are(season: Stage, page: Page):
    page.goto(season.emulator.url)

    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert [re.sub(r"\s*\d*$", "", heading) for heading in headings][:3] == ["Каталог", "Списки предприятий", "Журнал"]
    page.get_by_role("link", name="Каталог").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Каталог")


def test_an_unknown_file_is_said_to_be_missing(season: Stage, page: Page):
    answer = httpx.get(f"{season.emulator.url}/spreadsheets/d/unknown/edit")

    assert answer.status_code == 404
    assert "Такой таблицы здесь нет" in answer.text


def test_tabs_stand_in_order_and_the_hidden_ones_on_demand(desk: Desk):
    desk.open("Расписание")
    tabs = desk.page.get_by_role("tab")
    declared = schema()["catalogue"]
    assert tabs.all_inner_texts() == [tab.title for tab in declared if not tab.hidden]

    hidden = sum(tab.hidden for tab in declared)
    desk.page.get_by_role("button", name=f"Скрытые: {hidden}").click()
    expect(desk.tab("_места")).to_have_css("font-style", "italic")
    desk.tab("_места").click()
    desk.shows("A1", "_id")


def test_charts_float_over_the_cells_that_they_are_anchored_to(desk: Desk):
    desk.open("Сводка")
    charts = desk.page.locator("img.chart")

    expect(charts).to_have_count(8)
    for chart in charts.all():
        expect(chart).not_to_have_js_property("naturalWidth", 0)
    assert charts.first.bounding_box()["x"] > desk.cell("D2").bounding_box()["x"]


def test_cells_look_as_the_sheet_says(desk: Desk):
    desk.open("Расписание")

    header = desk.cell("A1")
    expect(header).to_have_css("background-color", "rgb(45, 106, 79)")
    expect(header).to_have_css("font-weight", "700")
    desk.shows("B2", "12.12.2030")
    desk.shows("C2", "11:00")
    expect(desk.cell("D2")).to_have_css("text-align", "right")
    assert header.bounding_box()["width"] == 280


def test_frozen_columns_stay_in_view(desk: Desk):
    desk.open("Расписание")
    before = desk.cell("A2").bounding_box()

    desk.page.locator("#grid").evaluate("grid => { grid.scrollLeft = 600 }")

    expect(desk.cell("K1")).to_be_in_viewport()
    assert desk.cell("A2").bounding_box() == before
    assert desk.cell("E2").bounding_box()["x"] < before["x"] + before["width"]


def test_typing_replaces_a_cell_and_enter_goes_down(desk: Desk):
    desk.open("Расписание")
    desk.cell("D2").click()
    desk.type("17")
    desk.keys.press("Enter")

    desk.shows("D2", "17")
    expect(desk.cell("D3")).to_have_attribute("aria-selected", "true")
    assert desk.season.rows(desk.file, "Расписание")[0]["Мест"] == "17"


def test_what_is_typed_goes_into_the_tab_where_it_was_begun(desk: Desk):
    desk.open("Расписание")
    before = desk.season.grid(desk.file, "Заявки")
    desk.cell("H4").click()
    desk.type("чужой")
    desk.tab("Заявки").dispatch_event("click")
    desk.shows("A1", "Код")
    desk.agree()

    desk.page.get_by_text("Сохранено").wait_for()
    assert desk.season.grid(desk.file, "Заявки") == before
    assert desk.season.grid(desk.file, "Расписание", "H4") == [["чужой"]]


def test_a_cell_merged_over_others_covers_them(desk: Desk):
    desk.fresh(["Заголовок", ""], ["широкая", "", "рядом"], [""], ["ниже"])
    merged = {"sheetId": desk.sheet, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    asked = {"mergeCells": {"range": merged, "mergeType": "MERGE_ALL"}}
    httpx.post(f"{desk.door}/change", json={"requests": [asked]}).raise_for_status()

    expect(desk.cell("B2")).to_be_hidden()
    box = desk.cell("A2").bounding_box()
    assert box["width"] == 200
    assert box["height"] > desk.cell("C2").bounding_box()["height"] * 1.9


def test_of_a_very_wide_tab_only_the_columns_in_view_are_drawn(desk: Desk):
    desk.fresh(["А"])
    wider = {"sheetId": desk.sheet, "dimension": "COLUMNS", "length": 500}
    httpx.post(f"{desk.door}/change", json={"requests": [{"appendDimension": wider}]}).raise_for_status()
    expect(desk.page.get_by_role("grid")).to_have_attribute("aria-colcount", "526")
    desk.cell("A2").click()
    desk.keys.press("End")

    expect(desk.page.locator("#cell-1-525")).to_have_attribute("aria-selected", "true")
    assert desk.page.locator(".letter").count() < 60


def test_escape_leaves_a_cell_as_it_was_and_delete_empties_it(desk: Desk):
    desk.fresh(["Имя"], ["Анна"])
    desk.cell("A2").click()
    desk.type("Олег")
    desk.keys.press("Escape")
    desk.shows("A2", "Анна")

    desk.keys.press("Delete")
    desk.shows("A2", "")
    desk.keys.press("Control+z")
    desk.shows("A2", "Анна")


def test_the_bar_shows_the_formula_and_takes_another(desk: Desk):
    desk.fresh(["Сумма"], ["=2+2"])
    bar = desk.page.get_by_label("Содержимое выбранной ячейки")
    desk.cell("A2").click()
    expect(bar).to_have_value("=2+2")

    bar.fill("=2+3")
    bar.press("Enter")
    desk.shows("A2", "5")


def test_tab_and_arrows_walk_and_tab_after_escape_leaves_the_grid(desk: Desk):
    desk.fresh(["А", "Б"], ["1", "2"])
    desk.cell("A1").click()
    desk.keys.press("ArrowDown")
    desk.keys.press("Tab")
    expect(desk.cell("B2")).to_have_attribute("aria-selected", "true")
    expect(desk.page.get_by_label("Перейти к ячейке")).to_have_value("B2")

    desk.keys.press("Escape")
    desk.keys.press("Tab")
    expect(desk.page.get_by_role("grid")).not_to_be_focused()


def test_a_dropdown_offers_what_the_rule_names(desk: Desk):
    desk.open("Расписание")
    desk.cell("E2").click()
    desk.keys.press("Enter")
    choices = desk.page.get_by_role("option")
    expect(choices).to_have_text(["открыта", "закрыта", "отменена"])

    choices.filter(has_text="закрыта").click()
    desk.shows("E2", "закрыта")


def test_a_dropdown_of_a_range_is_narrowed_by_typing(desk: Desk):
    desk.open("Расписание")
    desk.cell("A3").click()
    desk.type("рожд")
    expect(desk.page.get_by_role("option")).to_have_text(["Как рождается автомобиль"])

    desk.keys.press("Enter")
    desk.shows("A3", "Как рождается автомобиль")
    desk.keys.press("Control+z")
    desk.shows("A3", "")


def test_a_value_that_is_not_in_the_list_is_refused_with_a_sentence(desk: Desk):
    desk.open("Расписание")
    before = desk.cell("E2").inner_text()
    desk.cell("E2").click()
    desk.type("наверное")
    desk.keys.press("Enter")

    expect(desk.banner()).to_contain_text("E2: Такого значения нет в списке")
    desk.shows("E2", before)


def test_a_tick_is_clicked_and_toggled_by_space(desk: Desk):
    desk.open("Расписание")
    tick = desk.cell("G2").get_by_role("checkbox", name="Подтверждаю")
    tick.click()
    expect(tick).to_have_attribute("aria-checked", "true")
    assert desk.season.rows(desk.file, "Расписание")[0]["Подтверждаю"] == "TRUE"

    desk.keys.press("Space")
    expect(tick).to_have_attribute("aria-checked", "false")


def test_a_protected_cell_is_shaded_and_refuses_to_be_typed_in(desk: Desk):
    desk.open("_journal", desk.season.ledger)
    before = desk.season.grid(desk.file, "_journal")
    expect(desk.cell("B2")).to_have_class(re.compile(r"\bhard\b"))
    expect(desk.cell("B2")).to_have_attribute("aria-readonly", "true")

    desk.cell("B2").click()
    desk.type("мой")
    expect(desk.banner()).to_contain_text("защищены")
    desk.put_on_clipboard("чужое")
    desk.keys.press("Control+v")
    desk.keys.press("Delete")
    assert desk.season.grid(desk.file, "_journal") == before


def test_a_guarded_cell_asks_first(desk: Desk):
    desk.open("Расписание")
    before = desk.cell("F2").inner_text()
    desk.cell("F2").click()
    desk.type("другой")
    desk.keys.press("Enter")
    expect(desk.page.get_by_role("dialog")).to_contain_text("Здесь пишет программа")
    desk.page.get_by_role("button", name="Оставить как есть").click()

    desk.shows("F2", before)
    assert desk.season.grid(desk.file, "Расписание", "F2") == [[before]]


def test_a_note_is_read_on_hover_and_when_selected(desk: Desk):
    desk.open("Расписание")
    card = desk.page.get_by_role("tooltip")
    expect(card).to_be_hidden()

    desk.cell("E1").hover()
    expect(card).to_contain_text("Пусто — черновик.")
    desk.cell("D4").click()
    expect(card).to_be_hidden()
    desk.page.mouse.move(5, 5)
    desk.cell("B2").click()
    desk.keys.press("ArrowUp")
    expect(card).to_have_text("День визита, например 12.12.2026.")


def test_a_block_from_another_spreadsheet_is_pasted_at_the_selection(desk: Desk):
    desk.fresh(["Имя", "Лет", "Заметка"])
    desk.put_on_clipboard('Анна\t34\t"две\nстроки"\nОлег\t7\tс ""\tнет\n'.replace("\tнет", ""))
    desk.cell("A2").click()
    desk.keys.press("Control+v")

    desk.shows("B3", "7")
    expect(desk.cell("C2").locator(".text")).to_have_text("две\nстроки", use_inner_text=True)
    desk.shows("C3", 'с ""')
    expect(desk.page.get_by_label("Перейти к ячейке")).to_have_value("A2:C3")


def test_a_pasted_block_adds_the_rows_that_lack(desk: Desk):
    desk.fresh(["Имя"])
    desk.page.get_by_label("Перейти к ячейке").fill("A1000")
    desk.page.get_by_label("Перейти к ячейке").press("Enter")
    desk.put_on_clipboard("последняя\nещё одна")
    desk.keys.press("Control+v")

    desk.shows("A1001", "ещё одна")


def test_a_block_with_one_bad_value_is_refused_whole(desk: Desk):
    desk.open("Расписание")
    desk.put_on_clipboard("закрыта\nнаверное")
    desk.cell("E5").click()
    desk.keys.press("Control+v")

    expect(desk.banner()).to_contain_text("E6: Такого значения нет в списке")
    desk.shows("E5", "")


def test_copied_cells_are_pasted_with_their_formulas_moved(desk: Desk):
    desk.fresh(["А", "Б"], ["1", "=A2*10"], ["2"])
    desk.cell("B2").click()
    desk.keys.press("Control+c")
    assert desk.page.evaluate("navigator.clipboard.readText()") == "10"

    desk.cell("B3").click()
    desk.keys.press("Control+v")
    desk.shows("B3", "20")


def test_rows_below_the_header_are_sorted_both_ways(desk: Desk):
    desk.fresh(["Имя", "Лет"], ["Вера", "3"], ["Анна", "20"], ["Борис", "100"])
    desk.cell("A2").click()
    desk.page.get_by_role("button", name="А → Я").click()
    desk.shows("A2", "Анна")
    assert desk.column("A", 3) == ["Анна", "Борис", "Вера"]
    assert desk.column("B", 3) == ["20", "100", "3"]

    desk.cell("B2").click()
    desk.page.get_by_role("button", name="Я → А").click()
    desk.shows("B2", "100")
    assert desk.column("B", 3) == ["100", "20", "3"]
    desk.shows("A1", "Имя")


def test_sorting_over_what_the_program_fills_in_asks_first(desk: Desk):
    desk.open("Экскурсии и мастер-классы")
    desk.season.fill("tours", 3, {"title": "Аэродинамическая труба"})
    desk.shows("A3", "Аэродинамическая труба")
    desk.cell("A2").click()
    desk.page.get_by_role("button", name="А → Я").click()
    desk.agree()

    desk.shows("A2", "Аэродинамическая труба")


def test_what_a_program_writes_appears_and_an_edit_in_progress_stays(desk: Desk):
    desk.fresh(["Имя", "Мест"], ["Анна", "1"])
    desk.cell("A2").click()
    desk.type("Ан")
    written = {"tab": "Лист", "row": 1, "column": 1, "value": "42"}
    httpx.post(f"{desk.door}/edit", json=written).raise_for_status()

    desk.shows("B2", "42")
    expect(desk.page.get_by_label("Правка ячейки")).to_have_value("Ан")
    expect(desk.page.get_by_label("Правка ячейки")).to_be_focused()
    desk.keys.type("тон")
    desk.keys.press("Enter")
    desk.shows("A2", "Антон")


def test_a_lost_connection_is_told_and_mended_by_itself(desk: Desk):
    desk.fresh(["Имя"], ["Анна"])
    lost = "**/_local/files/**"
    desk.page.route(lost, lambda route: route.fulfill(status=503, body="<html>"))
    desk.cell("A2").click()
    desk.type("Олег")
    desk.keys.press("Enter")
    expect(desk.banner()).to_contain_text("Таблица ответила ошибкой 503")

    desk.page.unroute(lost)
    httpx.post(f"{desk.door}/edit", json={"tab": "Лист", "row": 1, "column": 0, "value": "Вера"}).raise_for_status()
    desk.shows("A2", "Вера")


def test_a_row_is_inserted_and_removed(desk: Desk):
    desk.fresh(["Имя"], ["Анна"], ["Олег"])
    desk.cell("A2").click()
    desk.page.get_by_role("button", name="Вставить строку").click()
    desk.shows("A4", "Олег")

    expect(desk.cell("A3")).to_have_attribute("aria-selected", "true")
    desk.page.get_by_role("button", name="Удалить строку").click()
    desk.shows("A3", "Олег")


def test_a_tab_is_hidden_and_shown_again(desk: Desk):
    desk.open("Заявки")
    desk.page.get_by_role("button", name="Скрыть вкладку").click()
    expect(desk.tab("Заявки")).to_have_css("font-style", "italic")

    desk.page.get_by_role("button", name="Показать вкладку").click()
    expect(desk.tab("Заявки")).to_have_css("font-style", "normal")


def test_of_a_long_tab_only_the_rows_in_view_are_drawn(desk: Desk):
    desk.fresh(["Строка"], *([str(number)] for number in range(2, 6002)))
    assert desk.page.locator(".row").count() < 100

    desk.cell("A2").click()
    desk.keys.press("Control+End")
    desk.shows("A6001", "6001")
    assert desk.page.locator(".row").count() < 100
    expect(desk.cell("A1")).to_be_visible()
    expect(desk.page.get_by_role("grid")).to_have_attribute("aria-rowcount", "6001")


def test_all_rows_are_copied_also_those_never_seen(desk: Desk):
    desk.fresh(["Строка"], *([str(number)] for number in range(2, 1202)))
    desk.cell("A2").click()
    desk.keys.press("Control+a")
    desk.keys.press("Control+c")

    until(lambda: desk.page.evaluate("navigator.clipboard.readText()").count("\n") == 1200)


def test_the_file_is_downloaded_as_a_workbook_that_opens(desk: Desk):
    desk.open("Расписание")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="Скачать XLSX").click()

    assert download.value.suggested_filename == "Каталог.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book["Расписание"]["A2"].value == "Как рождается автомобиль"
    assert book["_места"].sheet_state == "hidden"


def test_a_link_to_a_roster_leads_to_the_file_here(desk: Desk):
    desk.open("Предприятия")
    link = desk.page.locator(".cell.link").first
    link.click()

    card = desk.page.get_by_role("tooltip").get_by_role("link", name="Открыть таблицу")
    expect(card).to_have_attribute("href", f"/spreadsheets/d/{desk.season.roster}/edit")


def test_a_phone_shows_the_grid_without_scrolling_the_page(desk: Desk):
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.open("Расписание")

    assert desk.page.evaluate("document.documentElement.scrollWidth <= 390")
    assert desk.page.get_by_role("grid").bounding_box()["height"] > 500


def test_a_script_in_a_cell_is_text(desk: Desk):
    desk.fresh(["<img src=x onerror=alert(1)>"], ['=HYPERLINK("javascript:alert(1)";"нажми")'])

    desk.shows("A1", "<img src=x onerror=alert(1)>")
    expect(desk.page.locator("#grid img, #grid a, .cell.link")).to_have_count(0)
