"""The one place that talks to gspread.

It owns what gspread leaves to its caller: time limits, telling a call that was not applied (429) from one
that may have been (a broken connection, a 5xx), and the errors' words. It repeats nothing by itself:
whether a call may be sent again is known only to who made it. A `Sheets` belongs to one thread
(requests.Session is not promised thread-safe).

Writes go by gspread, reads by google-auth's session that gspread is given, too: a cold instance's first answer needs a
read, and is not to wait until gspread's OAuth client is imported.

`SHEETS_EMULATOR_HOST` is the seam: the same client over the same HTTP, only the address differs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter

from zapis.errors import AnswerLost, CallRefused, QuotaExceeded, SettingsError, SheetError, SheetsUnavailable
from zapis.happenings import Happening, tell

if TYPE_CHECKING:
    from gspread import HTTPClient

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
SHARING_SCOPES = ("https://www.googleapis.com/auth/drive.metadata.readonly",)
"""What `sharing` needs; no function of the service has it."""
CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)
DATE_ROUNDING = timedelta(seconds=0.5)
"""A Date header has whole seconds: on the average half a second is cut off."""
SKEW_NOTICED = timedelta(seconds=2)

Json = dict[str, Any]
Grid = list[list[str]]

log = logging.getLogger("zapis.sheets")


class _Reason(msgspec.Struct):
    message: str = ""


class _Refusal(msgspec.Struct):
    error: _Reason


class _ToEmulator(HTTPAdapter):
    """Carries calls meant for Google to a local address; path and query stay."""

    __attrs__ = [*HTTPAdapter.__attrs__, "_host"]  # noqa: RUF012 - google-auth copies its sessions

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = urlunsplit(("http", self._host, parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


def _divert(session: requests.Session, emulator: str) -> None:
    """Let nothing of this session leave the machine."""
    session.trust_env = False
    session.mount("https://", _ToEmulator(emulator))


def _token_calls(emulator: str | None) -> Any:
    """What google-auth asks for tokens with; it also looks up where an account may be used, at other hosts."""
    if emulator is None:
        return None
    from google.auth.transport.requests import Request

    session = requests.Session()
    _divert(session, emulator)
    return Request(session)


class Sheets:
    """Spreadsheets as one service account sees them."""

    def __init__(
        self,
        key_file: Path | None,
        emulator: str | None = None,
        scopes: Sequence[str] = SCOPES,
        *,
        on_google: bool = False,
    ) -> None:
        from google.auth.transport.requests import AuthorizedSession

        self._credentials = _credentials(key_file, scopes, on_google)
        self._session = AuthorizedSession(self._credentials, auth_request=_token_calls(emulator))  # type: ignore[no-untyped-call]
        if emulator:
            _divert(self._session, emulator)
        self.clock_skew = timedelta()
        """What to add to this machine's clock to have Google's, from the last answer."""
        self.refused_at: datetime | None = None
        """When the quota of calls was last used up."""

    @property
    def account(self) -> str:
        """The e-mail to share spreadsheets with."""
        return str(getattr(self._credentials, "service_account_email", "the service account"))

    def now(self) -> datetime:
        """This moment by Google's clock, UTC."""
        return datetime.now(UTC) + self.clock_skew

    def get(self, spreadsheet: str, ranges: Sequence[str], mask: str) -> Json:
        """`spreadsheets.get` of `ranges` (A1; none: the whole file) through a field mask. One read."""
        url = f"https://sheets.googleapis.com/v4/spreadsheets/{spreadsheet}"
        return self._read(url, spreadsheet, {"ranges": list(ranges), "fields": mask})

    def batch_update(
        self,
        spreadsheet: str,
        requests_: Sequence[Json],
        *,
        read_back: Sequence[str] = (),
        mask: str = "spreadsheetId",
    ) -> Json:
        """Apply `requests_`, all or none, and read `read_back` (A1) after them. One write."""
        body: Json = {"requests": list(requests_)}
        if read_back:
            body |= {"includeSpreadsheetInResponse": True, "responseRanges": list(read_back)}
        url = f"https://sheets.googleapis.com/v4/spreadsheets/{spreadsheet}:batchUpdate"
        return self._write(url, spreadsheet, {"fields": mask}, body)

    def sharing(self, spreadsheet: str) -> list[Json]:
        """Drive's permissions of the file: `type` (user, group, domain, anyone) and `role`. One read of Drive's."""
        url = f"https://www.googleapis.com/drive/v3/files/{spreadsheet}/permissions"
        params = {"fields": "permissions(type,role)", "pageSize": 100, "supportsAllDrives": "true"}
        permissions: list[Json] = self._read(url, spreadsheet, params).get("permissions", [])
        return permissions

    def _read(self, url: str, spreadsheet: str, params: Json) -> Json:
        return self._answer(spreadsheet, lambda: self._session.get(url, params=params, timeout=TIMEOUT))

    def _write(self, url: str, spreadsheet: str, params: Json, body: Json) -> Json:
        from gspread.exceptions import APIError

        def send() -> requests.Response:
            try:
                return self._writer.request("post", url, params=params, json=body)
            except APIError as refused:
                return refused.response

        return self._answer(spreadsheet, send)

    @cached_property
    def _writer(self) -> HTTPClient:
        """gspread over the same session."""
        import gspread

        client = gspread.Client(auth=self._credentials, session=self._session).http_client
        client.set_timeout(TIMEOUT)
        return client

    def _answer(self, spreadsheet: str, send: Callable[[], requests.Response]) -> Json:
        from google.auth.exceptions import GoogleAuthError

        try:
            response = send()
            if not response.ok:
                raise self._explain(response, spreadsheet)
            self._correct_clock(response)
            answer = msgspec.json.decode(response.content)
        except requests.Timeout as error:
            raise AnswerLost("Google Sheets did not answer in time.") from error
        except (requests.RequestException, msgspec.DecodeError, ValueError) as error:
            raise AnswerLost(f"The connection to Google Sheets broke ({type(error).__name__}).") from error
        except GoogleAuthError as error:
            raise SheetsUnavailable(f"No token for {self.account} ({type(error).__name__}).") from error
        if not isinstance(answer, dict):
            raise AnswerLost("Google Sheets answered with something that is not an object.")
        return answer

    def _correct_clock(self, response: requests.Response) -> None:
        date = response.headers.get("Date")
        if date:
            skew = parsedate_to_datetime(date) + DATE_ROUNDING - datetime.now(UTC)
            self.clock_skew = skew if abs(skew) > SKEW_NOTICED else timedelta()

    def _explain(self, response: requests.Response, spreadsheet: str) -> Exception:
        status = response.status_code
        if status == 429:
            self.refused_at = self.now()
            tell(log, logging.WARNING, Happening.QUOTA, "Google answered 429: the quota of calls a minute is used up")
            return QuotaExceeded("Google's quota of calls a minute is used up.")
        if status >= 500:
            return AnswerLost(f"Google Sheets answered {status}.")
        if status == 403:
            return SheetError(
                f"Spreadsheet {spreadsheet} is not shared with {self.account}: share it with that address as Editor."
            )
        if status == 404:
            return SheetError(f"There is no spreadsheet {spreadsheet}: check the link.")
        if status == 401:
            return SheetsUnavailable(f"Google did not accept the credentials of {self.account}.")
        return CallRefused(f"Google refused the call ({status}): {_reason(response)}")


def _reason(response: requests.Response) -> str:
    """What Google says of a call that it refused; empty where it says nothing to programs."""
    try:
        return msgspec.json.decode(response.content, type=_Refusal).error.message
    except msgspec.DecodeError:
        return ""


def _credentials(key_file: Path | None, scopes: Sequence[str], on_google: bool) -> Any:
    if key_file is None and on_google:
        # What `default` finds there, too, once it has looked everywhere else.
        from google.auth.compute_engine import Credentials as OfThePlatform

        return OfThePlatform(scopes=list(scopes))  # type: ignore[no-untyped-call]
    if key_file is None:
        import google.auth

        return google.auth.default(scopes=list(scopes))[0]
    from google.oauth2.service_account import Credentials

    try:
        return Credentials.from_service_account_file(str(key_file), scopes=list(scopes))  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"GOOGLE_APPLICATION_CREDENTIALS: {key_file} is not a service account's key ({type(error).__name__})."
        ) from None


def texts(cells: Json) -> list[str]:
    """The texts of one `rowData` as a person sees them."""
    return [cell.get("formattedValue", "") for cell in cells.get("values", ())]


def grid(sheet: Json) -> tuple[int, Grid]:
    """The first row's number (from 0) and the texts of the first block of a sheet read with grid data."""
    data = (sheet.get("data") or [{}])[0]
    return data.get("startRow", 0), [texts(row) for row in data.get("rowData", ())]


def text_row(values: Sequence[str]) -> Json:
    """A row of plain strings: `=HYPERLINK(...)` stays a text."""
    return {"values": [{"userEnteredValue": {"stringValue": value}} for value in values]}


def append_rows(sheet: int, rows: Sequence[Sequence[str]]) -> Json:
    """The request that appends rows of plain strings after the last row with anything in it."""
    return {"appendCells": {"sheetId": sheet, "rows": [text_row(r) for r in rows], "fields": "userEnteredValue"}}
