"""What the ledger in a spreadsheet promises beyond other ledgers: how few calls it makes."""

from __future__ import annotations

from tests.stage import stage
from zapis.ledger.port import READ_FIRST, Append, Part

READS = "read zapis-jobs@demo.iam.gserviceaccount.com"
FIRST, SECOND = (("2026-11-01T10:00:00Z", "erased", id, "S1", "w", "{}") for id in ("first", "second"))


def test_a_cold_instance_has_journal_and_catalogue_after_one_read(tmp_path):
    with stage(tmp_path) as running:
        running.append(catalogue=[("revision", "one", ""), ("slot", "S1", "{}")])
        running.emulator.quota.reset()
        ledger = running.open_ledger()

        ledger.read(Part.JOURNAL, Part.OUTBOX)

        assert ledger.catalogue() == (("revision", "one", ""), ("slot", "S1", "{}"))
        assert running.emulator.quota.spent()[READS] == 1


def test_what_was_asked_ahead_is_read_once_and_what_landed_since_is_read_after_it(tmp_path):
    with stage(tmp_path) as running:
        running.append(journal=[FIRST])
        ledger = running.open_ledger()
        running.emulator.quota.reset()
        ledger.ask_ahead()
        assert running.emulator.quota.spent()[READS] == 1
        running.append(journal=[SECOND])
        running.emulator.quota.reset()

        assert ledger.read(*READ_FIRST).journal == (FIRST,)
        assert READS not in running.emulator.quota.spent()
        assert ledger.read(*READ_FIRST).journal == (SECOND,)


def test_a_fault_of_what_was_asked_ahead_is_met_by_nobody_if_google_answers_the_reader(tmp_path):
    with stage(tmp_path) as running:
        running.append(journal=[FIRST])
        ledger = running.open_ledger()
        running.emulator.faults.add("unavailable", count=1)

        ledger.ask_ahead()

        assert ledger.read(*READ_FIRST).journal == (FIRST,)


def test_a_catalogue_that_was_read_early_is_not_shown_late(tmp_path):
    with stage(tmp_path) as running:
        running.append(catalogue=[("revision", "one", "")])
        ledger = running.open_ledger()
        ledger.read(Part.JOURNAL)
        ledger.append(Append(catalogue=[("revision", "two", "")]))

        assert ledger.catalogue() == (("revision", "two", ""),)
