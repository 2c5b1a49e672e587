"""The Drive side: which files there are, whose they are, who may see and write them."""

from __future__ import annotations

import copy
import hashlib
import re
import secrets
import string
from collections.abc import Mapping
from typing import Any

from local.sheets.accounts import Caller
from local.sheets.changes.sheets import new_head
from local.sheets.clock import Clock
from local.sheets.errors import ApiError, forbidden, not_found
from local.sheets.render import new_properties
from local.sheets.store import Store
from local.sheets.workbook import Changes, Json, Workbook

SHEET_TYPE = "application/vnd.google-apps.spreadsheet"
ALPHABET = string.ascii_letters + string.digits + "-_"
RANK = {"reader": 1, "commenter": 1, "writer": 2, "fileOrganizer": 2, "organizer": 2, "owner": 3}
TERM = re.compile(
    r"""\s*(not\s+)?(\w+)\s*(=|!=|contains|in|>=|<=|>|<)\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+)\s*"""
)
IN_PARENTS = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\s+in\s+(parents|owners|writers|readers)\s*""")


def new_file_id() -> str:
    """44 letters, the first a 1, as Google's."""
    return "1" + "".join(secrets.choice(ALPHABET) for _ in range(43))


class Drive:
    """All files, with their workbooks loaded at first use and kept."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.records: dict[str, Json] = dict(store.files())
        self._books: dict[str, Workbook] = {}

    def reset(self) -> None:
        self._store.forget_all()
        self.records.clear()
        self._books.clear()

    def create(self, title: str, owner: str, *, mime_type: str = SHEET_TYPE, parents: list[str] | None = None) -> Json:
        """A new file with one empty tab, if it is a spreadsheet. Answers its record."""
        book = Workbook(new_file_id(), {"properties": new_properties(title), "owner": owner})
        book.load_tab(new_head({"title": "Sheet1"}, 0), [])
        return self.adopt(book, owner, mime_type=mime_type, parents=parents)

    def adopt(
        self, book: Workbook, owner: str, *, mime_type: str = SHEET_TYPE, parents: list[str] | None = None
    ) -> Json:
        """Take a workbook that was made elsewhere as a new file of this owner."""
        now = self._clock.rfc3339()
        record: Json = {
            "id": book.file_id,
            "name": book.head["properties"]["title"],
            "mimeType": mime_type,
            "createdTime": now,
            "modifiedTime": now,
            "parents": parents or ["root"],
            "permissions": [_permission("user", "owner", owner)],
            "comments": [],
        }
        self._store.add_file(book.file_id, record, book)
        self.records[book.file_id] = record
        return self._keep(book)

    def _keep(self, book: Workbook) -> Json:
        book.save = self._save
        self._books[book.file_id] = book
        return self.records[book.file_id]

    def _save(self, book: Workbook, changes: Changes) -> None:
        record = {
            **self.records[book.file_id],
            "name": book.head["properties"]["title"],
            "modifiedTime": self._clock.rfc3339(),
        }
        self._store.commit(book, changes, record)
        self.records[book.file_id] = record

    def sheet_ids(self) -> list[str]:
        return [file_id for file_id, record in self.records.items() if record["mimeType"] == SHEET_TYPE]

    def book(self, file_id: str) -> Workbook:
        """The workbook of a file. Raises ApiError 404."""
        if file_id not in self.records or self.records[file_id]["mimeType"] != SHEET_TYPE:
            raise not_found()
        if file_id not in self._books:
            self._keep(self._store.load(file_id))
        return self._books[file_id]

    def open(self, file_id: str, caller: Caller, role: str = "reader") -> Workbook:
        """The workbook, for a caller who has at least this role. Raises ApiError 403 or 404."""
        if file_id not in self.records:
            raise not_found()
        if self.rank(file_id, caller.email) < RANK[role]:
            raise forbidden()
        return self.book(file_id)

    def record(self, file_id: str, caller: Caller, role: str = "reader") -> Json:
        """A file's record as Drive gives it: what one may not see is not there. Raises ApiError."""
        record = self.records.get(file_id)
        if record is None or not self.rank(file_id, caller.email):
            raise ApiError(404, f"File not found: {file_id}.")
        if self.rank(file_id, caller.email) < RANK[role]:
            raise ApiError(403, "The user does not have sufficient permissions for this file.")
        return record

    def rank(self, file_id: str, email: str) -> int:
        """How much a person may do: 0 nothing, 1 read, 2 write, 3 own."""
        return max((RANK[p["role"]] for p in self.records[file_id]["permissions"] if _applies(p, email)), default=0)

    def visible(self, caller: Caller, query: str = "") -> list[Json]:
        """The files a caller may see and that match a query, newest first. Raises ApiError."""
        conditions = parse_query(query)
        seen = (record for file_id, record in self.records.items() if self.rank(file_id, caller.email))
        found = [record for record in seen if all(meets(record, condition) for condition in conditions)]
        found.reverse()  # of files made in one millisecond the later one comes first
        return sorted(found, key=lambda record: record["createdTime"], reverse=True)

    def change(self, file_id: str, **changed: Any) -> Json:
        """Store a changed record."""
        record = {**self.records[file_id], **changed}
        self._store.save_record(file_id, record)
        self.records[file_id] = record
        return record

    def delete(self, file_id: str) -> None:
        self._store.delete_file(file_id)
        del self.records[file_id]
        self._books.pop(file_id, None)

    def copy(self, file_id: str, title: str | None, owner: str, parents: list[str] | None) -> Json:
        """A copy of a file, its cells and formats, not its permissions."""
        source = self.book(file_id)
        head = copy.deepcopy(source.head)
        head["properties"]["title"] = title or "Copy of " + source.head["properties"]["title"]
        head["owner"] = owner
        book = Workbook(new_file_id(), head)
        for tab in source.tabs:
            book.load_tab(copy.deepcopy(tab.head), list(tab.rows))
        return self.adopt(book, owner, parents=parents)

    def grant(self, file_id: str, message: Mapping[str, Any], owner_transfer: bool = False) -> Json:
        """Add a permission, or change the one that the same person has. Raises ApiError."""
        kind, role, who = message.get("type"), message.get("role"), message.get("emailAddress") or message.get("domain")
        _check_permission(kind, role, who, owner_transfer)
        permission = _permission(str(kind), str(role), who)
        kept = [p for p in self.records[file_id]["permissions"] if p["id"] != permission["id"]]
        if role == "owner":
            kept = [{**p, "role": "writer"} if p["role"] == "owner" else p for p in kept]
            self._set_owner(file_id, str(who))
        self.change(file_id, permissions=[*kept, permission])
        return permission

    def _set_owner(self, file_id: str, email: str) -> None:
        book = self.book(file_id)
        with book.changing():
            book.edit_head()["owner"] = email

    def revoke(self, file_id: str, permission_id: str) -> None:
        """Take a permission away. Raises ApiError 404, or 403 for the owner's."""
        permission = self.permission(file_id, permission_id)
        if permission["role"] == "owner":
            raise ApiError(403, "The user does not have sufficient permissions for this file.")
        self.change(file_id, permissions=[p for p in self.records[file_id]["permissions"] if p["id"] != permission_id])

    def permission(self, file_id: str, permission_id: str) -> Json:
        for permission in self.records[file_id]["permissions"]:
            if permission["id"] == permission_id:
                return permission
        raise ApiError(404, f"Permission not found: {permission_id}.")


def _applies(permission: Json, email: str) -> bool:
    if permission["type"] == "anyone":
        return True
    if permission["type"] == "domain":
        return email.endswith("@" + permission.get("domain", ""))
    return bool(permission.get("emailAddress", "").casefold() == email.casefold())


def _check_permission(kind: Any, role: Any, who: Any, owner_transfer: bool) -> None:
    if kind not in ("user", "group", "domain", "anyone"):
        raise ApiError(400, "The permission type field is required.", reason="required")
    if role not in RANK:
        raise ApiError(400, "The permission role field is required.", reason="required")
    if kind != "anyone" and not who:
        raise ApiError(
            400,
            "The specified emailAddress is invalid or not applicable for the given permission type.",
            reason="invalid",
        )
    if kind in ("user", "group") and "@" not in str(who):
        raise ApiError(
            400,
            "The specified emailAddress is invalid or not applicable for the given permission type.",
            reason="invalidSharingRequest",
        )
    if role == "owner" and not owner_transfer:
        raise ApiError(
            403,
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            reason="forbidden",
        )


def _permission(kind: str, role: str, who: str | None) -> Json:
    permission: Json = {"kind": "drive#permission", "id": _permission_id(kind, who), "type": kind, "role": role}
    if kind == "domain":
        return permission | {"domain": who, "displayName": who, "allowFileDiscovery": False}
    if kind == "anyone":
        return permission | {"allowFileDiscovery": False}
    name = str(who).partition("@")[0]
    return permission | {"emailAddress": who, "displayName": name, "deleted": False, "pendingOwner": False}


def _permission_id(kind: str, who: str | None) -> str:
    """One person has one permission id everywhere, as in Google's."""
    if kind == "anyone":
        return "anyoneWithLink"
    digest = hashlib.sha256(str(who).casefold().encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big'):020d}"


Condition = tuple[str, str, str]


def parse_query(query: str) -> list[Condition]:
    """Read the part of Drive's query language that sheets need: terms joined by "and"."""
    if not query.strip():
        return []
    return [
        _condition(term, query)
        for term in re.split(r"\s+and\s+(?=(?:[^\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\Z)", query.strip())
    ]


def _condition(term: str, query: str) -> Condition:
    if found := IN_PARENTS.fullmatch(term):
        return found[2], "has", _unquoted(found[1])
    found = TERM.fullmatch(term)
    if found is None or found[1]:
        raise ApiError(400, "Invalid Value", reason="invalid")
    return found[2], found[3], _unquoted(found[4])


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'" else text


def meets(record: Json, condition: Condition) -> bool:
    """Whether a file fits one condition of a query. Raises ApiError for a field that is not imitated."""
    name, operator, wanted = condition
    if name in ("owners", "writers", "readers"):
        least = RANK[name[:-1]]
        return any(RANK[p["role"]] >= least and p.get("emailAddress") == wanted for p in record["permissions"])
    if name not in ("name", "mimeType", "parents", "trashed", "modifiedTime", "createdTime", "fullText"):
        raise ApiError(400, "Invalid Value", reason="invalid")
    value = record.get("name" if name == "fullText" else name, False)
    if operator in ("has", "in"):  # clients write both '"x" in parents' and 'parents in "x"'
        return isinstance(value, list) and wanted in value
    value = str(value).lower() if isinstance(value, bool) else str(value)
    comparisons = {
        "=": value == wanted,
        "!=": value != wanted,
        "contains": wanted.casefold() in value.casefold(),
        ">": value > wanted,
        "<": value < wanted,
        ">=": value >= wanted,
        "<=": value <= wanted,
    }
    return comparisons[operator]
