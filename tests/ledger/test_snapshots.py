"""A cold instance over PostgreSQL begins from a snapshot, and never from one that the journal does not bear out."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.audit.journals import HANDS, NAMES, journal, registration
from tests.core.test_fold_properties import journals
from tests.mail.spec import Story
from tests.spec import minutes
from tests.stage import small_season, stage
from zapis.core.audit import Memory, Witness, acceptance
from zapis.core.entries import Entry, RulesRaised, from_row, to_row
from zapis.core.fold import evolve, fold
from zapis.core.marks import mark
from zapis.core.model import EntryId, SlotId
from zapis.core.notices import SENT, Outbox, due, outbox_row
from zapis.core.people import Person
from zapis.core.people import to_row as person_row
from zapis.errors import AnswerLost, CannotDecide, JournalDisturbed
from zapis.ledger.beginning import begin
from zapis.ledger.committer import Committer
from zapis.ledger.pace import Unlimited
from zapis.ledger.port import Append, Part
from zapis.ledger.snapshot import Snapshot
from zapis.ledger.sql import snapshots
from zapis.ledger.sql.ledger import SqlLedger
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import Sent
from zapis.publish import books as books_module
from zapis.publish.books import Books
from zapis.publish.sync import Sync
from zapis.tokens import Tokens

ROWS = journal()
EARLY, LATE = ROWS[:5], ROWS[5:]
FOLDED = fold(map(from_row, ROWS))
NOBODY = Memory([], 0, "", [""], [])


@pytest.fixture(autouse=True)
def every_few_rows(monkeypatch):
    monkeypatch.setattr(books_module, "WORTH_KEEPING", 3)


def people(names=NAMES):
    return [person_row(registration(name), Person(name, f"{name}@example.ru", "", (name,))) for name in names]


def kept(database, rows=EARLY, names=NAMES[:4]):
    """A ledger with these rows, recorded by `sync`, and the snapshot that it left."""
    SqlLedger(database).append(Append(journal=rows, people=people(names)))
    books = Books(SqlLedger(database))
    assert books.hear()
    books.append(Append(outbox=books.watch.to_record(minutes(60), "sync")))
    books.remember()
    return books


def lay_hands_on(database, statement):
    with database.engine.begin() as hands:
        hands.execute(text(statement))


def cold(database, *parts):
    return begin(SqlLedger(database), Witness(), *(parts or Part))


def state_of(begun):
    for row in begun.journal:
        evolve(begun.state, row.entry)
    return begun.state


@settings(max_examples=60)
@given(journals(), st.data())
def test_a_snapshot_and_what_landed_since_are_the_fold_of_everything(entries, data):
    middle = data.draw(st.integers(0, len(entries)))

    packed = snapshots.pack(Snapshot(fold(entries[:middle]), Outbox(), NOBODY))

    assert fold(entries[middle:], snapshots.unpack(packed).state) == fold(entries)


def test_a_cold_instance_reads_only_what_landed_since(database):
    kept(database)
    SqlLedger(database).append(Append(journal=LATE, people=people(NAMES[4:])))

    begun = cold(database)

    assert (begun.rows, [row.row for row in begun.journal]) == (len(EARLY), LATE)
    assert len(begun.fresh.people) == len(NAMES)
    assert [row.number for row in begun.journal] == [7, 8, 9]
    assert state_of(begun) == FOLDED


def test_the_witness_of_a_cold_instance_knows_what_the_one_that_read_everything_knows(database):
    books = kept(database)
    witness = Witness()

    begin(SqlLedger(database), witness, *Part)

    assert witness.memory == books.watch.memory
    assert witness.note == books.watch.note
    assert not witness.unrecorded


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_in_rows_below_a_snapshot_is_noticed(database, hand):
    kept(database, ROWS, NAMES)
    lay_hands_on(database, "DELETE FROM journal")
    lay_hands_on(database, "UPDATE head SET journal = 0")
    SqlLedger(database).append(Append(journal=HANDS[hand](ROWS)))

    with pytest.raises(JournalDisturbed):
        cold(database)


def test_one_cell_of_one_early_row_is_noticed_by_a_cold_site(database):
    kept(database)
    lay_hands_on(database, "UPDATE journal SET payload = replace(payload, '[30]', '[30,30]') WHERE position = 2")

    with pytest.raises(JournalDisturbed, match="row 3 was edited"):
        cold(database, Part.JOURNAL, Part.OUTBOX)


def test_a_row_taken_out_together_with_all_that_recorded_it_is_missed_by_its_people(database):
    kept(database)
    lay_hands_on(database, "DELETE FROM journal WHERE position > 3")
    lay_hands_on(database, "DELETE FROM outbox")
    lay_hands_on(database, "DELETE FROM snapshot")
    lay_hands_on(database, "UPDATE head SET journal = 3, outbox = 0")

    with pytest.raises(JournalDisturbed, match="no request"):
        cold(database)


def test_a_snapshot_that_somebody_spoilt_is_of_no_consequence(database):
    kept(database)
    lay_hands_on(database, "UPDATE snapshot SET digest = 'other'")

    begun = cold(database)

    assert (begun.rows, len(begun.journal)) == (0, len(EARLY))


def test_another_release_reads_the_journal_whole(database):
    kept(database)
    lay_hands_on(database, "UPDATE snapshot SET edition = 'of another release'")

    assert cold(database).rows == 0


def test_each_release_keeps_its_own(database):
    kept(database)
    lay_hands_on(database, "UPDATE snapshot SET edition = 'of another release'")
    books = Books(SqlLedger(database))
    books.hear()
    books.remember()

    with database.engine.connect() as look:
        editions = set(look.execute(text("SELECT edition FROM snapshot")).scalars())

    assert editions == {"of another release", snapshots.edition()}


def test_marks_recorded_since_that_say_otherwise_lead_to_a_whole_look(database):
    books = kept(database)
    SqlLedger(database).append(Append(journal=LATE, people=people(NAMES[4:])))
    books.hear()
    (recorded,) = books.watch.to_record(minutes(61), "sync")
    other = mark(LATE[0])[:8]
    SqlLedger(database).append(Append(outbox=[(*recorded[:3], recorded[3].replace(other, "0" * 8))]))

    with pytest.raises(JournalDisturbed):
        cold(database)


def test_a_journal_accepted_since_is_looked_at_whole(database):
    kept(database)
    accepted = acceptance(minutes(61), "operator", "truth", [mark(row) for row in EARLY])
    SqlLedger(database).append(Append(outbox=accepted))

    assert cold(database).rows == 0


def test_an_instance_that_remembers_rows_of_its_own_looks_at_all_of_them(database):
    kept(database)
    witness = Witness()
    begin(SqlLedger(database), witness, *Part)

    assert begin(SqlLedger(database), witness, *Part).rows == 0


def test_a_snapshot_is_kept_only_when_enough_has_landed(database):
    books = kept(database)
    lay_hands_on(database, "DELETE FROM snapshot")
    SqlLedger(database).append(Append(journal=LATE[:2]))
    books.hear()
    books.remember()
    assert cold(database).rows == 0

    SqlLedger(database).append(Append(journal=LATE[2:]))
    books.hear()
    books.remember()

    assert cold(database).rows == len(ROWS)


def newer():
    return [to_row(Entry(minutes(30), EntryId("raised"), SlotId(""), "w", RulesRaised(99)))]


def unknown():
    return [(*ROWS[-1][:2], "later", *ROWS[-1][3:5], '{"v":99}')]


@pytest.mark.parametrize("rows", [newer, unknown])
async def test_a_release_that_cannot_judge_a_row_keeps_nothing_that_would_hide_it(database, rows):
    kept(database)
    SqlLedger(database).append(Append(journal=[*LATE, *rows()], people=people(NAMES[4:])))
    books = Books(SqlLedger(database))
    books.hear()
    books.remember()
    site = Committer(lambda: SqlLedger(database), "site", pace=Unlimited())

    with pytest.raises(CannotDecide):
        await site.refresh(0)
    await site.close()


async def test_a_cold_site_goes_by_the_snapshot_and_what_landed_since(database):
    kept(database)
    SqlLedger(database).append(Append(journal=LATE, people=people(NAMES[4:])))
    site = Committer(lambda: SqlLedger(database), "site", pace=Unlimited())

    await site.refresh(0)
    await site.close()

    assert site.state == FOLDED


class Unsteady(SqlLedger):
    """It loses the answer to its first read."""

    lost = False

    def read(self, *parts):
        if not self.lost:
            self.lost = True
            raise AnswerLost("PostgreSQL did not answer.")
        return super().read(*parts)


async def test_an_answer_lost_after_the_snapshot_came_is_asked_for_again(database):
    kept(database)
    site = Committer(lambda: Unsteady(database), "site", pace=Unlimited())
    with pytest.raises(AnswerLost):
        await site.refresh(0)
    lay_hands_on(database, "DELETE FROM snapshot")

    await site.refresh(0)
    await site.close()

    assert site.state == fold(map(from_row, EARLY))


class Post:
    """A mail server that takes everything."""

    def __init__(self):
        self.took = []

    @contextmanager
    def connection(self):
        yield self

    def send(self, message):
        self.took.append(message["To"])
        return Sent()


class StoryLedger(SqlLedger):
    """By the story's clock."""

    story: Story

    def now(self):
        return self.story.clock()


def test_a_cold_deliver_sends_nothing_again_that_was_sent_before_the_snapshot(database):
    StoryLedger.story = story = Story(capacity=25)
    lists, now = story.store.lists, story.clock()
    story.register(email="first@example.ru")
    sent = outbox_row(now, SENT, "run", [notice.id for notice in due(story.state(), Outbox(), now)])
    rows = Append(lists[Part.JOURNAL], lists[Part.PEOPLE], [sent], story.store.catalogue)
    SqlLedger(database).append(rows)
    books = Books(SqlLedger(database))
    books.hear()
    books.remember()
    story.register(email="second@example.ru", name="Борис")
    SqlLedger(database).append(Append(journal=lists[Part.JOURNAL][-1:], people=lists[Part.PEOPLE][-1:]))

    post = Post()
    cold = Deliverer(
        lambda: StoryLedger(database), post, Tokens(["k" * 32]), "https://visits.example", "a@zapis.example"
    )
    report = cold.run("run")

    assert report.sent == len(post.took) == 1
    assert "second@example.ru" in post.took[0]


def test_sync_keeps_one_in_passing(tmp_path, database):
    with stage(tmp_path) as on_stage:
        small_season(on_stage)
        ids = iter(range(100))
        sync = Sync(
            on_stage.sheets,
            SqlLedger(database),
            on_stage.catalogue,
            settle=timedelta(),
            writer="sync",
            new_id=lambda: f"new{next(ids)}",
            person_key=Tokens(["p" * 40]).person,
            names=False,
        )
        on_stage.settle(sync)
        (offer,) = SqlLedger(database).read(Part.JOURNAL).journal
        asked = [(*row[:3], offer[3], *row[4:]) for row in ROWS[1:]]
        SqlLedger(database).append(Append(journal=asked, people=people()))
        sync.run()

    assert cold(database).rows == len(ROWS)
