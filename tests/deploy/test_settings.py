"""What an operator set: every fault is a sentence, all of them at once, and nothing is done until they are gone."""

import pytest

from tests.deploy.chair import KEY, PROJECT, ROOT, deployments, flags, variables


def test_everything_that_is_missing_is_named_at_once(operator):
    said = operator.refuse(**dict.fromkeys(operator.settings))

    for name in operator.settings:
        assert f"- {name} is not set: " in said
    assert "nothing was done" in said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SHEETS_EMULATOR_HOST", "127.0.0.1:8085", "an emulator keeps nobody's registration"),
        ("ZAPIS_SITE_URL", "http://visits.moscow.ru", "does not begin with https://"),
        ("ZAPIS_SITE_URL", "https://localhost:8080", "no citizen reaches"),
        ("ZAPIS_SITE_URL", "https://127.0.0.1", "no citizen reaches"),
        ("ZAPIS_SITE_URL", "https://[::1]:8080/", "no citizen reaches"),
        ("ZAPIS_SMTP_URL", "smtp://127.0.0.1:1025", "the cloud does not reach"),
        ("ZAPIS_SMTP_URL", "smtp://zapis:word@LOCALHOST", "the cloud does not reach"),
        ("ZAPIS_SMTP_URL", "smtp://user:password@mail.moscow.ru:587", "sample user and password"),
        ("ZAPIS_SMTP_URL", "smtp://zapis:word@mail.example.org", "sample host"),
        ("ZAPIS_SMTP_URL", "smtp://zapis:word@mail.moscow.ru:25", "port 25"),
        ("ZAPIS_SMTP_URL", "mail.moscow.ru", "begins with smtp://"),
        ("ZAPIS_MAIL_FROM", "Запись <visits@zapis.example>", "sample address"),
        ("ZAPIS_MAIL_FROM", "Запись", "no mail address"),
        ("ZAPIS_MAIL_FROM", "A|B <visits@visits.moscow.ru>", "holds a |"),
        ("ALERT_EMAIL", "duty@example.org", "sample address"),
        ("ZAPIS_LEDGER", "ledger", "no spreadsheet's link"),
        ("ZAPIS_DATABASE", "postgresql://db.moscow.ru/season", "begins with postgresql+psycopg://"),
        ("ZAPIS_DATABASE", "postgresql+psycopg://zapis:word@127.0.0.1/season", "the cloud does not reach"),
        ("ZAPIS_DATABASE", "postgresql+psycopg://zapis:word@db.example.org/season", "sample host"),
        ("ZAPIS_SHEET_NAMES", "maybe", "neither on nor off"),
        ("ZAPIS_OFFICE", "maybe", "neither on nor off"),
        ("LEDGER_COPIES", "gs://bucket", "neither on nor off"),
        ("ZAPIS_PROOF_OF_WORK", "yes", "neither on nor off"),
        ("ZAPIS_PROXIES", "one", "no number of proxies"),
        ("ZAPIS_CATALOGUE", "https://docs.google.com/document/d/1", "no spreadsheet's link"),
        ("ZAPIS_SETTLE_SECONDS", "soon", "no number of seconds"),
        ("ZAPIS_MAIL_PER_MINUTE", "many", "no number of letters"),
        ("SITE_MIN_INSTANCES", "-1", "no number of instances"),
        ("SITE_MAX_INSTANCES", "0", "At least one"),
        ("FUNCTION_MEMORY", "256Mi", "one cpu may have"),
        ("GOOGLE_CLOUD_PROJECT", "Moscow", "no project's id"),
        ("GOOGLE_CLOUD_REGION", "Moscow", "no region"),
        ("ZAPIS_SECRET_FILE", "/nowhere/keys", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_wrong(operator, name, value, sentence):
    said = operator.refuse(**{name: value})

    (complaint,) = [line for line in said.splitlines() if line.startswith("- ")]
    assert complaint.startswith(f"- {name}")
    assert sentence in complaint


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("", "has no key in it"),
        ("too-few\n", "key 1 in"),
        (f"{KEY}\n\ntoo-few", "key 2 in"),
        ("a" * 64, "can be guessed"),
        ("changeme-changeme-changeme-changeme-1", "can be guessed"),
        ("0123456789abcdef0123456789abcdef", "can be guessed"),
        ("This-Is-The-Default-Secret-Of-Zapis-1234", "can be guessed"),
    ],
)
def test_a_key_that_is_short_or_can_be_guessed_is_refused_and_not_shown(operator, keys, sentence):
    operator.keys.write_text(keys)

    said = operator.refuse()

    assert sentence in said
    assert not keys.strip() or keys.strip() not in said


def test_one_spreadsheet_cannot_be_ledger_and_catalogue(operator):
    assert "name one spreadsheet" in operator.refuse(ZAPIS_CATALOGUE=operator.settings["ZAPIS_LEDGER"])


def test_a_file_of_settings_wins_over_the_environment(operator, tmp_path):
    chosen = tmp_path / "deploy.env"
    chosen.write_text(
        "# the season of 2031\n\nZAPIS_LEDGER=1AnotherLedgerAltogether\r\n"
        "ZAPIS_MAIL_FROM=\"Запись = 'визит' #1 <visits@visits-moscow.ru>\"\nZAPIS_SITE_URL=https://visits.moscow.ru/"
    )

    found = variables(deployments(operator.dry_run("--env-file", str(chosen)))["deliver"])

    assert found["ZAPIS_LEDGER"] == "1AnotherLedgerAltogether"
    assert found["ZAPIS_MAIL_FROM"] == "Запись = 'визит' #1 <visits@visits-moscow.ru>"
    assert found["ZAPIS_SITE_URL"] == "https://visits.moscow.ru"


def test_nothing_in_a_file_of_settings_is_executed(operator, tmp_path):
    chosen = tmp_path / "deploy.env"
    chosen.write_text("ZAPIS_MAIL_FROM=$(touch trap)`touch trap` <visits@visits-moscow.ru>\n")

    found = variables(deployments(operator.dry_run("--env-file", str(chosen)))["deliver"])

    assert found["ZAPIS_MAIL_FROM"] == "$(touch trap)`touch trap` <visits@visits-moscow.ru>"


def test_a_misspelt_name_in_a_file_of_settings_is_refused(operator, tmp_path):
    chosen = tmp_path / "deploy.env"
    chosen.write_text("ZAPIS_LEDGER=1AnotherLedgerAltogether\nZAPIS_CATALOG=x\n")

    assert f"{chosen}, line 2: ZAPIS_CATALOG is no setting" in operator.refuse("--env-file", str(chosen))


def test_an_emulator_named_in_a_file_of_settings_is_refused(operator, tmp_path):
    chosen = tmp_path / "deploy.env"
    chosen.write_text("SHEETS_EMULATOR_HOST=127.0.0.1:8085\n")

    assert "SHEETS_EMULATOR_HOST is set" in operator.refuse("--env-file", str(chosen))


@pytest.mark.parametrize("days", [None, "16", "30"])
def test_copies_do_not_keep_names_for_longer_than_the_texts_of_consent_promise(operator, days):
    said = operator.refuse(LEDGER_COPIES="on", ZAPIS_KEEP_DAYS=days)

    assert "- LEDGER_COPIES keeps names for 14 more days" in said
    assert "set ZAPIS_KEEP_DAYS to 15 or less" in said


def test_the_days_are_those_that_the_text_of_consent_names():
    (text,) = (ROOT / "templates" / "pages" / "consents").glob("registration-2027-01.html")

    assert "не дольше 30 дней после вашего визита" in text.read_text("utf-8")
    assert "PROMISED_DAYS=30\n" in (ROOT / "deploy.sh").read_text("utf-8")


def test_copies_do_not_carry_names_out_of_a_database(operator):
    said = operator.refuse(LEDGER_COPIES="on", ZAPIS_DATABASE="postgresql+psycopg://zapis:word@db.moscow.ru/season")

    assert "- LEDGER_COPIES: copies would carry names out of the database" in said


def test_without_a_domain_the_site_has_the_address_that_the_platform_gives_it(operator):
    printed = operator.succeed()

    address = f"https://zapis-site-{123456789012}.europe-west1.run.app"
    deployed = [["gcloud", *argv] for argv in operator.calls(changes=True)]
    assert variables(deployments(deployed)["site"])["ZAPIS_SITE_URL"] == address
    assert address in printed


def test_a_long_journal_may_have_more_memory(operator):
    operator.settings["FUNCTION_MEMORY"] = "2Gi"

    assert {flags(line)["memory"] for line in deployments(operator.dry_run()).values()} == {"2Gi"}


def test_instances_of_the_site_are_the_operators_choice(operator):
    operator.settings |= {"SITE_MIN_INSTANCES": "1", "SITE_MAX_INSTANCES": "5", "GOOGLE_CLOUD_REGION": "europe-west3"}

    given = flags(deployments(operator.dry_run())["site"])

    assert (given["min-instances"], given["max-instances"], given["region"]) == ("1", "5", "europe-west3")


def test_teardown_needs_nothing_but_the_project(operator):
    operator.settings = {"GOOGLE_CLOUD_PROJECT": PROJECT}

    assert operator.dry_run("--teardown")
