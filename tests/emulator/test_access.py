"""Who may do what: tokens, scopes, permissions and protections, each refused in Google's own body."""

from __future__ import annotations

import json
from typing import Any

import gspread
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from local.sheets.accounts import DEFAULT_EMAIL
from local.sheets.clients import authorized_session, gspread_client
from local.sheets.server import Emulator
from tests.emulator.doors import door

URL = "https://sheets.googleapis.com/v4/spreadsheets"
SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
GATE = "gate@demo.iam.gserviceaccount.com"


@pytest.fixture
def shared(sheets_emulator: Emulator) -> str:
    """A person's file, shared with the usual account."""
    made: str = door(sheets_emulator, "POST", "files", {"title": "Catalogue", "share_with": [DEFAULT_EMAIL]})["id"]
    return made


def refused(answer: requests.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return error["code"], error["status"], error["message"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eA=="}])
def test_without_a_good_token_it_is_401(sheets_emulator: Emulator, shared: str, header: dict[str, str]) -> None:
    answer = requests.get(f"{sheets_emulator.url}/v4/spreadsheets/{shared}", headers=header, timeout=5)

    assert answer.status_code == 401
    assert refused(answer)[:2] == (401, "UNAUTHENTICATED")


def test_google_auth_gets_a_new_token_when_the_old_one_is_refused(sheets_emulator: Emulator, shared: str) -> None:
    client = gspread_client(sheets_emulator.url)
    client.open_by_key(shared)

    door(sheets_emulator, "POST", "tokens/revoke")

    assert client.open_by_key(shared).title == "Catalogue"


def test_a_token_expires_after_an_hour(sheets_emulator: Emulator, shared: str) -> None:
    session = authorized_session(sheets_emulator.url)
    session.get(f"{URL}/{shared}")
    header = {"Authorization": f"Bearer {session.credentials.token}"}
    direct = f"{sheets_emulator.url}/v4/spreadsheets/{shared}"

    sheets_emulator.clock.advance(3590)
    assert requests.get(direct, headers=header, timeout=5).status_code == 200
    sheets_emulator.clock.advance(20)

    assert requests.get(direct, headers=header, timeout=5).status_code == 401


@pytest.fixture(scope="module")
def stranger_s_key() -> dict[str, Any]:
    """The key of an account that this emulator never heard of."""
    with Emulator() as other:
        key: dict[str, Any] = door(other, "POST", "keys", {"email": DEFAULT_EMAIL})
    return key


def test_a_key_that_is_not_the_account_s_is_refused(sheets_emulator: Emulator, stranger_s_key: dict[str, Any]) -> None:
    door(sheets_emulator, "POST", "keys", {"email": DEFAULT_EMAIL})
    key = stranger_s_key | {"token_uri": f"{sheets_emulator.url}/token"}

    with pytest.raises(RefreshError, match=r"Invalid JWT Signature\."):
        Credentials.from_service_account_info(key, scopes=[SPREADSHEETS]).refresh(Request())


def test_an_account_that_nobody_made_is_refused(sheets_emulator: Emulator, stranger_s_key: dict[str, Any]) -> None:
    key = stranger_s_key | {"token_uri": f"{sheets_emulator.url}/token", "client_email": "nobody@demo"}

    with pytest.raises(RefreshError, match="account not found"):
        Credentials.from_service_account_info(key, scopes=[SPREADSHEETS]).refresh(Request())


def test_a_token_for_other_scopes_is_not_enough(sheets_emulator: Emulator, shared: str) -> None:
    reader = authorized_session(sheets_emulator.url, scopes=[SPREADSHEETS + ".readonly"])
    sheets = authorized_session(sheets_emulator.url, scopes=[SPREADSHEETS])

    assert reader.get(f"{URL}/{shared}/values/A1").status_code == 200
    answer = reader.post(f"{URL}/{shared}/values/A1:clear")
    drive = sheets.get("https://www.googleapis.com/drive/v3/files")

    assert refused(answer) == (403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert (drive.status_code, drive.json()["error"]["errors"][0]["reason"]) == (403, "insufficientPermissions")


def test_what_is_not_shared_is_403_and_what_is_not_there_404(sheets_emulator: Emulator, shared: str) -> None:
    gate = authorized_session(sheets_emulator.url, GATE)

    assert refused(gate.get(f"{URL}/{shared}")) == (403, "PERMISSION_DENIED", "The caller does not have permission")
    assert refused(gate.get(f"{URL}/nowhere")) == (404, "NOT_FOUND", "Requested entity was not found.")
    drive = gate.get(f"https://www.googleapis.com/drive/v3/files/{shared}").json()["error"]
    assert (drive["code"], drive["message"]) == (404, f"File not found: {shared}.")


def test_a_reader_reads_and_does_not_write(sheets_emulator: Emulator, shared: str) -> None:
    owner = gspread_client(sheets_emulator.url)
    owner.open_by_key(shared).share(GATE, "user", "reader")
    gate = gspread_client(sheets_emulator.url, GATE).open_by_key(shared)

    assert gate.sheet1.get_all_values() == [[]]
    with pytest.raises(gspread.exceptions.APIError, match=r"403.*The caller does not have permission"):
        gate.sheet1.update_acell("A1", "x")


def test_only_the_owner_deletes_a_file(sheets_emulator: Emulator, shared: str) -> None:
    client = gspread_client(sheets_emulator.url)

    with pytest.raises(gspread.exceptions.APIError, match="does not have sufficient permissions"):
        client.del_spreadsheet(shared)


def test_a_protected_cell_is_written_by_its_editors_alone(sheets_emulator: Emulator, shared: str) -> None:
    site = gspread_client(sheets_emulator.url).open_by_key(shared)
    site.share(GATE, "user", "writer")
    gate = gspread_client(sheets_emulator.url, GATE).open_by_key(shared)
    site.sheet1.add_protected_range("A1:A5")

    with pytest.raises(gspread.exceptions.APIError, match="You are trying to edit a protected cell or object"):
        gate.sheet1.update_acell("A1", "x")
    with pytest.raises(gspread.exceptions.APIError, match="You are trying to edit a protected cell or object"):
        gate.sheet1.delete_rows(1)
    gate.sheet1.update_acell("B1", "x")
    site.sheet1.update_acell("A1", "y")

    assert site.sheet1.row_values(1) == ["y", "x"]
    assert "editors" not in gate.list_protected_ranges(0)[0]


def edit(emulator: Emulator, file_id: str, **message: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/_local/files/{file_id}/edit", json=message, timeout=5)


def test_a_person_types_into_a_cell_and_the_version_grows(sheets_emulator: Emulator, shared: str) -> None:
    before = door(sheets_emulator, "GET", f"files/{shared}/version")["version"]

    answer = edit(sheets_emulator, shared, tab="Sheet1", row=1, column=2, value="=1+1")

    assert answer.json() == {"version": before + 1}
    assert door(sheets_emulator, "GET", f"files/{shared}/version") == answer.json()
    assert gspread_client(sheets_emulator.url).open_by_key(shared).sheet1.acell("C2").value == "2"


def test_a_person_is_told_that_a_cell_is_protected(sheets_emulator: Emulator, shared: str) -> None:
    gspread_client(sheets_emulator.url).open_by_key(shared).sheet1.add_protected_range("A1:A5")

    answer = edit(sheets_emulator, shared, row=0, column=0, value="x")

    assert answer.status_code == 409
    assert answer.json()["error"].startswith("Ячейка A1 защищена")


@pytest.mark.parametrize(
    ("condition", "values", "good", "bad", "said"),
    [
        ("ONE_OF_LIST", ["да", "нет"], "да", "может быть", "«да», «нет»"),
        ("BOOLEAN", [], "TRUE", "да", "галочка"),
        ("NUMBER_BETWEEN", ["1", "40"], "15", "много", "число от 1 до 40"),
        ("DATE_IS_VALID", [], "2026-05-25", "завтра", "нужна дата"),
        ("TEXT_IS_EMAIL", [], "a@example.com", "a at example", "электронной почты"),
    ],
)
def test_a_person_is_told_what_a_cell_takes(
    sheets_emulator: Emulator, shared: str, condition: str, values: list[str], good: str, bad: str, said: str
) -> None:
    book = gspread_client(sheets_emulator.url).open_by_key(shared)
    rule = {"condition": {"type": condition, "values": [{"userEnteredValue": v} for v in values]}, "strict": True}
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    book.batch_update({"requests": [{"setDataValidation": {"range": area, "rule": rule}}]})

    assert edit(sheets_emulator, shared, row=0, column=0, value=good).status_code == 200
    refusal = edit(sheets_emulator, shared, row=0, column=0, value=bad)

    assert refusal.status_code == 409
    assert said in refusal.json()["error"]
    assert edit(sheets_emulator, shared, row=0, column=0, value="").status_code == 200


def test_files_are_listed_for_people_with_their_tabs(sheets_emulator: Emulator, shared: str) -> None:
    made = door(sheets_emulator, "POST", "files", {"title": "Ledger", "tabs": ["_journal", "_people"]})

    found = {item["id"]: item for item in door(sheets_emulator, "GET", "files")["files"]}

    assert found[made["id"]]["tabs"] == ["_journal", "_people"]
    assert found[shared]["people"][DEFAULT_EMAIL] == "writer"


def test_keys_outlive_the_process(tmp_path: Any) -> None:
    data = tmp_path / "sheets.sqlite"
    with Emulator(data=data) as first:
        key = json.loads(first.key_file(tmp_path / "key.json").read_text())
        file_id = door(first, "POST", "files", {"title": "Kept", "share_with": [DEFAULT_EMAIL]})["id"]

    with Emulator(data=data) as second:
        again = json.loads(second.key_file(tmp_path / "key.json").read_text())
        title = gspread_client(second.url).open_by_key(file_id).title

    assert again["private_key"] == key["private_key"]
    assert title == "Kept"


def test_a_protection_without_a_list_binds_no_writer(sheets_emulator: Emulator, shared: str) -> None:
    site = gspread_client(sheets_emulator.url).open_by_key(shared)
    site.share(GATE, "user", "writer")
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    site.batch_update({"requests": [{"addProtectedRange": {"protectedRange": {"range": area}}}]})

    gspread_client(sheets_emulator.url, GATE).open_by_key(shared).sheet1.update_acell("A1", "x")

    assert site.sheet1.acell("A1").value == "x"
