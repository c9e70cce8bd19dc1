"""The database under the ledger: SQLite in a file, or PostgreSQL.

SQLite runs in WAL mode and syncs to disk at each commit, because an intent that a power cut undoes is a document sent
twice. A writing transaction takes the write lock when it begins, so what it reads is still true when it writes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from posbridge_dagster.ledger.failures import LedgerUnavailable, ledger_failure
from posbridge_dagster.model.folders import private_folder

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another before the ledger counts as unavailable."""


class Database:
    """An open database: transactions, the clock of leases and the dialect's way to insert or update."""

    def __init__(self, address: URL) -> None:
        self.where = address.render_as_string(hide_password=True)
        self.is_postgres = address.get_backend_name() == "postgresql"
        self.engine = _engine(address)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads; database errors become LedgerFailure."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, all of it or nothing; database errors become LedgerFailure."""
        with self._told(), self.engine.connect() as connection:
            connection.execution_options(posbridge_writes=True)
            with connection.begin():
                yield connection

    def moment(self, connection: Connection) -> datetime:
        """Return the time, aware UTC, by which leases are judged: the server's, as the clocks of two hosts differ."""
        if self.is_postgres:
            now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return now.astimezone(UTC)
        return datetime.now(UTC)

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Return the dialect's INSERT, which can say what to do on conflict."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def wipe_remains(self) -> None:
        """Write the file anew, so that what was deleted or overwritten is nowhere in it; PostgreSQL's own vacuum does it there."""
        if self.is_postgres or self.engine.url.database in (None, "", ":memory:"):
            return
        self.engine.dispose()
        with self._told(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise ledger_failure(self.where, error) from None


def database_address(url: str) -> URL:
    """Return the SQLAlchemy address of a ledger or of Dagster's storage; a bare ``postgresql://`` means psycopg2.

    Raises LedgerUnavailable when the text is no address of a SQLite file or of a PostgreSQL database.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise LedgerUnavailable(
            "The database URL cannot be read. Write sqlite:///folder/ledger.db or postgresql://user:password@host:5432/name."
        ) from None
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg2")
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise LedgerUnavailable("The ledger must outlive the process: name a file, as in sqlite:///folder/ledger.db.")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise LedgerUnavailable(f"A {address.get_backend_name()} database cannot hold the ledger: use SQLite or PostgreSQL.")
    return address


def _engine(address: URL) -> Engine:
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": _as_json, "pool_pre_ping": True}
    if address.get_backend_name() == "sqlite":
        _make_private(Path(str(address.database)))
        engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(address, **options)
    except ModuleNotFoundError:
        raise LedgerUnavailable("PostgreSQL needs its driver: pip install 'posbridge[postgres]'.") from None


def _make_private(file: Path) -> None:
    """Make the file of a new ledger, and its folder, readable by nobody else; the files SQLite puts beside it get the same rights."""
    try:
        private_folder(file.parent)
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise LedgerUnavailable(
            f"The file {file} of the ledger cannot be made: {error.strerror}. Choose another POSBRIDGE_HOME, or change its rights."
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a new connection; switching to WAL fails at once while another process does the same, hence the patience."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    patience = Retrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        stop=stop_after_delay(BUSY_TIMEOUT_S),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
    patience(connection.execute, "PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("posbridge_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_as_json: Callable[[object], str] = json.JSONEncoder(default=str, allow_nan=False).encode
"""Payloads as JSON; a decimal, day or moment inside is written as its exact text."""
