"""Rosters: each enterprise's own spreadsheet, written when its visitors changed.

A roster costs a read and a write of the quota that the account has for everything, so only so many are
written a minute, those that waited longest first. A fault of one file leaves the others alone.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from zapis.core import projections
from zapis.core.catalogue import Enterprise
from zapis.core.projections import Lines, View
from zapis.errors import QuotaExceeded, SheetError, SheetsUnavailable
from zapis.publish.files import read_file
from zapis.publish.hidden import Shown, append_new, lines_of, listed, rewrite, same
from zapis.schema import tab
from zapis.sheets import Sheets

log = logging.getLogger("zapis.sync")

VISITORS, LINES = tab("roster", "visitors"), tab("roster", "lines")
A_MINUTE = 18
TROUBLE_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A roster that could not be opened: what to tell the organisers, and when to try again."""

    sentence: str
    again_at: datetime


class Rosters:
    """The enterprises' files, as far as this instance knows them."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self._shown: dict[str, Shown] = {}
        self._lately: deque[tuple[datetime, str]] = deque()
        """When which enterprise's file was opened in the last minute."""
        self.troubles: dict[str, Trouble] = {}
        """By enterprise."""

    def forget(self) -> None:
        """Another instance wrote: what is known of the files may be stale."""
        self._shown.clear()

    def differing(self, view: View, now: datetime) -> list[Enterprise]:
        """The enterprises whose file says something else than `view`, who waited longest first."""
        enterprises = [e for e in view.catalogue.enterprises.values() if e.roster and self._differs(view, e, now)]
        opened = {enterprise: number for number, (_, enterprise) in enumerate(self._lately, 1)}
        return sorted(enterprises, key=lambda enterprise: opened.get(enterprise.id, 0))

    def publish(self, differing: Iterable[Enterprise], view: View, now: datetime) -> list[str]:
        """Write as many of `differing` as the quota allows now; the spreadsheets that were written to."""
        while self._lately and now - self._lately[0][0] >= timedelta(minutes=1):
            self._lately.popleft()
        written = []
        for enterprise in list(differing)[: A_MINUTE - len(self._lately)]:
            self._lately.append((now, enterprise.id))
            try:
                written += self._write(enterprise, view)
            except QuotaExceeded:
                log.info("the other rosters wait for the next minute's quota")
                break
            except SheetError as error:
                self._trouble(enterprise, error, now)
            except SheetsUnavailable as error:
                self._shown.pop(enterprise.roster, None)
                log.warning("roster of enterprise %s: %s", enterprise.id, error)
        return written

    def _differs(self, view: View, enterprise: Enterprise, now: datetime) -> bool:
        trouble = self.troubles.get(enterprise.id)
        if trouble is not None and now < trouble.again_at:
            return False
        shown = self._shown.get(enterprise.roster)
        if shown is None:
            # Even if nobody comes now, the file may still list those who were to come.
            return bool(view.state.registrations)
        return projections.visitors(view, enterprise.id, shown.listed) != shown.lines[LINES.key]

    def _write(self, enterprise: Enterprise, view: View) -> list[str]:
        file = read_file(self._sheets, enterprise.roster, (VISITORS, LINES))
        there = listed(file, VISITORS)
        lines: Lines = projections.visitors(view, enterprise.id, there)
        requests = append_new(file, VISITORS, lines, there)
        if not same(lines, lines_of(file, LINES)):
            requests += rewrite(file.ids[LINES.key], lines)
        if requests:
            self._sheets.batch_update(enterprise.roster, requests)
        self.troubles.pop(enterprise.id, None)
        self._shown[enterprise.roster] = Shown({LINES.key: lines}, there | set(lines))
        return [enterprise.roster] if requests else []

    def _trouble(self, enterprise: Enterprise, error: SheetError, now: datetime) -> None:
        log.warning("roster of enterprise %s: %s", enterprise.id, error)
        sentence = (
            f"Файл списка недоступен: откройте доступ редактора для {self._sheets.account} "
            "и разложите вкладки командой zapis sheet init"
        )
        self.troubles[enterprise.id] = Trouble(sentence, now + TROUBLE_AGAIN)
