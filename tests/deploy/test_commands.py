"""Every command line that the script prints: gcloud's own parser reads it, and the platform would take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.chair import COPIES, ROOT, Operator, commands, deployments, flags, variables

PARSER = Path(__file__).with_name("parse_with_gcloud.py")
DATABASE = "postgresql+psycopg://zapis:pa55word@db.moscow.ru/season"
POLICIES = "alpha monitoring policies"
MENDED = (
    *("storage buckets", "tasks queues", "scheduler jobs", "logging metrics"),
    *("beta monitoring channels", POLICIES, "monitoring uptime"),
)
"""Kinds of things that were changed behind the script's back."""
OPERATIONS = ROOT / "docs" / "operations.md"


@pytest.fixture(scope="module")
def printed(tmp_path_factory, script):
    """The command lines of one dry run, for who only reads them."""
    return Operator(tmp_path_factory.mktemp("printed"), script).dry_run()


@pytest.fixture
def complaints(tmp_path):
    """What the real gcloud has against command lines; it parses offline."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        pytest.skip("gcloud is not installed: command lines are not checked against its parser")
    library = Path(gcloud).resolve().parents[1] / "lib"
    bundled = library.parent / "platform" / "bundledpythonunix" / "bin" / "python3"
    python = bundled if bundled.exists() else shutil.which("python3")

    def ask(lines: list[list[str]]) -> list[str]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        }
        argv = [str(python), "-I", "-B", str(PARSER), str(library)]
        done = subprocess.run(argv, env=env, input=json.dumps(lines), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return [f"{line}\n{said}" for line, said in zip(lines, json.loads(done.stdout), strict=True) if said]

    return ask


def test_gcloud_understands_each_command_that_deploys_and_that_removes(operator, complaints):
    operator.settings |= COPIES
    lines = operator.dry_run() + operator.dry_run("--teardown")

    assert len(lines) > 60
    assert complaints(lines) == []


def test_gcloud_understands_each_command_that_changes_what_stands(season, complaints):
    season.settings |= COPIES
    season.succeed()
    for wrong in MENDED:
        spoil(season, wrong)
    season.keys.write_text("q" + season.keys.read_text())

    season.succeed()

    lines = [["gcloud", *argv] for argv in season.calls(changes=True)]
    verbs = {" ".join(line[1:4]) for line in lines}
    assert {"tasks queues update", "scheduler jobs update", "secrets versions add", "logging metrics update"} <= verbs
    assert {"beta monitoring channels", "alpha monitoring policies", "logging sinks update"} <= verbs
    assert {"monitoring uptime create", "monitoring uptime delete", "storage buckets update"} <= verbs
    assert complaints(lines) == []


def spoil(operator, kind):
    """Change things of this kind behind the script's back, and the log's exclusion with them."""
    project = operator.project()
    project["exclusions"]["zapis-tickets"] = "another filter"
    for thing in project["things"][kind].values():
        if "rules" in thing:
            thing["rules"] = []
        for name in ("max-attempts", "schedule", "channel-labels"):
            if name in thing:
                thing[name] = "9"
        if "description" in thing:
            thing["description"] = "of an earlier release"
        if "userLabels" in thing:
            thing["userLabels"]["zapis_digest"] = "old"
    operator.hold(project)


def test_gcloud_understands_each_command_of_the_documentation(complaints):
    lines = commands(OPERATIONS.read_text("utf-8").replace("\\\n", " "))

    assert lines
    assert complaints(lines) == []


def test_the_check_by_gcloud_can_fail(complaints):
    wrong = [
        "gcloud functions deploy zapis-site --region=r --nonsense",
        "gcloud functions deploy zapis-site --region=r --cpu=1",
        "gcloud functions deploy zapis-site --region=r --concurrency=many",
        "gcloud tasks queues create q --location=l --max-attempts=few",
        "gcloud secrets list --format=value(name",
        "gcloud monitoring policies list",
    ]

    assert len(complaints([line.split() for line in wrong])) == len(wrong)


def test_gcloud_reads_an_alert_into_the_message_of_its_api(complaints, tmp_path):
    policy = tmp_path / "policy.json"
    policy.write_text('{"displayName": "x", "conditons": []}')
    command = ["gcloud", "alpha", "monitoring", "policies", "create", f"--policy-from-file={policy}"]

    assert "conditons" in complaints([command])[0]


def test_gcloud_reads_a_metric_into_the_message_of_its_api(complaints, tmp_path):
    metric = tmp_path / "metric.json"
    metric.write_text('{"name": "zapis_x", "description": "x", "fliter": "severity>=ERROR"}')
    command = ["gcloud", "logging", "metrics", "create", "zapis_x", f"--config-from-file={metric}"]

    assert "fliter" in complaints([command])[0]


def test_every_command_names_the_project_and_where_it_acts(operator):
    for line in operator.dry_run() + operator.dry_run("--teardown"):
        assert "--project=moscow-visits" in line
        if line[1] in ("functions", "run", "tasks", "scheduler"):
            assert {"region", "location"} & set(flags(line)), line


def test_a_function_that_answers_many_at_once_has_a_whole_cpu(printed):
    deployed = deployments(printed)

    assert set(deployed) == {"site", "sync", "deliver"}
    for given in map(flags, deployed.values()):
        assert {"cpu", "memory", "concurrency", "timeout", "min-instances", "max-instances"} <= set(given)
        assert int(given["concurrency"]) == 1 or float(given["cpu"]) >= 1
        assert 1 <= int(given["concurrency"]) <= 1000
        assert int(given["min-instances"]) <= int(given["max-instances"])
    assert int(flags(deployed["site"])["concurrency"]) > 1


def test_only_the_site_is_asynchronous_and_public(printed):
    deployed = deployments(printed)

    asynchronous = {name for name, line in deployed.items() if variables(line).get("FUNCTION_USE_ASGI") == "true"}
    public = {name for name, line in deployed.items() if "--allow-unauthenticated" in line}
    private = {name for name, line in deployed.items() if "--no-allow-unauthenticated" in line}
    assert (asynchronous, public, private) == ({"site"}, {"site"}, {"sync", "deliver"})


def test_the_site_is_asked_from_outside_by_its_own_name_from_as_many_places_as_google_wants(printed):
    (line,) = [line for line in printed if line[1:4] == ["monitoring", "uptime", "create"]]
    given, site = flags(line), variables(deployments(printed)["site"])["ZAPIS_SITE_URL"]

    labels = dict(pair.split("=") for pair in given["resource-labels"].split(","))
    assert f"{given['protocol']}://{labels['host']}" == site.lower()
    assert (given["path"], given["validate-ssl"]) == ("/readyz", "true")
    assert len(given["regions"].split(",")) >= 3
    for pair in given["user-labels"].split(","):
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{1,63}", pair)


def test_what_is_asked_from_outside_stays_within_a_tenth_of_an_accounts_reads(printed):
    (given,) = [flags(line) for line in printed if line[1:4] == ["monitoring", "uptime", "create"]]

    assert len(given["regions"].split(",")) / int(given["period"]) < 60 / 10


def test_a_label_is_one_that_the_platform_takes(printed):
    for line in deployments(printed).values():
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{1,63}", flags(line)["update-labels"])


def test_an_account_has_a_name_that_the_platform_takes(printed):
    made = [line[4] for line in printed if line[1:4] == ["iam", "service-accounts", "create"]]

    assert len(made) == 4
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", name) for name in made)


def test_the_scheduler_calls_each_minute_in_moscow_as_nobody_else_may(printed):
    lines = printed
    jobs = [flags(line) for line in lines if line[1:5] == ["scheduler", "jobs", "create", "http"]]
    timeouts = {flags(line)["timeout"] for name, line in deployments(lines).items() if name != "site"}

    assert [job["schedule"] for job in jobs] == ["* * * * *"] * 2
    assert {job["time-zone"] for job in jobs} == {"Europe/Moscow"}
    assert {job["attempt-deadline"] for job in jobs} == timeouts
    for job in jobs:
        assert job["oidc-service-account-email"].startswith("zapis-caller@")
        assert job["uri"] == job["oidc-token-audience"] + "/"
        assert 0 <= int(job["max-retry-attempts"]) <= 5


def test_nobody_has_more_rights_than_the_part_needs(printed):
    bound = [line for line in printed if "add-iam-policy-binding" in line]

    def right(line):
        return " ".join(line[1 : line.index("add-iam-policy-binding")]), who(line), flags(line)["role"]

    assert set(map(right, bound)) == {
        ("projects", "zapis-build", "roles/cloudbuild.builds.builder"),
        ("secrets", "zapis-site", "roles/secretmanager.secretAccessor"),
        ("secrets", "zapis-jobs", "roles/secretmanager.secretAccessor"),
        ("run services", "allUsers", "roles/run.invoker"),
        ("run services", "zapis-caller", "roles/run.invoker"),
        ("tasks queues", "zapis-site", "roles/cloudtasks.enqueuer"),
        ("iam service-accounts", "zapis-site", "roles/iam.serviceAccountUser"),
    }
    assert [line[3] for line in bound if line[1] == "secrets" and who(line) == "zapis-site"] == ["zapis-signing-keys"]
    assert [line[4] for line in bound if who(line) == "allUsers"] == ["zapis-site"]


def test_who_adds_the_nights_copies_may_do_nothing_else_there_and_the_copies_go_by_their_age(operator):
    operator.settings |= COPIES
    lines = operator.dry_run()
    (bucket,) = [line for line in lines if line[1:4] == ["storage", "buckets", "create"]]
    (bound,) = [line for line in lines if line[1:4] == ["storage", "buckets", "add-iam-policy-binding"]]
    (job,) = [line for line in lines if line[1:6] == ["scheduler", "jobs", "create", "http", "zapis-copy"]]

    assert {"--uniform-bucket-level-access", "--public-access-prevention", "--soft-delete-duration=0"} <= set(bucket)
    rules = json.loads(Path(flags(bucket)["lifecycle-file"]).read_text("utf-8"))
    assert rules == {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 14}}]}
    assert (who(bound), flags(bound)["role"]) == ("zapis-jobs", "roles/storage.objectCreator")
    assert bucket[4] == bound[4] == variables(deployments(lines)["sync"])["ZAPIS_COPIES"]
    assert (flags(job)["schedule"], flags(job)["time-zone"]) == ("17 3 * * *", "Europe/Moscow")
    assert flags(job)["uri"] == flags(job)["oidc-token-audience"] + "/copy"
    assert flags(job)["oidc-service-account-email"].startswith("zapis-caller@")


def who(line):
    return flags(line)["member"].removeprefix("serviceAccount:").partition("@")[0]


def test_a_function_runs_as_its_own_account_with_pinned_secrets(printed):
    for name, line in deployments(printed).items():
        given = flags(line)
        assert given["run-service-account"].partition("@")[0] == ("zapis-site" if name == "site" else "zapis-jobs")
        secrets = dict(pair.split("=") for pair in given["set-secrets"].split(","))
        assert all(re.fullmatch(r"zapis-[a-z-]+:\d+", version) for version in secrets.values())
        assert ("ZAPIS_SMTP_URL" in secrets) == (name == "deliver")
        assert variables(line)["ZAPIS_SECRET_FILE"] in secrets


def test_every_variable_that_the_functions_read_is_deployed_or_for_the_laptop(operator):
    source = (ROOT / "functions" / "zapis" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'"((?:ZAPIS_|GOOGLE_|SHEETS_)[A-Z_]+)"', source))
    operator.settings |= {"ZAPIS_SETTLE_SECONDS": "60"} | COPIES
    in_sheets = operator.dry_run()
    del operator.settings["LEDGER_COPIES"]
    operator.settings |= {"ZAPIS_DATABASE": DATABASE, "ZAPIS_SHEET_NAMES": "on", "ZAPIS_OFFICE": "on"}
    operator.settings |= {"ZAPIS_KEEP_DAYS": "14", "ZAPIS_KEEP_ENDED_DAYS": "3", "ZAPIS_MAIL_PER_MINUTE": "50"}
    operator.settings |= {"ZAPIS_VK_APP": "7000001", "ZAPIS_VK_KEY": "k" * 20, "ZAPIS_VK_HOSTS": "https://vk.ru"}
    operator.settings |= {"ZAPIS_PROXIES": "2", "ZAPIS_PROOF_OF_WORK": "on"}

    deployed: set[str] = set()
    for line in [*deployments(in_sheets).values(), *deployments(operator.dry_run()).values()]:
        deployed |= set(variables(line)) | {pair.split("=")[0] for pair in flags(line)["set-secrets"].split(",")}

    in_files = {name for name in read if name.endswith("_FILE") and name.removesuffix("_FILE") in read}
    assert read - deployed - in_files == {"GOOGLE_APPLICATION_CREDENTIALS", "SHEETS_EMULATOR_HOST"}


def test_the_site_names_the_queue_the_function_and_the_caller_that_the_script_makes(printed):
    site = variables(deployments(printed)["site"])
    (queue,) = (line for line in printed if line[1:4] == ["tasks", "queues", "create"])
    bindings = [line for line in printed if "zapis-deliver" in line and "add-iam-policy-binding" in line]
    invited = [flags(line)["member"] for line in bindings]

    assert site["ZAPIS_DELIVER_QUEUE"].split("/")[3::2] == [flags(queue)["location"], queue[4]]
    assert site["ZAPIS_DELIVER_URL"] == "https://zapis-deliver-PROJECT_NUMBER.europe-west1.run.app/"
    assert f"serviceAccount:{site['ZAPIS_DELIVER_CALLER']}" in invited


def test_the_ledger_is_a_spreadsheet_or_a_database_whose_address_is_a_secret(operator):
    operator.settings["ZAPIS_DATABASE"] = DATABASE
    operator.settings["ZAPIS_LEDGER"] = ""

    for line in deployments(operator.dry_run()).values():
        assert "ZAPIS_LEDGER" not in variables(line)
        assert re.search(r",ZAPIS_DATABASE=zapis-database:\d+", flags(line)["set-secrets"])
    assert "pa55" not in operator.succeed("--dry-run")


def test_no_secret_is_on_any_command_line(operator):
    operator.succeed()

    printed = operator.succeed("--dry-run") + json.dumps(operator.calls(), ensure_ascii=False)
    assert operator.keys.read_text().strip() not in printed
    assert "pa55" not in printed


def test_addresses_of_tickets_do_not_reach_the_log_before_the_site_is_public(printed):
    lines = printed
    excluded = next(n for n, line in enumerate(lines) if line[1:4] == ["logging", "sinks", "update"])
    public = next(n for n, line in enumerate(lines) if "--allow-unauthenticated" in line)
    (pattern,) = set(re.findall(r'=~"([^"]+)"', flags(lines[excluded])["add-exclusion"]))
    routes = (ROOT / "functions" / "zapis" / "site" / "application.py").read_text("utf-8")
    secret_paths = re.findall(r'"(/[^"]*\{token\}[^"]*)"', routes)

    assert excluded < public
    assert secret_paths
    inside_vk = ("/vk?vk_app_id=1&sign=x", "/vk/a.pass/mine")
    assert all(re.search(pattern, path) for path in (*secret_paths, *inside_vk))


def test_a_dry_run_runs_nothing_and_needs_no_gcloud(operator):
    printed = operator.succeed("--dry-run")

    assert operator.calls() == []
    assert commands(printed)
    assert printed.splitlines()[-1].startswith("#")
