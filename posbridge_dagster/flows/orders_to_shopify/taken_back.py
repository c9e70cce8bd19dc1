"""Which orders of the shop a credit, or a return, may give back on."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.candidates import row_of_document
from posbridge_dagster.flows.orders_to_shopify.run import Candidate, Run
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.model.outcome import Outcome

MOST_LOOKED_AT = 25
"""Earlier orders that goods may have come from which are looked at, the newest."""


def with_orders(run: Run, refunds: Sequence[Candidate], written: MappingOf[str, ResultRow]) -> list[Candidate]:
    """Return credits and returns with the orders that each may give back on, or with the verdict that there is none.

    ``written`` are the results of this run's sales by source id; what an earlier run sent is in the ledger.
    """
    records = run.ledger.records(FLOW, sorted({key for each in refunds for key in _sales(each)}))
    targets = {key: record.target_id for key, record in records.items() if record.target_id}
    return [_with_orders(each, targets, written, dry_run=run.dry_run) for each in refunds]


def _sales(refund: Candidate) -> list[str]:
    """Return the ids of the sales that a document may take back: the one that a credit names, the earlier ones of a return."""
    order = refund.item.payload["order"]
    if order["kind"] == "credit":
        return [order["credited_id"]] if order["credited_id"] else []
    return (order["earlier_ids"] or "").split()


def _with_orders(refund: Candidate, targets: MappingOf[str, str], written: MappingOf[str, ResultRow], *, dry_run: bool) -> Candidate:
    order, sales = refund.item.payload["order"], _sales(refund)
    orders = [targets[key] for key in sales if key in targets][:MOST_LOOKED_AT]
    payload = {**refund.item.payload, "orders": orders}
    digest = sha256(" ".join([refund.item.payload_fingerprint, *orders]).encode()).hexdigest()  # another order may take what one refused
    candidate = replace(refund, item=replace(refund.item, payload=payload, payload_fingerprint=digest))
    outcomes = {written[key].outcome for key in sales if key in written}
    if candidate.verdict:
        return candidate
    if dry_run and Outcome.CREATED in outcomes:  # a plan cannot look at an order that is not there yet
        verdict = row_of_document(order, Outcome.CREATED, "planned", "", changes="create")
    elif orders:
        return candidate
    elif Outcome.FAILED in outcomes:
        verdict = row_of_document(order, Outcome.FAILED, "sale_failed", "the sale it takes back could not be sent yet")
    else:
        reason = "the sale it takes back is not in Shopify: send its day first, or give the money back in Shopify by hand"
        verdict = row_of_document(order, Outcome.QUARANTINED, "sale_not_there", reason)
    return replace(candidate, verdict=verdict)
