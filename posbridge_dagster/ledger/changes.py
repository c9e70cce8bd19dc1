"""The trail of what was changed: which field of which record, from what to what, when, by which rules and which run.

Rows are only ever added, in the transaction that closes the record; a person who wants a value back finds it here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, insert, select

from posbridge_dagster.ledger.entries import Changed, Closing
from posbridge_dagster.ledger.scope import Scope, Section
from posbridge_dagster.ledger.tables import CHANGE

CHANGED_COLUMNS = tuple(CHANGE.c[field.name] for field in fields(Changed))


class Changes(Section):
    """Reads the trail."""

    def changes(self, flow: str, source_ids: Iterable[str], most: int = 20) -> list[Changed]:
        """Return the last changes of these records of a flow, newest first, at most ``most``."""
        query = select(*CHANGED_COLUMNS).where(self.scope.rows_of(CHANGE, flow=flow), CHANGE.c.source_id.in_(list(source_ids)))
        newest = query.order_by(CHANGE.c.written_at.desc(), CHANGE.c.source_id, CHANGE.c.attempt.desc(), CHANGE.c.field)
        with self.database.reading() as connection:
            return [Changed(**row) for row in connection.execute(newest.limit(most)).mappings()]


def add_changes(connection: Connection, scope: Scope, flow: str, closings: Sequence[Closing], run_id: str, moment: datetime) -> None:
    """Write down what these closings say was changed, all in one statement; an attempt of a record is told once."""
    rows = [
        {
            **scope.columns(),
            **vars(change),
            "flow": flow,
            "source_id": closing.source_id,
            "attempt": closing.attempt,
            "target_id": closing.target_id or "",
            "rule": closing.rule,
            "run_id": run_id,
            "written_at": moment,
        }
        for closing in closings
        for change in closing.changes
    ]
    if rows:
        connection.execute(insert(CHANGE), rows)
