"""The methods of Drive v3 that a client of spreadsheets calls."""

from __future__ import annotations

import copy
import csv
import io
from typing import Any
from urllib.parse import unquote

from local.sheets import values
from local.sheets.a1 import quote_title
from local.sheets.call import Answer, Call
from local.sheets.drive import SHEET_TYPE
from local.sheets.errors import ApiError, not_imitated
from local.sheets.export import EXPORTS
from local.sheets.grid import Shift, shift_grid
from local.sheets.values import Pen
from local.sheets.workbook import Json, Workbook

BRIEF = ("kind", "id", "name", "mimeType")
PAGE_SIZE = 100


def _brief(record: Json) -> Json:
    return {"kind": "drive#file"} | {name: record[name] for name in BRIEF if name in record}


def _full(call: Call, record: Json) -> Json:
    """All that a fields mask may ask for."""
    owner = next((p for p in record["permissions"] if p["role"] == "owner"), None)
    user = (
        {"kind": "drive#user", "emailAddress": owner["emailAddress"], "displayName": owner["displayName"]}
        if owner
        else {}
    )
    rank = call.world.drive.rank(record["id"], call.caller.email)
    return {
        "kind": "drive#file",
        **{name: value for name, value in record.items() if name != "comments"},
        "owners": [user] if user else [],
        "ownedByMe": rank == 3,
        "trashed": bool(record.get("trashed")),
        "capabilities": {"canEdit": rank >= 2, "canShare": rank >= 2, "canDelete": rank == 3, "canCopy": rank >= 1},
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{record['id']}/edit?usp=drivesdk",
    }


def _shown(call: Call, record: Json) -> Json:
    return _brief(record) if call.mask is None else _full(call, record)


def _id(call: Call) -> str:
    return unquote(call.path["id"])


def list_files(call: Call) -> Json:
    found = call.world.drive.visible(call.caller, call.option("q") or "")
    size = int(call.option("pageSize") or PAGE_SIZE)
    start = int(call.option("pageToken") or 0)
    page: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(found):
        page["nextPageToken"] = str(start + size)
    return page | {"files": [_shown(call, record) for record in found[start : start + size]]}


def create(call: Call) -> Json:
    body = call.body()
    kind = body.get("mimeType") or "application/octet-stream"
    record = call.world.drive.create(
        body.get("name") or "Untitled", call.caller.email, mime_type=kind, parents=body.get("parents")
    )
    return _shown(call, record)


def get(call: Call) -> Json:
    return _shown(call, call.world.drive.record(_id(call), call.caller))


def patch(call: Call) -> Json:
    drive, body = call.world.drive, call.body()
    drive.record(_id(call), call.caller, "writer")
    if body.get("name"):
        _rename(drive.book(_id(call)), body["name"])
    changed = {"trashed": bool(body["trashed"])} if "trashed" in body else {}
    parents = _moved_parents(call, drive.records[_id(call)]["parents"])
    return _shown(call, drive.change(_id(call), **changed, parents=parents))


def _rename(book: Workbook, name: str) -> None:
    with book.changing():
        book.edit_head()["properties"]["title"] = name


def _moved_parents(call: Call, parents: list[str]) -> list[str]:
    gone = (call.option("removeParents") or "").split(",")
    new = [parent for parent in (call.option("addParents") or "").split(",") if parent]
    return [parent for parent in parents if parent not in gone] + new


def delete(call: Call) -> Answer:
    call.world.drive.record(_id(call), call.caller, "owner")
    call.world.drive.delete(_id(call))
    return Answer(status=204)


def copy_file(call: Call) -> Json:
    body = call.body()
    call.world.drive.record(_id(call), call.caller)
    return _shown(call, call.world.drive.copy(_id(call), body.get("name"), call.caller.email, body.get("parents")))


def export(call: Call) -> Answer:
    call.world.drive.record(_id(call), call.caller)
    kind = call.option("mimeType") or ""
    if kind not in EXPORTS:
        raise not_imitated(f"export as {kind}")
    book = call.books.get(_id(call)) or call.world.drive.book(_id(call))
    return Answer(EXPORTS[kind](book, call.world.calc(book)), content_type=kind)


def permissions_list(call: Call) -> Json:
    record = call.world.drive.record(_id(call), call.caller)
    shown = record["permissions"] if call.mask is not None else [_short(p) for p in record["permissions"]]
    return {"kind": "drive#permissionList", "permissions": copy.deepcopy(shown)}


def _short(permission: Json) -> Json:
    return {name: permission[name] for name in ("id", "type", "kind", "role") if name in permission}


def permissions_create(call: Call) -> Json:
    call.world.drive.record(_id(call), call.caller, "writer")
    granted = call.world.drive.grant(_id(call), call.body(), call.flag("transferOwnership"))
    return granted if call.mask is not None else _short(granted)


def permissions_get(call: Call) -> Json:
    call.world.drive.record(_id(call), call.caller)
    found = call.world.drive.permission(_id(call), call.path["permission"])
    return found if call.mask is not None else _short(found)


def permissions_update(call: Call) -> Json:
    """Change a role; `pendingOwner` asks a person to take a file over, and leaves the role."""
    drive, body = call.world.drive, call.body()
    drive.record(_id(call), call.caller, "writer")
    old = drive.permission(_id(call), call.path["permission"])
    if body.get("pendingOwner"):
        changed = {**old, "pendingOwner": True, "role": body.get("role") or old["role"]}
        others = [changed if p["id"] == old["id"] else p for p in drive.records[_id(call)]["permissions"]]
        drive.change(_id(call), permissions=others)
        return _short(changed)
    merged = {**old, **{name: body[name] for name in ("role",) if name in body}, "pendingOwner": False}
    return _short(drive.grant(_id(call), merged, call.flag("transferOwnership")))


def permissions_delete(call: Call) -> Answer:
    call.world.drive.record(_id(call), call.caller, "writer")
    call.world.drive.revoke(_id(call), call.path["permission"])
    return Answer(status=204)


def comments_list(call: Call) -> Json:
    record = call.world.drive.record(_id(call), call.caller)
    return {"kind": "drive#commentList", "comments": record.get("comments", [])}


def comments_create(call: Call) -> Json:
    record, body, now = call.world.drive.record(_id(call), call.caller), call.body(), call.world.clock.rfc3339()
    if not body.get("content"):
        raise ApiError(400, "The content field is required.", reason="required")
    comments = record.get("comments", [])
    comment: Json = {
        "kind": "drive#comment",
        "id": f"AAAA{len(comments) + 1:08d}",
        "createdTime": now,
        "modifiedTime": now,
        "author": {"kind": "drive#user", "displayName": call.caller.email, "me": True},
        "deleted": False,
        "content": body["content"],
        "replies": [],
    }
    if body.get("anchor"):
        comment["anchor"] = body["anchor"]
    call.world.drive.change(_id(call), comments=[comment, *comments])
    return comment


def upload(call: Call) -> Json:
    """CSV takes the place of all that the spreadsheet holds: one tab, as typed by hand."""
    drive = call.world.drive
    record = drive.record(_id(call), call.caller, "writer")
    if record["mimeType"] != SHEET_TYPE:
        raise not_imitated(f"upload into a file of type {record['mimeType']}")
    book = drive.book(_id(call))
    lines = list(csv.reader(io.StringIO(call.raw.decode("utf-8-sig"), newline="")))
    with book.changing():
        for tab in book.tabs[1:]:
            book.remove_tab(tab)
        _replace_content(book, lines, call.caller.email)
    return _brief(drive.records[_id(call)]) | {"kind": "drive#file", "title": record["name"]}


def _replace_content(book: Workbook, lines: list[list[Any]], editor: str) -> None:
    tab = book.tabs[0]
    tab.replace_rows([])
    values.update(book, quote_title(tab.title), {"values": lines}, Pen(editor, "USER_ENTERED"))
    spare = tab.row_count - max(len(lines), 1)
    if spare > 0:
        shift_grid(book, tab, Shift("ROWS", tab.row_count - spare, -spare))
    width = tab.column_count - max(max(map(len, lines), default=0), 1)
    if width > 0:
        shift_grid(book, tab, Shift("COLUMNS", tab.column_count - width, -width))
