"""What the ledger in PostgreSQL promises beyond other ledgers, against a real server on a wire that breaks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import make_url, text

from tests.spec import Season, minutes
from tests.wire import wire
from zapis.core.entries import Requested, to_row
from zapis.core.model import EntryId, PersonKey, SlotId, Standing
from zapis.errors import AnswerLost, CallRefused, JournalDisturbed, QuotaExceeded, SettingsError, SheetError
from zapis.ledger import committer as module
from zapis.ledger.committer import Committer
from zapis.ledger.pace import Unlimited
from zapis.ledger.port import Append, Part
from zapis.ledger.sql import database as database_module
from zapis.ledger.sql.database import Database, connect
from zapis.ledger.sql.ledger import SqlLedger
from zapis.ledger.sql.schema import STEPS, upgrade


def row(n: object) -> tuple[str, ...]:
    return (f"r{n}", *("x",) * 5)


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def wired(database, server):
    """The same database over a wire that breaks."""
    with wire(server.port) as carried:
        over = connect(make_url(address(database)).set(port=carried.port).render_as_string(hide_password=False))
        yield carried, SqlLedger(over)
        over.engine.dispose()


def test_a_commit_that_was_not_heard_may_have_happened_and_did_not(database, wired):
    carried, ledger = wired
    carried.plan = ["unheard"]

    with pytest.raises(AnswerLost):
        ledger.append(Append(journal=[row(1)]))

    assert SqlLedger(database).read(Part.JOURNAL).journal == ()


def test_a_commit_whose_answer_is_lost_may_have_happened_and_did(database, wired, server):
    carried, ledger = wired
    carried.plan = ["unanswered"]

    with pytest.raises(AnswerLost):
        ledger.append(Append(journal=[row(1)], people=[("anna", "0", "{}")]))

    fresh = ledger.read(Part.JOURNAL, Part.PEOPLE)
    assert (fresh.journal, fresh.people) == ((row(1),), (("anna", "0", "{}"),))


def test_a_server_that_says_nothing_any_more_is_hung_up_on(wired, monkeypatch):
    monkeypatch.setattr(database_module, "UNANSWERED_SECONDS", 0.3)
    carried, ledger = wired
    carried.plan = ["muted"]

    with pytest.raises(AnswerLost):
        ledger.append(Append(journal=[row(1)]))

    assert ledger.read(Part.JOURNAL).journal == (row(1),)


def test_a_connection_that_broke_while_nobody_called_costs_nobody_anything(wired):
    carried, ledger = wired
    ledger.append(Append(journal=[row(1)]), Part.JOURNAL)
    carried.cut()

    assert ledger.append(Append(journal=[row(2)]), Part.JOURNAL).journal == (row(2),)


def test_what_an_instance_was_told_before_a_broken_call_is_not_new_again(wired):
    carried, ledger = wired
    ledger.append(Append(journal=[row(1)]), Part.JOURNAL)
    carried.plan = ["unanswered"]
    with pytest.raises(AnswerLost):
        ledger.append(Append(journal=[row(2)]), Part.JOURNAL)

    assert ledger.append(Append(journal=[row(3)]), Part.JOURNAL).journal == (row(2), row(3))


def test_a_server_that_crashed_and_recovered_has_every_row(tmp_path):
    from local.postgres import postgres

    with postgres(durable=True) as server:
        database = connect(server.make_database())
        upgrade(database)
        ledger = SqlLedger(database)
        ledger.append(Append(journal=[row(1)]), Part.JOURNAL)
        server.stop(crash=True)
        with pytest.raises(AnswerLost):
            ledger.read(Part.JOURNAL)
        server.start()

        assert ledger.append(Append(journal=[row(2)]), Part.JOURNAL).journal == (row(2),)
        assert ledger.anew().read(Part.JOURNAL).journal == (row(1), row(2))
        database.engine.dispose()


def test_a_database_that_makes_writers_run_one_after_another_loses_no_row(server, database):
    """Serializable is how distributed databases work; there most of the transactions fail at first."""
    strict = make_url(address(database)).update_query_dict({"options": "-c default_transaction_isolation=serializable"})

    def write(writer: int) -> None:
        over = connect(strict.render_as_string(hide_password=False))
        ledger = SqlLedger(over)
        for n in range(10):
            while True:
                try:
                    assert (
                        row(f"{writer}.{n}")
                        in ledger.append(Append(journal=[row(f"{writer}.{n}")]), Part.JOURNAL).journal
                    )
                    break
                except QuotaExceeded:
                    continue
        over.engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    landed = SqlLedger(database).read(Part.JOURNAL).journal
    assert len(landed) == len(set(landed)) == 40


def test_a_head_row_held_too_long_is_refused_for_certain(database, monkeypatch):
    monkeypatch.setitem(database_module.LIMITS, "lock_timeout", "50ms")
    hasty = connect(address(database))
    with database.engine.begin() as holder:
        holder.execute(text("UPDATE head SET journal = journal"))
        with pytest.raises(QuotaExceeded):
            SqlLedger(hasty).append(Append(journal=[row(1)]))
    hasty.engine.dispose()

    assert SqlLedger(database).read(Part.JOURNAL).journal == ()


@pytest.mark.parametrize("evil", ["\x00", "\ud800"])
def test_what_no_database_can_keep_is_refused_and_nothing_of_it_is_told(database, evil):
    with pytest.raises(CallRefused) as refused:
        SqlLedger(database).append(Append(journal=[row(1)], people=[("id", "0", f"Иванова{evil}")]))

    assert "Иванова" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert SqlLedger(database).read(Part.JOURNAL).journal == ()


def test_an_older_copy_of_the_database_is_noticed(database):
    ledger = SqlLedger(database)
    ledger.append(Append(journal=[row(1), row(2)]), Part.JOURNAL)
    with database.engine.begin() as hands:
        hands.execute(text("DELETE FROM journal WHERE position = 2"))
        hands.execute(text("UPDATE head SET journal = 1"))

    with pytest.raises(JournalDisturbed, match="another copy"):
        ledger.read(Part.JOURNAL)


@pytest.mark.parametrize(
    ("spoils", "sentence"),
    [
        ("DELETE FROM journal WHERE position = 1", "deleted by hand"),
        ("UPDATE journal SET id = 'other' WHERE position = 2", "another copy"),
    ],
)
def test_a_hand_in_the_journal_is_noticed(database, spoils, sentence):
    ledger = SqlLedger(database)
    ledger.append(Append(journal=[row(1), row(2)]), Part.JOURNAL)
    with database.engine.begin() as hands:
        hands.execute(text(spoils))

    reader = ledger if "UPDATE" in spoils else ledger.anew()
    with pytest.raises(JournalDisturbed, match=sentence):
        reader.read(Part.JOURNAL)


def test_a_database_without_tables_says_which_command_makes_them(server):
    empty = connect(server.make_database())

    with pytest.raises(SheetError, match="zapis ledger upgrade"):
        SqlLedger(empty).read(*Part)
    empty.engine.dispose()


def test_an_upgrade_is_done_once_whoever_runs_it_and_however_often(server):
    made = connect(server.make_database())

    with ThreadPoolExecutor(3) as pool:
        taken = list(pool.map(lambda _: upgrade(made), range(3)))

    assert sorted(taken) == [0, 0, len(STEPS)]
    made.engine.dispose()


def test_a_database_of_the_first_release_is_upgraded_and_keeps_every_row(server):
    made = connect(server.make_database())
    upgrade(made, STEPS[:1])
    rows = Append([row(1), row(2)], [("anna", "0", "{}")], [("at", "sent", "run", "{}")], [("revision", "one", "")])
    SqlLedger(made).append(rows)

    taken = upgrade(made)

    read = SqlLedger(made).read(*Part)
    assert taken == len(STEPS) - 1 > 0
    assert (read.journal, read.people, read.outbox) == (tuple(rows.journal), tuple(rows.people), tuple(rows.outbox))
    assert read.catalogue_revision == "one"
    assert SqlLedger(made).recall() is None
    made.engine.dispose()


def test_the_release_before_goes_on_over_tables_that_were_upgraded_under_it(server):
    """Two releases serve side by side while one takes the other's place; the earlier one knows nothing of snapshots."""
    made = connect(server.make_database())
    upgrade(made, STEPS[:1])
    warm = SqlLedger(made)
    warm.append(Append(journal=[row(1)]), Part.JOURNAL)

    upgrade(made)

    assert warm.append(Append(journal=[row(2)], people=[("anna", "0", "{}")]), *Part).journal == (row(2),)
    made.engine.dispose()


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql://host/name", "nonsense"])
def test_another_database_is_refused_in_a_sentence(url):
    with pytest.raises(SettingsError, match=r"postgresql\+psycopg://"):
        connect(url)


class EarlierLedger(SqlLedger):
    """By its clock the season is open."""

    def now(self):
        return minutes(10)


def ask(committer, who):
    fact = Requested((30,), (PersonKey(who),), True, who)
    return committer.commit(EntryId(who), SlotId("S"), fact, [(who, "0", "{}")])


async def test_whatever_is_lost_on_the_way_each_request_lands_once(wired, database, monkeypatch):
    monkeypatch.setattr(module, "REREAD_PAUSE", 0.01)
    season = Season(capacity=10)
    carried, ledger = wired
    SqlLedger(database).append(Append(journal=[to_row(entry) for entry in season.entries]))
    committer = Committer(lambda: EarlierLedger(ledger._database), "w1", pace=Unlimited())
    await committer.refresh(0)

    for turn, what in enumerate(("unheard", "unanswered", "ok", "unanswered", "unheard")):
        carried.plan = [what]
        await asyncio.gather(*(ask(committer, f"p{turn}.{n}") for n in range(5)))
    await committer.close()

    rows = SqlLedger(database).read(*Part)
    assert len(rows.journal) == len({cells[2] for cells in rows.journal}) == len(season.entries) + 25
    assert len(rows.people) == 25
    standings = [registration.standing for registration in committer.state.registrations.values()]
    assert standings.count(Standing.CONFIRMED) == 10
