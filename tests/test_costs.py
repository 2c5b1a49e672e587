"""The README's costs are what the computation says, and the computation rests on calls that were counted."""

from __future__ import annotations

import re
from pathlib import Path

from bench import costs
from local.mailbox import Mailbox
from tests.stage import ACCOUNT, offered, stage
from zapis.mail.deliver import Deliverer
from zapis.mail.smtp import SmtpTransport
from zapis.publish.rosters import LOOKS_A_MINUTE
from zapis.tokens import Tokens

READS, WRITES = f"read {ACCOUNT}", f"write {ACCOUNT}"
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_readme_has_the_table_that_is_computed():
    assert costs.table() in README


def test_the_readme_says_how_much_is_watched_that_has_no_price_here():
    assert costs.unpriced() in " ".join(README.split())


def test_the_site_is_asked_from_outside_as_often_as_is_paid_for():
    script = (Path(__file__).parents[1] / "deploy.sh").read_text("utf-8")
    (places,), (minutes,) = re.findall(r"--regions=([a-z,-]+)", script), re.findall(r"--period=(\d+)", script)

    assert (len(places.split(",")), int(minutes)) == (costs.PLACES, costs.LOOK_EVERY_MINUTES)


def test_runs_in_which_nothing_happens_make_the_calls_that_are_paid_for(tmp_path):
    with stage(tmp_path, offered) as running, Mailbox(tmp_path / "mail") as mailbox:
        sync = running.syncer()
        transport = SmtpTransport(f"smtp://127.0.0.1:{mailbox.smtp_port}")
        deliver = Deliverer(running.open_ledger, transport, Tokens(["k" * 40]), "https://a.ru", "a@a.ru")
        for _ in range(2):
            sync.run()
            deliver.run("one")

        running.emulator.quota.reset()
        sync.run()
        by_sync = running.emulator.quota.spent()
        running.emulator.quota.reset()
        deliver.run("two")
        by_deliver = running.emulator.quota.spent()

    assert (by_sync.get(READS), by_sync.get(WRITES, 0)) == (costs.SYNC_CALLS + 1, 0)  # and one roster
    assert (by_deliver.get(READS), by_deliver.get(WRITES, 0)) == (costs.DELIVER_CALLS, 0)
    assert costs.ROSTERS_A_RUN == LOOKS_A_MINUTE


def test_what_is_free_costs_nothing_and_what_is_beyond_costs_by_the_unit():
    price = costs.Price(unit=2.0, free=10)

    assert (price.of(10), price.of(12)) == (0, 4)
