"""Keys: an old one is honoured as long as its line stands, a weak one is found, and a season's ends with it."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands.test_season import names, on_stage, over
from zapis.cli import main
from zapis.commands.keys import destroy, faults
from zapis.core.catalogue import EnterpriseId
from zapis.core.model import RegistrationId
from zapis.settings import from_environment
from zapis.tokens import Tokens

__all__ = ["on_stage"]

OLD, NEW = "o" + secrets.token_urlsafe(40), "n" + secrets.token_urlsafe(40)
WHO = RegistrationId("A" * 24)


def test_links_of_an_older_key_are_honoured_until_its_line_is_gone():
    before, rotated, after = Tokens([OLD]), Tokens([NEW, OLD]), Tokens([NEW])
    ticket, gate = before.ticket(WHO), before.gate(EnterpriseId("plant"))

    assert rotated.registration(ticket) == WHO
    assert rotated.enterprise(gate) == "plant"
    assert rotated.ticket(WHO) != ticket
    assert after.registration(rotated.ticket(WHO)) == WHO
    assert after.registration(ticket) is None
    assert before.registration(rotated.ticket(WHO)) is None


def test_persons_are_the_same_through_a_rotation():
    assert Tokens([NEW, OLD]).person("email", "a@example.org") == Tokens([OLD]).person("email", "a@example.org")


@pytest.mark.parametrize(
    ("keys", "others", "said"),
    [
        (["k" * 40], [], "looks typed"),
        (["abcdefghijklmnopqrstuvwxyz" * 2], [], "looks typed"),
        (["0123456789abcdef0123456789abcdef"], [], "try first"),
        (["changeme-" + OLD], [], "try first"),
        ([OLD, OLD], [], "twice"),
        ([OLD], [OLD], "something else"),
        ([NEW, "k" * 40], [], "signing key 2 looks typed"),
    ],
)
def test_doctor_names_what_is_wrong_with_keys(keys, others, said):
    assert any(said in fault for fault in faults(keys, others))


def test_keys_that_a_machine_drew_are_well():
    for _ in range(200):
        assert list(faults([secrets.token_urlsafe(48), secrets.token_hex(32)], ["v" + secrets.token_urlsafe(16)])) == []


def test_a_destroyed_file_has_one_new_key_and_nothing_of_the_old_ones(tmp_path: Path):
    file = tmp_path / "keys"
    file.write_text(f"{NEW}\n{OLD}\n")

    destroy(file)

    (line,) = file.read_text().splitlines()
    assert len(line) >= 32
    assert line not in (NEW, OLD)
    assert list(faults([line])) == []
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("leave", [False, True])
def test_closing_a_season_destroys_its_key(on_stage, tmp_path, leave):
    keys = tmp_path / "keys"
    keys.write_text(f"{OLD}\n")
    env = {
        "SHEETS_EMULATOR_HOST": on_stage.host,
        "GOOGLE_APPLICATION_CREDENTIALS": str(on_stage.key),
        "ZAPIS_LEDGER": on_stage.ledger,
        "ZAPIS_DATABASE": "",
        "ZAPIS_SECRET_FILE": str(keys),
    }
    over(on_stage)
    options = ["--leave-keys"] if leave else []
    arguments = ["season", "close", "--yes", "--archive", str(tmp_path / "archive"), *options]
    done = CliRunner().invoke(main, arguments, env=env)

    assert done.exit_code == 0, done.output
    assert "Анна" not in names(on_stage)
    assert (OLD in keys.read_text()) is leave
    assert ("gcloud secrets versions destroy OLD_VERSION" in done.output) is not leave


def test_an_operator_hands_out_a_link_for_some_hours(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(f"{OLD}\n")
    env = {
        "ZAPIS_LEDGER": "0123456789abcdef",
        "ZAPIS_SITE_URL": "https://visits.city.example/",
        "ZAPIS_SECRET_FILE": str(keys),
    }
    shown = CliRunner().invoke(main, ["people", "link", "--hours", "2"], env=env)
    address, _, token = shown.output.strip().rpartition("/")
    until = Tokens(from_environment(env).secrets).office_until(token)

    assert address == "https://visits.city.example/office"
    assert until is not None
