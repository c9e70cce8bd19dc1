"""The ledger: the memory of every flow between one shop and one administration."""

from types import TracebackType
from typing import Self

from posbridge_dagster.ledger.changes import Changes
from posbridge_dagster.ledger.claims import Claims
from posbridge_dagster.ledger.cursors import Cursors
from posbridge_dagster.ledger.database import Database, database_address
from posbridge_dagster.ledger.erasing import Erasing
from posbridge_dagster.ledger.links import Links
from posbridge_dagster.ledger.migration import migrate
from posbridge_dagster.ledger.quarantine import Quarantine
from posbridge_dagster.ledger.records import Records
from posbridge_dagster.ledger.scope import Scope


class Ledger(Records, Claims, Changes, Quarantine, Links, Cursors, Erasing):
    """Records, claims, changes, quarantine, links and cursors of one shop and one administration.

    Safe to share between threads. Every method is one or more whole transactions and raises LedgerFailure when the database
    fails; nothing is then half written.
    """

    @classmethod
    def open(cls, url: str, *, shop: str, administration: str) -> Self:
        """Open a ledger by SQLAlchemy URL (``sqlite:///file`` or ``postgresql://...``), making or migrating its tables.

        Raises LedgerUnavailable when the database cannot be reached and LedgerTooNew when a newer posbridge has migrated it.
        """
        database = Database(database_address(url))
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, Scope(shop, administration))

    def close(self) -> None:
        """Close all connections. Claims stay as they are: give them back with ``release`` first."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
