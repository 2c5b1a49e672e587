"""The composition root: settings -> real parts, once per process, at the first request.

Never at import: functions-framework imports in the parent and serves in a fork, and sockets do not survive
that. Nothing else names concrete classes.
"""

from __future__ import annotations

import gc
import logging
import secrets
import threading
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from zapis.errors import SettingsError, SheetsUnavailable, ZapisError, places
from zapis.happenings import Happening, current, tell, traced
from zapis.settings import Settings, from_environment, project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from datetime import datetime
    from types import FrameType

    from zapis.commands.copy_file import Added
    from zapis.ledger.committer import Committer
    from zapis.ledger.port import Ledger
    from zapis.ledger.sheet import SheetLedger
    from zapis.ledger.sql.database import Database
    from zapis.mail.deliver import Deliverer
    from zapis.publish.sync import Sync
    from zapis.sheets import Sheets
    from zapis.site.launch import VkApp
    from zapis.tokens import Tokens

log = logging.getLogger("zapis")
Answer = tuple[dict[str, Any], int]
NO_HEADERS: dict[str, str] = {}

_one_at_a_time = threading.Lock()


@cache
def settings() -> Settings:
    """The process's settings. Raises SettingsError."""
    return from_environment()


def speak() -> None:
    """Let this process write lines that the platform reads."""
    from zapis import lines

    lines.speak(project())


@cache
def site() -> Any:
    """The citizens' door, an ASGI application."""
    collect_seldom()
    from zapis.resources import resource
    from zapis.site.front import Front
    from zapis.site.links import Links

    return Front(resource("templates") / "static", Links(settings().site_url), _whole_site)


async def _whole_site() -> Any:
    """The site behind the light doors. The ledger is asked first, the rest is imported while it answers."""
    from concurrent.futures import ThreadPoolExecutor

    chosen, worker = settings(), ThreadPoolExecutor(1, thread_name_prefix="ledger")
    asked = await _asked(chosen, worker)
    from zapis.ledger.committer import Committer
    from zapis.ledger.pace import Pace, Unlimited
    from zapis.site.application import application
    from zapis.site.limits import LimitsBySource
    from zapis.site.precautions import SHORTEST, Precautions
    from zapis.tokens import Tokens

    committer = Committer(
        lambda: asked or open_ledger(chosen),
        writer=_writer(),
        worker=worker,
        pace=Unlimited() if chosen.database else Pace(),
        herald=_herald(chosen),
    )
    part_kindly(committer)
    committer.look_ahead()
    precautions = Precautions(SHORTEST, chosen.proof_of_work, LimitsBySource(chosen.proxies))
    return application(committer, Tokens(chosen.secrets), chosen.site_url, _vk(chosen), precautions=precautions)


async def _asked(chosen: Settings, worker: Executor) -> Ledger | None:
    """A spreadsheet's ledger while it is asked for all it holds; None if it could not be opened: its reader is told."""
    if chosen.database:
        return None
    import asyncio

    try:
        ledger = await asyncio.get_running_loop().run_in_executor(worker, _in_a_sheet, chosen)
    except Exception:
        return None
    worker.submit(ledger.ask_ahead)
    return ledger


def _vk(chosen: Settings) -> VkApp | None:
    if not chosen.vk_app:
        return None
    from zapis.site.launch import VkApp

    return VkApp(chosen.vk_app, chosen.vk_keys, chosen.vk_hosts)


def _herald(chosen: Settings) -> Callable[[float], None]:
    """Who is told that a batch lands so many seconds from now: letters are owed then."""
    if chosen.deliver_url is None:
        return lambda ahead: None
    from zapis.nudge import Neighbour, Nudge, TaskQueue, as_the_machine

    if chosen.deliver_queue is None:
        return Nudge(Neighbour(chosen.deliver_url))
    assert chosen.deliver_caller is not None, "settings name the caller of a queue"
    return Nudge(TaskQueue(chosen.deliver_queue, chosen.deliver_url, chosen.deliver_caller, as_the_machine))


def part_kindly(committer: Committer) -> None:
    """Let the SIGTERM with which a platform ends an instance reach those who wait for Google, too.

    The server takes no new visitor then and waits for the old ones, however long they wait themselves.
    """
    import asyncio
    import signal

    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(committer.part)
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, told)


def collect_seldom() -> None:
    """What is imported and a season's State are there to stay: looking through them again and again costs a third
    of a journal's replay. What a rush leaves behind is freed by its reference counts."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def sync(headers: Mapping[str, str] = NO_HEADERS) -> Answer:
    """One run of `sync`; 503 if it could not be done and the next run is to try again."""
    return _job(Happening.SYNC, headers, lambda: _syncer().run())


def deliver(headers: Mapping[str, str] = NO_HEADERS) -> Answer:
    """One run of `deliver`."""
    return _job(Happening.DELIVER, headers, lambda: _deliverer().run(_writer()))


def copy(headers: Mapping[str, str] = NO_HEADERS) -> Answer:
    """Put a copy of the ledger into its bucket. The next call is a night away, so whatever fails is an error."""
    return _job(Happening.COPY, headers, _copied, unavailable=logging.ERROR)


def _copied() -> Added:
    from zapis.bucket import Bucket
    from zapis.commands import carry, copy_file
    from zapis.nudge import as_the_machine

    chosen = settings()
    if chosen.copies is None:
        raise SettingsError("ZAPIS_COPIES is not set: it names the bucket for copies of the ledger.")
    ledger = open_ledger(chosen)
    luggage = carry.read(ledger)
    return copy_file.add_to(Bucket(chosen.copies, as_the_machine), luggage, ledger.now())


@cache
def _syncer() -> Sync:
    from zapis.core.retention import Keeping
    from zapis.publish.sync import Sync
    from zapis.tokens import Tokens

    chosen = settings()
    if chosen.catalogue is None:
        raise SettingsError("ZAPIS_CATALOGUE is not set: it names the organisers' spreadsheet.")
    sheets, tokens = _sheets(chosen), Tokens(chosen.secrets)
    return Sync(
        sheets,
        open_ledger(chosen, sheets),
        chosen.catalogue,
        settle=timedelta(seconds=chosen.settle_seconds),
        writer=_writer(),
        new_id=lambda: secrets.token_hex(5),
        names=chosen.sheet_names,
        keeping=Keeping(timedelta(days=chosen.keep_days), timedelta(days=chosen.keep_ended_days)),
        gate_link=lambda enterprise: f"{chosen.site_url}/gate/{tokens.gate(enterprise)}",
        links=_links(chosen, tokens),
        storage=chosen.storage,
        person_key=tokens.person,
    )


def _links(chosen: Settings, tokens: Tokens) -> Callable[[datetime], Mapping[str, str]]:
    """Addresses for organisers, by the row of «Сезон» that shows them."""
    site, always = chosen.site_url, {"status": f"{chosen.site_url}/status/{tokens.status()}"}
    return lambda now: always | ({"office": f"{site}/office/{tokens.office_today(now)}"} if chosen.office else {})


@cache
def _deliverer() -> Deliverer:
    from zapis.core.catalogue import HERE
    from zapis.mail.deliver import LOOK_AGAIN_AFTER, Deliverer
    from zapis.mail.smtp import SmtpTransport
    from zapis.tokens import Tokens

    chosen = settings()
    if chosen.smtp_url is None or chosen.mail_from is None:
        raise SettingsError("ZAPIS_SMTP_URL and ZAPIS_MAIL_FROM must be set for deliver to mail.")
    return Deliverer(
        lambda: open_ledger(chosen),
        SmtpTransport(chosen.smtp_url),
        Tokens(chosen.secrets),
        chosen.site_url,
        chosen.mail_from,
        per_minute=chosen.mail_per_minute,
        look_again_after=LOOK_AGAIN_AFTER,
        roster_link=lambda roster: chosen.address_of(chosen.catalogue if roster == HERE else roster),
        names=chosen.sheet_names,
    )


def _job(name: Happening, headers: Mapping[str, str], run: Any, unavailable: int = logging.WARNING) -> Answer:
    """Run a job alone in this process and answer its caller, who tries again on anything but 200."""
    import msgspec

    with _one_at_a_time:
        current.set(traced({key.lower(): value for key, value in headers.items()}))
        try:
            report = msgspec.to_builtins(run())
            tell(log, logging.INFO, name, "%s ran", name, **report)
            return report, 200
        except SheetsUnavailable as error:
            log.log(unavailable, "%s: %s", name, error)
            return {"error": str(error)}, 503
        except ZapisError as error:
            log.error("%s: %s", name, error)
            return {"error": str(error)}, 500
        except Exception as error:
            # The framework outside would print the error's text, which may quote a person.
            log.error("%s: %s", name, places(error))
            return {"error": type(error).__name__}, 500


def open_ledger(chosen: Settings, sheets: Sheets | None = None) -> Ledger:
    """What the settings name, by a session of its own unless one is given."""
    if chosen.database:
        from zapis.ledger.sql.ledger import SqlLedger

        return SqlLedger(_database(chosen.database))
    return _in_a_sheet(chosen, sheets)


def _in_a_sheet(chosen: Settings, sheets: Sheets | None = None) -> SheetLedger:
    from zapis.ledger.sheet import SheetLedger

    assert chosen.ledger is not None, "settings name one ledger or the other"
    return SheetLedger(sheets or _sheets(chosen), chosen.ledger)


@cache
def _database(url: str) -> Database:
    """One pool of connections for the process."""
    from zapis.ledger.sql.database import connect

    return connect(url)


def _sheets(chosen: Settings) -> Sheets:
    from zapis.sheets import Sheets

    return Sheets(chosen.key_file, chosen.emulator, on_google=chosen.on_google)


@cache
def _writer() -> str:
    """What this process calls itself in the rows that it writes."""
    return secrets.token_hex(4)
