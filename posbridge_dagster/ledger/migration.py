"""Brings the tables of a ledger up to date when it is opened, however many processes open it at once.

The version stands in a table of its own, so the ledger can share a database with Dagster. To change the tables, change
``tables.py`` and add a revision: ``alembic -c posbridge_dagster/ledger/migrations/alembic.ini revision -m "..."``.
"""

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from posbridge_dagster.ledger.database import Database
from posbridge_dagster.ledger.failures import LedgerTooNew

VERSION_TABLE = "posbridge_version"
_LOCK = 7_022_026_470
"""The advisory lock under which one process at a time migrates a PostgreSQL database."""


def migrate(database: Database) -> None:
    """Create or update the tables of the ledger; does nothing when they are up to date.

    Alembic's global ``op`` is not used: Dagster stamps its own databases from other threads. Raises LedgerTooNew when a
    newer posbridge has been here.
    """
    revisions = ScriptDirectory(str(Path(__file__).with_name("migrations")))
    with database.reading() as connection:
        if _version(connection) == revisions.get_current_head():
            return
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection, revisions, database.where)


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})


def _version(connection: Connection) -> str | None:
    return _context(connection).get_current_revision()


def _upgrade(connection: Connection, revisions: ScriptDirectory, where: str) -> None:
    current = _version(connection)
    known = {script.revision for script in revisions.walk_revisions()}
    if current is not None and current not in known:
        raise LedgerTooNew(
            f"The ledger at {where} was made by a newer posbridge (revision {current}). Install that version or a later one."
        )
    context = _context(connection)
    for script in reversed(list(revisions.iterate_revisions("head", current or "base"))):
        script.module.upgrade(Operations(context))
        context.stamp(revisions, script.revision)
