"""Records that an earlier run left unfinished and that may not be written any more.

An order whose run was killed, or that could not be sent, may have been cancelled in the shop or stopped by the mapping since.
It must neither wait for ever nor be forgotten: it is looked up, and counts as sent where it is there.
"""

from collections.abc import Mapping, Sequence

from posbridge_dagster.clients.failures import Busy, UnknownOutcome, Unreachable
from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, Record, State
from posbridge_dagster.loading.once import Item, Writer
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

LEASE_S = 300


def settle_unfinished(
    ledger: Ledger, flow: str, owner: Owner, items: Sequence[Item], verdicts: Mapping[str, ResultRow], writer: Writer
) -> None:
    """Close the unfinished records among items that have a verdict, by source id, against being written.

    What is found in the other system is done, with the fingerprint of what was sent; what is not ends as its verdict says. When
    the other system does not answer, they stay as they are for the next run.
    """
    records = ledger.records(flow, [item.source_id for item in items])
    unfinished = {key: record for key, record in records.items() if record.state in (State.INTENT, State.FAILED)}
    if not unfinished:
        return
    claims = ledger.claim(flow, [_as_it_was(record) for record in unfinished.values()], owner, lease_s=LEASE_S)
    ours = [item for item in items if item.source_id in claims and claims[item.source_id].granted]
    closings: list[Closing] = []
    try:
        found = writer.find([item for item in ours if unfinished[item.source_id].state is State.INTENT])
        closings = [_closing(item, found, writer, verdicts[item.source_id]) for item in ours]
    except (Busy, Unreachable, UnknownOutcome):
        pass  # released below as they were: the next run asks again
    finally:
        ledger.close_records(flow, closings, owner)
        ledger.release(owner, flow, [item.source_id for item in ours])


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


def _closing(item: Item, found: Mapping[str, object], writer: Writer, verdict: ResultRow) -> Closing:
    if item.external_id not in found:
        return Closing(item.source_id, State.QUARANTINED, verdict.outcome.value, code=verdict.code, reason=verdict.reason)
    there = writer.told(found[item.external_id])
    return Closing(
        item.source_id,
        State.DONE,
        Outcome.CREATED.value,
        target_id=there.target_id,
        target_number=there.target_number,
        written_minor=there.written_minor,
    )
