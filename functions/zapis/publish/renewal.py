"""What an earlier release laid out otherwise -> the changes that bring it up to this one.

Only what Zapis itself wrote is renewed: notes on headers, lists to choose from, how its own columns show dates, the
names and meanings of declared rows. Whatever people typed, added, moved or recoloured stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from zapis.publish.changes import Change
from zapis.publish.looks import number_format_of
from zapis.publish.places import Place, Places, condition_of
from zapis.publish.validation import rule_of, ruled
from zapis.sheets import Json


def outdated(here: Place, places: Places) -> Iterator[Change]:
    """What in the tab says something else than this release declares."""
    if here.exists:
        yield from _notes(here)
        yield from _rules(here, places)
        yield from _formats(here)
        yield from _rows(here)


def _notes(here: Place) -> Iterator[Change]:
    for column in here.tab.columns:
        if here.notes.get(column.key, column.note) != column.note:
            what = f"«{here.tab.title}»: the note on «{column.header}» is an earlier release's"
            yield Change(what, _cell(here, 0, column.key, {"note": column.note}, "note"))


def _rules(here: Place, places: Places) -> Iterator[Change]:
    for column in here.tab.columns:
        rule = rule_of(here.tab, column, places)
        if rule is None or column.key not in here.rules or condition_of(here.rules[column.key]) == condition_of(rule):
            continue
        what = f"«{here.tab.title}»: what may stand in «{column.header}» is an earlier release's, or nobody's"
        yield Change(what, {"setDataValidation": {"range": ruled(here, column), "rule": rule}})


def _formats(here: Place) -> Iterator[Change]:
    """How columns of ours show dates; a person's column is shown as that person likes."""
    for column in here.tab.columns:
        wanted = number_format_of(here.tab, column) if column.owner == "formula" else None
        if wanted and here.formats.get(column.key, {}).get("numberFormat") != wanted:
            below = {"sheetId": here.sheet, "startRowIndex": 1, "startColumnIndex": here.columns[column.key]}
            below["endColumnIndex"] = below["startColumnIndex"] + 1
            cell, fields = {"userEnteredFormat": {"numberFormat": wanted}}, "userEnteredFormat.numberFormat"
            what = f"«{here.tab.title}»: «{column.header}» shows its dates as an earlier release did"
            yield Change(what, {"repeatCell": {"range": below, "cell": cell, "fields": fields}})


def _rows(here: Place) -> Iterator[Change]:
    ours = [column.key for column in here.tab.columns if column.owner == "zapis" and column.type != "id"]
    for row in here.tab.rows:
        number, shown = here.standing.get(row["id"], (0, {}))
        for key in ours:
            if number and row.get(key, "") != shown.get(key, ""):
                what = f"«{here.tab.title}»: the words of row {number + 1} are an earlier release's"
                value = {"userEnteredValue": {"stringValue": row.get(key, "")}}
                yield Change(what, _cell(here, number, key, value, "userEnteredValue"))


def _cell(here: Place, row: int, key: str, cell: Json, fields: str) -> Json:
    start = {"sheetId": here.sheet, "rowIndex": row, "columnIndex": here.columns[key]}
    return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}
