"""A person at a desk: opens a workbook of the season in the browser, finds cells by their names."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.stage import Stage


class Desk:
    def __init__(self, season: Stage, page: Page) -> None:
        self.season = season
        self.page = page
        self.keys = page.keyboard
        self.file = season.catalogue
        self.sheet = 0

    def open(self, title: str, file: str | None = None) -> None:
        """Open a file (the catalogue) at a tab, hidden or not."""
        self.file = file or self.file
        self.page.goto(f"{self.season.emulator.url}/spreadsheets/d/{self.file}/edit#gid={self.sheet_id(title)}")
        expect(self.tab(title)).to_have_attribute("aria-selected", "true")
        expect(self.page.locator(".frozen .cell .text").first).to_be_visible()

    def sheet_id(self, title: str) -> int:
        sheets = self.season.sheets.get(self.file, (), "sheets(properties(sheetId,title))")["sheets"]
        return next(s["properties"].get("sheetId", 0) for s in sheets if s["properties"]["title"] == title)

    def tab(self, title: str) -> Locator:
        return self.page.get_by_role("tab", name=title, exact=True)

    def cell(self, name: str) -> Locator:
        letter, number = re.fullmatch(r"([A-Z])(\d+)", name).groups()
        return self.page.locator(f"#cell-{int(number) - 1}-{ord(letter) - 65}")

    def shows(self, name: str, text: str) -> None:
        expect(self.cell(name)).to_have_text(text)

    def type(self, text: str) -> None:
        """Type over the selected cell. The driver has no Russian keyboard: its first key is pressed by hand."""
        if text[0].isascii():
            self.keys.type(text)
            return
        self.page.get_by_role("grid").dispatch_event("keydown", {"key": text[0], "bubbles": True, "cancelable": True})
        self.keys.type(text[1:])

    def banner(self) -> Locator:
        return self.page.get_by_role("alert")

    def agree(self) -> None:
        """Answer the warning with yes."""
        self.page.get_by_role("button", name="Изменить", exact=True).click()

    def put_on_clipboard(self, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)

    def fresh(self, *lines: list[str]) -> None:
        """Open a new file «Проба», not laid out, that has these lines below a frozen header."""
        made = httpx.post(f"{self.season.emulator.url}/_local/files", json={"title": "Проба", "tabs": ["Лист"]}).json()
        self.file = made["id"]
        self.sheet = httpx.get(f"{self.door}/outline").json()["tabs"][0]["id"]
        frozen = {"sheetId": self.sheet, "gridProperties": {"frozenRowCount": 1}}
        asked = {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}}
        httpx.post(f"{self.door}/change", json={"requests": [asked]}).raise_for_status()
        block = {"sheet": self.sheet, "row": 0, "column": 0, "rows": lines}
        httpx.post(f"{self.door}/block", json=block).raise_for_status()
        self.page.goto(f"{self.season.emulator.url}/spreadsheets/d/{self.file}/edit")
        self.shows("A1", lines[0][0])

    @property
    def door(self) -> str:
        return f"{self.season.emulator.url}/_local/files/{self.file}"

    def column(self, letter: str, count: int) -> list[str]:
        """The texts below the header."""
        return [self.cell(f"{letter}{number}").inner_text().strip() for number in range(2, 2 + count)]
