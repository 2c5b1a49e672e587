"""Texts of the demo season -> cells as a person's typing leaves them: real dates, times, numbers and ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from zapis.publish.looks import NUMBER_FORMATS
from zapis.schema import Column

Json = dict[str, Any]

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no zone
DAY_SECONDS = 86_400


def rows_below_header(sheet: int, columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> Json:
    """The request that fills `rows` in below the header of a tab whose columns stand as declared."""
    return _update(
        sheet, 1, 0, [{"values": [_typed(column, row) for column in columns]} for row in rows], "userEnteredValue"
    )


def _typed(column: Column, row: Mapping[str, str]) -> Json:
    return cell(column.type, row.get(column.key, "")) if column.owner == "people" else {}


def one(sheet: int, row: int, column: int, kind: str, text: str) -> Json:
    """The request that types one cell, which then shows a date as a date."""
    shown = {"userEnteredFormat": {"numberFormat": NUMBER_FORMATS[kind]}} if kind in NUMBER_FORMATS else {}
    fields = "userEnteredValue,userEnteredFormat.numberFormat" if shown else "userEnteredValue"
    return _update(sheet, row, column, [{"values": [cell(kind, text) | shown]}], fields)


def cell(kind: str, text: str) -> Json:
    """A cell of a column of this type; dates and times are given as ISO text."""
    if not text:
        return {}
    return {"userEnteredValue": _TYPED.get(kind, _text)(text)}


def _text(text: str) -> Json:
    return {"stringValue": text}


def _number(text: str) -> Json:
    return {"numberValue": int(text)}


def _date(text: str) -> Json:
    return {"numberValue": (date.fromisoformat(text) - EPOCH.date()).days}


def _time(text: str) -> Json:
    clock = time.fromisoformat(text)
    return {"numberValue": (clock.hour * 3600 + clock.minute * 60) / DAY_SECONDS}


def _moment(text: str) -> Json:
    return {"numberValue": (datetime.fromisoformat(text) - EPOCH).total_seconds() / DAY_SECONDS}


def _deadline(text: str) -> Json:
    """A moment, or so long before: «2 рабочих дня»."""
    return _moment(text) if text[:4].isdecimal() else _text(text)


def _tick(text: str) -> Json:
    return {"boolValue": text == "да"}


_TYPED: dict[str, Callable[[str], Json]] = {
    "number": _number,
    "date": _date,
    "time": _time,
    "datetime": _moment,
    "deadline": _deadline,
    "checkbox": _tick,
}


def _update(sheet: int, row: int, column: int, rows: Sequence[Json], fields: str) -> Json:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": list(rows), "fields": fields}}
