"""Records a person must look at: reason, both payloads, how often and since when.

The payloads hold personal data; nothing here shows them in an error or a log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import Connection, and_, delete, null, select, update

from posbridge_dagster.ledger.entries import Quarantined, QuarantineEntry, State
from posbridge_dagster.ledger.scope import Section, batches
from posbridge_dagster.ledger.tables import QUARANTINE, RECORD
from posbridge_dagster.model.outcome import Outcome

ENTRY_COLUMNS = tuple(QUARANTINE.c[field.name] for field in fields(Quarantined))


class Quarantine(Section):
    """Put in quarantine, look at it, take out."""

    def quarantine(self, flow: str, entries: Sequence[QuarantineEntry], run_id: str) -> None:
        """Put records in quarantine, or say again that they belong there (first_seen_at stays, times_seen grows).

        Their ledger record becomes quarantined too, and is made where it was not known. A record that is done stays done
        (its change is what waits), and one in state intent stays so: its owner closes it, and a doubt is never forgotten.
        """
        latest = {entry.source_id: entry for entry in entries}
        for batch in batches(sorted(latest)):
            with self.database.writing() as connection:
                moment = self.database.moment(connection)
                self._mark_records(connection, flow, [latest[source_id] for source_id in batch], run_id, moment)
                self._write_entries(connection, flow, [latest[source_id] for source_id in batch], run_id, moment)

    def quarantined(self, flow: str | None = None, code: str | None = None, day: date | None = None) -> list[Quarantined]:
        """Return what is in quarantine, oldest first: of one flow or all, with one reason code or any, of one day or all."""
        wanted = {name: value for name, value in (("flow", flow), ("code", code)) if value is not None}
        query = select(*ENTRY_COLUMNS).where(self.scope.rows_of(QUARANTINE, **wanted))
        if day is not None:
            query = query.where(QUARANTINE.c.day == day)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(QUARANTINE.c.first_seen_at, QUARANTINE.c.source_id)).mappings()
            return [Quarantined(**row) for row in rows]

    def try_again(self, flow: str, source_ids: Iterable[str]) -> list[str]:
        """Let quarantined records be written by the next run, also unchanged; return the ids of those that were in that state.

        They become ``failed``, so that their day is asked for again, and a refusal is forgotten. The next write gets a new
        idempotency key, because the other side may answer a key it knows with the refusal it remembers. The entry stays until
        the record is done. What is done, in doubt or held by a run is left alone.
        """
        replayed: list[str] = []
        for batch in batches(sorted(set(source_ids))):
            with self.database.writing() as connection:
                these = (self.scope.rows_of(RECORD, flow=flow, state=State.QUARANTINED), RECORD.c.source_id.in_(batch))
                again = update(RECORD).where(*these, RECORD.c.owner == "").returning(RECORD.c.source_id)
                changes = {"state": State.FAILED, "outcome": Outcome.FAILED, "generation": RECORD.c.generation + 1, "detail": null()}
                replayed += connection.execute(again.values(**changes, changed_at=self.database.moment(connection))).scalars()
        return sorted(replayed)

    def resolve(self, flow: str, source_ids: Iterable[str]) -> int:
        """Take records out of quarantine, because they are done or need nothing any more; return how many were in it."""
        resolved = 0
        for batch in batches(sorted(set(source_ids))):
            with self.database.writing() as connection:
                these = (self.scope.rows_of(QUARANTINE, flow=flow), QUARANTINE.c.source_id.in_(batch))
                resolved += connection.execute(delete(QUARANTINE).where(*these)).rowcount
        return resolved

    def _mark_records(self, connection: Connection, flow: str, entries: Sequence[QuarantineEntry], run_id: str, moment: datetime) -> None:
        copied = ("source_id", "code", "reason", "day", "source_fingerprint", "payload_fingerprint", "amount_minor", "currency")
        rows = [
            {
                **self.scope.columns(),
                **{name: getattr(entry, name) for name in copied},
                "flow": flow,
                "state": State.QUARANTINED,
                "outcome": Outcome.QUARANTINED,
                "run_id": run_id,
                "first_seen_at": moment,
                "changed_at": moment,
            }
            for entry in entries
        ]
        statement = self.database.insert(RECORD)
        kept = ("shop", "administration", "flow", "source_id", "first_seen_at", "payload_fingerprint")
        marked = statement.on_conflict_do_update(
            index_elements=list(RECORD.primary_key),
            set_={name: statement.excluded[name] for name in rows[0] if name not in kept},
            where=and_(RECORD.c.state != State.DONE, RECORD.c.state != State.INTENT),
        )
        connection.execute(marked, rows)

    def _write_entries(self, connection: Connection, flow: str, entries: Sequence[QuarantineEntry], run_id: str, moment: datetime) -> None:
        rows = [
            {**self.scope.columns(), **vars(entry), "flow": flow, "run_id": run_id, "first_seen_at": moment, "last_seen_at": moment}
            for entry in entries
        ]
        statement = self.database.insert(QUARANTINE)
        kept = ("shop", "administration", "flow", "source_id", "first_seen_at")
        written = statement.on_conflict_do_update(
            index_elements=list(QUARANTINE.primary_key),
            set_={
                **{name: statement.excluded[name] for name in rows[0] if name not in kept},
                "times_seen": QUARANTINE.c.times_seen + 1,
            },
        )
        connection.execute(written, rows)
