"""What `zapis doctor` looks at in Google: identity, quota, clock, and each spreadsheet.

Looking changes nothing: the one write that shows that writing is allowed sets a value to what it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from zapis.app import open_ledger
from zapis.commands.patience import Patience
from zapis.commands.screen import Finding, fine, note, wrong
from zapis.core.catalogue import HERE, Catalogue, from_rows
from zapis.errors import CallRefused, QuotaExceeded, SheetError, SheetsUnavailable, ZapisError
from zapis.ledger.sheet import LARGEST_SKEW
from zapis.publish.layout import TIME_ZONE, lacking
from zapis.schema import schema
from zapis.settings import Settings
from zapis.sheets import SHARING_SCOPES, SKEW_NOTICED, Sheets

UNCHANGED = {"updateSpreadsheetProperties": {"properties": {"timeZone": TIME_ZONE}, "fields": "timeZone"}}
"""A write that changes nothing in a file that is laid out."""
BY_HAND = "open each file, press Share, and see that General access says Restricted and only the team is listed"


class _File(Struct, frozen=True):
    """A spreadsheet to look at. `name` is what to call it."""

    name: str
    kind: str
    id: str


def look_at_google(settings: Settings) -> Iterator[Finding]:
    """Everything that is known by asking Google."""
    try:
        sheets = Sheets(settings.key_file, settings.emulator)
    except ZapisError as error:
        yield wrong(str(error), "download a new key of the service account, or correct the path")
        return
    if settings.emulator:
        yield note(
            f"Google: this looks at the emulator {settings.emulator}", "unset SHEETS_EMULATOR_HOST to see Google"
        )
    yield fine(f"Identity: {sheets.account}")
    file = settings.ledger or settings.catalogue
    if file:
        yield from _quota(sheets, file)
        yield _clock(sheets.clock_skew)
    catalogue = _published(settings, sheets)
    files = list(_files(settings, catalogue))
    yield from _look_at_files(files, sheets)
    yield from _lists_in_the_catalogue(settings, catalogue)
    yield from _sharing(files, settings)


def _quota(sheets: Sheets, file: str) -> Iterator[Finding]:
    """Google does not tell what is left of a quota, only when nothing is."""
    began = time.monotonic()
    try:
        sheets.get(file, (), "properties.timeZone")
    except QuotaExceeded:
        yield wrong("Quota: Google refuses to read", "wait a minute; if it stays so, see who else uses this account")
    except ZapisError as error:
        yield wrong(f"Google: {error}", _remedy(error, sheets))
    else:
        yield fine(f"Quota: a read is let through, in {time.monotonic() - began:.2f} s")


def _clock(skew: timedelta) -> Finding:
    off = abs(skew)
    if off > LARGEST_SKEW:
        remedy = "turn time synchronisation on: beyond 30 s nothing is written to the journal"
        return wrong(f"Clock: {off.total_seconds():.0f} s off Google's", remedy)
    if off > SKEW_NOTICED:
        return note(f"Clock: {off.total_seconds():.0f} s off Google's; it is corrected for", "turn time sync on")
    return fine("Clock: within 2 s of Google's")


def _published(settings: Settings, sheets: Sheets) -> Catalogue:
    """The catalogue in force; an empty one if it cannot be read, which is told of the ledger."""
    try:
        return from_rows(open_ledger(settings, sheets).catalogue())
    except (ZapisError, ValueError, KeyError, TypeError, LookupError):
        return Catalogue()


def _files(settings: Settings, catalogue: Catalogue) -> Iterator[_File]:
    if settings.ledger and not settings.database:
        yield _File("Ledger", "ledger", settings.ledger)
    if settings.catalogue:
        yield _File("Catalogue", "catalogue", settings.catalogue)
    for enterprise in catalogue.enterprises.values():
        if enterprise.roster not in ("", HERE, settings.catalogue):
            yield _File(f"Roster of {enterprise.name}", "roster", enterprise.roster)


def _lists_in_the_catalogue(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    """Who is given a list there is given all lists, and every visitor's address."""
    hosts = [host.name for host in catalogue.enterprises.values() if host.roster in (HERE, settings.catalogue)]
    if hosts:
        remedy = "who may open it sees all registrations, too: see that you trust everybody it is shared with"
        yield note(f"Catalogue: the visitors of {', '.join(hosts)} are listed in it", remedy)


def _look_at_files(files: list[_File], sheets: Sheets) -> Iterator[Finding]:
    patience = Patience()
    for file in files:
        yield _look_at(file, sheets, patience)
    if patience.waits:
        yield note(f"Quota: it ran out {patience.waits} times during this look and came back")


def _look_at(file: _File, sheets: Sheets, patience: Patience) -> Finding:
    tabs = schema()[file.kind]
    try:
        missing = patience.call(lambda: lacking(sheets, file.id, tabs))
        if missing:
            remedy = f"zapis sheet init --{file.kind} {file.id}"
            return wrong(f"{file.name}: {len(missing)} things of its tabs and headers are missing", remedy)
        patience.call(lambda: sheets.batch_update(file.id, [UNCHANGED]))
    except ZapisError as error:
        return wrong(f"{file.name}: {error}", _remedy(error, sheets))
    return fine(f"{file.name}: reached, laid out as declared, can be written")


def _remedy(error: ZapisError, sheets: Sheets) -> str:
    if isinstance(error, CallRefused):
        return "look at the file in a browser: what Google says is wrong there"
    if isinstance(error, SheetError):
        return f"open the file in a browser and share it with {sheets.account} as Editor"
    if isinstance(error, SheetsUnavailable):
        return "try again in a minute; see that the Google Sheets API is enabled for the project"
    return "try again"


def _sharing(files: list[_File], settings: Settings) -> Iterator[Finding]:
    """Who else may open the files. Asked with a scope of its own, which the functions do not have."""
    drive = Sheets(settings.key_file, settings.emulator, SHARING_SCOPES)
    try:
        open_to = [(file, _openness(drive, file.id)) for file in files]
    except ZapisError:
        yield note("Sharing: could not be checked, the Drive API does not answer this account", BY_HAND)
        return
    for file, whom in open_to:
        if whom:
            yield wrong(f"Sharing: {file.name} is open to {whom}", "Share, General access: Restricted")
    if not any(whom for _, whom in open_to):
        yield fine(f"Sharing: {len(files)} files are open to named accounts only")


def _openness(drive: Sheets, spreadsheet: str) -> str:
    """To whom, besides named accounts, the file is open; empty if to nobody."""
    kinds = {permission.get("type") for permission in drive.sharing(spreadsheet)}
    if "anyone" in kinds:
        return "anyone with the link"
    return "a whole organisation" if "domain" in kinds else ""
