"""A run whose parts are tiny servers: `python -m tests.local.fake_run`, settings from the environment.

FAKE_PARTS is a JSON object {part: what it does instead of serving}: `die`, `linger` (it does not
mind SIGTERM), `complain` (a greeting; then a warning and an ordinary record with every answer).
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from local.errors import LocalError
from local.folder import Folder, held
from local.plan import Accepts, Answers, Part, plan
from local.ports import free, require_free
from local.settings import Books, read
from local.up import run, scratch

SERVER = """
import http.server, json, os, signal, sys, time
port, deed = int(sys.argv[1]), sys.argv[2]
print(json.dumps({"severity": "INFO", "message": f"pid {os.getpid()} port {port}"}), flush=True)
if deed == "die":
    sys.exit("the ledger is not a spreadsheet")
if deed == "linger":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if deed == "complain":
    print("a greeting", flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if deed == "complain" and self.path == "/last":
            print("that was all", flush=True)
        elif deed == "complain":
            print(json.dumps({"severity": "INFO", "message": "an ordinary record"}))
            print(json.dumps({"severity": "WARNING", "message": f"the quota is used up at {time.time()}"}), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

SEED = """
import os, pathlib, sys
data = pathlib.Path(sys.argv[1])
if os.environ.get("FAKE_SEED") == "fail":
    sys.exit("the season file has no rows")
with (data / "seeded.txt").open("a") as file:
    file.write("once\\n")
(data / "season.json").write_text('{"catalogue": "book-1", "ledger": "book-2", "rosters": {}}')
"""

GUESTS = 'print("Everybody is registered.")'


def main(environ: Mapping[str, str]) -> None:
    settings = read(environ)
    deeds = json.loads(environ.get("FAKE_PARTS", "{}"))
    with held(settings.data) as folder, scratch() as picked:
        require_free(settings.ports)
        real = plan(settings, folder, picked, environ)

        def fakes(parts: tuple[Part, ...]) -> tuple[Part, ...]:
            return tuple(_fake(part, deeds.get(part.name, "serve")) for part in parts)

        def functions(books: Books) -> tuple[Part, ...]:
            assert (books.catalogue, books.ledger) == ("book-1", "book-2")
            return fakes(real.functions(books))

        fake = replace(
            real,
            ground=fakes(real.ground),
            books=_fake_seed(real.books, folder),
            functions=functions,
            clock=fakes(real.clock),
            guests=tuple(replace(part, argv=(sys.executable, "-S", "-c", GUESTS)) for part in real.guests),
        )
        run(fake, settings, folder)


def _fake(part: Part, deed: str) -> Part:
    return replace(part, argv=(sys.executable, "-S", "-c", SERVER, str(_port(part)), deed))


def _fake_seed(part: Part | Books, folder: Folder) -> Part | Books:
    assert isinstance(part, Part)
    return replace(part, argv=(sys.executable, "-S", "-c", SEED, str(folder.path)))


def _port(part: Part) -> int:
    match part.ready:
        case Accepts(port):
            return port
        case Answers(url):
            return int(url.split(":")[2].split("/")[0])
        case None:
            return free()


if __name__ == "__main__":
    try:
        main(os.environ)
    except LocalError as error:
        sys.exit(f"Error: {error}")
