"""Things that a sheet's head keeps in lists, found by their ids."""

from __future__ import annotations

from typing import Any

from local.sheets.changes.context import Context, Message
from local.sheets.colors import in_step
from local.sheets.errors import invalid
from local.sheets.workbook import Json, Tab


def find(context: Context, list_name: str, key: str, wanted: Any, what: str) -> tuple[Tab, int]:
    """The tab that has a thing, and the thing's place in its list. Raises ApiError."""
    for tab in context.book.tabs:
        for index, item in enumerate(tab.head.get(list_name, ())):
            if str(item[key]) == str(wanted):
                return tab, index
    raise invalid(f"No {what} with id: {wanted}")


def remove(tab: Tab, list_name: str, index: int) -> Json:
    head = tab.edit_head()
    removed: Json = head[list_name].pop(index)
    return removed


def given_parts(message: Message) -> Json:
    """A message without what JSON answers leave out."""
    return in_step({name: value for name, value in message.items() if value not in (None, False, "", [])})


def find_in(context: Context, list_name: str, key: str, wanted: Any, what: str) -> tuple[Tab, str, int]:
    tab, index = find(context, list_name, key, wanted, what)
    return tab, list_name, index
