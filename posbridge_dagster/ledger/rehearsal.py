"""A ledger for trying things out: it knows what the real one knows, and whatever is written to it is forgotten."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from posbridge_dagster.ledger.database import Database, database_address
from posbridge_dagster.ledger.entries import Record
from posbridge_dagster.ledger.ledger import Ledger
from posbridge_dagster.ledger.migration import migrate
from posbridge_dagster.ledger.scope import batches
from posbridge_dagster.ledger.tables import ARTICLE, CURSOR, LEVEL, RELATION


@dataclass(frozen=True)
class Rehearsal(Ledger):
    """Answers what is known of records and links from the real ledger; articles, relations and cursors are a copy of its own."""

    real: Ledger

    def records(self, flow: str, source_ids: Iterable[str]) -> dict[str, Record]:
        """Return the records that the real ledger knows among these ids."""
        return self.real.records(flow, source_ids)

    def oldest_unsent(self, flow: str) -> datetime | None:
        """Return when the record that waits longest in the real ledger was first seen."""
        return self.real.oldest_unsent(flow)

    def links(self, kind: str, source_ids: Iterable[str]) -> dict[str, str]:
        """Return the links that the real ledger knows."""
        return self.real.links(kind, source_ids)

    def links_back(self, kind: str, target_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the links that the real ledger knows, from the other end."""
        return self.real.links_back(kind, target_ids)


@contextmanager
def rehearsal(real: Ledger) -> Iterator[Rehearsal]:
    """Open a rehearsal of a ledger until the block ends; it stands in a folder that only this user may enter.

    Copied is what grows with the administration, not with its sales: a few thousand articles and relations.
    """
    with TemporaryDirectory(prefix="posbridge-") as folder:
        database = Database(database_address(f"sqlite:///{Path(folder) / 'ledger.db'}"))
        try:
            migrate(database)
            _copy_directory(real, database)
            yield Rehearsal(database, real.scope, real)
        finally:
            database.close()


def _copy_directory(real: Ledger, database: Database) -> None:
    with real.database.reading() as source, database.writing() as target:
        for table in (ARTICLE, RELATION, CURSOR, LEVEL):
            rows = source.execute(select(table).where(real.scope.rows_of(table))).mappings()
            for batch in batches(dict(row) for row in rows):
                target.execute(table.insert(), batch)
