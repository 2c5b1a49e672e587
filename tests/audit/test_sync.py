"""sync keeps watch: a hand in the journal is told to the operator and the organisers, and nothing follows from it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from tests.audit.journals import HANDS
from tests.spec import minutes
from tests.stage import small_season, stage
from zapis.core.audit import Recorded
from zapis.core.entries import Entry, Requested, to_row
from zapis.core.ids import registration_id
from zapis.core.marks import mark
from zapis.core.model import PersonKey, SlotId
from zapis.errors import JournalDisturbed
from zapis.ledger.committer import Committer
from zapis.ledger.memory import MemoryLedger, MemoryStore
from zapis.ledger.port import Fresh, Part
from zapis.publish.alarm import CHECKS
from zapis.publish.files import read_file
from zapis.publish.hidden import lines_of, rewrite
from zapis.publish.sync import Sync
from zapis.tokens import Tokens

NAMES = ("anna", "boris", "vera", "gleb", "dina", "egor", "zhanna")


class Watched:
    """sync over real sheets and a ledger in memory, whose clock and rows a test has in its hands."""

    def __init__(self, on_stage):
        self.stage, self.store, self.now = on_stage, MemoryStore(), minutes(0)
        self.sync = self.instance()

    def instance(self, writer="sync", ledger=MemoryLedger) -> Sync:
        return Sync(
            self.stage.sheets,
            ledger(self.store, lambda: self.now),
            self.stage.catalogue,
            settle=timedelta(),
            writer=writer,
            new_id=iter(["e1", "t1", "s1", *"abcdefgh"]).__next__,
            person_key=Tokens(["p" * 40]).person,
        )

    @property
    def journal(self) -> list:
        return self.store.lists[Part.JOURNAL]

    @property
    def recorded(self) -> Recorded:
        return Recorded.of(self.store.lists[Part.OUTBOX])

    def land(self, name: str) -> None:
        slot = SlotId(self.journal[0][3])
        fact = Requested((30,), (PersonKey(name),), True, name)
        self.journal.append(to_row(Entry(self.now, registration_id(slot, name), slot, "site", fact)))

    def later(self, **delta) -> None:
        self.now += timedelta(**delta)

    def check(self) -> str:
        """What organisers read in the season's first row."""
        return self.stage.rows(self.stage.catalogue, "Сезон")[0]["Проверка"]

    def taken(self) -> str:
        return self.stage.rows(self.stage.catalogue, "Расписание")[0]["Занято"]


@pytest.fixture
def watched(tmp_path):
    with stage(tmp_path, small_season) as on_stage:
        watched = Watched(on_stage)
        on_stage.settle(watched.sync)
        for name in NAMES:
            watched.land(name)
        on_stage.settle(watched.sync)
        yield watched


def alarms(caplog) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.CRITICAL]


def test_what_landed_is_recorded_with_the_next_claim(watched):
    assert watched.recorded.marks == [mark(row) for row in watched.journal]


@pytest.mark.parametrize("hand", HANDS)
def test_a_new_instance_says_what_was_done_and_publishes_nothing(watched, caplog, hand):
    watched.journal[:] = HANDS[hand](watched.journal)
    watched.stage.type("Расписание", 2, "Мест", "9")
    rows = len(watched.journal)

    report = watched.instance("another").run()

    (alarm,) = alarms(caplog)
    assert alarm.startswith("The journal was changed by hand: row")
    assert watched.check().startswith("Журнал записей изменён вручную: ")
    assert (report.offers, report.disturbed, len(watched.journal)) == (0, watched.check(), rows)
    assert watched.taken() == "2"


def test_a_running_instance_notices_an_edit_within_ten_minutes(watched, caplog):
    watched.journal[:] = HANDS["edited"](watched.journal)
    watched.later(minutes=9)
    before = watched.sync.run()
    watched.later(minutes=1)

    after = watched.sync.run()

    assert (before.disturbed, bool(after.disturbed)) == ("", True)
    assert "row 5 was edited" in alarms(caplog)[0]


def test_an_alarm_is_given_once(watched, caplog):
    watched.journal[:] = HANDS["deleted"](watched.journal)
    watched.later(minutes=10)

    reports = [watched.sync.run() for _ in range(3)]

    assert len(alarms(caplog)) == 1
    assert [len(report.written) for report in reports] == [1, 0, 0]


def test_sync_goes_on_by_itself_once_the_journal_is_as_it_was(watched):
    rows = list(watched.journal)
    watched.journal[:] = HANDS["sorted"](rows)
    watched.later(minutes=10)
    watched.sync.run()
    watched.journal[:] = rows
    watched.stage.type("Расписание", 2, "Мест", "3")

    watched.stage.settle(watched.sync)

    assert watched.check() == "✓"
    assert watched.taken() == "3"


def test_rows_that_nobody_recorded_are_missed_by_who_saw_them(watched, caplog):
    for part in (Part.OUTBOX, Part.PEOPLE):
        watched.store.lists[part].clear()
    watched.journal[:] = HANDS["restored"](watched.journal)
    watched.later(minutes=10)

    report = watched.sync.run()

    assert report.disturbed
    assert "rows 7-9 at the end" in alarms(caplog)[0]


def test_a_row_that_no_program_wrote_stops_nothing(watched, caplog):
    watched.journal.append(("hello", "", "", "", "", ""))

    report = watched.instance("another").run()

    assert report.disturbed == ""
    assert "no program wrote row 10 of the journal" in caplog.text


def test_what_changes_nothing_to_see_is_recorded_every_ten_minutes(watched):
    known = len(watched.journal)
    watched.journal.append((*watched.journal[1][:5], watched.journal[1][5].replace("anna", "anne")))
    watched.sync.run()
    waits = len(watched.recorded.marks)
    watched.later(minutes=10)

    watched.sync.run()

    assert (waits, len(watched.recorded.marks)) == (known, known + 1)


def test_a_pause_of_recording_ends_with_many_rows(watched):
    repeated = watched.journal[1]
    watched.journal.extend([repeated] * 300)

    watched.sync.run()

    assert len(watched.recorded.marks) == len(watched.journal)


def test_a_ledger_that_was_taken_back_whole_is_noticed_by_who_never_saw_it(watched, caplog):
    for part, kept in ((Part.JOURNAL, 5), (Part.OUTBOX, 2), (Part.PEOPLE, 0)):
        del watched.store.lists[part][kept:]
    another = watched.instance("another")

    reports = [another.run() for _ in range(2)]

    assert all(report.disturbed.startswith("Файл журнала заменён старой версией") for report in reports)
    (alarm,) = alarms(caplog)
    assert "it has 5 rows, not those 8 that the catalogue's file remembers" in alarm
    assert watched.check() == reports[0].disturbed


async def test_a_new_instance_of_the_site_heeds_the_alarm_about_a_ledger_that_was_taken_back_whole(watched):
    whole = {part: list(rows) for part, rows in watched.store.lists.items()}
    for part, kept in ((Part.JOURNAL, 5), (Part.OUTBOX, 2), (Part.PEOPLE, 0)):
        del watched.store.lists[part][kept:]
    another = watched.instance("another")
    another.run()
    cold = Committer(lambda: MemoryLedger(watched.store, lambda: watched.now), "cold")

    with pytest.raises(JournalDisturbed, match="Файл журнала заменён старой версией"):
        await cold.refresh(0)

    for part, rows in whole.items():
        watched.store.lists[part][:] = rows
    another.run()
    cold = Committer(lambda: MemoryLedger(watched.store, lambda: watched.now), "cold")
    await cold.refresh(0)

    assert len(cold.state.registrations) == len(NAMES)


def test_a_catalogue_that_was_taken_back_alarms_nobody(watched):
    before = read_file(watched.stage.sheets, watched.stage.catalogue, (CHECKS,))
    watched.land("zoya")
    watched.stage.settle(watched.sync)
    old = rewrite(before.ids[CHECKS.key], lines_of(before, CHECKS))
    watched.stage.sheets.batch_update(watched.stage.catalogue, old)

    assert watched.instance("another").run().disturbed == ""


class LateOnce(MemoryLedger):
    """Its first read was answered before the last row landed, and was recorded."""

    late = True

    def anew(self) -> LateOnce:
        return self

    def read(self, *parts: Part) -> Fresh:
        if not self.late:
            return super().read(*parts)
        self.late, lists = False, self._store.lists
        landed = {part: list(rows) for part, rows in lists.items()}
        del lists[Part.JOURNAL][-1:], lists[Part.OUTBOX][-2:]
        fresh = super().read(*parts)
        for part, rows in landed.items():
            lists[part][:] = rows
        return fresh


def test_a_note_that_another_run_took_of_newer_rows_alarms_nobody(watched, caplog):
    watched.land("zoya")
    watched.sync.run()
    late = watched.instance("late", LateOnce)

    assert late.run().disturbed == ""
    assert alarms(caplog) == []
