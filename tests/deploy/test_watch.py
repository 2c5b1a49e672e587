"""What is watched: metrics find the lines that are really written, and every alert has its paragraph."""

from __future__ import annotations

import json
import logging
import re

import pytest

from tests.deploy.chair import ROOT
from tests.site.conftest import Programme, ask, client
from zapis.app import _job
from zapis.happenings import Happening
from zapis.lines import Lines
from zapis.mail.deliver import Report as Delivered
from zapis.publish.sync import Report as Synced

OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
METRICS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("watch/metrics/*"))}
ALERTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("watch/alerts/*"))}


@pytest.fixture
async def lines(caplog):
    """What a season writes: a request on the site, a run of `sync`, a run of `deliver`."""
    caplog.set_level(logging.INFO, "zapis")
    programme = Programme()
    async with client(programme.open()) as site:
        await ask(site)
    await programme.committer.close()
    _job(Happening.SYNC, {}, lambda: Synced(owed=1, oldest_seconds=700.0))
    _job(Happening.DELIVER, {}, lambda: Delivered(1, 0, 0, 0))
    return [json.loads(Lines("moscow-visits").format(record)) for record in caplog.records]


def figures(lines, happening):
    """The figures of the first such line."""
    return next(line["figures"] for line in lines if line.get("happening") == happening)


@pytest.mark.parametrize("name", METRICS)
async def test_a_metric_counts_lines_that_are_written(name, lines):
    metric = METRICS[name]
    (happening,) = re.findall(r'jsonPayload.happening="(\w+)"', metric["filter"])
    said = [metric.get("valueExtractor", ""), *metric.get("labelExtractors", {}).values()]
    wanted = set(re.findall(r"jsonPayload.figures.(\w+)", " ".join([metric["filter"], *said])))

    assert happening in set(Happening)
    assert metric["name"] == f"zapis_{name}"
    assert metric["description"].endswith(" [DIGEST]")
    assert not wanted or wanted <= set(figures(lines, happening))
    assert f"| `zapis_{name}` |" in OPERATIONS


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_its_paragraph_which_its_mail_names(name):
    alert = ALERTS[name]
    title = alert["displayName"].removeprefix("Zapis: ")
    title = title[0].upper() + title[1:]

    assert alert["userLabels"] == {"zapis": name, "zapis_digest": "DIGEST"}
    assert f"docs/operations.md, Alerts, “{title}”" in alert["documentation"]["content"]
    assert len(re.findall(rf"^\*\*{re.escape(title)}\.\*\* ", OPERATIONS, re.MULTILINE)) == 1


def test_no_paragraph_speaks_of_an_alert_that_is_not_made():
    section = OPERATIONS.split("\n## Alerts\n")[1].split("\n## ")[0]

    assert len(re.findall(r"^\*\*", section, re.MULTILINE)) == len(ALERTS)


def test_an_alert_by_a_metric_names_one_that_is_made():
    named = re.findall(r"user_(zapis_\w+)", json.dumps(list(ALERTS.values())))

    assert named
    assert set(named) <= {metric["name"] for metric in METRICS.values()}


async def test_a_late_letter_and_a_touched_journal_are_told_by_fields_that_lines_have(lines):
    late = ALERTS["mail"]["conditions"][0]["conditionMatchedLog"]["filter"]
    touched = ALERTS["journal"]["conditions"][0]["conditionMatchedLog"]["filter"]

    assert re.findall(r"figures.(\w+)>600", late) == ["oldest_seconds"]
    assert figures(lines, "sync")["oldest_seconds"] > 600
    assert f'jsonPayload.happening="{Happening.DISTURBED}"' in touched


def test_every_setting_has_its_row():
    source = (ROOT / "functions" / "zapis" / "settings.py").read_text("utf-8")
    script = (ROOT / "deploy.sh").read_text("utf-8")
    read = set(re.findall(r'"((?:ZAPIS_|GOOGLE_APP|SHEETS_)[A-Z_]+)"', source))
    taken = set(re.findall(r"\b[A-Z_]{5,}\b", script.split("readonly NAMES=")[1].split('"')[1]))
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", OPERATIONS, re.MULTILINE)
    tabled = {name for row in rows for name in re.findall(r"[A-Z_]+", row)}

    assert (read | taken) - tabled == set()
    assert tabled - read - taken == {"FUNCTION_USE_ASGI"}
