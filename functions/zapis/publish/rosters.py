"""Rosters: the enterprises' own spreadsheets, read for their ticks and written when their visitors changed.

A roster costs a read and a write of the quota that the account has for everything, so only so many are opened a
minute: first those that are out of date, then those whose visitors are coming, then the others in turn. Each is
opened once a run. A fault of one file leaves the others alone.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from zapis.core.catalogue import HERE, Catalogue, EnterpriseId
from zapis.core.model import RegistrationId
from zapis.core.projections import Lines, View
from zapis.errors import QuotaExceeded, SheetError, SheetsUnavailable
from zapis.publish.files import Span, read_file
from zapis.publish.rolls import OWN, Look
from zapis.sheets import Sheets

log = logging.getLogger("zapis.sync")

A_MINUTE, LOOKS_A_MINUTE = 18, 12
"""How many files are opened a minute, and how many of them only to see whether anybody ticked."""
TROUBLE_AGAIN = timedelta(minutes=5)
TICKED_FROM, TICKED_UNTIL = timedelta(hours=-3), timedelta(days=2)
"""When ticks are awaited, from the beginning of a visit."""


class Trouble(Struct, frozen=True):
    """A roster that could not be opened: what to tell the organisers, and when to try again."""

    sentence: str
    again_at: datetime


class Rosters:
    """The enterprises' files, as far as this instance knows them."""

    def __init__(self, sheets: Sheets, catalogue_file: str) -> None:
        self._sheets = sheets
        self._catalogue_file = catalogue_file
        self._left: dict[str, Lines] = {}
        """What this instance last found or left in a file."""
        self._spans: dict[str, Mapping[str, Span]] = {}
        self._listed: dict[str, set[str]] = {}
        self._lately: deque[tuple[datetime, str]] = deque()
        """When which file was opened in the last minute."""
        self._opened: dict[str, datetime] = {}
        self._looks: dict[str, Look] = {}
        self.troubles: dict[EnterpriseId, Trouble] = {}

    def forget(self) -> None:
        """Another instance wrote: what is known of the files may be stale."""
        self._left.clear()

    def look(self, view: View, now: datetime) -> dict[str, bool]:
        """Open the files whose turn it is; the ticks that stand in them, by the codes of visitors' lines."""
        self._looks.clear()
        self._forget_lately(now)
        files = _files(view.catalogue, self._catalogue_file)
        for spreadsheet in self._turns(files, view, now):
            self._opened[spreadsheet] = now
            self._lately.append((now, spreadsheet))
            try:
                self._open(spreadsheet, files[spreadsheet], view, now)
            except QuotaExceeded:
                log.info("the other rosters wait for the next minute's quota")
                break
            except SheetError as error:
                self._trouble(files[spreadsheet], error, now)
            except SheetsUnavailable as error:
                log.warning("roster of enterprise %s: %s", ", ".join(files[spreadsheet]), error)
        ticks = ((look, line, tick) for look in self._looks.values() for line, tick in look.ticks().items())
        return {line: tick for look, line, tick in ticks if _is_expected(view, line, look)}

    def differs(self, view: View, now: datetime) -> bool:
        """Whether a file that was opened is to be written."""
        return any(look.requests(view, now) for look in self._looks.values())

    def publish(self, view: View, now: datetime) -> list[str]:
        """Write the files that were opened and differ; the spreadsheets that were written to."""
        written = []
        for spreadsheet, look in self._looks.items():
            try:
                written += self._write(spreadsheet, look, view, now)
            except QuotaExceeded:
                log.info("the other rosters wait for the next minute's quota")
                break
            except SheetError as error:
                self._trouble(tuple(look.enterprises), error, now)
            except SheetsUnavailable as error:
                log.warning("roster of enterprise %s: %s", ", ".join(look.enterprises), error)
        return written

    def _open(self, spreadsheet: str, enterprises: tuple[EnterpriseId, ...], view: View, now: datetime) -> None:
        spans = self._spans.get(spreadsheet)
        file = read_file(self._sheets, spreadsheet, (), strips=OWN.strips, spans=spans)
        self._spans[spreadsheet] = file.spans
        look = Look(OWN, file, enterprises, self._left.get(spreadsheet))
        self._looks[spreadsheet], self._listed[spreadsheet] = look, look.listed
        if not look.requests(view, now):
            self._left[spreadsheet] = OWN.shows(view, enterprises, look.listed, now)[0]
        for enterprise in enterprises:
            self.troubles.pop(enterprise, None)

    def _write(self, spreadsheet: str, look: Look, view: View, now: datetime) -> list[str]:
        requests = look.requests(view, now)
        self._left.pop(spreadsheet, None)
        if requests:
            self._sheets.batch_update(spreadsheet, requests)
        self._left[spreadsheet] = OWN.shows(view, look.enterprises, look.listed, now)[0]
        self._listed[spreadsheet] = look.listed | self._left[spreadsheet].keys()
        return [spreadsheet] if requests else []

    def _turns(self, files: Mapping[str, tuple[EnterpriseId, ...]], view: View, now: datetime) -> list[str]:
        """The files to open in this run: those out of date, then those to look at, who waited longest first."""
        waited = sorted(files, key=lambda file: (self._opened.get(file, datetime.min.replace(tzinfo=now.tzinfo)), file))
        sound = [file for file in waited if not self._is_in_trouble(files[file], now)]
        stale = [file for file in sound if self._is_stale(file, files[file], view, now)]
        awaited = _awaited(view.catalogue, now)
        looks = [file for file in sound if file not in stale]
        looks.sort(key=lambda file: not any(enterprise in awaited for enterprise in files[file]))
        free = max(LOOKS_A_MINUTE - len(self._lately), 0)
        return [*stale, *looks[:free]][: A_MINUTE - len(self._lately)]

    def _is_stale(self, file: str, enterprises: tuple[EnterpriseId, ...], view: View, now: datetime) -> bool:
        left = self._left.get(file)
        if left is None:
            # Even if nobody comes now, the file may still list those who were to come.
            return bool(view.state.registrations)
        return OWN.shows(view, enterprises, self._listed.get(file, set()), now)[0] != left

    def _is_in_trouble(self, enterprises: tuple[EnterpriseId, ...], now: datetime) -> bool:
        troubles = (self.troubles.get(enterprise) for enterprise in enterprises)
        return any(trouble is not None and now < trouble.again_at for trouble in troubles)

    def _forget_lately(self, now: datetime) -> None:
        while self._lately and now - self._lately[0][0] >= timedelta(minutes=1):
            self._lately.popleft()

    def _trouble(self, enterprises: tuple[EnterpriseId, ...], error: SheetError, now: datetime) -> None:
        log.warning("roster of enterprise %s: %s", ", ".join(enterprises), error)
        sentence = (
            f"Файл списка недоступен: откройте доступ редактора для {self._sheets.account} "
            "и разложите вкладки командой zapis sheet init"
        )
        self.troubles |= dict.fromkeys(enterprises, Trouble(sentence, now + TROUBLE_AGAIN))


def _is_expected(view: View, line: str, look: Look) -> bool:
    """Whether a line is of a visitor of this file's enterprises: whoever edits the file may have typed any other."""
    registration = view.state.registrations.get(RegistrationId(line.partition(".")[0]))
    slot = view.catalogue.slots.get(registration.slot) if registration else None
    return slot is not None and view.catalogue.tours[slot.tour].enterprise in look.enterprises


def _files(catalogue: Catalogue, catalogue_file: str) -> dict[str, tuple[EnterpriseId, ...]]:
    """The spreadsheets other than the catalogue's, and whose visitors are in each."""
    files: dict[str, tuple[EnterpriseId, ...]] = {}
    for enterprise in catalogue.enterprises.values():
        if enterprise.roster not in ("", HERE, catalogue_file):
            files[enterprise.roster] = (*files.get(enterprise.roster, ()), enterprise.id)
    return files


def shared(catalogue: Catalogue, catalogue_file: str) -> tuple[EnterpriseId, ...]:
    """The enterprises whose visitors are listed in the catalogue's file itself."""
    return tuple(e.id for e in catalogue.enterprises.values() if e.roster in (HERE, catalogue_file))


def _awaited(catalogue: Catalogue, now: datetime) -> set[EnterpriseId]:
    return set(_coming(catalogue, now))


def _coming(catalogue: Catalogue, now: datetime) -> Iterator[EnterpriseId]:
    for slot in catalogue.slots.values():
        if slot.starts + TICKED_FROM <= now < slot.starts + TICKED_UNTIL:
            yield catalogue.tours[slot.tour].enterprise
