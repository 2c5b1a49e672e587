"""Runs of the script against a stand-in that keeps a project: again, after a failure, with a change, and back."""

from __future__ import annotations

import json

import pytest

from tests.deploy.chair import COPIES, PROJECT, ROOT, Operator, deployments, flags, small_tree


def names(operator, changes=True):
    """What was changed, in words: `functions deploy zapis-site`."""
    return [" ".join(word for word in argv if not word.startswith("--")) for argv in operator.calls(changes)]


def test_an_empty_project_becomes_a_running_season(operator):
    said = operator.succeed()

    project = operator.project()
    things = {kind: len(made) for kind, made in project["things"].items()}
    assert things == {
        "iam service-accounts": 4,
        "secrets": 2,
        "functions": 3,
        "scheduler jobs": 2,
        "tasks queues": 1,
        "beta monitoring channels": 1,
        "logging metrics": len(list((ROOT / "watch" / "metrics").iterdir())),
        "alpha monitoring policies": len(list((ROOT / "watch" / "alerts").iterdir())),
        "monitoring uptime": 1,
    }
    assert set(project["exclusions"]) == {"zapis-tickets"}
    assert "The site: https://zapis-site-" in said
    assert f"zapis-jobs@{PROJECT}.iam.gserviceaccount.com" in said


def test_secrets_arrive_byte_for_byte(season):
    secrets = season.project()["things"]["secrets"]
    assert secrets["zapis-smtp-url"]["versions"] == [season.settings["ZAPIS_SMTP_URL"]]
    assert secrets["zapis-signing-keys"]["versions"] == [season.keys.read_text()]


def test_a_second_run_changes_nothing(season):
    before = season.project()

    said = season.succeed()

    assert names(season) == []
    assert season.project() == before
    assert "nothing was changed" in said


def test_a_dry_run_prints_just_what_an_empty_project_gets(operator):
    printed = operator.dry_run()
    operator.succeed()

    def verbs(lines):
        return [line[:3] for line in lines if "--filter=status:ACTIVE" not in line]

    assert verbs([line[1:] for line in printed]) == verbs(operator.calls())


def test_a_run_that_failed_half_way_says_where_and_goes_on_from_there(operator):
    operator.cut_the_cable("before", "functions deploy")

    done = operator.run()

    assert done.returncode == 1
    assert "the cable was pulled" in done.stderr
    assert "deploy.sh stopped at: Functions." in done.stderr
    assert "run the same command again" in done.stderr
    assert not operator.project()["things"].get("functions")
    operator.forget_calls()
    operator.succeed()
    assert names(operator)[0] == "functions deploy zapis-site"
    once(operator)


def test_a_run_whose_every_kind_of_change_lost_its_answer_completes_by_repeating(operator):
    operator.cut_the_cable("after")

    failures = []
    while (done := operator.run()).returncode:
        failures.append(done.stderr)
        assert len(failures) < 20

    assert len(failures) >= 8
    assert all("the cable was pulled" in said and "deploy.sh stopped at: " in said for said in failures)
    once(operator)


def once(operator):
    """Nothing was made twice, and nothing is missing: a further run finds nothing to do."""
    things = operator.project()["things"]
    assert len(things["beta monitoring channels"]) == 1
    assert len(things["alpha monitoring policies"]) == len(list((ROOT / "watch" / "alerts").iterdir()))
    assert [len(secret["versions"]) for secret in things["secrets"].values()] == [1, 1]
    operator.forget_calls()
    operator.succeed()
    assert names(operator) == []


def test_trouble_that_is_not_absence_stops_the_run(season):
    program = season.folder / "bin" / "gcloud"
    program.write_text(
        program.read_text().replace(
            "exec", 'case "$*" in secrets*) echo "ERROR: PERMISSION_DENIED: no role" >&2; exit 1;; esac\nexec'
        )
    )

    done = season.run()

    assert done.returncode == 1
    assert "PERMISSION_DENIED: no role" in done.stderr
    assert "stopped at: Secrets" in done.stderr
    assert names(season) == []


def test_who_is_not_logged_in_is_told_how(operator):
    (operator.folder / "bin" / "gcloud").write_text("#!/bin/sh\nexit 0\n")

    done = operator.run()

    assert done.returncode == 1
    assert "gcloud auth login" in done.stderr


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"ALERT_EMAIL": "other@visits-moscow.ru"},
            ["beta monitoring channels update projects/p/notificationChannels/1"],
        ),
        ({"SITE_MIN_INSTANCES": "1"}, ["functions deploy zapis-site"]),
        (
            {"ZAPIS_SMTP_URL": "smtps://zapis:another@mail.visits-moscow.ru:465"},
            ["secrets versions add zapis-smtp-url", "functions deploy zapis-deliver"],
        ),
        ({"ZAPIS_CATALOGUE": "1AnotherCatalogueAltogether"}, ["functions deploy zapis-sync"]),
        (
            {"ZAPIS_SITE_URL": "https://visits.moscow.ru"},
            [
                *(f"functions deploy zapis-{name}" for name in ("site", "sync", "deliver")),
                "monitoring uptime create Zapis: the site from outside",
                "alpha monitoring policies update projects/p/alertPolicies/7",
                "monitoring uptime delete projects/p/uptimeCheckConfigs/2",
            ],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_changed_setting_changes_only_what_depends_on_it(season, changed, expected):
    season.settings |= changed

    season.succeed()

    assert names(season) == expected


def test_copies_of_the_ledger_are_switched_on_and_off_again(season):
    season.settings |= COPIES
    season.succeed()

    bucket = f"gs://{PROJECT}-zapis-copies"
    assert names(season) == [
        f"storage buckets create {bucket}",
        f"storage buckets add-iam-policy-binding {bucket}",
        "functions deploy zapis-sync",
        "scheduler jobs create http zapis-copy",
    ]
    kept = season.project()
    season.forget_calls()
    assert "nothing was changed" in season.succeed()

    kept["things"]["storage buckets"][bucket]["rules"][2] = "365"
    season.hold(kept)
    season.succeed()
    assert names(season) == [f"storage buckets update {bucket}"]

    season.forget_calls()
    del season.settings["LEDGER_COPIES"]
    season.succeed()
    assert names(season) == ["functions deploy zapis-sync", "scheduler jobs delete zapis-copy"]
    assert list(season.project()["things"]["storage buckets"]) == [bucket]


def test_a_new_signing_key_reaches_all_three_functions(season):
    season.keys.write_text("N8wqQm4ZrYb1sVtUe7XkLd0PaHc6JfGi3oR9uT5yB2z\n" + season.keys.read_text())

    season.succeed()

    assert names(season)[0] == "secrets versions add zapis-signing-keys"
    deployed = deployments([["gcloud", *argv] for argv in season.calls(changes=True)])
    assert {flags(line)["set-secrets"].partition(",")[0] for line in deployed.values()} == {
        "/etc/zapis/signing-keys=zapis-signing-keys:2"
    }
    assert len(deployed) == 3


def test_a_changed_page_deploys_the_functions_and_nothing_else(tmp_path):
    operator = Operator(tmp_path, small_tree(tmp_path / "tree"))
    operator.succeed()
    operator.forget_calls()
    (operator.script.parent / "templates" / "a").write_text("another page")

    operator.succeed()

    assert names(operator) == [f"functions deploy zapis-{name}" for name in ("site", "sync", "deliver")]


def test_what_was_changed_by_hand_is_set_right(season):
    right = season.project()
    wrong = json.loads(json.dumps(right))
    wrong["things"]["scheduler jobs"]["zapis-sync"]["time-zone"] = "UTC"
    wrong["things"]["tasks queues"]["zapis-deliver"]["max-dispatches-per-second"] = "500"
    wrong["exclusions"]["zapis-tickets"] = "severity=DEBUG"
    wrong["bindings"] = [binding for binding in right["bindings"] if binding[3] != "allUsers"]
    season.hold(wrong)

    season.succeed()

    mended = season.project()
    assert mended["things"] == right["things"]
    assert mended["exclusions"] == right["exclusions"]
    assert sorted(mended["bindings"]) == sorted(right["bindings"])


FOREIGN = {
    "apis": [],
    "things": {
        "iam service-accounts": {f"other@{PROJECT}.iam.gserviceaccount.com": {"display": "Another"}},
        "secrets": {"other": {"versions": ["x"]}},
        "functions": {"sync": {"update-labels": "a=b"}, "zapis-other": {"update-labels": "a=b"}},
        "scheduler jobs": {"other": {"schedule": "0 0 * * *"}},
        "tasks queues": {"other": {"max-attempts": "1"}},
        "logging metrics": {"other": {"description": "Another"}},
        "beta monitoring channels": {
            "projects/p/notificationChannels/70": {"user-labels": "team=x", "channel-labels": ""}
        },
        "alpha monitoring policies": {"projects/p/alertPolicies/71": {"userLabels": {}, "notificationChannels": []}},
        "storage buckets": {"gs://other": {"name": "gs://other"}},
        "monitoring uptime": {"projects/p/uptimeCheckConfigs/72": {"userLabels": {"zapis": ""}}},
    },
    "bindings": [["projects", PROJECT, "roles/viewer", f"serviceAccount:other@{PROJECT}.iam.gserviceaccount.com"]],
    "secrets": {},
    "exclusions": {"other": "severity=DEBUG"},
    "made": 0,
}


def test_teardown_removes_what_was_made_and_nothing_else(operator):
    operator.hold(FOREIGN)
    operator.settings |= COPIES
    operator.succeed()

    operator.succeed("--teardown", "--yes")

    left = operator.project()
    assert left["things"] == FOREIGN["things"]
    assert left["exclusions"] == FOREIGN["exclusions"]
    assert left["bindings"] == FOREIGN["bindings"]


def test_teardown_of_what_is_gone_changes_nothing(season):
    season.succeed("--teardown", "--yes")
    season.forget_calls()

    assert "nothing was changed" in season.succeed("--teardown", "--yes")
    assert names(season) == []


def test_teardown_of_a_project_that_never_was_deployed_to_changes_nothing(operator):
    assert "nothing was changed" in operator.succeed("--teardown", "--yes")


def test_a_teardown_that_failed_anywhere_can_be_run_again(season):
    season.cut_the_cable("after")

    for _ in range(20):
        if season.run("--teardown", "--yes").returncode == 0:
            break

    assert not any(season.project()["things"].values())


@pytest.mark.parametrize("typed", ["", "yes\n", "another-project\n"])
def test_teardown_removes_nothing_before_the_projects_id_is_typed(season, typed):

    done = season.run("--teardown", typed=typed)

    assert done.returncode == 1
    assert "Nothing was removed" in done.stderr
    assert names(season) == []


def test_teardown_goes_on_when_the_projects_id_is_typed(season):
    said = season.succeed("--teardown", typed=f"{PROJECT}\n")

    assert "Keep the file of signing keys" in said
    assert not any(season.project()["things"].values())


def test_a_season_can_be_brought_up_again_after_a_teardown(season):
    season.succeed("--teardown", "--yes")

    season.succeed()

    assert len(season.project()["things"]["functions"]) == 3
