"""What `zapis doctor` looks at where the ledger is a database: reached, laid out, encrypted, keeping what it took."""

from __future__ import annotations

from collections.abc import Iterator

from zapis.commands.screen import Finding, fine, note, wrong
from zapis.errors import SettingsError, SheetError, SheetsUnavailable
from zapis.mail.smtp import LOOPBACK
from zapis.settings import Settings

UPGRADE = "zapis ledger upgrade"


def look_at_database(settings: Settings) -> Iterator[Finding]:
    """Nothing, where the ledger is a spreadsheet."""
    if not settings.database:
        return
    from zapis.ledger.sql import database, schema

    try:
        reached = database.connect(settings.database)
    except SettingsError as error:
        yield wrong(f"Database: {error}", "correct the variable")
        return
    try:
        missing, facts = schema.missing(reached), schema.facts(reached)
    except (SheetsUnavailable, SheetError) as error:
        yield wrong(f"Database: {error}", "see host, name, user and password, and that it is reached from here")
        return
    finally:
        reached.engine.dispose()
    if missing:
        yield wrong("Database: its tables are not those of this release", UPGRADE)
    else:
        yield fine(f"Database: reached, laid out for this release; PostgreSQL {facts['server_version']}")
    lax = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if facts[name] == "off"]
    if lax:
        yield wrong(f"Database: {', '.join(lax)} off: a crash loses confirmed seats", "switch it on in postgresql.conf")
    if facts["encrypted"] != "true" and facts["host"] not in (*LOOPBACK, ""):
        yield note("Database: the way to it is not encrypted", "add ?sslmode=verify-full to ZAPIS_DATABASE")
