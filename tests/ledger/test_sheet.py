"""What the ledger in a spreadsheet promises beyond other ledgers: how few calls it makes."""

from __future__ import annotations

from tests.stage import stage
from zapis.ledger.port import Append, Part

READS = "read zapis-jobs@demo.iam.gserviceaccount.com"


def test_a_cold_instance_has_journal_and_catalogue_after_one_read(tmp_path):
    with stage(tmp_path) as running:
        running.append(catalogue=[("revision", "one", ""), ("slot", "S1", "{}")])
        running.emulator.quota.reset()
        ledger = running.open_ledger()

        ledger.read(Part.JOURNAL, Part.OUTBOX)

        assert ledger.catalogue() == (("revision", "one", ""), ("slot", "S1", "{}"))
        assert running.emulator.quota.spent()[READS] == 1


def test_a_catalogue_that_was_read_early_is_not_shown_late(tmp_path):
    with stage(tmp_path) as running:
        running.append(catalogue=[("revision", "one", "")])
        ledger = running.open_ledger()
        ledger.read(Part.JOURNAL)
        ledger.append(Append(catalogue=[("revision", "two", "")]))

        assert ledger.catalogue() == (("revision", "two", ""),)
