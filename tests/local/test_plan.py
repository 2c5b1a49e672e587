"""What a run is made of can be read from its plan before anything starts."""

from pathlib import Path

import pytest

from local.errors import LocalError
from local.folder import Folder
from local.plan import ROOT, Part, Plan, Scratch, plan
from local.settings import Books, read

BOOKS = Books("book-1", "book-2", Path("/keys/site.json"), Path("/keys/jobs.json"))


def planned(data: Path, **environ: str) -> Plan:
    whole = {"ZAPIS_DATA": str(data), **environ}
    return plan(read(whole), Folder(data), Scratch(9001, 9002, data / "sockets"), whole)


def functions(data: Path, **environ: str) -> dict[str, Part]:
    return {part.name: part for part in planned(data, **environ).functions(BOOKS)}


def own_books(tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "key.json"
    key.write_text("{}")
    return {"ZAPIS_CATALOGUE": "mine", "ZAPIS_LEDGER": "ours", "GOOGLE_APPLICATION_CREDENTIALS": str(key)}


def test_functions_run_as_they_are_deployed(tmp_path: Path) -> None:
    for name, part in functions(tmp_path).items():
        program, source, target, host, _ = part.argv
        assert program.endswith("/functions-framework")
        assert source == f"--source={ROOT}/functions/main.py"
        assert (target, host) == (f"--target={name}", "--host=127.0.0.1")
    assert functions(tmp_path)["site"].argv[-1] == "--port=8080"


def test_only_the_site_is_asynchronous(tmp_path: Path) -> None:
    parts = functions(tmp_path, FUNCTION_USE_ASGI="1")
    assert {name: part.env.get("FUNCTION_USE_ASGI") for name, part in parts.items()} == {
        "site": "true",
        "sync": None,
        "deliver": None,
    }


def test_the_debug_server_is_never_used_whatever_the_shell_says(tmp_path: Path) -> None:
    assert all("DEBUG" not in part.env for part in functions(tmp_path, DEBUG="1").values())


def test_site_and_jobs_are_different_accounts(tmp_path: Path) -> None:
    keys = {n: part.env["GOOGLE_APPLICATION_CREDENTIALS"] for n, part in functions(tmp_path).items()}
    assert keys == {"site": "/keys/site.json", "sync": "/keys/jobs.json", "deliver": "/keys/jobs.json"}


def test_the_site_has_letters_sent_at_once_by_calling_its_neighbour(tmp_path: Path) -> None:
    called = {name: part.env.get("ZAPIS_DELIVER_URL") for name, part in functions(tmp_path).items()}
    assert called == {"site": "http://127.0.0.1:9002/", "sync": None, "deliver": None}


def test_each_function_has_a_runtime_folder_of_its_own(tmp_path: Path) -> None:
    folders = {part.env["XDG_RUNTIME_DIR"] for part in functions(tmp_path).values()}
    assert len(folders) == 3


def test_the_demo_speaks_to_the_emulator_and_mails_to_the_mailbox_only(tmp_path: Path) -> None:
    env = functions(tmp_path, ZAPIS_SMTP_URL="smtp://smtp.example.com", ZAPIS_SHEETS_PORT="9085")["deliver"].env
    assert env["SHEETS_EMULATOR_HOST"] == "127.0.0.1:9085"
    assert env["ZAPIS_SMTP_URL"] == "smtp://127.0.0.1:1025"
    assert (env["ZAPIS_CATALOGUE"], env["ZAPIS_LEDGER"]) == ("book-1", "book-2")
    assert env["ZAPIS_SETTLE_SECONDS"] == "5"


def test_the_emulator_keeps_googles_quota(tmp_path: Path) -> None:
    sheets, mailbox = planned(tmp_path, ZAPIS_LATENCY="google").ground
    assert {"--quota", "--latency=google", "--port=8085"} <= set(sheets.argv)
    assert {"--port=8025", "--smtp-port=1025"} <= set(mailbox.argv)


def test_own_spreadsheets_meet_google_itself(tmp_path: Path) -> None:
    own = own_books(tmp_path)
    run = planned(tmp_path, SHEETS_EMULATOR_HOST="127.0.0.1:1", ZAPIS_SMTP_URL="smtp://smtp.example.com", **own)
    assert [part.name for part in run.ground] == ["mailbox"]
    assert isinstance(run.books, Books)
    for part in run.functions(run.books):
        assert "SHEETS_EMULATOR_HOST" not in part.env
        assert "ZAPIS_SETTLE_SECONDS" not in part.env
        assert part.env["ZAPIS_CATALOGUE"] == "mine"
        assert part.env["ZAPIS_SMTP_URL"] == "smtp://smtp.example.com"


def test_half_of_the_own_spreadsheets_is_a_sentence(tmp_path: Path) -> None:
    own = own_books(tmp_path)
    del own["ZAPIS_LEDGER"]
    with pytest.raises(LocalError, match="ZAPIS_LEDGER not"):
        read(own)


def test_a_database_has_its_tables_made_before_anything_uses_them(tmp_path: Path) -> None:
    url = "postgresql+psycopg://zapis@127.0.0.1/season"
    tables = planned(tmp_path, ZAPIS_DATABASE=url).tables
    assert tables is not None
    assert tables.argv[1:] == ("-m", "zapis", "ledger", "upgrade")
    assert tables.env["ZAPIS_DATABASE"] == url
    assert all(part.env["ZAPIS_DATABASE"] == url for part in functions(tmp_path, ZAPIS_DATABASE=url).values())
    assert planned(tmp_path).tables is None


def test_own_spreadsheets_beside_a_database_need_no_ledger(tmp_path: Path) -> None:
    own = {name: value for name, value in own_books(tmp_path).items() if name != "ZAPIS_LEDGER"}
    books = planned(tmp_path, **own, ZAPIS_DATABASE="postgresql+psycopg://zapis@127.0.0.1/season").books
    assert isinstance(books, Books)
    assert (books.catalogue, books.ledger) == ("mine", "")


def test_a_proxy_is_not_asked_for_this_machine(tmp_path: Path) -> None:
    env = functions(tmp_path, HTTP_PROXY="http://proxy:3128", no_proxy="intranet")["site"].env
    assert env["NO_PROXY"] == "intranet,127.0.0.1,localhost"


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80.5", "8080x", "٨٠", "http"])
@pytest.mark.parametrize("name", ["SITE", "SHEETS", "MAILBOX", "SMTP"])
def test_a_wrong_port_is_quoted_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(LocalError) as refusal:
        read({f"ZAPIS_{name}_PORT": value})
    assert f"ZAPIS_{name}_PORT" in str(refusal.value)
    assert repr(value) in str(refusal.value)


def test_one_port_for_two_parts_is_a_sentence() -> None:
    with pytest.raises(LocalError, match="ZAPIS_SITE_PORT and ZAPIS_MAILBOX_PORT are both 9000"):
        read({"ZAPIS_SITE_PORT": "9000", "ZAPIS_MAILBOX_PORT": "9000"})


def test_an_unknown_latency_is_a_sentence() -> None:
    with pytest.raises(LocalError, match="ZAPIS_LATENCY must be none or google; it is 'slow'"):
        read({"ZAPIS_LATENCY": "slow"})
