"""`zapis doctor`, as an operator meets it: each line, and its remedy where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.commands.conftest import ACCOUNT, Desk
from tests.commands.dns import Names
from tests.mail.server import Behaviour, Server
from tests.serving import serving
from zapis.core.catalogue import HERE, Catalogue, Enterprise, EnterpriseId, to_rows
from zapis.ledger.port import Append
from zapis.ledger.sheet import SheetLedger

TIMED = ("Quota", "Clock", "Site")
KEY = "3f9b1c7d5e8a2046f1d3b5c7e9a80246"


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def site() -> Iterator[str]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Site)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


class Deployment:
    """A deployment in good order, whose settings a test spoils one at a time."""

    def __init__(self, desk: Desk, site: str, mail: Server, behaviour: Behaviour, folder: Path) -> None:
        self.desk, self.behaviour = desk, behaviour
        self.catalogue = desk.catalogue
        self.secret = folder / "secret"
        self.secret.write_text(f"{KEY}\n")
        self.secret.chmod(0o600)
        self.env: dict[str, str | None] = {
            "ZAPIS_CATALOGUE": self.catalogue,
            "ZAPIS_SECRET_FILE": str(self.secret),
            "ZAPIS_SITE_URL": site,
            "ZAPIS_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "ZAPIS_MAIL_FROM": "Экскурсии <visits@zapis.example>",
        }

    def look(self, *arguments: str, **env: str | None):
        return self.desk.run("doctor", *arguments, env={**self.env, **env})

    def has_roster(self, spreadsheet: str) -> None:
        """sync has published an enterprise with this roster."""
        enterprise = Enterprise(EnterpriseId("e1"), "Завод «Москвич»", *[""] * 8, spreadsheet)
        rows = to_rows(Catalogue(enterprises={enterprise.id: enterprise}))
        SheetLedger(self.desk.sheets, self.desk.ledger).append(Append(catalogue=rows))

    def door(self, name: str, **body: object) -> None:
        httpx.post(f"{self.desk.emulator.url}/_local/{name}", json=body).raise_for_status()


@pytest.fixture
def deployment(desk, site, tmp_path):
    behaviour = Behaviour()
    with Server(behaviour) as mail:
        yield Deployment(desk, site, mail, behaviour, tmp_path)


def wrongs(result) -> dict[str, str]:
    """What is wrong, and the remedy of each."""
    lines = result.stdout.splitlines()
    return {line[2:]: after[4:] for line, after in pairwise(lines) if line.startswith("✗")}


def test_a_deployment_in_order_is_well(deployment):
    result = deployment.look()

    assert result.exit_code == 0, result.stdout
    assert wrongs(result) == {}
    assert [line for line in result.stdout.splitlines() if line.startswith("✓") and not line[2:].startswith(TIMED)] == [
        "✓ Settings: complete",
        "✓ Secrets: one signing key, long enough",
        f"✓ Identity: {ACCOUNT}",
        "✓ Ledger: reached, laid out as declared, can be written",
        "✓ Catalogue: reached, laid out as declared, can be written",
        "✓ Sharing: 2 files are open to named accounts only",
        "✓ Mail: the server greets, and lets this account in",
    ]
    assert result.stdout.endswith("All is well.\n")


def test_looking_sends_no_letter(deployment):
    deployment.look()

    assert deployment.behaviour.came == []


def test_a_letter_goes_where_it_is_asked_to(deployment):
    result = deployment.look("--mail-to", "operator@example.org")

    assert deployment.behaviour.came == ["operator@example.org"]
    assert "the server took a letter" in result.stdout


def test_a_missing_setting_is_the_first_thing_said(deployment):
    result = deployment.look(ZAPIS_SITE_URL="")

    assert result.exit_code == 1
    (wrong,) = wrongs(result)
    assert wrong.startswith("Settings: ZAPIS_SITE_URL is not set")


@pytest.mark.parametrize(
    ("name", "job"), [("ZAPIS_CATALOGUE", "sync"), ("ZAPIS_SMTP_URL", "deliver"), ("ZAPIS_MAIL_FROM", "deliver")]
)
def test_what_one_job_needs_is_missed(deployment, name, job):
    result = deployment.look(**{name: ""})

    assert f"Settings: {name} is not set, so {job} cannot run" in wrongs(result)


def test_a_key_that_is_none_is_told(deployment, tmp_path):
    nonsense = tmp_path / "nonsense.json"
    nonsense.write_text("{}")
    nonsense.chmod(0o600)

    result = deployment.look(GOOGLE_APPLICATION_CREDENTIALS=str(nonsense))

    assert any(f"{nonsense} is not a service account's key" in wrong for wrong in wrongs(result))


def test_secrets_that_everybody_may_read_are_told(deployment):
    deployment.secret.chmod(0o644)

    remedies = wrongs(deployment.look())

    assert list(remedies.values()) == [f"chmod 600 {deployment.secret}"]


def test_a_typed_key_is_told(deployment):
    deployment.secret.write_text("abcabcabc" * 5)

    assert "Secrets: the signing key looks typed, not drawn" in wrongs(deployment.look())


def test_a_second_key_is_worth_a_note(deployment):
    deployment.secret.write_text(f"{KEY[::-1]}\n{KEY}\n")

    result = deployment.look()

    assert result.exit_code == 0
    assert "• Secrets: 2 signing keys" in result.stdout


def test_a_file_that_nobody_shared_is_told_with_whom_to_share(deployment):
    stranger = httpx.post(f"{deployment.desk.emulator.url}/_local/files", json={"title": "Чужая"}).json()["id"]

    remedies = wrongs(deployment.look(ZAPIS_CATALOGUE=stranger))

    (wrong,) = (wrong for wrong in remedies if wrong.startswith("Catalogue"))
    assert "is not shared with" in wrong
    assert remedies[wrong] == f"open the file in a browser and share it with {ACCOUNT} as Editor"


def test_a_file_that_lacks_tabs_is_told_how_to_lay_it_out(deployment):
    bare = deployment.desk.file()

    remedies = wrongs(deployment.look(ZAPIS_CATALOGUE=bare))

    (remedy,) = remedies.values()
    assert remedy == f"zapis sheet init --catalogue {bare}"


def test_rosters_are_looked_at_too(deployment):
    deployment.has_roster(deployment.desk.file())

    (wrong,) = wrongs(deployment.look())

    assert wrong.startswith("Roster of Завод «Москвич»: ")


def test_a_list_that_is_kept_in_the_catalogue_has_no_file_of_its_own_to_look_at(deployment):
    deployment.has_roster(HERE)

    result = deployment.look()

    assert wrongs(result) == {}
    assert "✓ Sharing: 2 files are open to named accounts only" in result.stdout
    assert "Catalogue: the visitors of Завод «Москвич» are listed in it" in result.stdout


def test_a_roster_that_is_open_to_anyone_is_told(deployment):
    roster = deployment.desk.file("roster")
    deployment.has_roster(roster)
    deployment.desk.emulator.world.drive.grant(roster, {"type": "anyone", "role": "reader"})

    assert "Sharing: Roster of Завод «Москвич» is open to anyone with the link" in wrongs(deployment.look())


def test_a_file_that_is_open_to_anyone_is_told(deployment):
    world = deployment.desk.emulator.world
    world.drive.grant(deployment.catalogue, {"type": "anyone", "role": "reader"})

    assert wrongs(deployment.look()) == {
        "Sharing: Catalogue is open to anyone with the link": "Share, General access: Restricted"
    }


def test_sharing_that_cannot_be_seen_is_said_with_how_to_look(deployment):
    deployment.door("faults", kind="refused", path="/drive/v3/.*", count=99)

    result = deployment.look()

    assert result.exit_code == 0
    assert "• Sharing: could not be checked" in result.stdout
    assert "General access says Restricted" in result.stdout


@pytest.mark.parametrize(("seconds", "sign"), [(10, "•"), (60, "✗")])
def test_a_clock_that_is_off_is_told(deployment, seconds, sign):
    deployment.door("clock", advance=seconds)

    result = deployment.look()

    (line,) = (line for line in result.stdout.splitlines() if line[2:].startswith("Clock"))
    assert line.startswith(f"{sign} Clock: ")


def test_an_exhausted_quota_is_told(deployment):
    deployment.door("faults", kind="quota", method="GET", path="/v4/spreadsheets/", count=1)

    assert "Quota: Google refuses to read" in wrongs(deployment.look())


def test_a_mail_server_that_is_not_there_is_told(deployment):
    remedies = wrongs(deployment.look(ZAPIS_SMTP_URL="smtp://127.0.0.1:1"))

    (wrong,) = remedies
    assert wrong.startswith("Mail: no conversation with the server")


def test_a_refused_letter_is_told(deployment):
    deployment.behaviour.recipients["nobody@example.org"] = "550 5.1.1 no such user"

    remedies = wrongs(deployment.look("--mail-to", "nobody@example.org"))

    (wrong,) = remedies
    assert wrong.startswith("Mail: the letter was refused for good: 550")


def test_a_site_that_does_not_answer_is_told(deployment):
    (wrong,) = wrongs(deployment.look(ZAPIS_SITE_URL="http://127.0.0.1:1"))

    assert wrong == "Site: http://127.0.0.1:1 does not answer (ConnectionError)"


def test_another_page_at_the_sites_address_is_told(deployment):
    site = deployment.env["ZAPIS_SITE_URL"]

    (wrong,) = wrongs(deployment.look(ZAPIS_SITE_URL=f"{site}/elsewhere"))

    assert wrong == f"Site: {site}/elsewhere/healthz answers 404"


def test_looking_changes_nothing(deployment):
    before = deployment.desk.grid("_journal")

    deployment.look()

    assert deployment.desk.grid("_journal") == before


def test_who_may_send_in_the_domains_name_is_asked_of_dns(deployment):
    with Names() as names:
        names.txt("zapis.example", "v=spf1 include:_spf.provider.example -all")
        names.mx("zapis.example", "mx.provider.example.")
        told = deployment.look("--dns", names.address, "--dkim-selector", "season8")

    assert "✓ SPF: v=spf1 include:_spf.provider.example -all" in told.output
    assert "✗ DKIM: there is no key season8._domainkey.zapis.example" in told.output
    assert "✗ DMARC: zapis.example has no policy" in told.output
    assert told.exit_code == 1


def test_a_database_is_looked_at_where_it_is_the_ledger(deployment, database):
    url = database.engine.url.render_as_string(hide_password=False)

    said = deployment.look(ZAPIS_DATABASE=url, ZAPIS_LEDGER=None).output

    assert "✓ Database: reached, laid out for this release" in said
    assert "Database: fsync, synchronous_commit, full_page_writes off: a crash loses confirmed seats" in said


def test_a_database_of_an_earlier_release_is_told_with_its_remedy(deployment, server):
    said = deployment.look(ZAPIS_DATABASE=server.make_database(), ZAPIS_LEDGER=None)

    assert said.exit_code == 1
    assert "not those of this release" in said.output
    assert "zapis ledger upgrade" in said.output


def test_a_database_that_does_not_answer_is_told_without_its_password(deployment):
    url = "postgresql+psycopg://zapis:secret-word@127.0.0.1:1/season"

    said = deployment.look(ZAPIS_DATABASE=url, ZAPIS_LEDGER=None)

    assert "Database: PostgreSQL did not answer" in said.output
    assert "secret-word" not in said.output
