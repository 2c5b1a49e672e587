"""The demo season as `sync` would read it, every row with an id of its own."""

from collections.abc import Iterable
from datetime import date, datetime, time

from local.demo.cells import cell
from local.demo.season import DemoSeason, Row, dated
from zapis.core.tables import Cell, Table, read_table
from zapis.schema import Column, Tab, tab

NOON = time(12)


def tables(season: DemoSeason, today: date) -> dict[str, Table]:
    """The catalogue's tabs by the schema's keys."""
    settings = [{"id": key, "value": text} for key, text in season.settings.items() if key != "opens"]
    return {
        "season": _table(tab("catalogue", "season"), settings),
        "enterprises": _table(tab("catalogue", "enterprises"), season.enterprises),
        "tours": _table(tab("catalogue", "tours"), season.tours),
        "slots": _table(tab("catalogue", "slots"), dated(season.slots, datetime.combine(today, NOON))),
    }


def _table(of: Tab, rows: Iterable[Row]) -> Table:
    headers = [Cell(column.header) for column in of.columns]
    body = [
        [_shown(column, row.get(column.key, f"row{number}" if column.key == "id" else "")) for column in of.columns]
        for number, row in enumerate(rows)
    ]
    return read_table(of.title, {column.key: column.header for column in of.columns}, [headers, *body])


def _shown(column: Column, text: str) -> Cell:
    value = cell(column.type, text).get("userEnteredValue", {})
    return Cell(text, value.get("numberValue"), value.get("boolValue", False))
