"""Whatever is sent, typed or found in a row: no fault, and nothing gets in that letters or sheets would pass on."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.site.conftest import NOW, TOKENS, Programme, ask, client
from zapis.core import calls, people
from zapis.core.catalogue import Catalogue, from_rows, terms_of, to_rows
from zapis.core.entries import _ENCODERS, Entry, from_row
from zapis.core.fold import State, fold
from zapis.core.model import Registration, RegistrationId, SlotId, Standing
from zapis.core.organisers import read
from zapis.core.tables import Cell, read_table
from zapis.schema import tab
from zapis.site import callers, corrections, forms
from zapis.site.forms import PartyRequest

quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NASTY = (
    "",
    " ",
    '=HYPERLINK("https://evil.example";"")',
    "+79161234567",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "Анна\r\nBcc: all@example.org",
    "\u202eанна",
    "\x00",
    "https://evil.example",
    "99999999999999999999",
    "-1",
    "1e9",
    "٣٤",
    "здесь",
    "открыта",
    "12.12.2026",
    "31.02.2026",
    "25:61",
    "зависит",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
fields = st.sampled_from(
    [
        "contact-name",
        "contact-email",
        "contact-phone",
        "visitors-0-going",
        "visitors-0-age",
        "visitors-1-name",
        "visitors-1-age",
        "group-name",
        "group-members-1-age",
        "group-members-1-count",
        "if_full",
        "code",
        "rows",
        "more",
        "key",
        "q",
        "act",
        "to",
        "kind",
        "slot",
        "ages",
        "others",
        "agreed",
        "mark",
        "registration",
        "revision",
        *(f"consents-{kind}" for kind in forms.CONSENTS),
    ]
)
typed = st.dictionaries(fields, texts, max_size=16)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["contact", "visitors", "name", "age", "group", "members", "count", "consents", "email"]),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=20,
)


def is_harmless(read: PartyRequest | tuple[Any, ...]) -> bool:
    """Problems in words, or a request in which no name breaks a line, opens a formula's call or carries a link."""
    if isinstance(read, tuple):
        return bool(read) and all(problem.detail for problem in read)
    names = [read.name, *(visitor.name for visitor in read.visitors)]
    return all(name.isprintable() and "://" not in name and "<" not in name and "=" not in name for name in names)


@quick
@given(typed)
def test_no_form_makes_a_fault_or_a_harmful_request(fields: dict[str, str]):
    assert is_harmless(forms.read(forms.from_fields(fields)))
    assert is_harmless(callers.read(fields))


@quick
@given(json_values)
def test_no_json_makes_a_fault_or_a_harmful_request(value: Any):
    assert is_harmless(forms.read(forms.from_json(value)))


doors = st.sampled_from(
    [
        ("POST", "/slots/open"),
        ("POST", "/lost"),
        ("POST", "{ticket}/cancel"),
        ("POST", "{ticket}/move"),
        ("POST", "{ticket}/add"),
        ("POST", "{ticket}/edit"),
        ("POST", "{ticket}/withdraw"),
        ("POST", "{gate}"),
        ("POST", "{office}"),
        ("POST", "{office}/call"),
        ("POST", "{office}/registrations/{id}"),
        ("POST", "/api/slots/open/registrations"),
        ("POST", "/api/registrations/visitors"),
        ("PATCH", "/api/registrations/people"),
        ("GET", "/"),
        ("GET", "/slots/{text}"),
        ("GET", "/consent/{text}/{text}/{text}"),
        ("GET", "/ticket/{text}"),
        ("GET", "/office/{text}"),
        ("GET", "/show/{text}"),
    ]
)
bodies = st.one_of(
    st.tuples(st.just("data"), typed),
    st.tuples(st.just("json"), json_values),
    st.tuples(st.just("content"), st.binary()),
)
kinds = st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-16"])


@quick
@given(st.lists(st.tuples(doors, bodies, kinds, texts), min_size=1, max_size=5))
def test_no_request_makes_a_fault(requests: list[tuple[tuple[str, str], tuple[str, Any], str, str]]):
    asyncio.run(_send(requests))


async def _send(requests: list[tuple[tuple[str, str], tuple[str, Any], str, str]]) -> None:
    programme = Programme()
    async with client(programme.open()) as site:
        await ask(site)
        held = programme.registrations()[0].id
        known = {
            "ticket": f"/ticket/{TOKENS.ticket(held)}",
            "office": f"/office/{TOKENS.office_today(NOW)}",
            "gate": f"/gate/{TOKENS.gate('plant')}",
            "id": held,
        }
        for (method, path), (how, body), kind, text in requests:
            headers = {"Authorization": f"Bearer {TOKENS.ticket(held)}", "Idempotency-Key": "fuzz"}
            headers |= {"Content-Type": kind} if kind and how == "content" else {}
            sent = {} if method == "GET" else {how: body}
            address = path.format(text=quote(text, safe="") or "x", **known)
            answer = await site.request(method, address, headers=headers, **sent)
            assert answer.status_code < 500, (method, path, answer.status_code)
            assert "evil.example\r\n" not in str(answer.headers)
    await programme.committer.close()


cells = st.one_of(
    st.builds(Cell, texts),
    st.builds(lambda number: Cell(str(number), number), st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(lambda ticked: Cell("TRUE" if ticked else "", None, ticked), st.booleans()),
)
TABS = ("season", "enterprises", "tours", "slots", "texts")
KEYS = {key: [column.key for column in tab("catalogue", key).columns if column.owner != "formula"] for key in TABS}
rows = st.fixed_dictionaries(
    {key: st.lists(st.dictionaries(st.sampled_from(KEYS[key]), cells), max_size=4) for key in TABS}
)


def table(key: str, typed_rows: list[dict[str, Cell]]) -> Any:
    declared = tab("catalogue", key)
    headers = {column.key: column.header for column in declared.columns if column.owner != "formula"}
    grid = [[Cell(header) for header in headers.values()]]
    grid += [[row.get(column, Cell()) for column in headers] for row in typed_rows]
    return read_table(declared.title, headers, grid)


def demo() -> Catalogue:
    programme = Programme()
    return from_rows(programme.store.catalogue)


@quick
@given(rows)
def test_no_row_of_the_catalogue_makes_a_fault_or_takes_the_last_good_one_away(typed_rows: dict[str, Any]):
    last = demo()
    reading = read({key: table(key, typed_rows[key]) for key in TABS}, last, date(2026, 12, 1))

    assert all(problem.tab and str(problem) for problem in reading.problems)
    assert set(last.slots) <= set(reading.catalogue.slots)
    assert from_rows(to_rows(reading.catalogue)) == reading.catalogue
    for slot in reading.catalogue.slots.values():
        if slot.status is not None:
            assert terms_of(reading.catalogue, slot).capacity >= 0


CALL_KEYS = [column.key for column in tab("catalogue", "calls").columns if column.owner != "formula"]


@quick
@given(st.lists(st.dictionaries(st.sampled_from(CALL_KEYS), cells), max_size=4), st.booleans())
def test_no_line_of_a_call_makes_a_fault_and_each_is_answered(lines: list[dict[str, Cell]], names: bool):
    desk = calls.Desk(State(), demo(), NOW, "sync", TOKENS.person, names)
    numbered = [{**line, "id": Cell(f"call-{number}")} for number, line in enumerate(lines)]
    read_lines = table_of_calls(numbered).rows
    plan = calls.plan(read_lines, desk)

    typed_lines = {row.text("id") for row in read_lines if calls.is_typed(row)}
    assert names or not plan.people
    assert typed_lines <= set(plan.outcomes(fold(plan.entries)))


def table_of_calls(lines: list[dict[str, Cell]]) -> Any:
    return table("calls", lines)


payloads = st.dictionaries(
    st.sampled_from(
        ["v", "ages", "persons", "waits", "body", "registration", "members", "terms", "people", "by", "text"]
    ),
    st.one_of(st.integers(), st.booleans(), texts, st.lists(st.one_of(st.integers(), texts), max_size=3), st.none()),
)
journal_rows = st.tuples(
    st.sampled_from(["2026-12-01T07:00:00.000000Z", "2026-12-01T07:00:00Z", "", "gestern"]),
    st.sampled_from([kind for kind, _ in _ENCODERS.values()] + ["unheard_of", ""]),
    texts,
    texts,
    texts,
    st.one_of(payloads.map(json.dumps), texts),
)


@quick
@given(st.lists(journal_rows, max_size=12))
def test_no_row_of_the_journal_makes_a_fault_and_none_undoes_what_stood(found: list[tuple[str, ...]]):
    before = _a_journal()
    standing = fold(entry for entry in map(from_row, before) if isinstance(entry, Entry)).registrations
    state = fold(entry for entry in map(from_row, [*before, *found]) if isinstance(entry, Entry))

    assert set(standing) <= set(state.registrations)
    for slot in state.slots.values():
        assert slot.taken <= slot.terms.capacity
    people.add_rows({}, found)


def _a_journal() -> list[tuple[str, ...]]:
    programme = Programme()
    return list(programme.store.lists["_journal"])


@quick
@given(texts, texts)
def test_no_correction_makes_a_fault_or_a_harmful_name(name: str, phone: str):
    person = people.Person("Анна Петрова", "a@example.org", "+79161234567", ("Анна Петрова",))
    held = Registration(
        RegistrationId("R" * 24), SlotId("open"), Standing.CONFIRMED, None, NOW, (34,), (0,), persons=(), body=""
    )
    wanted, problems = corrections.corrected(held, person, {corrections.NAME: name, corrections.PHONE: phone})

    assert all(problem.detail for problem in problems)
    assert wanted.name.isprintable()
    assert "://" not in wanted.name
