"""See, be forgotten, be forgotten in time: through every place that a name was written to."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.privacy.walk import EMAIL, NAME, found_in, walk
from zapis.cli import main
from zapis.commands import carry
from zapis.core.retention import Keeping
from zapis.ledger.port import Append, Part
from zapis.ledger.sql.ledger import SqlLedger

MASK = "sheets(properties(title),data(rowData.values(formattedValue,userEnteredValue,note)))"


@pytest.fixture(params=["sheet", "sql"])
def ledger_of(request):
    """None for the spreadsheet, else what opens the database; and the options that name it to a command."""
    if request.param == "sheet":
        return None, []
    database = request.getfixturevalue("database")
    url = database.engine.url.render_as_string(hide_password=False)
    return (lambda: SqlLedger(database)), ["--database", url]


def run(walked, options, *arguments):
    env = {
        "SHEETS_EMULATOR_HOST": walked.stage.host,
        "GOOGLE_APPLICATION_CREDENTIALS": str(walked.stage.key),
        "ZAPIS_LEDGER": walked.stage.ledger,
        "ZAPIS_DATABASE": None,
    }
    result = CliRunner().invoke(main, ["people", *arguments, *options], env=env)
    assert result.exit_code == 0, result.output
    return result.output


def shown(walked):
    """All that people see in sheets, and all that the ledger holds."""
    stage = walked.stage
    sheets = [stage.sheets.get(file, (), MASK) for file in (stage.catalogue, stage.roster, stage.ledger)]
    return json.dumps([sheets, walked.rows()], ensure_ascii=False).encode()


async def test_the_operator_finds_exports_and_erases_and_nothing_is_left_anywhere(tmp_path, ledger_of):
    ledger, options = ledger_of
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()
        code = run(walked, options, "find", "меченова").split()[0]
        exported = json.loads(run(walked, options, "export", code))
        before = found_in(shown(walked))
        run(walked, options, "erase", code)
        walked.settle()
        walked.settle()
        after = found_in(shown(walked))
        journal = walked.rows()[Part.JOURNAL]
        proof = tmp_path / "proof.csv"
        run(walked, options, "proof", "--file", str(proof))
        await walked.committer.refresh(0)
        seats = (await walked.http.get("/api/slots")).json()["slots"][0]["free"]

    assert (exported["person"]["name"], exported["person"]["email"]) == (NAME, EMAIL)
    assert before
    assert after == []
    assert [row[1] for row in journal].count("requested") == 1
    assert seats == 2
    with proof.open(encoding="utf-8-sig", newline="") as lines:
        (line,) = csv.DictReader(lines)
    assert line["registration"].startswith(code.replace("-", ""))
    assert line["reason"] == "on demand"


async def test_a_letter_that_waits_is_not_sent_to_who_was_forgotten(tmp_path, ledger_of):
    ledger, _ = ledger_of
    async with walk(tmp_path, ledger, names=True) as walked:
        walked.settle()
        walked.slot = (await walked.http.get("/api/slots")).json()["slots"][0]["id"]
        ticket = (await walked.ask("first")).json()["ticket"]
        headers = {"Authorization": f"Bearer {ticket}"}
        assert (await walked.http.delete("/api/registrations/people", headers=headers)).status_code == 200
        walked.deliver()

        assert walked.mailbox.messages() == []


async def test_a_row_that_is_sent_again_brings_nobody_back(tmp_path, ledger_of):
    ledger, options = ledger_of
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()
        rows = walked.rows()
        run(walked, options, "erase", run(walked, options, "find", "меченова").split()[0])
        walked.settle()
        walked.open_ledger().append(Append(journal=rows[Part.JOURNAL][-1:], people=rows[Part.PEOPLE]))
        walked.deliver()
        letters = len(walked.mailbox.messages())
        walked.settle()
        walked.settle()
        walked.deliver()

        assert found_in(shown(walked)) == []
        assert len(walked.mailbox.messages()) == letters


async def test_a_restored_copy_forgets_again_whom_the_record_names(tmp_path, database):
    def ledger():
        return SqlLedger(database)

    options = ["--database", database.engine.url.render_as_string(hide_password=False)]
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()
        copy, proof = carry.read(ledger()), tmp_path / "proof.csv"
        run(walked, options, "erase", run(walked, options, "find", "меченова").split()[0])
        walked.settle()
        run(walked, options, "proof", "--file", str(proof))
        with database.engine.begin() as hands:
            for table in ("journal", "people", "outbox"):
                hands.exec_driver_sql(f"DELETE FROM {table}")
            hands.exec_driver_sql("UPDATE head SET journal = 0, people = 0, outbox = 0, revision = ''")
        carry.carry(copy, ledger())
        assert "1 found" in run(walked, options, "find", "меченова")

        run(walked, options, "erase", "--listed", str(proof))

        assert "0 found" in run(walked, options, "find", "меченова")


async def test_contacts_of_past_visits_are_destroyed_by_sync_itself(tmp_path, ledger_of, caplog):
    caplog.set_level("INFO")
    ledger, options = ledger_of
    async with walk(tmp_path, ledger, names=True) as walked:
        await walked.register()
        walked.sync._keeping = Keeping(after_visit=timedelta(days=-10_000))
        reports = [walked.sync.run() for _ in range(3)]

        assert [report.destroyed for report in reports] == [1, 0, 0]
        assert found_in(shown(walked)) == []
        assert "the visit is over" in run(walked, options, "proof")
    assert "names and contacts of 1 registrations were destroyed: the visit is over" in caplog.text
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("zapis"))
    assert found_in(logged.encode()) == []
