"""The environment as one frozen value: the only reader of os.environ.

A missing or wrong variable is a sentence that names it and quotes what was found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from zapis.errors import SettingsError

DEFAULT_SETTLE_SECONDS = 120.0
SHORTEST_VK_KEY = 16
VK_HOSTS = ("https://vk.com", "https://*.vk.com", "https://vk.ru", "https://*.vk.ru")
IN_FILES = {"ZAPIS_SMTP_URL": "ZAPIS_SMTP_URL_FILE", "ZAPIS_VK_KEY": "ZAPIS_VK_KEY_FILE"}
"""Secrets that may stand in a file, and the variable that names it."""
DEFAULT_KEEP_DAYS, DEFAULT_KEEP_ENDED_DAYS = 30.0, 7.0


class Settings(Struct, frozen=True):
    """What an operator sets. Spreadsheets are ids; durations are seconds."""

    ledger: str | None
    """None only where `database` is set: then the ledger is no spreadsheet."""
    database: str | None
    """The address of the PostgreSQL database that is the ledger; None: the ledger is a spreadsheet."""
    catalogue: str | None
    site_url: str
    secrets: tuple[str, ...]
    """Signing keys, the newest first: the first signs, all are honoured."""
    smtp_url: str | None
    mail_from: str | None
    mail_per_minute: float
    """How many letters the mail server is given a minute at most; 0: as many as it takes."""
    deliver_url: str | None
    """Where `site` has `deliver` called when somebody is owed a letter; None: it waits for the scheduler."""
    deliver_queue: str | None
    """The Cloud Tasks queue that calls it, with its whole name; None: `site` calls it itself."""
    deliver_caller: str | None
    """The account in whose name the queue calls."""
    proof_of_work: bool
    """Whether browsers compute for a moment before their requests count."""
    proxies: int
    """How many proxies stand before `site` and say in X-Forwarded-For whom they heard; 0: none, nobody is believed."""
    vk_app: str
    """The number of the VK mini-app that shows the site; empty: the site is not shown inside VK."""
    vk_keys: tuple[str, ...]
    """The mini-app's protected key; two while it is exchanged for another."""
    vk_hosts: tuple[str, ...]
    """Origins that may show the mini-app in a frame."""
    copies: str | None
    """The bucket to which each night's copy of the ledger is added; None: no copies are made."""
    key_file: Path | None
    """A service account's key; None: the identity of the machine."""
    on_google: bool
    """Whether Google's platform runs this process, and says who it is."""
    emulator: str | None
    """host:port of a Sheets emulator, never set in a deployment."""
    sheet_names: bool
    """Whether sheets show people's names; if not, codes and head counts."""
    office: bool
    """Whether organisers' spreadsheet holds a link, another one each day, to a page where people are found by name."""
    keep_days: float
    """For how many days after the visit names and contacts are kept."""
    keep_ended_days: float
    """For how many days those of cancelled and refused requests are kept."""
    settle_seconds: float
    """How long an edit that affects people must stand unchanged before it takes effect."""

    @property
    def storage(self) -> Literal["sheets", "database", "both"]:
        """Where names and contacts lie, as texts of consent say it."""
        if self.database is None:
            return "sheets"
        return "both" if self.sheet_names else "database"

    def address_of(self, spreadsheet: str | None) -> str:
        """Where a person opens a spreadsheet; empty for none."""
        host = f"http://{self.emulator}" if self.emulator else "https://docs.google.com"
        return f"{host}/spreadsheets/d/{spreadsheet}/edit" if spreadsheet else ""


def from_environment(env: Mapping[str, str] = os.environ) -> Settings:
    """The settings. Raises SettingsError with a sentence for the operator."""
    env = {**env, **_from_files(env)}
    sheet_names = _switch(env, "ZAPIS_SHEET_NAMES", default=not env.get("ZAPIS_DATABASE", "").strip())
    return Settings(
        ledger=_ledger(env),
        database=env.get("ZAPIS_DATABASE", "").strip() or None,
        catalogue=_optional_spreadsheet(env, "ZAPIS_CATALOGUE"),
        site_url=_required(env, "ZAPIS_SITE_URL").rstrip("/"),
        secrets=_secrets(env),
        smtp_url=env.get("ZAPIS_SMTP_URL") or None,
        mail_from=env.get("ZAPIS_MAIL_FROM") or None,
        mail_per_minute=_number(env, "ZAPIS_MAIL_PER_MINUTE", "letters", 0.0),
        deliver_url=_deliver_url(env),
        deliver_queue=_deliver_queue(env),
        deliver_caller=env.get("ZAPIS_DELIVER_CALLER", "").strip() or None,
        proof_of_work=_switch(env, "ZAPIS_PROOF_OF_WORK", default=False),
        proxies=int(_number(env, "ZAPIS_PROXIES", "proxies", 1.0)),
        vk_app=_vk_app(env),
        vk_keys=_vk_keys(env),
        vk_hosts=tuple(env.get("ZAPIS_VK_HOSTS", "").split()) or VK_HOSTS,
        copies=_copies(env),
        key_file=_key_file(env),
        on_google=bool(env.get("K_SERVICE")),
        emulator=env.get("SHEETS_EMULATOR_HOST") or None,
        sheet_names=sheet_names,
        office=_switch(env, "ZAPIS_OFFICE", default=not sheet_names),
        keep_days=_number(env, "ZAPIS_KEEP_DAYS", "days", DEFAULT_KEEP_DAYS),
        keep_ended_days=_number(env, "ZAPIS_KEEP_ENDED_DAYS", "days", DEFAULT_KEEP_ENDED_DAYS),
        settle_seconds=_number(env, "ZAPIS_SETTLE_SECONDS", "seconds", DEFAULT_SETTLE_SECONDS),
    )


def take_in(path: Path, env: MutableMapping[str, str] = os.environ) -> None:
    """Let a file of settings, NAME=value a line, win over the environment. Raises SettingsError.

    As `deploy.sh` reads it: what begins with # is a remark, quotes around a value are taken off, nothing is executed.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise SettingsError(f"{path}, line {number}: expected NAME=value.")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        env[name] = value[1:-1] if quoted else value


def served(function: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which the framework serves `function`, as the cloud gives it: site alone is asynchronous."""
    others = {name: value for name, value in env.items() if not name.startswith("FUNCTION_") and name != "DEBUG"}
    return others | ({"FUNCTION_USE_ASGI": "true"} if function == "site" else {})


def project(env: Mapping[str, str] = os.environ) -> str:
    """The Google Cloud project that this process runs in; empty where it runs elsewhere."""
    return env.get("GOOGLE_CLOUD_PROJECT", "").strip()


def spreadsheet_id(name: str, link: str) -> str:
    """The id in a spreadsheet's link (or the id itself). `name` is what to call it in the error."""
    found = re.search(r"/spreadsheets/d/([\w-]+)", link)
    candidate = found[1] if found else link.strip()
    if not re.fullmatch(r"[\w-]{10,}", candidate):
        raise SettingsError(f"{name}: expected a spreadsheet's link or id, found {link!r}.")
    return candidate


def _from_files(env: Mapping[str, str]) -> dict[str, str]:
    """Secrets that are not given themselves, but by the name of a file."""
    paths = {name: env.get(file, "").strip() for name, file in IN_FILES.items() if not env.get(name)}
    return {name: _contents(IN_FILES[name], path).strip() for name, path in paths.items() if path}


def _contents(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read ({error.strerror}).") from None


def _ledger(env: Mapping[str, str]) -> str | None:
    in_database = env.get("ZAPIS_DATABASE", "").strip() and not env.get("ZAPIS_LEDGER", "").strip()
    return None if in_database else spreadsheet_id("ZAPIS_LEDGER", _required(env, "ZAPIS_LEDGER"))


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set. See docs/operations.md for what it means.")
    return value


def _optional_spreadsheet(env: Mapping[str, str], name: str) -> str | None:
    link = env.get(name, "").strip()
    return spreadsheet_id(name, link) if link else None


def _secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    path = env.get("ZAPIS_SECRET_FILE", "").strip()
    if not path:
        raise SettingsError("ZAPIS_SECRET_FILE is not set: it names a file with the signing keys, one a line.")
    keys = tuple(filter(None, map(str.strip, _contents("ZAPIS_SECRET_FILE", path).splitlines())))
    if not keys or any(len(key) < 32 for key in keys):
        raise SettingsError(f"ZAPIS_SECRET_FILE: {path} needs keys of at least 32 characters, one a line.")
    return keys


def _vk_app(env: Mapping[str, str]) -> str:
    app = env.get("ZAPIS_VK_APP", "").strip()
    if not re.fullmatch(r"(?:[1-9][0-9]{0,18})?", app):
        raise SettingsError(f"ZAPIS_VK_APP: expected the number of a VK mini-app, found {app!r}.")
    return app


def _vk_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(env.get("ZAPIS_VK_KEY", "").split())
    if _vk_app(env) and (not keys or any(len(key) < SHORTEST_VK_KEY for key in keys)):
        raise SettingsError(
            f"ZAPIS_VK_KEY: expected the mini-app's protected key, {SHORTEST_VK_KEY} characters or more."
        )
    return keys


def _deliver_url(env: Mapping[str, str]) -> str | None:
    url = env.get("ZAPIS_DELIVER_URL", "").strip()
    if url and not re.match(r"https?://\S+$", url):
        raise SettingsError(f"ZAPIS_DELIVER_URL: expected the address of the function deliver, found {url!r}.")
    return url or None


def _deliver_queue(env: Mapping[str, str]) -> str | None:
    queue = env.get("ZAPIS_DELIVER_QUEUE", "").strip()
    if queue and not re.fullmatch(r"projects/[^/]+/locations/[^/]+/queues/[^/]+", queue):
        raise SettingsError(
            f"ZAPIS_DELIVER_QUEUE: expected projects/PROJECT/locations/REGION/queues/NAME, found {queue!r}."
        )
    missing = [name for name in ("ZAPIS_DELIVER_URL", "ZAPIS_DELIVER_CALLER") if not env.get(name, "").strip()]
    if queue and missing:
        raise SettingsError(f"{missing[0]} is not set, but ZAPIS_DELIVER_QUEUE is: a task must know whom to call.")
    return queue or None


def _copies(env: Mapping[str, str]) -> str | None:
    address = env.get("ZAPIS_COPIES", "").strip()
    found = re.fullmatch(r"gs://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])/?", address)
    if address and not found:
        raise SettingsError(f"ZAPIS_COPIES: expected gs:// and a bucket's name, found {address!r}.")
    if found and env.get("ZAPIS_DATABASE", "").strip():
        raise SettingsError("ZAPIS_COPIES would carry names out of the database into Google's cloud: unset it.")
    return found[1] if found else None


def _key_file(env: Mapping[str, str]) -> Path | None:
    path = env.get("GOOGLE_APPLICATION_CREDENTIALS", "").strip()
    return Path(path) if path else None


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if text not in ("", "on", "off"):
        raise SettingsError(f"{name}: expected on or off, found {text!r}.")
    return default if not text else text == "on"


def _number(env: Mapping[str, str], name: str, unit: str, default: float) -> float:
    text = env.get(name, "").strip()
    try:
        number = float(text) if text else default
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise SettingsError(f"{name}: expected a number of {unit}, found {text!r}.")
    return number
