"""Records that may not be written now, of which an earlier run left something unfinished or a later run must hear.

An order whose run was killed, or that could not be sent, may have been cancelled in the shop or stopped by the mapping since.
It must neither wait for ever nor be forgotten: it is looked up, and counts as sent where it is there. An order that waits for
its customer is written down as failed, so that its day is asked for again.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from posbridge_dagster.clients.failures import Busy, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, Record, State
from posbridge_dagster.loading.once import Item, Writer
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 300
_UNFINISHED = (State.INTENT, State.FAILED)


def settle_unfinished(
    ledger: Ledger, flow: str, owner: Owner, items: Sequence[Item], verdicts: Mapping[str, ResultRow], writer: Writer
) -> None:
    """Bring the ledger up to date with items that have a verdict, by source id, against being written now.

    What is found in the other system is done, with the fingerprint of what was sent; what is not ends as its verdict says. When
    the other system does not answer, what may be there stays in doubt for the next run.
    """
    records = ledger.records(flow, [item.source_id for item in items])
    unfinished = {key: record for key, record in records.items() if record.state in _UNFINISHED}
    waiting = [item for item in items if item.source_id not in records and verdicts[item.source_id].outcome is Outcome.FAILED]
    intents = [_as_it_was(record) for record in unfinished.values()] + [_as_it_is(item) for item in waiting]
    if not intents:
        return
    claims = ledger.claim(flow, intents, owner, lease_s=LEASE_S)
    ours = [item for item in items if item.source_id in claims and claims[item.source_id].granted]
    closings: list[Closing] = []
    try:
        found = _found([item for item in ours if item.source_id in unfinished], writer)
        for item in ours:
            if item.source_id not in unfinished or found is not None:
                closings.append(_closing(item, (found or {}).get(item.external_id), writer, verdicts[item.source_id]))
    finally:
        ledger.close_records(flow, closings, owner)
        ledger.release(owner, flow, [item.source_id for item in ours])


def _found(items: Sequence[Item], writer: Writer) -> Mapping[str, Any] | None:
    """Return what is there of the items; None when nobody answers."""
    if not items:
        return {}
    try:
        return writer.find(items)
    except (Busy, Unreachable, UnknownOutcome):
        return None


def _as_it_was(record: Record) -> Intent:
    """Return the intent of the run that was cut short: what may have been sent is what it read, not what is read now."""
    return Intent(
        record.source_id,
        record.source_fingerprint,
        record.payload_fingerprint,
        day=record.day,
        amount_minor=record.amount_minor,
        currency=record.currency,
    )


def _as_it_is(item: Item) -> Intent:
    day = date.fromisoformat(item.run_day or item.day)
    return Intent(item.source_id, item.source_fingerprint, item.payload_fingerprint, "", day, item.amount_minor, item.currency)


def _closing(item: Item, found: Any, writer: Writer, verdict: ResultRow) -> Closing:
    if found is None:
        state = State.FAILED if verdict.outcome is Outcome.FAILED else State.QUARANTINED
        return Closing(item.source_id, state, verdict.outcome.value, code=verdict.code, reason=verdict.reason)
    there = writer.told(found)
    return Closing(
        item.source_id,
        State.DONE,
        Outcome.CREATED.value,
        target_id=there.target_id,
        target_number=there.target_number,
        written_minor=there.written_minor,
        detail=item.kept,
    )
