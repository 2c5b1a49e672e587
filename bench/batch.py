"""Where the time of one batch goes: each step by itself, the very code, on a season with a past.

The call's own time is Google's and is taken from the run; what is measured here is ours, in milliseconds
of this machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import msgspec

from bench import season
from bench.ground import SITE, Ground, ground
from zapis.core import people
from zapis.core.entries import Entry, from_row, to_row
from zapis.core.fold import evolve, fold
from zapis.core.marks import found
from zapis.core.people import Person
from zapis.ledger.committer import LARGEST_BATCH
from zapis.ledger.port import Append, Fresh, Part
from zapis.ledger.sheet import SheetLedger
from zapis.sheets import Json, Sheets
from zapis.site import fields, forms, shapes
from zapis.site.links import Links
from zapis.site.offers import Counter
from zapis.tokens import Tokens

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """Milliseconds of processor time of each step for a batch of so many."""

    size: int
    forms: float
    encode: float
    decode: float
    fold: float
    answer: float
    sent_kb: float
    received_kb: float


class _Listening(Sheets):
    """Keeps what was sent and what came back."""

    sent: Json
    received: Json

    def batch_update(self, spreadsheet: str, requests_: Sequence[Json], **more: Any) -> Json:
        self.sent = {"requests": list(requests_)}
        self.received = super().batch_update(spreadsheet, requests_, **more)
        return self.received


def measure(size: int = LARGEST_BATCH, past: int = 10_000) -> Batch:
    """One batch on a journal of `past` requests, the median of a few rounds."""
    with ground(past, restless=False) as made:
        rounds = [_one(made, size, number) for number in range(ROUNDS)]
    names = Batch.__dataclass_fields__
    return Batch(**{name: median(getattr(each, name) for each in rounds) for name in names})


def _one(made: Ground, size: int, number: int) -> Batch:
    sheets = _Listening(made.key(SITE), made.host)
    ledger = SheetLedger(sheets, made.ledger)
    past = ledger.read(Part.JOURNAL).journal
    entries = _entries(made, size, number)
    rows = _rows(entries)
    ledger.append(rows, Part.JOURNAL)
    sent, received = json.dumps(sheets.sent), json.dumps(sheets.received)
    fresh = _tail_of(sheets.received)
    state = fold(entry for entry in map(from_row, past) if isinstance(entry, Entry))
    body = _body()
    return Batch(
        size=size,
        forms=_ms(lambda: [forms.read(forms.from_json(msgspec.json.decode(body))) for _ in entries]),
        encode=_ms(lambda: json.dumps({"requests": list(ledger._requests(_rows(entries)))})),
        decode=_ms(lambda: found(_tail_of(json.loads(received)))),
        fold=_ms(lambda: [evolve(state, row.entry) for row in found(fresh)]) - _ms(lambda: found(fresh)),
        answer=_ms(_answers(made, state, entries)),
        sent_kb=len(sent) / 1e3,
        received_kb=len(received) / 1e3,
    )


def _entries(made: Ground, size: int, number: int) -> list[Entry]:
    rows = season.requests(made.season, (number + 1) * size + 20_000, datetime.now(UTC))[-size:]
    return [entry for entry in map(from_row, rows) if isinstance(entry, Entry)]


def _rows(entries: list[Entry]) -> Append:
    person = Person("Анна Петрова", "anna@example.org", "+79161234567", ("Анна Петрова", "Маша Петрова"))
    return Append([to_row(e) for e in entries], [people.to_row(e.id, person) for e in entries])  # type: ignore[arg-type]


def _tail_of(answer: Json) -> Any:
    """The journal's rows in an answer, as the ledger reads them."""
    sheet = next(s for s in answer["updatedSpreadsheet"]["sheets"] if s["properties"]["title"] == Part.JOURNAL)
    rows = sheet["data"][0]["rowData"][1:]
    return Fresh(tuple(tuple(cell.get("formattedValue", "") for cell in row["values"]) for row in rows)).journal


def _answers(made: Ground, state: Any, entries: list[Entry]) -> Callable[[], object]:
    tokens, links, now = Tokens(["k" * 40]), Links("https://zapis.example"), datetime.now(UTC)

    def answer(entry: Entry) -> bytes:
        counter = Counter(made.season, state, now)
        registration = state.registrations[entry.id]
        offer, place = counter.any_offer(registration.slot), counter.place(registration.id)
        return msgspec.json.encode(shapes.ticket(registration, place, offer, tokens.ticket(registration.id), links))

    return lambda: [answer(entry) for entry in entries]


def _body() -> bytes:
    fields.email("anna@example.org")
    return msgspec.json.encode(
        {
            "contact": {"name": "Анна Петрова", "email": "anna@example.org", "phone": "+7 916 123-45-67"},
            "visitors": [{"name": "Анна Петрова", "age": 34}, {"name": "Маша Петрова", "age": 12}],
            "if_full": "wait",
            "consents": ["registration", "transfer", "authority"],
        }
    )


def _ms(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1e3
