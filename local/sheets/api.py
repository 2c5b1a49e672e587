"""The route table and the way of a request: fault, delay, caller, quota, method, answer.

The rule it guards: whatever is refused is refused in Google's words and Google's shape, and what
is not imitated answers 501 and names itself.
"""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from local.sheets import drive_api, masks, sheets_api
from local.sheets.accounts import Caller, require_scope
from local.sheets.call import Answer, Call, World
from local.sheets.doors import edit_as_person
from local.sheets.errors import ApiError, not_imitated
from local.sheets.faults import Faults, Rule
from local.sheets.latency import Latency
from local.sheets.quota import Quota, exceeded

ID = r"(?P<id>[^/:?]+)"
SPREADSHEET = rf"/v4/spreadsheets/{ID}"
FILE = rf"/drive/v3/files/{ID}"
SHEETS_SCOPES = ("spreadsheets", "drive", "drive.file")
DRIVE_SCOPES = ("drive", "drive.file")
READ_SCOPES = {
    "sheets": ("spreadsheets.readonly", "drive.readonly"),
    "drive": ("drive.readonly", "drive.metadata.readonly", "drive.metadata"),
}
TIMEOUT = 180.0
HTML_503 = (
    "<html lang=en><meta charset=utf-8><title>Error 503 (Server Error)!!1</title>"
    "<p><b>503.</b> <ins>That’s an error.</ins><p>The server is temporarily unable to service your request. "
    "Please try again later. <ins>That’s all we know.</ins></html>"
)


@dataclass(frozen=True, slots=True)
class Route:
    """One imitated method: its URL, what it costs, and the function that does it."""

    method: str
    pattern: re.Pattern[str]
    kind: str
    handler: Callable[[Call], Any]
    service: str


def _route(service: str, method: str, pattern: str, kind: str, handler: Callable[[Call], Any]) -> Route:
    return Route(method, re.compile(pattern + r"\Z"), kind, handler, service)


def _unimitated(what: str) -> Callable[[Call], Any]:
    def refuse(call: Call) -> Any:
        raise not_imitated(what)

    return refuse


ROUTES = (
    _route("sheets", "POST", "/v4/spreadsheets", "write", sheets_api.create),
    _route("sheets", "GET", SPREADSHEET, "read", sheets_api.get),
    _route("sheets", "POST", SPREADSHEET + ":batchUpdate", "write", sheets_api.batch_update),
    _route("sheets", "POST", SPREADSHEET + ":getByDataFilter", "read", _unimitated("spreadsheets.getByDataFilter")),
    _route("sheets", "POST", SPREADSHEET + r"/sheets/(?P<sheet>\d+):copyTo", "write", sheets_api.copy_sheet),
    _route("sheets", "GET", SPREADSHEET + "/values:batchGet", "read", sheets_api.values_batch_get),
    _route("sheets", "POST", SPREADSHEET + "/values:batchUpdate", "write", sheets_api.values_batch_update),
    _route("sheets", "POST", SPREADSHEET + "/values:batchClear", "write", sheets_api.values_batch_clear),
    _route(
        "sheets",
        "POST",
        SPREADSHEET + r"/values:(?P<filter>\w+ByDataFilter)",
        "read",
        _unimitated("values by DataFilter"),
    ),
    _route("sheets", "POST", SPREADSHEET + "/values/(?P<range>.+):append", "write", sheets_api.values_append),
    _route("sheets", "POST", SPREADSHEET + "/values/(?P<range>.+):clear", "write", sheets_api.values_clear),
    _route("sheets", "GET", SPREADSHEET + "/values/(?P<range>.+)", "read", sheets_api.values_get),
    _route("sheets", "PUT", SPREADSHEET + "/values/(?P<range>.+)", "write", sheets_api.values_update),
    _route("sheets", "GET", SPREADSHEET + r"/developerMetadata/(?P<metadata>\d+)", "read", sheets_api.metadata_get),
    _route("sheets", "POST", SPREADSHEET + "/developerMetadata:search", "read", sheets_api.metadata_search),
    _route("drive", "GET", "/drive/v3/files", "read", drive_api.list_files),
    _route("drive", "POST", "/drive/v3/files", "write", drive_api.create),
    _route("drive", "GET", FILE, "read", drive_api.get),
    _route("drive", "PATCH", FILE, "write", drive_api.patch),
    _route("drive", "DELETE", FILE, "write", drive_api.delete),
    _route("drive", "POST", FILE + "/copy", "write", drive_api.copy_file),
    _route("drive", "GET", FILE + "/export", "read", drive_api.export),
    _route("drive", "GET", FILE + "/permissions", "read", drive_api.permissions_list),
    _route("drive", "POST", FILE + "/permissions", "write", drive_api.permissions_create),
    _route("drive", "GET", FILE + "/permissions/(?P<permission>[^/]+)", "read", drive_api.permissions_get),
    _route("drive", "PATCH", FILE + "/permissions/(?P<permission>[^/]+)", "write", drive_api.permissions_update),
    _route("drive", "DELETE", FILE + "/permissions/(?P<permission>[^/]+)", "write", drive_api.permissions_delete),
    _route("drive", "GET", FILE + "/comments", "read", drive_api.comments_list),
    _route("drive", "POST", FILE + "/comments", "write", drive_api.comments_create),
    _route("drive", "PUT", rf"/upload/drive/v2/files/{ID}", "write", drive_api.upload),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request before anything is known of it. The path is as it came, percent signs and all."""

    method: str
    path: str
    query: str
    authorization: str
    raw: bytes
    is_json: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and what becomes of it: "sent", "cut", "dropped" or "never"."""

    answer: Answer
    fate: str = "sent"


class Api:
    """Answers what clients send to Google."""

    def __init__(self, world: World, quota: Quota, faults: Faults, latency: Latency) -> None:
        self.world = world
        self.quota = quota
        self.faults = faults
        self.latency = latency
        self.timeout = TIMEOUT
        self._at_start = quota.enforced, latency

    def reset(self) -> None:
        """As at the start: no files, no troubles, real time, the limits first asked for."""
        self.world.reset()
        self.faults.clear()
        self.quota.enforced, self.latency = self._at_start
        self.quota.reset()
        self.timeout = TIMEOUT

    async def answer(self, incoming: Incoming) -> Outcome:
        """What a request gets, with the delays and the troubles that were ordered."""
        self.remember_stale()
        struck = self.faults.striking(incoming.method, incoming.path, self.world.clock.time())
        delay = self.latency.draw()
        before = delay * 0.6 + sum(rule.seconds for rule in struck if rule.kind == "slow")
        if before > self.timeout:
            await asyncio.sleep(self.timeout)
            return Outcome(_refusal(incoming, ApiError(504, "Deadline expired before operation could complete.")))
        if before:
            await asyncio.sleep(before)
        outcome = self._outcome(incoming, struck)
        if delay:
            await asyncio.sleep(delay * 0.4)
        return outcome

    def _outcome(self, incoming: Incoming, struck: list[Rule]) -> Outcome:
        kinds = {rule.kind for rule in struck}
        early = _early(incoming, kinds)
        if early is not None:
            return early
        answer = self._answered(incoming, struck)
        if "applied_500" in kinds:
            return Outcome(_refusal(incoming, ApiError(500, "Internal error encountered.")))
        fates = {"lost": "dropped", "cut": "cut", "stall_after": "never"}
        return Outcome(answer, next((fate for kind, fate in fates.items() if kind in kinds), "sent"))

    def _answered(self, incoming: Incoming, struck: list[Rule]) -> Answer:
        try:
            return self._call(incoming, struck)
        except ApiError as error:
            return _refusal(incoming, error)
        except Exception:  # a bug here must look like Google's bad day, and be seen on the terminal
            traceback.print_exc(file=sys.stderr)
            return _refusal(incoming, ApiError(500, "Internal error encountered."))

    def _call(self, incoming: Incoming, struck: list[Rule]) -> Answer:
        route, path = _find(incoming)
        caller = self.world.accounts.caller(incoming.authorization)
        _check_scope(route, caller)
        if route.service == "sheets":
            self.quota.spend(caller.email, route.kind)
        edits = [rule for rule in struck if rule.kind == "edit"]
        self._edit(rule for rule in edits if rule.when != "between")
        call = Call(self.world, caller, path, incoming.query, incoming.raw, _json(incoming))
        call.midway = lambda: self._edit(rule for rule in edits if rule.when == "between")
        for rule in struck:
            if rule.kind == "stale":
                call.books = rule.state
        return _masked(call, route.handler(call))

    def _edit(self, rules: Any) -> None:
        for rule in rules:
            edit_as_person(self.world, rule.edit["file"], rule.edit)

    def remember_stale(self) -> None:
        """Keep the state that ordered stale reads are to show. An order from Python is kept at the next request."""
        for rule in self.faults.new_stale():
            drive = self.world.drive
            rule.state = {file_id: drive.book(file_id).snapshot() for file_id in drive.sheet_ids()}


def _early(incoming: Incoming, kinds: set[str]) -> Outcome | None:
    """Troubles that strike before anything is applied."""
    if "refused" in kinds:
        return Outcome(Answer(), "dropped")
    if "stall" in kinds:
        return Outcome(Answer(), "never")
    if "quota" in kinds:
        return Outcome(_refusal(incoming, exceeded("read" if incoming.method == "GET" else "write")))
    if "internal" in kinds:
        return Outcome(_refusal(incoming, ApiError(500, "Internal error encountered.")))
    if "unavailable" in kinds:
        return Outcome(_refusal(incoming, ApiError(503, "The service is currently unavailable.")))
    if "html" in kinds:
        return Outcome(Answer(HTML_503.encode(), 503, "text/html; charset=UTF-8"))
    return None


def _find(incoming: Incoming) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        if route.method == incoming.method and (found := route.pattern.match(incoming.path)):
            return route, found.groupdict()
    raise not_imitated(f"{incoming.method} {incoming.path}")


def _check_scope(route: Route, caller: Caller) -> None:
    scopes = SHEETS_SCOPES if route.service == "sheets" else DRIVE_SCOPES
    require_scope(caller, *scopes, *(READ_SCOPES[route.service] if route.kind == "read" else ()))


def _json(incoming: Incoming) -> Any:
    if not incoming.is_json or not incoming.raw.strip():
        return None
    try:
        return msgspec.json.decode(incoming.raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ApiError(400, "Invalid JSON payload received. Parsing terminated before end of input.") from None


def _masked(call: Call, made: Any) -> Answer:
    """The answer of a method, less what the caller's mask leaves out."""
    if isinstance(made, Answer):
        return made
    mask = call.mask
    return Answer(made if mask is None else masks.select(mask, made))


def _refusal(incoming: Incoming, error: ApiError) -> Answer:
    is_drive = incoming.path.startswith(("/drive/", "/upload/"))
    return Answer(error.drive_body() if is_drive else error.sheets_body(), error.code)
