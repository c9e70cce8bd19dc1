"""Taking records before they are written, so that a record is written once however many runs want to.

A claim is one statement that inserts the row or updates it on condition, inside a transaction that holds the row: the
database is the judge and two owners can never both be granted. An owner that was killed leaves its records in state
``intent``; the next owner is granted them and told that the write may have happened.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, Row, Select, bindparam, delete, select, update

from posbridge_dagster.ledger.changes import add_changes
from posbridge_dagster.ledger.entries import Claim, Closing, Intent, Record, State
from posbridge_dagster.ledger.owner import Owner
from posbridge_dagster.ledger.records import RECORD_COLUMNS, read_records, record_of, records_query
from posbridge_dagster.ledger.scope import Section, batches
from posbridge_dagster.ledger.tables import HELD, QUARANTINE, RECORD
from posbridge_dagster.model.identity import idempotency_key
from posbridge_dagster.model.outcome import Outcome

INTENDED = ("source_id", "source_fingerprint", "payload_fingerprint", "source_version", "day", "amount_minor", "currency")
"""The columns that an intent fills."""

REPLACED_BY_A_CLAIM = (
    *("state", "outcome", "source_fingerprint", "payload_fingerprint", "source_version", "idempotency_key", "generation"),
    *("attempts", "code", "reason", "day", "amount_minor", "currency", "run_id", "detail"),
)
"""The columns that a claim overwrites and a release puts back."""


def may_take(record: Record, intent: Intent, moment: datetime, owner_is_gone: bool, reopen: bool) -> bool:
    """Return whether a known record may be claimed.

    Not while a living owner holds it, and not when it is done, unless ``reopen`` is asked and there is something to write:
    the record differs from what was sent, or it still stands where the run has seen it and the other side has drifted. Of
    two runs that saw the same change or drift only the first is granted.
    """
    if record.owner and not owner_is_gone and record.lease_until is not None and record.lease_until > moment:
        return False
    if record.state is State.DONE:
        sent = (record.source_fingerprint, record.payload_fingerprint)
        is_changed = sent != (intent.source_fingerprint, intent.payload_fingerprint)
        return reopen and (is_changed or intent.seen_attempts == record.attempts)
    return True


def next_generation(record: Record, intent: Intent) -> int:
    """Return the generation of the next write, from which its idempotency key is derived.

    A refused payload that was corrected, and a document that is written again, need a new key. A write in doubt keeps its
    key: should the first request still arrive, the other side then knows both as one.
    """
    corrected = record.state in (State.QUARANTINED, State.FAILED) and record.payload_fingerprint != intent.payload_fingerprint
    return record.generation + (1 if corrected or record.state is State.DONE else 0)


class Claims(Section):
    """Claim, renew, close and give back."""

    def claim(self, flow: str, intents: Sequence[Intent], owner: Owner, lease_s: float = 60, *, reopen: bool = False) -> dict[str, Claim]:
        """Take records for writing, before any of them is written; return one Claim per intent, by source id.

        Granted are records that are new, unowned and not done, or whose owner's lease has ended or whose owner's process on
        this host is gone. ``reopen`` also grants done records that need an update (see ``may_take``). A refused claim carries
        the record as it stands. Each batch of 500 is one transaction. Raises ValueError when a source id comes twice.
        """
        wanted = {intent.source_id: intent for intent in intents}
        if len(wanted) != len(intents):
            raise ValueError(f"{flow}: {len(intents) - len(wanted)} source ids come more than once in one claim")
        claims: dict[str, Claim] = {}
        for batch in batches(sorted(wanted)):
            rest = batch
            while rest:  # a record that another owner makes and gives back meanwhile is neither granted nor there: ask again
                with self.database.writing() as connection:
                    claims |= self._claim_batch(connection, flow, [wanted[source_id] for source_id in rest], owner, lease_s, reopen)
                rest = [source_id for source_id in rest if source_id not in claims]
        return claims

    def _claim_batch(
        self, connection: Connection, flow: str, intents: Sequence[Intent], owner: Owner, lease_s: float, reopen: bool
    ) -> dict[str, Claim]:
        source_ids = [intent.source_id for intent in intents]
        known = read_records(connection, records_query(self.scope, flow, source_ids).with_for_update())
        moment = self.database.moment(connection)
        gone = {text for text in {record.owner for record in known.values()} if text and Owner.from_text(text).is_gone()}
        takeable = [
            intent
            for intent in intents
            if (record := known.get(intent.source_id)) is None or may_take(record, intent, moment, record.owner in gone, reopen)
        ]
        rows = [self._claimed_row(flow, intent, known.get(intent.source_id), owner, moment, lease_s) for intent in takeable]
        granted = self._insert_claims(connection, [row for row in rows if row["source_id"] not in known])
        granted |= self._update_claims(connection, [row for row in rows if row["source_id"] in known])
        refused = [source_id for source_id in source_ids if source_id not in granted]
        standing = read_records(connection, records_query(self.scope, flow, refused)) if refused else {}
        return {
            **{
                source_id: Claim(record, True, source_id in known and known[source_id].state is State.INTENT)
                for source_id, record in granted.items()
            },
            **{source_id: Claim(record, False, False) for source_id, record in standing.items()},
        }

    def _claimed_row(
        self, flow: str, intent: Intent, known: Record | None, owner: Owner, moment: datetime, lease_s: float
    ) -> dict[str, object]:
        generation = next_generation(known, intent) if known else 0
        subject = f"{self.scope.shop}/{self.scope.administration}/{flow}/{intent.source_id}"
        return {
            **self.scope.columns(),
            **{name: getattr(intent, name) for name in INTENDED},
            "flow": flow,
            "state": State.INTENT,
            "outcome": "",
            "code": "",
            "reason": "",
            "generation": generation,
            "idempotency_key": idempotency_key(subject, "write", generation),
            "attempts": known.attempts + 1 if known else 1,
            "run_id": owner.run_id,
            "detail": {**((known.detail if known else None) or {}), **(intent.detail or {})} or None,
            "owner": owner.text,
            "lease_until": moment + timedelta(seconds=lease_s),
            "first_seen_at": known.first_seen_at if known else moment,
            "changed_at": moment,
            "earlier": {name: getattr(known, name) for name in REPLACED_BY_A_CLAIM} if known else None,
        }

    def _insert_claims(self, connection: Connection, rows: Sequence[dict[str, object]]) -> dict[str, Record]:
        """Insert the rows that nobody else inserts at the same time, and return those."""
        statement = self.database.insert(RECORD).on_conflict_do_nothing(index_elements=list(RECORD.primary_key))
        return _written(connection, statement.returning(*RECORD_COLUMNS), rows)

    def _update_claims(self, connection: Connection, rows: Sequence[dict[str, object]]) -> dict[str, Record]:
        """Update the rows that are still at the attempt before ours, and return those."""
        statement = self.database.insert(RECORD)
        columns = (*REPLACED_BY_A_CLAIM, "owner", "lease_until", "changed_at", "earlier")
        claimed = statement.on_conflict_do_update(
            index_elements=list(RECORD.primary_key),
            set_={name: statement.excluded[name] for name in columns},
            where=RECORD.c.attempts == statement.excluded.attempts - 1,
        )
        return _written(connection, claimed.returning(*RECORD_COLUMNS), rows)

    def renew(self, owner: Owner, lease_s: float = 60) -> int:
        """Extend the lease of everything this owner still holds; return how many records that is."""
        with self.database.writing() as connection:
            held = connection.execute(self._held(owner)).all()
            until = self.database.moment(connection) + timedelta(seconds=lease_s)
            mine = (self.scope.rows_of(RECORD), HELD, RECORD.c.owner == owner.text)
            connection.execute(update(RECORD).where(*mine).values(lease_until=until))
            return len(held)

    def close_records(self, flow: str, closings: Sequence[Closing], owner: Owner) -> list[str]:
        """Write down how claimed records ended and let them go.

        Done records leave the quarantine, but for those of which a later change waits there (outcome ``quarantined``). What was
        changed is kept in the trail, also of a record that this owner has lost: it was written all the same.
        Returns the ids that were not closed because this owner no longer holds them: another run took them after the lease
        ended, and what happened to them must be said.
        """
        lost: list[str] = []
        for batch in batches(sorted(closings, key=lambda closing: closing.source_id)):
            with self.database.writing() as connection:
                lost += self._close_batch(connection, flow, batch, owner)
        return lost

    def _close_batch(self, connection: Connection, flow: str, closings: Sequence[Closing], owner: Owner) -> list[str]:
        ids = [closing.source_id for closing in closings]
        held = {row.source_id: row for row in connection.execute(self._held(owner, flow, ids))}
        moment = self.database.moment(connection)
        rows = [_closed_row(closing, held[closing.source_id], moment) for closing in closings if closing.source_id in held]
        if rows:
            statement = update(RECORD).where(
                self.scope.rows_of(RECORD, flow=flow), RECORD.c.source_id == bindparam("closed_id"), RECORD.c.owner == owner.text
            )
            connection.execute(statement.values({name: bindparam(name) for name in rows[0] if name != "closed_id"}), rows)
        add_changes(connection, self.scope, flow, closings, owner.run_id, moment)
        settled = [closing for closing in closings if closing.state is State.DONE and closing.outcome != Outcome.QUARANTINED]
        done = [closing.source_id for closing in settled if closing.source_id in held]
        if done:
            connection.execute(delete(QUARANTINE).where(self.scope.rows_of(QUARANTINE, flow=flow), QUARANTINE.c.source_id.in_(done)))
        return [source_id for source_id in ids if source_id not in held]

    def release(self, owner: Owner, flow: str | None = None, source_ids: Iterable[str] | None = None) -> int:
        """Give back claimed records whose write was never sent, as they were before the claim; return how many.

        Name the records with ``flow`` and ``source_ids``, or leave both out for everything this owner still holds. A record
        whose write may have left must not be released but closed with state ``intent``, else its doubt is forgotten.
        """
        with self.database.writing() as connection:
            held = connection.execute(self._held(owner, flow, source_ids)).all()
            moment = self.database.moment(connection)
            for row in held:
                this = (self.scope.rows_of(RECORD, flow=row.flow, source_id=row.source_id), RECORD.c.owner == owner.text)
                if row.earlier is None:
                    connection.execute(delete(RECORD).where(*this))
                else:
                    connection.execute(update(RECORD).where(*this).values(**_as_before(row.earlier), changed_at=moment))
            return len(held)

    def _held(self, owner: Owner, flow: str | None = None, source_ids: Iterable[str] | None = None) -> Select[Any]:
        """Return the query that finds and locks what this owner holds, in the order in which every writer locks."""
        columns = (RECORD.c.flow, RECORD.c.source_id, RECORD.c.target_id, RECORD.c.target_number, RECORD.c.written_minor)
        query = select(*columns, RECORD.c.earlier).where(self.scope.rows_of(RECORD), HELD, RECORD.c.owner == owner.text)
        if flow is not None:
            query = query.where(RECORD.c.flow == flow)
        if source_ids is not None:
            query = query.where(RECORD.c.source_id.in_(list(source_ids)))
        return query.order_by(RECORD.c.flow, RECORD.c.source_id).with_for_update()


def _written(connection: Connection, statement: Executable, rows: Sequence[dict[str, object]]) -> dict[str, Record]:
    if not rows:
        return {}
    return {row.source_id: record_of(row) for row in connection.execute(statement, rows)}


def _closed_row(closing: Closing, held: Row[Any], moment: datetime) -> dict[str, object]:
    """Return the columns of a closed record; what the closing leaves open stays as it was."""
    kept = {
        name: getattr(held, name) if getattr(closing, name) is None else getattr(closing, name)
        for name in ("target_id", "target_number", "written_minor")
    }
    return {
        **kept,
        "closed_id": closing.source_id,
        "state": closing.state,
        "outcome": closing.outcome,
        "code": closing.code,
        "reason": closing.reason,
        "detail": closing.detail,
        "owner": "",
        "lease_until": None,
        "earlier": None,
        "changed_at": moment,
    }


def _as_before(earlier: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a record as they were before its claim."""
    day = earlier["day"]
    return {**earlier, "day": date.fromisoformat(day) if day else None, "owner": "", "lease_until": None, "earlier": None}
