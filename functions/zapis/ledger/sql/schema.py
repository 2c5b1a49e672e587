"""The tables of the ledger, and the steps that make and upgrade them.

A step that was shipped is never edited: a change is one more step. Each step must leave the tables usable for
the release before it, because two releases serve side by side during a deployment.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, Text, text

from zapis.core.entries import JOURNAL_COLUMNS
from zapis.core.notices import OUTBOX_COLUMNS
from zapis.core.people import PEOPLE_COLUMNS
from zapis.ledger.port import Part
from zapis.ledger.sql.database import Database

CATALOGUE_COLUMNS = ("kind", "id", "item")
_names = MetaData()


def _list(name: str, columns: tuple[str, ...]) -> Table:
    return Table(
        name, _names, Column("position", BigInteger, primary_key=True), *(Column(column, Text) for column in columns)
    )


HEAD = Table(
    "head",
    _names,
    *(Column(part.removeprefix("_"), BigInteger) for part in Part),
    Column("revision", Text),
)
LISTS = {
    Part.JOURNAL: _list("journal", JOURNAL_COLUMNS),
    Part.PEOPLE: _list("people", PEOPLE_COLUMNS),
    Part.OUTBOX: _list("outbox", OUTBOX_COLUMNS),
}
CATALOGUE = _list("catalogue", CATALOGUE_COLUMNS)
SNAPSHOT = Table(
    "snapshot",
    _names,
    Column("edition", Text, primary_key=True),
    Column("journal", BigInteger),
    Column("outbox", BigInteger),
    Column("digest", Text),
    Column("packed", LargeBinary),
)

Steps = tuple[tuple[str, ...], ...]
STEPS: Steps = (
    (
        # One row: how many rows each list has. Who updates it first, commits first: that is the journal's order.
        """CREATE TABLE head (
            single boolean PRIMARY KEY DEFAULT true CHECK (single),
            journal bigint NOT NULL DEFAULT 0,
            people bigint NOT NULL DEFAULT 0,
            outbox bigint NOT NULL DEFAULT 0,
            revision text NOT NULL DEFAULT ''
        )""",
        "INSERT INTO head DEFAULT VALUES",
        """CREATE TABLE journal (
            position bigint PRIMARY KEY,
            at text NOT NULL, kind text NOT NULL, id text NOT NULL,
            slot text NOT NULL, writer text NOT NULL, payload text NOT NULL
        )""",
        """CREATE TABLE people (
            position bigint PRIMARY KEY, id text NOT NULL, revision text NOT NULL, person text NOT NULL
        )""",
        "CREATE INDEX people_id ON people (id)",
        """CREATE TABLE outbox (
            position bigint PRIMARY KEY, at text NOT NULL, kind text NOT NULL, run text NOT NULL, items text NOT NULL
        )""",
        """CREATE TABLE catalogue (
            position bigint PRIMARY KEY, kind text NOT NULL, id text NOT NULL, item text NOT NULL
        )""",
        """CREATE TABLE snapshot (
            release text PRIMARY KEY, position bigint NOT NULL, digest text NOT NULL, state bytea NOT NULL
        )""",
    ),
    (
        # What follows from the first rows, as some edition of the program folds them. Nothing had used the table yet.
        "DROP TABLE snapshot",
        """CREATE TABLE snapshot (
            edition text PRIMARY KEY, kept_at timestamptz NOT NULL DEFAULT now(),
            journal bigint NOT NULL, outbox bigint NOT NULL, digest text NOT NULL, packed bytea NOT NULL
        )""",
        "ALTER TABLE snapshot ALTER COLUMN packed SET STORAGE EXTERNAL",
    ),
)
LOCK = 7_291_117
"""Any number, the same for all: two upgrades at once wait for each other."""


def upgrade(database: Database, steps: Steps = STEPS) -> int:
    """Make what is missing, all or nothing; how many steps were taken. Raises what `Database.run` raises."""
    return database.run(lambda connection: _upgrade(connection, steps))


def _upgrade(connection: Connection, steps: Steps) -> int:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS schema_step (number int PRIMARY KEY)"))
    taken = connection.scalar(text("SELECT coalesce(max(number), 0) FROM schema_step")) or 0
    for number, statements in enumerate(steps[taken:], taken + 1):
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO schema_step VALUES (:number)"), {"number": number})
    return max(len(steps) - taken, 0)


def missing(database: Database) -> int:
    """How many steps were not taken yet. Raises what `Database.run` raises."""

    def count(connection: Connection) -> int:
        if connection.scalar(text("SELECT to_regclass('schema_step')")) is None:
            return len(STEPS)
        return len(STEPS) - int(connection.scalar(text("SELECT coalesce(max(number), 0) FROM schema_step")) or 0)

    return max(database.run(count), 0)


def facts(database: Database) -> dict[str, str]:
    """What bears on whether rows stay and are seen by nobody: settings of the server, and of the way to it."""
    settings = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
    shown = ", ".join(f"current_setting('{name}') AS {name}" for name in settings)
    ssl = "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())::text AS encrypted"
    found = database.run(lambda connection: connection.execute(text(f"SELECT {shown}, {ssl}")).mappings().one())
    return {**found, "host": database.engine.url.host or ""}
