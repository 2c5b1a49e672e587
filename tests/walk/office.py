"""A workbook of a run as somebody at a desk has it: opened in a browser, cells found by header and row."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.pictures import keep
from tests.walk.running import Running


class Office:
    """One workbook, open at one tab."""

    def __init__(self, run: Running, page: Page, spreadsheet: str, title: str) -> None:
        self.run, self.page, self.spreadsheet = run, page, spreadsheet
        page.goto(f"{run.sheets}/spreadsheets/d/{spreadsheet}/edit")
        self.turn_to(title)

    def turn_to(self, title: str) -> None:
        """Click on another tab."""
        self.title = title
        tab = self.page.get_by_role("tab", name=title, exact=True)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")

    @property
    def headers(self) -> list[str]:
        return list(self.run.rows(self.spreadsheet, self.title)[0])

    def row_of(self, header: str, text: str) -> int:
        """The number, as people see it, of the first row that has this text under the header."""
        rows = self.run.rows(self.spreadsheet, self.title)
        return next(number for number, row in enumerate(rows, 2) if row[header] == text)

    def below(self, header: str) -> int:
        """The number of the row below the last one that has anything under the header."""
        rows = self.run.rows(self.spreadsheet, self.title)
        return max(number for number, row in enumerate(rows, 2) if row[header]) + 1

    def go(self, row: int, header: str) -> Locator:
        """Jump to a cell by its name, as in «A12»."""
        column = self.headers.index(header)
        name = self.page.get_by_label("Перейти к ячейке")
        name.fill(f"{chr(ord('A') + column)}{row}")
        name.press("Enter")
        cell = self.page.locator(f"#cell-{row - 1}-{column}")
        expect(cell).to_have_attribute("aria-selected", "true")
        return cell

    def write(self, row: int, header: str, text: str) -> None:
        """Type over a cell."""
        cell = self.go(row, header)
        bar = self.page.get_by_label("Содержимое выбранной ячейки")
        bar.fill(text)
        bar.press("Enter")
        expect(cell).to_have_text(text)

    def tick(self, row: int, header: str) -> None:
        """Click into a checkbox."""
        self.go(row, header).locator(".tick").click()

    def reads(self, row: int, header: str, text: str | re.Pattern[str]) -> None:
        """Wait until the cell says so, as somebody who looks at the page does."""
        expect(self.go(row, header)).to_contain_text(text)

    def picture(self, name: str, row: int, header: str) -> None:
        """Keep what is seen of a row from its first column on, the cell under `header` being selected."""
        self.page.locator("#grid").evaluate("grid => { grid.scrollLeft = 0 }")
        self.go(row, self.headers[0])
        self.go(row, header)
        keep(self.page, name)
