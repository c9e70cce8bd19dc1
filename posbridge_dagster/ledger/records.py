"""Reading what the ledger knows of records."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from posbridge_dagster.ledger.entries import Record, State, Total
from posbridge_dagster.ledger.scope import Scope, Section, batches
from posbridge_dagster.ledger.tables import RECORD

RECORD_COLUMNS = tuple(RECORD.c[field.name] for field in fields(Record))
"""The columns of a Record, in the order of its members."""


def record_of(row: Row[Any]) -> Record:
    """Return a row of RECORD_COLUMNS as a Record."""
    flow, source_id, state, *rest = tuple(row)
    return Record(flow, source_id, State(state), *rest)


def records_query(scope: Scope, flow: str, source_ids: Iterable[str]) -> Select[Any]:
    """Return the query for the records with these ids, ordered by id so that two writers lock rows in the same order."""
    wanted = RECORD.c.source_id.in_(list(source_ids))
    return select(*RECORD_COLUMNS).where(scope.rows_of(RECORD, flow=flow), wanted).order_by(RECORD.c.source_id)


def read_records(connection: Connection, query: Select[Any]) -> dict[str, Record]:
    """Return the records that a query of record columns finds, by source id."""
    return {row.source_id: record_of(row) for row in connection.execute(query)}


class Records(Section):
    """What is known of records, one by one and added up."""

    def records(self, flow: str, source_ids: Iterable[str]) -> dict[str, Record]:
        """Return the records that are known among these ids; an id that was never claimed is absent."""
        found: dict[str, Record] = {}
        with self.database.reading() as connection:
            for batch in batches(dict.fromkeys(source_ids)):
                found |= read_records(connection, records_query(self.scope, flow, batch))
        return found

    def find(self, names: Iterable[str]) -> list[Record]:
        """Return the records of every flow that carry one of these names as source id, target id or number, or idempotency key.

        For a person's question: the other names have no index, so the whole ledger is looked through.
        """
        wanted = list(dict.fromkeys(names))
        named = or_(*(RECORD.c[name].in_(wanted) for name in ("source_id", "target_id", "target_number", "idempotency_key")))
        query = select(*RECORD_COLUMNS).where(self.scope.rows_of(RECORD), named).order_by(RECORD.c.flow, RECORD.c.source_id)
        with self.database.reading() as connection:
            return [record_of(row) for row in connection.execute(query)]

    def oldest_unsent(self, flow: str) -> datetime | None:
        """Return when the record that waits longest was first seen, aware UTC; None when all are done or in quarantine."""
        waiting = RECORD.c.state.in_([State.INTENT, State.FAILED])
        query = select(func.min(RECORD.c.first_seen_at)).where(self.scope.rows_of(RECORD, flow=flow), waiting)
        with self.database.reading() as connection:
            oldest: datetime | None = connection.execute(query).scalar_one()
            return oldest

    def unfinished_days(self, flow: str) -> dict[date, datetime]:
        """Return the days with records that failed or are in doubt and that no run holds, each with its last change, oldest first."""
        waiting = RECORD.c.state.in_([State.INTENT, State.FAILED])
        held = (RECORD.c.owner != "") & (RECORD.c.lease_until > datetime.now(UTC))
        query = select(RECORD.c.day, func.max(RECORD.c.changed_at).label("newest")).where(
            self.scope.rows_of(RECORD, flow=flow), waiting, ~held, RECORD.c.day.is_not(None)
        )
        with self.database.reading() as connection:
            return {row.day: row.newest for row in connection.execute(query.group_by(RECORD.c.day).order_by(RECORD.c.day))}

    def summary(self, flow: str, day: date) -> list[Total]:
        """Return a day's records added up by state, outcome and currency, in that order."""
        groups = (RECORD.c.state, RECORD.c.outcome, RECORD.c.currency)
        sums = [func.coalesce(func.sum(column), 0) for column in (RECORD.c.amount_minor, RECORD.c.written_minor)]
        query = select(*groups, func.count(), *sums).where(self.scope.rows_of(RECORD, flow=flow), RECORD.c.day == day)
        with self.database.reading() as connection:
            rows = connection.execute(query.group_by(*groups).order_by(*groups)).all()
        return [
            Total(State(state), outcome, currency, records, int(amount), int(written))
            for state, outcome, currency, records, amount, written in rows
        ]
