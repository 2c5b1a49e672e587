"""The ledger as a whole: into a file and back, and a running season that moves house under load."""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import suppress

import pytest
from sqlalchemy import text

from tests.audit.journals import NAMES
from tests.spec import Season, minutes
from zapis.commands import carry
from zapis.core.carrying import closed_at, packed
from zapis.core.entries import Entry, LedgerClosed, Requested, from_row, to_row
from zapis.core.fold import fold
from zapis.core.model import EntryId, PersonKey, SlotId
from zapis.core.notices import CLAIMED, SENT, outbox_row
from zapis.errors import LedgerMoves
from zapis.ledger import committer as module
from zapis.ledger.committer import Committer
from zapis.ledger.pace import Unlimited
from zapis.ledger.port import Append, Part
from zapis.ledger.sheet import SheetLedger
from zapis.ledger.sql.ledger import SqlLedger
from zapis.sheets import Sheets


@pytest.fixture
def url(database):
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(carry, "PAUSE", 0.05)


def whole(ledger):
    return carry.read(ledger)


def test_a_copy_in_a_file_is_the_ledger(desk, url, database, tmp_path):
    desk.fill()
    copy = tmp_path / "copy.jsonl"
    exported = desk.run("ledger", "export", "--file", str(copy))
    imported = desk.run("ledger", "import", str(copy), "--database", url)

    assert (exported.exit_code, imported.exit_code) == (0, 0), exported.output + imported.output
    assert whole(SqlLedger(database)) == whole(SheetLedger(desk.sheets, desk.ledger))
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o600


def test_an_import_that_broke_off_goes_on_where_it_stopped(desk, url, database, tmp_path):
    rows = desk.fill()
    copy = tmp_path / "copy.jsonl"
    desk.run("ledger", "export", "--file", str(copy))
    SqlLedger(database).append(Append(journal=rows[:3]))

    assert desk.run("ledger", "import", str(copy), "--database", url).exit_code == 0
    assert list(SqlLedger(database).read(Part.JOURNAL).journal) == rows


def test_an_import_into_another_ledger_is_refused(desk, url, database, tmp_path):
    rows = desk.fill()
    copy = tmp_path / "copy.jsonl"
    desk.run("ledger", "export", "--file", str(copy))
    SqlLedger(database).append(Append(journal=rows[1:3]))

    refused = desk.run("ledger", "import", str(copy), "--database", url)

    assert refused.exit_code == 1
    assert "another one already" in refused.output


@pytest.mark.parametrize(
    "spoil", [lambda s: s[: len(s) // 2], lambda s: s.replace("confirmed", "cancelled"), lambda s: ""]
)
def test_a_copy_that_is_not_whole_is_refused(desk, url, tmp_path, spoil):
    desk.fill()
    copy = tmp_path / "copy.jsonl"
    desk.run("ledger", "export", "--file", str(copy))
    copy.write_text(spoil(copy.read_text()))

    refused = desk.run("ledger", "import", str(copy), "--database", url)

    assert refused.exit_code == 1
    assert str(copy) in refused.output


def test_a_folder_of_daily_copies_keeps_the_newest(desk, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in range(1, 6):
        (folder / f"zapis-2020-01-0{day}T000000Z.jsonl").touch()
    (folder / "notes.txt").touch()

    assert desk.run("ledger", "export", "--folder", str(folder), "--keep", "3").exit_code == 0

    names = sorted(path.name for path in folder.iterdir())
    assert names[:3] == ["notes.txt", "zapis-2020-01-04T000000Z.jsonl", "zapis-2020-01-05T000000Z.jsonl"]
    assert len(names) == 4


def test_upgrade_says_what_it_did(desk, server):
    url = server.make_database()

    assert "brought up" in desk.run("ledger", "upgrade", "--database", url).output
    assert "nothing was changed" in desk.run("ledger", "upgrade", "--database", url).output


def test_a_move_there_and_back_keeps_every_row_in_its_place(desk, url, database):
    desk.fill()
    before = whole(SheetLedger(desk.sheets, desk.ledger))
    there = desk.run("ledger", "move", "--to", url)
    back = desk.file("ledger")
    returned = desk.run("ledger", "move", "--to", back, "--database", url)

    assert (there.exit_code, returned.exit_code) == (0, 0), there.output + returned.output
    assert "set ZAPIS_DATABASE" in there.output
    after = whole(SheetLedger(desk.sheets, back))
    assert after.journal[: len(before.journal)] == before.journal
    assert [row[1] for row in after.journal[len(before.journal) :]] == ["ledger_closed", "ledger_opened"] * 2
    assert (after.people, after.outbox) == (before.people, before.outbox)


def test_letters_on_their_way_are_waited_for(desk, database):
    desk.fill()
    here = SheetLedger(desk.sheets, desk.ledger)
    here.read(*Part)
    here.append(Append(outbox=[outbox_row(here.now(), CLAIMED, "run-9", ["x.0.confirmed"])]))
    said = []

    def tell(sentence):
        said.append(sentence)
        if "1 letters" in sentence and len(said) == 2:
            here.append(Append(outbox=[outbox_row(here.now(), SENT, "run-9", ["x.0.confirmed"])]))

    carry.move(here, SqlLedger(database), tell)

    assert "1 letters are being sent" in said[1]
    assert SqlLedger(database).read(Part.OUTBOX).outbox[-1][1] == SENT


def test_a_move_that_was_given_up_is_undone(desk):
    rows = desk.fill()
    here = SheetLedger(desk.sheets, desk.ledger)
    carry.close(here)
    assert closed_at(desk.journal()) == len(rows) + 1

    assert desk.run("ledger", "reopen").exit_code == 0

    assert closed_at(desk.journal()) is None


def shown_as_it_is_now(desk, **rule):
    """From here on Google answers some reads by this moment."""
    desk.fault(**{"kind": "stale", "method": "GET", "path": desk.ledger} | rule)


def test_a_ledger_is_reopened_though_google_shows_it_as_it_was_before_the_close(desk):
    desk.fill()
    shown_as_it_is_now(desk, count=0)
    here = SheetLedger(desk.sheets, desk.ledger)
    closed = Entry(here.now(), EntryId("closed"), SlotId(""), "operator", LedgerClosed())
    here.append(Append(journal=[to_row(closed)]))

    assert desk.run("ledger", "reopen").exit_code == 0
    desk.emulator.faults.clear()

    assert closed_at(desk.journal()) is None


def test_what_landed_before_the_close_moves_though_google_shows_a_moment_before(desk, database):
    desk.fill()
    shown_as_it_is_now(desk, nth=3, count=3)
    here = SheetLedger(desk.sheets, desk.ledger)

    carry.move(here, SqlLedger(database), lambda sentence: None)

    assert closed_at(whole(SqlLedger(database)).journal[:-1]) is not None


def test_a_copy_is_whole_though_google_shows_the_new_place_as_it_was(desk):
    desk.fill()
    luggage = packed(whole(SheetLedger(desk.sheets, desk.ledger)))
    there = desk.file("ledger")
    shown_as_it_is_now(desk, path=there, count=6)

    carry.carry(luggage, SheetLedger(desk.sheets, there))
    desk.emulator.faults.clear()

    assert whole(SheetLedger(desk.sheets, there)) == luggage


class EarlierLedger:
    """Any ledger, by whose clock the season is open."""

    def __init__(self, ledger):
        self._ledger = ledger

    def now(self):
        return minutes(10)

    def anew(self):
        return EarlierLedger(self._ledger.anew())

    def __getattr__(self, name):
        return getattr(self._ledger, name)


@pytest.fixture(params=["into a database", "back into a sheet"])
def houses(request, desk, database):
    """A running season's ledger and an empty one, each opened anew by each instance."""
    empty = desk.file("ledger")

    def in_sheet(file):
        return lambda: EarlierLedger(SheetLedger(Sheets(desk.key, desk.host), file))

    def in_database():
        return EarlierLedger(SqlLedger(database))

    return (in_sheet(desk.ledger), in_database) if "database" in request.param else (in_database, in_sheet(empty))


async def test_a_season_moves_under_load_and_nobody_is_lost_or_doubled(houses, monkeypatch):
    monkeypatch.setattr(module, "REREAD_PAUSE", 0.01)
    here, there = houses
    season = Season(capacity=60)
    here().append(Append(journal=[to_row(entry) for entry in season.entries]))
    old = [Committer(here, f"old{n}", pace=Unlimited()) for n in range(3)]
    new = [Committer(there, f"new{n}", pace=Unlimited()) for n in range(3)]
    moved, turned_away, half = asyncio.Event(), [], asyncio.Event()

    async def visitor(number):
        """Asks where the settings say; turned away kindly, asks again with the same key until told."""
        who = f"p{number}"
        fact = Requested((30,), (PersonKey(who),), True, who)
        await asyncio.sleep(number * 0.01)
        if number == 40:
            half.set()
        try:
            await old[number % 3].commit(EntryId(who), SlotId("S"), fact, [(who, "0", "{}")])
        except LedgerMoves:
            turned_away.append(who)
            await moved.wait()
            await new[number % 3].commit(EntryId(who), SlotId("S"), fact, [(who, "0", "{}")])
        told = (new if who in turned_away else old)[number % 3].state.registrations[who]
        return who, told.standing

    async def operator():
        await half.wait()
        await asyncio.to_thread(carry.move, here(), there(), lambda sentence: None)
        moved.set()

    async def late_visitors():
        """Come while the ledger is closed, however quick the move is."""
        with suppress(LedgerMoves):
            while True:
                await old[0].refresh(0)
        return await asyncio.gather(*(visitor(number) for number in range(120, 130)))

    *told, _, late = await asyncio.gather(*(visitor(number) for number in range(120)), operator(), late_visitors())
    for committer in (*old, *new):
        await committer.close()

    arrived = whole(there())
    entries = [entry for entry in map(from_row, arrived.journal) if isinstance(entry, Entry)]
    state = fold(entries)
    everybody = dict([*told, *late])
    assert {who: state.registrations[who].standing for who in everybody} == everybody
    assert len({entry.id for entry in entries}) == len(entries)
    assert len(arrived.people) == len(set(arrived.people)) == 130
    assert len(turned_away) >= 10, "nobody came while the ledger moved"
    assert len(turned_away) < 120, "nobody came before the ledger moved"


def test_what_landed_after_the_close_does_not_go_along(desk):
    rows = desk.fill()
    here = SheetLedger(desk.sheets, desk.ledger)
    carry.close(here)
    late = Entry(minutes(50), EntryId("late"), SlotId("S"), "w", Requested((30,), (PersonKey("late"),), True, "x"))
    here.append(Append(journal=[to_row(late)], people=[("late", "0", "{}")]))

    luggage = packed(whole(here))

    assert len(luggage.journal) == len(rows) + 1
    assert len(luggage.people) == len(NAMES)
    assert "late" not in fold(entry for entry in map(from_row, whole(here).journal) if isinstance(entry, Entry)).seen


def test_a_database_that_is_not_ready_says_so(desk, server):
    url = server.make_database()

    refused = desk.run("ledger", "export", "--file", "x", "--database", url)

    assert refused.exit_code == 1
    assert "zapis ledger upgrade" in refused.output


def test_the_head_row_alone_orders_writers(database):
    """Positions are given by whoever holds the head row: no gap, no two alike."""
    SqlLedger(database).append(Append(journal=[("a",) * 6] * 3))
    with database.engine.connect() as look:
        positions = look.execute(text("SELECT position FROM journal ORDER BY 1")).scalars().all()

    assert positions == [1, 2, 3]
