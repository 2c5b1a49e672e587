"""What every ledger promises, held against each of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.stage import stage
from zapis.core.model import RegistrationId
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Append, Fresh, Part
from zapis.ledger.sql.ledger import SqlLedger


def row(n: object, width: int = 6) -> tuple[str, ...]:
    return (f"r{n}", *("x",) * (width - 1))


@pytest.fixture(scope="module")
def on_stage(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture(params=["memory", "sheet", "sql"])
def open_ledger(request):
    """Opens one more view of the same, empty ledger."""
    if request.param == "memory":
        store = MemoryStore()
        return lambda: MemoryLedger(store, lambda: datetime.now(UTC))
    if request.param == "sql":
        database = request.getfixturevalue("database")
        return lambda: SqlLedger(database)
    running = request.getfixturevalue("on_stage")
    running.ledger = running.file("Журнал", "ledger")
    return running.open_ledger


def test_an_empty_ledger_has_nothing_new(open_ledger):
    assert open_ledger().read(*Part) == Fresh()


def test_an_append_brings_back_its_own_rows(open_ledger):
    fresh = open_ledger().append(Append(journal=[row(1), row(2)]), Part.JOURNAL)

    assert fresh.journal == (row(1), row(2))


def test_each_row_is_new_once(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(journal=[row(1)]), Part.JOURNAL)

    assert ledger.read(Part.JOURNAL).journal == ()


def test_one_call_appends_to_all_lists(open_ledger):
    rows = Append(journal=[row(1)], people=[row(2, 3)], outbox=[row(3, 4)])

    fresh = open_ledger().append(rows, *Part)

    assert (fresh.journal, fresh.people, fresh.outbox) == ((row(1),), (row(2, 3),), (row(3, 4),))


def test_a_view_that_read_one_list_appends_to_another(open_ledger):
    ledger = open_ledger()
    ledger.read(Part.JOURNAL)

    fresh = ledger.append(Append(journal=[row(1)], people=[row(2, 3)]), Part.PEOPLE)

    assert fresh.people == (row(2, 3),)


def test_another_view_sees_the_rows_in_the_same_order(open_ledger):
    first, second = open_ledger(), open_ledger()
    first.append(Append(journal=[row(1)]))
    second.append(Append(journal=[row(2)]))

    assert first.read(Part.JOURNAL).journal == second.read(Part.JOURNAL).journal == (row(1), row(2))


def test_a_list_that_was_not_asked_for_stays_new(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(journal=[row(1)], outbox=[row(2, 4)]), Part.JOURNAL)

    assert ledger.read(Part.OUTBOX).outbox == (row(2, 4),)


def test_the_catalogue_is_replaced_whole(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(catalogue=[("revision", "one", ""), ("slot", "S1", "{}"), ("slot", "S2", "{}")]))

    fresh = ledger.append(Append(catalogue=[("revision", "two", ""), ("slot", "S3", "{}")]))

    assert fresh.catalogue_revision == "two"
    assert ledger.catalogue() == (("revision", "two", ""), ("slot", "S3", "{}"))


def test_a_formula_in_a_row_stays_a_text(open_ledger):
    evil = ('=HYPERLINK("http://x")', "+7916", "'quoted", "007", "  spaces ", "новая\nстрока")

    fresh = open_ledger().append(Append(journal=[evil]), Part.JOURNAL)

    assert fresh.journal == (evil,)


def test_empty_cells_at_the_end_come_back(open_ledger):
    fresh = open_ledger().append(Append(journal=[("a", "b", "c", "", "", "")]), Part.JOURNAL)

    assert fresh.journal == (("a", "b", "c", "", "", ""),)


def test_hundreds_of_rows_go_in_one_call(open_ledger):
    rows = [row(n) for n in range(700)]

    assert open_ledger().append(Append(journal=rows), Part.JOURNAL).journal == tuple(rows)


def test_rows_of_many_writers_all_land_and_everybody_reads_the_same_order(open_ledger):
    def write(writer: int) -> None:
        ledger = open_ledger()
        for n in range(5):
            mine = row(f"{writer}.{n}")
            assert mine in ledger.append(Append(journal=[mine]), Part.JOURNAL).journal

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    one, other = open_ledger().read(Part.JOURNAL).journal, open_ledger().read(Part.JOURNAL).journal
    assert one == other
    assert len(set(one)) == 40


def test_the_clock_is_in_utc(open_ledger):
    ledger = open_ledger()
    ledger.read(Part.JOURNAL)

    assert abs(ledger.now() - datetime.now(UTC)).total_seconds() < 2


def test_who_is_forgotten_is_in_no_row_any_more(open_ledger):
    ledger, other = open_ledger(), open_ledger()
    ledger.append(Append(people=[("anna", "0", "Анна"), ("boris", "0", "Борис"), ("anna", "1", "Анна")]), *Part)

    ledger.forget({RegistrationId("anna")})
    ledger.forget({RegistrationId("anna"), RegistrationId("nobody")})

    rows = other.read(Part.PEOPLE).people
    assert [row for row in rows if row[0] != "anna"] == [("boris", "0", "Борис")]
    assert "Анна" not in str(rows)


def test_whoever_read_people_before_goes_on_after_some_were_forgotten(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(people=[("anna", "0", "Анна")]), Part.PEOPLE)
    open_ledger().forget({RegistrationId("anna")})

    assert ledger.append(Append(people=[("boris", "0", "Борис")]), Part.PEOPLE).people == (("boris", "0", "Борис"),)


def test_a_row_of_somebody_forgotten_that_is_sent_again_can_be_forgotten_again(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(people=[("anna", "0", "Анна")]))
    ledger.forget({RegistrationId("anna")})
    ledger.append(Append(people=[("anna", "0", "Анна")]))
    ledger.forget({RegistrationId("anna")})

    assert "Анна" not in str(open_ledger().read(Part.PEOPLE))


def test_people_are_found_by_their_registration(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(people=[("anna", "0", "{}"), ("boris", "0", "{}"), ("anna", "1", "{}")]))

    assert ledger.people({RegistrationId("anna")}) == (("anna", "0", "{}"), ("anna", "1", "{}"))


def test_a_hundred_thousand_may_be_asked_for_at_once(open_ledger):
    ledger = open_ledger()
    ledger.append(Append(people=[("anna", "0", "{}")]))

    assert ledger.people({RegistrationId(f"nobody{n}") for n in range(100_000)} | {"anna"}) == (("anna", "0", "{}"),)


def test_a_word_beside_the_revision_changes_nothing_else(open_ledger):
    ledger, other = open_ledger(), open_ledger()
    rows = (("revision", "r1", ""), ("season", "", "{}"))
    ledger.append(Append(catalogue=rows))

    ledger.note("all is well")
    ledger.note("still")

    assert other.catalogue() == (("revision", "r1", "still"), rows[1])
    assert other.read(Part.JOURNAL) == Fresh(catalogue_revision="r1", word="still")
