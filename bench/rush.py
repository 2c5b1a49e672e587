"""The opening of a season, measured from outside: what visitors were told against what the journal says.

Every visitor is another person. A wait is told in multiples of one Sheets call, because that call is what
nothing can be faster than: its median is taken in the same run.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import monotonic

import requests

from bench import crowd
from bench.crowd import Outcome, Visitor
from bench.ground import OPERATOR, SITE, Ground, ground
from local.plan import ROOT, Answers, Part
from local.ports import LOOPBACK, free
from zapis.core.entries import Entry, from_row
from zapis.core.fold import fold
from zapis.core.model import Standing
from zapis.sheets import Sheets, append_rows

PATIENCE = 75.0
WRITES = ("write", SITE)
TUTORIAL_SEATS = 15
CALM, CONTESTED = 15, 300
"""People for each of the tutorial's visits: everyone may have a seat; all want the same one."""


@dataclass(frozen=True, slots=True)
class Rush:
    """One column of the table. Waits are seconds, still to be divided by one call."""

    name: str
    came: int
    accepted: int
    seconds: float
    """From the first press to the last answer."""
    errors: int
    oversold: int
    waits: Sequence[float]
    writes: int
    refused: int
    """Calls that Google answered 429."""
    mails: int | None
    asked_again: int
    contradicted: int = 0
    """Visitors who were told something else than what the journal says."""

    @property
    def a_minute(self) -> float:
        return self.accepted / max(self.seconds, 60.0) * 60.0

    def wait(self, share: float) -> float:
        """The wait that `share` of those who were answered did not exceed."""
        return quantile(self.waits, share)


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def one_call(accounts: int = 5, calls: int = 50) -> float:
    """The median of one append to a sheet, in seconds, by as many accounts at once as the quota carries."""
    with ground() as made:
        made.emulator.reset()
        made.restless()

        def some(number: int) -> list[float]:
            email = f"caller-{number}@demo.iam.gserviceaccount.com"
            sheets = Sheets(made.key(email), made.host)
            body = {"title": "Calls", "share_with": [email]}
            file = requests.post(f"{made.emulator.url}/_local/files", json=body, timeout=10).json()["id"]
            return [_timed(lambda: sheets.batch_update(file, [append_rows(0, [["a", "b"]])])) for _ in range(calls)]

        with ThreadPoolExecutor(accounts) as pool:
            return statistics.median(took for each in pool.map(some, range(accounts)) for took in each)


def _timed(act: Callable[[], object]) -> float:
    begun = monotonic()
    act()
    return monotonic() - begun


def zapis(
    name: str,
    instances: int,
    people: int,
    seconds: float,
    mail: bool = True,
    on: Callable[[], AbstractContextManager[Ground]] = ground,
) -> Rush:
    """So many visitors over so many seconds, on so many instances."""
    with on() as made:
        made.mailbox()
        urls = [made.site() for _ in range(instances)]
        _open_the_doors(urls)
        outcomes = crowd.meet(visitors(made, urls, people, seconds), PATIENCE)
        writes, refused = made.quota.granted[WRITES], _refused(made)
        if mail:
            made.deliver()
        made.still()
        oversold, contradicted = _against_the_journal(made, outcomes)
        return _rush(name, outcomes, oversold, writes, refused, made.letters() if mail else None, contradicted)


def _refused(made: Ground) -> int:
    """Calls of the site's account, of either kind, that were one too many."""
    return sum(count for (_, account), count in made.quota.refused.items() if account == SITE)


def lone(visits: int = 25) -> list[float]:
    """The waits of visitors who come one at a time."""
    with ground() as made:
        url = made.site()
        _open_the_doors([url])
        coming = visitors(made, [url], visits, visits * 2.5)
        return [outcome.wait for outcome in crowd.meet(coming, PATIENCE) if outcome.status == 201]


def _open_the_doors(urls: Sequence[str]) -> None:
    """People looked at the catalogue before the opening: instances are warm."""
    with ThreadPoolExecutor(len(urls)) as pool:
        for answer in pool.map(lambda url: requests.get(f"{url}/", timeout=60), urls):
            answer.raise_for_status()


def visitors(made: Ground, urls: Sequence[str], count: int, seconds: float, wave: str = "") -> list[Visitor]:
    """So many people, each new; people of another `wave` are others."""
    slots = tuple(made.season.slots)
    coming = crowd.spread(list(urls), count, seconds)
    return [_visitor(f"{wave}{n}", n, at, url, slots[_choice(n, len(slots))]) for n, (at, url) in enumerate(coming)]


def _choice(number: int, slots: int) -> int:
    """A few visits are loved by most: half of the people want a tenth of the slots."""
    return number * 7919 % (slots // 10 if number % 2 else slots)


def _visitor(who: str, number: int, at: float, url: str, slot: str) -> Visitor:
    body = {
        "contact": {"name": "Анна Петрова", "email": f"{who}@example.org", "phone": "+7 916 123-45-67"},
        "visitors": [{"name": "Анна Петрова", "age": 34}, {"name": "Маша Петрова", "age": 12}][: 1 + number % 2],
        "if_full": "wait",
        "consents": ["registration", "transfer", "authority"],
        "language": "ru",
    }
    return Visitor(at, f"{url}/api/slots/{slot}/registrations", f"visitor-{who}", body)


def _against_the_journal(made: Ground, outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """Seats sold above the capacity, and answers that the journal does not bear out.

    Nobody cancels here, so whoever was told of a seat or a place in line must still have it.
    """
    decoded = map(from_row, made.journal())
    state = fold(entry for entry in decoded if isinstance(entry, Entry))
    oversold = sum(max(slot.taken - slot.terms.capacity, 0) for slot in state.slots.values())
    standing = Counter((r.slot, str(r.standing)) for r in state.registrations.values())
    told = Counter((outcome.slot, outcome.said) for outcome in outcomes if outcome.status == 201)
    confirmed = {key: count for key, count in told.items() if key[1] in (Standing.CONFIRMED, Standing.WAITING)}
    return oversold, sum(max(count - standing[key], 0) for key, count in confirmed.items())


def tutorial(name: str, people: int, seconds: float, per_visit: int) -> Rush:
    """The tutorial's function, on one instance with its threads, before so many people, so many for each visit."""
    with ground() as made:
        made.mailbox()
        book, url = _tutorial_function(made, slots=-(-people // per_visit))
        writes_before = made.quota.granted[WRITES]
        outcomes = crowd.meet(_tutorial_visitors(url, people, seconds, per_visit), PATIENCE)
        writes, refused = made.quota.granted[WRITES] - writes_before, _refused(made)
        made.still()
        taken = Counter(row[0] for row in _rows(made, book) if row)
        oversold = sum(max(count - TUTORIAL_SEATS, 0) for count in taken.values())
        return _rush(name, outcomes, oversold, writes, refused, made.letters())


def _tutorial_function(made: Ground, slots: int) -> tuple[str, str]:
    made.still()
    tabs = [{"title": title} for title in ("slots", "registrations")]
    body = {"title": "Tutorial", "share_with": [SITE, OPERATOR], "tabs": tabs}
    book = str(requests.post(f"{made.emulator.url}/_local/files", json=body, timeout=10).json()["id"])
    ids = made.operator.get(book, (), "sheets.properties(sheetId,title)")["sheets"]
    sheet = {each["properties"]["title"]: each["properties"]["sheetId"] for each in ids}
    made.operator.batch_update(
        book, [append_rows(sheet["slots"], [[f"slot-{n}", str(TUTORIAL_SEATS)] for n in range(slots)])]
    )
    port = free()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SHEETS_EMULATOR_HOST": made.host,
        "TUTORIAL_ACCOUNT": SITE,
        "TUTORIAL_BOOK": book,
        "TUTORIAL_SMTP_PORT": str(made.smtp_port),
    }
    program = os.path.join(os.path.dirname(sys.executable), "functions-framework")
    source = str(ROOT / "bench" / "tutorial" / "main.py")
    argv = (program, f"--source={source}", "--target=register", f"--host={LOOPBACK}", f"--port={port}")
    made.start(Part("tutorial", argv, env, Answers(f"http://{LOOPBACK}:{port}/")))
    made.quota.reset()
    made.restless()
    return book, f"http://{LOOPBACK}:{port}/"


def _tutorial_visitors(url: str, count: int, seconds: float, per_visit: int) -> list[Visitor]:
    coming = crowd.spread([url], count, seconds)
    return [
        Visitor(at, where, f"visitor-{n}", _tutorial_body(n, n // per_visit)) for n, (at, where) in enumerate(coming)
    ]


def _tutorial_body(number: int, slot: int) -> dict[str, object]:
    return {"slot": f"slot-{slot}", "row": slot + 1, "name": "Anna", "email": f"visitor{number}@example.org"}


def _rows(made: Ground, book: str) -> list[list[str]]:
    sheet = made.operator.get(book, ["registrations!A1:A"], "sheets(data(rowData.values.formattedValue))")["sheets"][0]
    rows = sheet["data"][0].get("rowData", ())
    return [[cell.get("formattedValue", "") for cell in row.get("values", ())] for row in rows]


def _rush(
    name: str,
    outcomes: Sequence[Outcome],
    oversold: int,
    writes: int,
    refused: int,
    mails: int | None,
    contradicted: int = 0,
) -> Rush:
    answered = [outcome for outcome in outcomes if outcome.status in crowd.FINAL]
    return Rush(
        name=name,
        came=len(outcomes),
        accepted=sum(outcome.status == 201 for outcome in outcomes),
        seconds=max((outcome.ended for outcome in answered), default=0.0),
        errors=len(outcomes) - len(answered),
        oversold=oversold,
        waits=[outcome.wait for outcome in answered],
        writes=writes,
        refused=refused,
        mails=mails,
        asked_again=sum(outcome.asked > 1 for outcome in outcomes),
        contradicted=contradicted,
    )
